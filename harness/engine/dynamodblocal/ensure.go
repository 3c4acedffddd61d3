package dynamodblocal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/client"

	"github.com/stillwater-streams/stillwater/harness/engine/dynamodblocal/image"
)

// pullPatience bounds how long a registry may be silent. Progress counts as an answer: a slow download goes on.
const pullPatience = 20 * time.Second

// EnsureImage makes sure that an image of DynamoDB Local is on this computer and returns its name. In this order: the
// image built here earlier, the official image if it is here, a pull of the official image, a build (package image).
// progress, which may be nil, gets a line when something takes longer than a moment.
//
// An error says what was tried and what to install.
func EnsureImage(ctx context.Context, progress func(string)) (string, error) {
	d, err := connect(ctx)
	if err != nil {
		return "", environment(err)
	}
	defer d.close()
	name, err := d.ensureImage(ctx, progress)
	return name, environment(err)
}

// chooseImage is the image that the user named, which must be here, or one that [EnsureImage] finds.
func (d *docker) chooseImage(ctx context.Context, named string, progress func(string)) (string, error) {
	if named == "" {
		return d.ensureImage(ctx, progress)
	}
	ok, err := d.hasImage(ctx, named)
	if err == nil && !ok {
		err = fmt.Errorf("image %s is not on this computer: docker pull %s", named, named)
	}
	return named, err
}

func (d *docker) ensureImage(ctx context.Context, progress func(string)) (string, error) {
	if progress == nil {
		progress = func(string) {}
	}
	for _, name := range []string{image.Local, image.Official} {
		if ok, err := d.hasImage(ctx, name); ok || err != nil {
			return name, err
		}
	}
	progress("pulling image " + image.Official + "…")
	pullErr := d.pull(ctx, image.Official, pullPatience)
	if pullErr == nil {
		return image.Official, nil
	}
	if ctx.Err() != nil {
		return "", context.Cause(ctx)
	}
	progress(fmt.Sprintf("no pull (%s)", firstLine(pullErr)))
	if err := d.build(ctx, progress); err != nil {
		return "", fmt.Errorf("image: neither %s nor %s is here; pull: %s; build: %w", image.Local, image.Official, firstLine(pullErr), err)
	}
	return image.Local, nil
}

func (d *docker) hasImage(ctx context.Context, name string) (bool, error) {
	_, err := d.api.ImageInspect(ctx, name)
	switch {
	case err == nil:
		return true, nil
	case errdefs.IsNotFound(err):
		return false, nil
	default:
		return false, fmt.Errorf("image %s: %w", name, err)
	}
}

// pull gives up when the registry says nothing for patience.
func (d *docker) pull(ctx context.Context, name string, patience time.Duration) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	silence := time.AfterFunc(patience, func() { cancel(errors.New("the registry does not answer")) })
	defer silence.Stop()
	answer, err := d.api.ImagePull(ctx, name, client.ImagePullOptions{})
	if err != nil {
		if cause := context.Cause(ctx); cause != nil {
			return cause
		}
		return err
	}
	defer answer.Close()
	for _, err := range answer.JSONMessages(ctx) {
		if cause := context.Cause(ctx); cause != nil {
			return cause
		}
		if err != nil {
			return err
		}
		silence.Reset(patience)
	}
	return nil
}

// build makes [image.Local]. Of several processes that find no image one builds; the others wait and find it there.
func (d *docker) build(ctx context.Context, progress func(string)) error {
	unlock, err := lockBuild(ctx, func() { progress("another process builds the image: waiting for it…") })
	if err != nil {
		return err
	}
	defer unlock()
	if ok, err := d.hasImage(ctx, image.Local); ok || err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "stillwater-image-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	progress("building image " + image.Local + " (once, about 30 s)…")
	rootfs, err := image.Build(ctx, dir)
	if err != nil {
		return err
	}
	return d.load(ctx, rootfs)
}

// load hands the tar file to the daemon, which makes an image of it: no builder, no command line client.
func (d *docker) load(ctx context.Context, rootfs string) error {
	file, err := os.Open(rootfs)
	if err != nil {
		return err
	}
	defer file.Close()
	answer, err := d.api.ImageImport(ctx, client.ImageImportSource{Source: file, SourceName: "-"}, image.Local,
		client.ImageImportOptions{Changes: image.Changes(), Message: "stillwater: DynamoDB Local from Maven Central"})
	if err != nil {
		return fmt.Errorf("import: %w", err)
	}
	defer answer.Close()
	// The daemon reports a failure inside a successful answer.
	for decoder := json.NewDecoder(answer); ; {
		var message struct{ Error string }
		if err := decoder.Decode(&message); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("import: %w", err)
		}
		if message.Error != "" {
			return fmt.Errorf("import: %s", message.Error)
		}
	}
}
