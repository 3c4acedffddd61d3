package report

import (
	"io"
	"strings"

	"github.com/stillwater-streams/stillwater/harness"
)

// Format words the results of a run of scenarios, one after the other, for people
// or for another program. Results are given in the order in which they shall
// stand; after the last comes Close, which does not close the writer.
type Format interface {
	// Add takes the next result.
	Add(r *harness.Result) error
	// Obsolete takes the names of snapshots that no scenario has, at most once.
	Obsolete(names []string) error
	// Close ends the output.
	Close() error
}

// TextOptions say how [Text] prints; the zero value works.
type TextOptions struct {
	// Whole shows every line of a failure's timeline, and the timeline of runs that
	// passed.
	Whole bool
	// Color marks what is good and what is bad with the colours of a terminal: for
	// the caller to set where it writes to one and NO_COLOR is not set.
	Color bool
}

// Text is for people: a line for a scenario that passed or was skipped, [Failure]
// for the others.
func Text(w io.Writer, o TextOptions) Format { return &text{w, o} }

type text struct {
	w io.Writer
	o TextOptions
}

func (t *text) Add(r *harness.Result) error {
	var b strings.Builder
	var err error
	switch {
	case r.Outcome.Failed():
		err = Failure(&b, r, t.o.Whole)
	case t.o.Whole && r.Outcome == harness.Passed:
		err = Full(&b, r)
	case r.Snapshot.Accepted:
		err = Accepted(&b, r)
	default:
		err = Line(&b, r)
	}
	if err != nil {
		return err
	}
	return t.print(b.String())
}

func (t *text) Obsolete(names []string) error {
	if len(names) == 0 {
		return nil
	}
	return t.print("✗ snapshots without a scenario: delete the files, or bring the scenarios back\n  " + strings.Join(names, "\n  ") + "\n")
}

func (t *text) Close() error { return nil }

func (t *text) print(text string) error {
	if t.o.Color {
		text = colored(text)
	}
	_, err := io.WriteString(t.w, text)
	return err
}

// The colours that every terminal has.
const (
	red, green, dim, plain = "\x1b[31m", "\x1b[32m", "\x1b[2m", "\x1b[0m"
)

// colored marks the lines of a report by what they begin with. What it adds are
// colours alone: without them the text is the same.
func colored(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		line, end := strings.TrimSuffix(line, "\n"), line[len(strings.TrimSuffix(line, "\n")):]
		switch {
		case strings.HasPrefix(line, "✓"):
			line = green + "✓" + plain + line[len("✓"):]
		case strings.HasPrefix(line, "✗"):
			line = red + "✗" + plain + line[len("✗"):]
		case strings.HasPrefix(line, "      + "):
			line = diffColored(line, green)
		case strings.HasPrefix(line, "      - "):
			line = diffColored(line, red)
		}
		b.WriteString(line + end)
	}
	return b.String()
}

// diffColored keeps the cause at the end of a changed line apart from its text.
func diffColored(line, color string) string {
	line, cause, found := strings.Cut(line, "  ← ")
	if !found {
		return color + line + plain
	}
	return color + line + plain + dim + "  ← " + cause + plain
}
