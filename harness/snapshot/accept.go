package snapshot

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

var errReadOnly = errors.New("snapshots are read-only here (CI): accept them where you can look at them")

// Accept makes the pending text of name its snapshot. A crash at any moment leaves
// the old text or the new one, never a part. Nothing pending is an error that says
// what is.
func (s Store) Accept(name string) error {
	if err := s.accept(name); err != nil {
		return fmt.Errorf("snapshot: accept %s: %w", name, err)
	}
	return nil
}

func (s Store) accept(name string) error {
	if s.ReadOnly {
		return errReadOnly
	}
	text, err := s.pending(name)
	if err != nil {
		return err
	}
	if !strings.HasPrefix(text, magic+"\n"+scenarioPrefix) || hasConflict(text) {
		return fmt.Errorf("%s is no snapshot: reject it and run the scenario again", s.pendingPath(name))
	}
	// Copied rather than renamed: Pending may be on another file system. Whoever
	// dies between the two steps leaves a pending text equal to the snapshot,
	// which the next match removes.
	if err := replaceAlone(s.path(name), []byte(text)); err != nil {
		return err
	}
	return s.dropPending(name)
}

// Proposed compares the pending text of name with its snapshot, as Compare did
// when it was written, and writes nothing. Its rendering knows no sections.
func (s Store) Proposed(name string) (Result, Rendering, error) {
	text, err := s.pending(name)
	if err != nil {
		return Result{}, Rendering{}, fmt.Errorf("snapshot: read pending %s: %w", name, err)
	}
	text, _ = unmark(text)
	r := Rendering{Text: text}
	for _, line := range split(text) {
		r.Lines = append(r.Lines, Line{Text: line, Section: -1})
	}
	res := Result{Name: name, Path: s.path(name), PendingPath: s.pendingPath(name)}
	previous, err := s.find(&res, text)
	if err != nil {
		return Result{}, Rendering{}, fmt.Errorf("snapshot: compare pending %s: %w", name, err)
	}
	if res.Outcome != Match {
		res.Diff = diff(previous, r.Lines)
	}
	return res, r, nil
}

// Reject drops the pending text of name. Nothing pending is an error that says
// what is.
func (s Store) Reject(name string) error {
	_, err := s.pending(name)
	if err == nil {
		err = s.dropPending(name)
	}
	if err != nil {
		return fmt.Errorf("snapshot: reject %s: %w", name, err)
	}
	return nil
}

// PendingNames lists what can be accepted or rejected, sorted.
func (s Store) PendingNames() ([]string, error) {
	if s.Pending == "" {
		return nil, nil
	}
	names, err := filesIn(s.Pending, pendingExtension)
	if err != nil {
		return nil, fmt.Errorf("snapshot: list pending: %w", err)
	}
	return slices.DeleteFunc(names, func(name string) bool { return CheckName(name) != nil }), nil
}

// Obsolete lists the snapshots in Dir that no name in used refers to, sorted. It
// means something only after a full, unfiltered, successful run: the caller knows
// whether it was one.
func (s Store) Obsolete(used []string) ([]string, error) {
	names, err := filesIn(s.Dir, extension)
	if err != nil {
		return nil, fmt.Errorf("snapshot: list: %w", err)
	}
	return slices.DeleteFunc(names, func(name string) bool { return slices.Contains(used, name) }), nil
}

// pending reads the pending text of name.
func (s Store) pending(name string) (string, error) {
	if err := CheckName(name); err != nil {
		return "", err
	}
	if s.Pending == "" {
		return "", errors.New("there is no folder for pending snapshots")
	}
	raw, err := os.ReadFile(s.pendingPath(name))
	if !errors.Is(err, fs.ErrNotExist) {
		return normalise(string(raw)), err
	}
	names, err := s.PendingNames()
	if err != nil {
		return "", err
	}
	if len(names) == 0 {
		return "", errors.New("nothing is pending: run the scenario first")
	}
	return "", fmt.Errorf("it is not pending; pending: %s", strings.Join(names, ", "))
}

// dropPending removes the pending text of name, there or not.
func (s Store) dropPending(name string) error {
	if !s.proposes() {
		return nil
	}
	if err := os.Remove(s.pendingPath(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// filesIn returns the slash paths below dir, without ext, of the files that end in
// it, sorted. A folder that is not there holds none.
func filesIn(dir, ext string) ([]string, error) {
	var names []string
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(entry.Name(), ext) {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		names = append(names, strings.TrimSuffix(filepath.ToSlash(rel), ext))
		return err
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	slices.Sort(names)
	return names, err
}
