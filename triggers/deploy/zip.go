package deploy

import (
	"archive/zip"
	"context"
	"fmt"
	"os"
	"path/filepath"
)

// Archives builds the bootstrap of every trigger in triggers.json for some of
// [Architectures], from the module in folder root, and writes each as a zip file into
// folder dir: what the template's functions are made of.
func Archives(ctx context.Context, triggersJSON []byte, root, dir string, architectures ...string) ([]string, error) {
	_, triggers, err := parse(triggersJSON)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	var files []string
	for _, trigger := range triggers {
		for _, architecture := range architectures {
			file := filepath.Join(dir, Archive(trigger.name, architecture))
			if err := archive(ctx, root, trigger.name, architecture, file); err != nil {
				return files, err
			}
			files = append(files, file)
		}
	}
	return files, nil
}

func archive(ctx context.Context, root, trigger, architecture, file string) error {
	bootstrap := file + ".bootstrap"
	defer os.Remove(bootstrap)
	if err := Build(ctx, root, trigger, architecture, bootstrap); err != nil {
		return err
	}
	binary, err := os.ReadFile(bootstrap)
	if err != nil {
		return fmt.Errorf("archive %s: %w", trigger, err)
	}
	out, err := os.Create(file)
	if err != nil {
		return fmt.Errorf("archive %s: %w", trigger, err)
	}
	if err := write(out, binary); err != nil {
		_ = out.Close()
		return fmt.Errorf("archive %s: %w", trigger, err)
	}
	return out.Close()
}

// write makes a zip file of a bootstrap. It has no date: the same binary gives the
// same file, and nothing is deployed that did not change.
func write(out *os.File, binary []byte) error {
	z := zip.NewWriter(out)
	header := &zip.FileHeader{Name: "bootstrap", Method: zip.Deflate}
	header.SetMode(0o755) // Lambda executes it
	entry, err := z.CreateHeader(header)
	if err != nil {
		return err
	}
	if _, err := entry.Write(binary); err != nil {
		return err
	}
	return z.Close()
}
