package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/snapshot"
	"github.com/stillwater-streams/stillwater/harness/trace"
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

// diff prints what changed against the snapshot. Each line that is new carries
// its cause: the write that last changed it, and, where that write is named for
// the first time, the chain back to the step.
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
	explained := map[trace.ID]bool{}
	for i, hunk := range snapshot.Hunks(r.Snapshot.Diff, contextLines) {
		if i > 0 {
			b.WriteString("      …\n")
		}
		for _, d := range hunk {
			line := "      " + string(d.Op) + " " + d.Text
			if d.Op == '+' {
				line = pad(line, 48) + explain(r, r.Rendering.Lines[d.Line], explained)
			}
			fmt.Fprintln(b, strings.TrimRight(line, " "))
		}
	}
}

// explain is the cause of a line: "← w6 ← i3 ← r4 ← m1 (close_one.yaml:9)", and
// only "← w6" once that was said.
func explain(r *harness.Result, line snapshot.Line, explained map[trace.ID]bool) string {
	if line.Path == "" && strings.TrimSpace(line.Text) == "" {
		return ""
	}
	record, ok := r.LastWrite(line.Section, line.Path)
	if !ok {
		return ""
	}
	chain := r.Log.Chain(record.ID)
	if len(chain) < 2 {
		return fmt.Sprintf("  ← %s, of a client that is not known", record.ID)
	}
	write := chain[1].ID
	if explained[write] {
		return "  ← " + string(write)
	}
	explained[write] = true
	return "  " + path(chain)
}

// path words a chain of causes from a write to its step. Of a batch it names the
// newest record and the number of the others; writes of steps say no more than
// their records, so they are left out.
func path(chain []trace.Event) string {
	ids := []string{string(chain[1].ID)}
	for _, e := range chain[2:] {
		switch e.ID.Type() {
		case trace.TypeInvocation, trace.TypeMutation:
			ids = append(ids, string(e.ID))
		case trace.TypeBatch:
			records := string(e.Cause[len(e.Cause)-1])
			if len(e.Cause) > 1 {
				records += fmt.Sprintf("+%d", len(e.Cause)-1)
			}
			ids = append(ids, records)
		}
	}
	root := chain[len(chain)-1]
	where := root.Ref
	if root.ID.FromFixture() {
		where = "fixture " + where
	}
	return fmt.Sprintf("← %s (%s)", strings.Join(ids, " ← "), where)
}
