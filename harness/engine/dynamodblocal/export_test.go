package dynamodblocal

import (
	"bytes"
	"context"
	"io"
	"strconv"
	"time"

	"github.com/moby/moby/client"
)

// Bare starts an engine without waiting for its container; an unguarded one leaves it behind when the process is killed.
func Bare(ctx context.Context, o Options, unguarded bool) (*Engine, error) {
	return start(ctx, o, tuning{untested: true, unguarded: unguarded})
}

// Impatient starts an engine that gives a container so long to answer.
func Impatient(ctx context.Context, o Options, patience time.Duration) (*Engine, error) {
	e, err := start(ctx, o, tuning{patience: patience})
	return e, environment(err)
}

// Containers lists ids of all containers of this project: those with the label of an engine, or of one process only.
func Containers(ctx context.Context, ownedBy int) ([]string, error) {
	d, err := connect(ctx)
	if err != nil {
		return nil, err
	}
	defer d.close()
	return d.owned(ctx, ownedBy)
}

// Published tells the addresses at which the engine's container can be reached, and how many volumes it has.
func (e *Engine) Published(ctx context.Context) (addresses []string, volumes int, err error) {
	return e.docker.published(ctx, e.current.id)
}

// Owner is what labels say about a process.
type Owner = owner

// NewOwner makes one up.
func NewOwner(pid int, start, boot, host string) Owner {
	return owner{pid: pid, start: start, boot: boot, host: host}
}

// Self is the running process.
func Self() Owner { return self() }

// PID of an owner.
func (o owner) PID() int { return o.pid }

// Labels and OwnerOf are how an owner is written down and read again.
func (o owner) Labels() map[string]string                           { return o.labels("E") }
func OwnerOf(labels map[string]string) (Owner, bool)                { return ownerOf(labels) }
func ProcessStart(pid int) (start string, alive bool)               { return processStart(pid) }
func LockBuild(ctx context.Context, waiting func()) (func(), error) { return lockBuild(ctx, waiting) }
func (o owner) Dead(observer Owner, start func(int) (string, bool)) bool {
	return o.dead(observer, start)
}

// owned lists the containers of a process.
func (d *docker) owned(ctx context.Context, pid int) ([]string, error) {
	list, err := d.api.ContainerList(ctx, client.ContainerListOptions{
		All:     true,
		Filters: client.Filters{}.Add("label", labelPID+"="+strconv.Itoa(pid), labelHost+"="+hostID()),
	})
	var ids []string
	for _, c := range list.Items {
		ids = append(ids, c.ID)
	}
	return ids, err
}

func (d *docker) published(ctx context.Context, id string) (addresses []string, volumes int, err error) {
	got, err := d.api.ContainerInspect(ctx, id, client.ContainerInspectOptions{})
	if err != nil {
		return nil, 0, err
	}
	for _, bindings := range got.Container.NetworkSettings.Ports {
		for _, b := range bindings {
			addresses = append(addresses, b.HostIP.String())
		}
	}
	return addresses, len(got.Container.Mounts), nil
}

// EmptyImage gives the daemon an image without a single file, and returns what removes it.
func EmptyImage(ctx context.Context, name string) (remove func() error, err error) {
	d, err := connect(ctx)
	if err != nil {
		return nil, err
	}
	archive := bytes.NewReader(make([]byte, 1024)) // the end of a tar file
	answer, err := d.api.ImageImport(ctx, client.ImageImportSource{Source: archive, SourceName: "-"}, name, client.ImageImportOptions{})
	if err != nil {
		return nil, err
	}
	defer answer.Close()
	_, err = io.Copy(io.Discard, answer)
	return func() error {
		defer d.close()
		_, err := d.api.ImageRemove(context.WithoutCancel(ctx), name, client.ImageRemoveOptions{Force: true})
		return err
	}, err
}
