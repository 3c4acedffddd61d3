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

// shownReceptions is how many invocations a report lists that did not write a value.
const shownReceptions = 8

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
	d := differences{diff: r.Snapshot.Diff, places: snapshot.Places(r.Snapshot.Diff), causes: r.Causes(), said: map[string]bool{}}
	at := 0 // of the hunk's first line in the diff: hunks are parts of it, in order
	for i, hunk := range snapshot.Hunks(d.diff, contextLines) {
		if i > 0 {
			b.WriteString("      …\n")
		}
		at += start(d.diff[at:], hunk)
		d.hunk(b, at, len(hunk))
		at += len(hunk)
	}
	d.missed(b)
}

// differences are a diff on its way to paper.
type differences struct {
	diff   []snapshot.DiffLine
	places []snapshot.Place
	causes []harness.Cause
	said   map[string]bool
}

// hunk prints the n lines from at on, below the heading of the section and the
// name of the moment that they begin in.
func (d differences) hunk(b *strings.Builder, at, n int) {
	begins := d.places[at]
	if moment := "== " + begins.At + " =="; begins.At != "" && d.diff[at].Text != moment {
		fmt.Fprintf(b, "        %s\n", moment)
	}
	if begins.Heading != "" && d.diff[at].Text != begins.Heading {
		fmt.Fprintf(b, "        %s\n", begins.Heading)
		if d.diff[at-1].Text != begins.Heading {
			b.WriteString("          …\n")
		}
	}
	for i := at; i < at+n; i++ {
		line := "      " + d.diff[i].String()[:1] + " " + d.diff[i].Text
		if cause := once(d.causes[i], d.said); cause != "" {
			line = pad(line, 48) + "  " + cause
		}
		fmt.Fprintln(b, strings.TrimRight(line, " "))
	}
}

// missed prints, of what was not written, the invocations that a line has no room
// for.
func (d differences) missed(b *strings.Builder) {
	said := map[string]bool{}
	for _, c := range d.causes {
		text := c.String()
		if c.Kind != harness.NotWritten || len(c.Receptions) < 2 || said[text] {
			continue
		}
		said[text] = true
		fmt.Fprintf(b, "\n  not written, of %s:\n", c.Item)
		for i, r := range c.Receptions {
			if i == shownReceptions {
				fmt.Fprintf(b, "    … %d more\n", len(c.Receptions)-i)
				break
			}
			fmt.Fprintf(b, "    %s\n", r)
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
