package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/snapshot"
	"github.com/stillwater-streams/stillwater/harness/trace"
)

const (
	// timelineLines is how much of a timeline a failure shows: what fits two screens.
	timelineLines = 60
	// shownImage is how much it shows of an item before and after a trigger's write.
	shownImage = 100
)

// Failure prints all that a person needs to see what went wrong in a run, and
// ends with what to type next. It shows the whole timeline, however long, if
// whole is set.
func Failure(w io.Writer, r *harness.Result, whole bool) error {
	limit := timelineLines
	if whole {
		limit = 0
	}
	var b strings.Builder
	fmt.Fprintf(&b, "✗ %s   %s   %s (vt %v)\n", r.Scenario.Name, verdict(r), ms(r.Took), virtual(r))
	fmt.Fprintf(&b, "  %s\n\n", counts(r))
	if err := timeline(&b, r, shown{lines: limit, image: imageRunes(whole)}); err != nil {
		return err
	}
	b.WriteByte('\n')
	switch r.Outcome {
	case harness.Differs:
		diff(&b, r)
	case harness.Skipped:
		fmt.Fprintf(&b, "  %s\n", r.Why)
	default:
		fmt.Fprintf(&b, "  %s\n", strings.ReplaceAll(r.Err.Error(), "\n", "\n  "))
		loop(&b, r)
	}
	next(&b, r)
	_, err := io.WriteString(w, b.String())
	return err
}

// imageRunes is how much of an item's image a failure shows; 0 is all of it.
func imageRunes(whole bool) int {
	if whole {
		return 0
	}
	return shownImage
}

// Rerun is the command that runs the scenario of r again, exactly as it ran.
func Rerun(r *harness.Result) string {
	command := "stillwater run --timeline " + r.Scenario.Name
	if r.Seed != 0 {
		command += fmt.Sprintf(" --seed %d", r.Seed)
	}
	if r.Redeliver != harness.NoRedelivery {
		command += " --redeliver " + r.Redeliver.String()
	}
	return command
}

// loop prints how triggers cause each other.
func loop(b *strings.Builder, r *harness.Result) {
	if len(r.Loop) == 0 {
		return
	}
	b.WriteString("  what repeats:\n")
	for _, e := range r.Loop {
		if e.Kind == trace.Write {
			fmt.Fprintf(b, "    %s writes %s (%s)\n", e.Actor, e.Key, e.Op)
		} else {
			fmt.Fprintf(b, "    %s is invoked with it\n", e.Actor)
		}
	}
	b.WriteString("    a trigger must drop the echo of its own writes, or write nothing where nothing changed\n")
}

// next ends a report with what to type.
func next(b *strings.Builder, r *harness.Result) {
	b.WriteByte('\n')
	fmt.Fprintf(b, "  rerun   %s\n", Rerun(r))
	if r.Outcome != harness.Differs {
		return
	}
	if path := firstChanged(r); path != "" {
		fmt.Fprintf(b, "  why     stillwater why %s\n", shellWord(r.Scenario.Name+"#"+path))
	}
	if r.Redeliver != harness.NoRedelivery {
		b.WriteString("  without redelivery it may pass: a trigger must come to the same when a batch comes again\n")
		return
	}
	fmt.Fprintf(b, "  accept  stillwater accept %s\n", r.Scenario.Name)
	if r.Snapshot.PendingPath != "" {
		fmt.Fprintf(b, "  pending %s\n", r.Snapshot.PendingPath)
	}
}

// firstChanged is the path of the first changed line that has a cause, as Why
// takes it.
func firstChanged(r *harness.Result) string {
	for _, l := range Changes(r) {
		if l.Cause == nil || l.Path == "" {
			continue
		}
		place := snapshot.Place{Heading: l.Section}
		if label := place.Label(); label != "" {
			return label + "/" + l.Path
		}
		return place.View() + "/" + l.Path
	}
	return ""
}

// shellWord quotes a word that a shell would not take as it is.
func shellWord(text string) string {
	if !strings.ContainsAny(text, " \t\"'`$&;|<>(){}[]*?!~\\") {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}
