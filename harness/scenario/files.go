package scenario

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// relative turns a path from the outside into the one used everywhere inside:
// relative to the root, forward slashes. A file elsewhere keeps its own path.
func (l *loader) relative(file string) (string, error) {
	if filepath.IsAbs(file) {
		root, err := filepath.Abs(l.root)
		if err != nil {
			return "", fmt.Errorf("load scenario: %w", err)
		}
		rel, err := filepath.Rel(root, file)
		if err != nil || strings.HasPrefix(rel, "..") {
			return filepath.ToSlash(file), nil
		}
		file = rel
	}
	return path.Clean(filepath.ToSlash(file)), nil
}

// disk is where the files of a loader are.
type disk interface {
	// read returns a file by its path relative to the root, or an absolute one.
	read(file string) ([]byte, error)
	// list calls yield with every file below a folder, in the order of their paths.
	list(dir string, yield func(file string)) error
}

// folder is a root on the real disk.
type folder string

func (root folder) read(file string) ([]byte, error) {
	full := filepath.FromSlash(file)
	if !filepath.IsAbs(full) {
		full = filepath.Join(string(root), full)
	}
	return os.ReadFile(full)
}

func (root folder) list(dir string, yield func(file string)) error {
	return filepath.WalkDir(filepath.Join(string(root), dir), func(full string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(string(root), full)
		if err == nil {
			yield(filepath.ToSlash(rel))
		}
		return err
	})
}

// memory is a root of files by their paths, for what is not on a disk yet.
type memory map[string][]byte

func (files memory) read(file string) ([]byte, error) {
	data, ok := files[file]
	if !ok {
		return nil, fmt.Errorf("read %s: %w", file, fs.ErrNotExist)
	}
	return data, nil
}

func (files memory) list(dir string, yield func(file string)) error {
	for _, file := range slices.Sorted(maps.Keys(files)) {
		if strings.HasPrefix(file, dir+"/") {
			yield(file)
		}
	}
	return nil
}

// open reads a file and makes the reader that collects its mistakes.
func (l *loader) open(file string) (*reader, []byte, error) {
	data, err := l.disk.read(file)
	if err != nil {
		return nil, nil, err
	}
	return &reader{source: newSource(file, data), vocab: l.vocab}, data, nil
}

// files lists the *.yaml files below a folder of the root, sorted by path. A
// *.yml is a mistake: it would be left out without a word.
func (l *loader) files(dir string) ([]string, error) {
	var out []string
	err := l.disk.list(dir, func(file string) {
		switch strings.ToLower(path.Ext(file)) {
		case extension:
			out = append(out, file)
		case ".yml":
			l.mistakes = append(l.mistakes, Mistake{
				File: file, Line: 1, Col: 1,
				Message: "the file would not be read: its name must end in " + extension,
				Hint:    "rename it to " + strings.TrimSuffix(file, path.Ext(file)) + extension,
			})
		}
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil // no such folder: nothing in it
	}
	if err != nil {
		return nil, fmt.Errorf("load scenarios: %w", err)
	}
	return out, nil
}

// noSuchFile is the error for a scenario that is not there.
func (l *loader) noSuchFile(file string) error {
	known, err := l.files(scenarioDir)
	if err != nil {
		return err
	}
	hint := fmt.Sprintf("there are %d below %s", len(known), path.Join(filepath.ToSlash(l.root), scenarioDir))
	if near := closest(file, known); near != "" {
		hint = "did you mean " + near + "?"
	}
	return fmt.Errorf("load scenario: %s: no such file: %s", file, hint)
}
