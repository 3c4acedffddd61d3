package skeleton

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

//go:embed files
var files embed.FS

// placeholder is the module path in the files.
const placeholder = "example.com/orders"

// ErrExists is matched by the error of [Write] where a file is in the way.
var ErrExists = errors.New("nothing was written")

// Options of [Write]; Dir and Package are required.
type Options struct {
	// Dir is the folder to write into; it need not exist.
	Dir string
	// Package is the import path of Dir: "example.com/orders".
	Package string
	// GoMod is whether Dir becomes a module, called Package.
	GoMod bool
	// Require is the version of stillwater that go.mod asks for, such as "v1.2.3";
	// "" leaves that to `go get`. Replace is a folder that go.mod uses in its place;
	// "" is for none.
	Require, Replace string
}

// Write writes the skeleton and returns the files, relative to Dir, sorted, with
// forward slashes. An error that matches [ErrExists] names all that are in the way.
func Write(o Options) ([]string, error) {
	content, err := o.content()
	if err != nil {
		return nil, fmt.Errorf("init: %w", err)
	}
	var names, taken []string
	for name := range content {
		names = append(names, name)
		if _, err := os.Lstat(filepath.Join(o.Dir, filepath.FromSlash(name))); err == nil {
			taken = append(taken, name)
		}
	}
	slices.Sort(names)
	if len(taken) > 0 {
		slices.Sort(taken)
		return nil, fmt.Errorf("init: %s: %w: in the way: %s: choose an empty folder", o.Dir, ErrExists, strings.Join(taken, ", "))
	}
	for _, name := range names {
		file := filepath.Join(o.Dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return nil, fmt.Errorf("init: %w", err)
		}
		if err := os.WriteFile(file, []byte(content[name]), 0o644); err != nil {
			return nil, fmt.Errorf("init: %w", err)
		}
	}
	return names, nil
}

// content is what each file will hold.
func (o Options) content() (map[string]string, error) {
	content := map[string]string{}
	err := fs.WalkDir(files, "files", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := files.ReadFile(name)
		if err != nil {
			return err
		}
		target := strings.TrimSuffix(strings.TrimPrefix(name, "files/"), ".tmpl")
		if path.Base(target) == "gitignore" {
			target = ".gitignore"
		}
		content[target] = strings.ReplaceAll(string(text), placeholder, o.Package)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if !o.GoMod {
		delete(content, "go.mod")
		return content, nil
	}
	content["go.mod"] += o.requirement()
	return content, nil
}

// requirement is the part of go.mod about stillwater.
func (o Options) requirement() string {
	const module = "github.com/stillwater-streams/stillwater"
	version := o.Require
	if version == "" && o.Replace != "" {
		version = "v0.0.0" // any will do: it is replaced
	}
	text := ""
	if version != "" {
		text += fmt.Sprintf("\nrequire %s %s\n", module, version)
	}
	if o.Replace != "" {
		text += fmt.Sprintf("\nreplace %s => %q\n", module, o.Replace)
	}
	return text
}
