package snapshot

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/bradleyjkemp/cupaloy/v2"
)

const (
	extension        = ".snap"
	pendingExtension = ".snap.new"
)

// Compare holds r against the accepted snapshot of that name and, unless they
// match, writes r where it can be accepted from: into Pending or, with Update,
// into Dir itself. A match removes what an earlier run left in Pending. What the
// comparison found is the Result; an error means that it could not be done.
func (s Store) Compare(name string, r Rendering) (Result, error) {
	res, err := s.compare(name, r)
	if err != nil {
		return Result{}, fmt.Errorf("snapshot: compare %s: %w", name, err)
	}
	return res, nil
}

func (s Store) compare(name string, r Rendering) (Result, error) {
	if err := CheckName(name); err != nil {
		return Result{}, err
	}
	if s.Update && s.ReadOnly {
		return Result{}, errReadOnly
	}
	res := Result{Name: name, Path: s.path(name)}
	previous, err := s.find(&res, r.Text)
	if err != nil {
		return Result{}, err
	}
	switch {
	case res.Outcome == Match:
		if err := s.confirm(&res, r.Text); err != nil {
			return Result{}, err
		}
		return res, s.dropPending(name)
	case s.Update:
		res.Diff = diff(previous, r.Lines)
		res.Accepted = true
		if err := replaceAlone(res.Path, []byte(mark(r.Text, s.Provisional))); err != nil {
			return Result{}, err
		}
		return res, s.dropPending(name)
	}
	res.Diff = diff(previous, r.Lines)
	if s.proposes() {
		res.PendingPath = s.pendingPath(name)
		return res, replace(res.PendingPath, []byte(mark(r.Text, s.Provisional)))
	}
	return res, nil
}

// confirm takes the mark out of a snapshot that was seen on another engine only,
// where snapshots may be written.
func (s Store) confirm(res *Result, text string) error {
	if res.Provisional == "" || s.Provisional != "" || s.ReadOnly {
		return nil
	}
	res.Provisional, res.Confirmed = "", true
	return replaceAlone(res.Path, []byte(text))
}

// find puts the outcome into res and returns the accepted text, "" if there is none.
// cupaloy compares; two of its habits are corrected before and after: it would
// take a file full of conflict markers for content, and CRLF for a difference.
func (s Store) find(res *Result, text string) (previous string, err error) {
	raw, err := os.ReadFile(res.Path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		res.Outcome = Missing
		return "", nil
	case err != nil:
		return "", err
	case hasConflict(string(raw)):
		res.Outcome = Missing
		res.Note = "has merge-conflict markers: resolve them, or accept the new text"
		return "", nil
	}
	_, seenOn := unmark(normalise(string(raw)))
	previous, equal, err := ask(s.Dir, res.Name, mark(text, seenOn))
	if err != nil {
		return "", err
	}
	if equal {
		res.Outcome, res.Provisional = Match, seenOn
		return "", nil
	}
	previous, _ = unmark(normalise(previous))
	if previous == text {
		res.Outcome, res.Provisional = Match, seenOn
		return "", nil
	}
	res.Outcome = Changed
	if strings.TrimRight(previous, "\n") == strings.TrimRight(text, "\n") {
		res.Note = "the file differs only in its final line ends: it must end in exactly one"
	}
	return previous, nil
}

// ask lets cupaloy compare text with the file. Its error types are internal, so
// the differ, which it calls for a mismatch and for nothing else, is what tells a
// mismatch from a failure. Every habit of cupaloy that writes is off.
func ask(dir, name, text string) (previous string, equal bool, err error) {
	mismatch := false
	judge := cupaloy.New(
		cupaloy.SnapshotSubdirectory(dir),
		cupaloy.SnapshotFileExtension(extension),
		cupaloy.CreateNewAutomatically(false),
		cupaloy.ShouldUpdate(func() bool { return false }),
		cupaloy.FailOnUpdate(true),
		cupaloy.DiffSnapshots(func(old, _ string) string {
			mismatch, previous = true, old
			return ""
		}),
	)
	// cupaloy ends a string with a newline of its own.
	err = judge.SnapshotWithName(filepath.FromSlash(name), strings.TrimSuffix(text, "\n"))
	if mismatch {
		return previous, false, nil
	}
	return "", err == nil, err
}

// normalise undoes what a checkout with autocrlf did. No text is lost: a carriage
// return inside a value is written as \r.
func normalise(text string) string { return strings.ReplaceAll(text, "\r\n", "\n") }

// hasConflict tells whether version control left its markers in text. No line of
// a rendering starts like one: sections start with a word or a quote.
func hasConflict(text string) bool {
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "<<<<<<<") || strings.HasPrefix(line, ">>>>>>>") {
			return true
		}
	}
	return false
}

func (s Store) path(name string) string {
	return filepath.Join(s.Dir, filepath.FromSlash(name)+extension)
}

func (s Store) pendingPath(name string) string {
	return filepath.Join(s.Pending, filepath.FromSlash(name)+pendingExtension)
}

// proposes tells whether Pending may be written.
func (s Store) proposes() bool {
	return s.Pending != "" && (!s.ReadOnly || !inside(s.Dir, s.Pending))
}

func inside(dir, path string) bool {
	dir, errDir := filepath.Abs(dir)
	path, errPath := filepath.Abs(path)
	if errDir != nil || errPath != nil {
		return true
	}
	rel, err := filepath.Rel(dir, path)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}
