package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/snapshot"
)

// contextLines is how many unchanged lines a diff shows around a change.
const contextLines = 2

// Accepted prints a run whose snapshot was accepted just now: its line, and what
// changed with the causes, for that is what a person answers for.
func Accepted(w io.Writer, r *harness.Result) error {
	if err := Line(w, r); err != nil {
		return err
	}
	var b strings.Builder
	diff(&b, r)
	b.WriteByte('\n')
	_, err := io.WriteString(w, b.String())
	return err
}

// Diff prints what changed against the snapshot, with the causes.
func Diff(w io.Writer, r *harness.Result) error {
	var b strings.Builder
	diff(&b, r)
	_, err := io.WriteString(w, b.String())
	return err
}

// diff prints what changed against the snapshot. Each changed line carries its
// cause, in full where it is named for the first time.
func diff(b *strings.Builder, r *harness.Result) {
	var plus, minus int
	for _, d := range r.Snapshot.Diff {
		switch d.Op {
		case '+':
			plus++
		case '-':
			minus++
		}
	}
	fmt.Fprintf(b, "  snapshot %s: +%d −%d lines\n", r.Snapshot.Path, plus, minus)
	if r.Snapshot.Note != "" {
		fmt.Fprintf(b, "  %s\n", r.Snapshot.Note)
	}
	causes := r.Causes()
	said := map[string]bool{}
	at := 0 // of the hunk's first line in the diff: hunks are parts of it, in order
	for i, hunk := range snapshot.Hunks(r.Snapshot.Diff, contextLines) {
		if i > 0 {
			b.WriteString("      …\n")
		}
		for at += start(r.Snapshot.Diff[at:], hunk); len(hunk) > 0; at, hunk = at+1, hunk[1:] {
			line := "      " + hunk[0].String()[:1] + " " + hunk[0].Text
			if cause := once(causes[at], said); cause != "" {
				line = pad(line, 48) + "  " + cause
			}
			fmt.Fprintln(b, strings.TrimRight(line, " "))
		}
	}
}

// start is the index of a hunk, which is a part of the diff, in it.
func start(diff, hunk []snapshot.DiffLine) int {
	for i := range diff {
		if &diff[i] == &hunk[0] {
			return i
		}
	}
	return 0
}

// once words a cause, briefly where it was said before.
func once(c harness.Cause, said map[string]bool) string {
	text := c.String()
	if said[text] {
		return c.Short()
	}
	said[text] = true
	return text
}
