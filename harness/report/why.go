package report

import (
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/snapshot"
	"github.com/stillwater-streams/stillwater/harness/trace"
)

// WhyArgument splits what a person types: "vulnerabilities/close_one#FIN#f1/status"
// is a path in the snapshot of a scenario, "FIN#f1/status" one in that of the last
// run, and then scenario is "". A scenario's name has no capitals and no "#".
func WhyArgument(argument string) (scenario, path string) {
	name, rest, found := strings.Cut(argument, "#")
	if found && snapshot.CheckName(name) == nil {
		return name, rest
	}
	return "", argument
}

// Why explains one value of a run: what it is, what the snapshot has, and, step by
// step, where it comes from or why it was not written. path is a section's label
// or heading and, after a slash or a dot, the path of a line in it:
// "FIN#f1/vulnerabilities_summary.open". A path that the run does not know is an
// error that lists those it does.
func Why(w io.Writer, r *harness.Result, path string) error {
	asked := questions(r, path)
	if len(asked) == 0 {
		return fmt.Errorf("why: %s: nothing is called %q: %s", r.Scenario.Name, path, known(r, path))
	}
	var b strings.Builder
	for i, q := range asked {
		if i > 0 {
			b.WriteByte('\n')
		}
		q.answer(&b, r)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// question is a line that is asked for, at one moment.
type question struct {
	section     int // -1: of the snapshot alone
	place       snapshot.Place
	now, before string // the lines, "" where there is none
	differs     bool
	causeOfDiff harness.Cause
}

// questions finds what a path means, at each moment that shows it.
func questions(r *harness.Result, asked string) []question {
	diff := r.Snapshot.Diff
	if len(diff) == 0 {
		for i, l := range r.Rendering.Lines {
			diff = append(diff, snapshot.DiffLine{Op: ' ', Text: l.Text, Line: i})
		}
	}
	places, causes := snapshot.Places(diff), r.Causes()
	var list []question
	for i, d := range diff {
		inside, ok := within(places[i], asked)
		if !ok {
			continue
		}
		at := slices.IndexFunc(list, func(q question) bool {
			return q.place.At == places[i].At && q.place.Heading == places[i].Heading
		})
		if at < 0 {
			at = len(list)
			list = append(list, question{section: -1, place: snapshot.Place{At: places[i].At, Heading: places[i].Heading, Path: inside}})
		}
		q := &list[at]
		if d.Op != '-' {
			q.section = r.Rendering.Lines[d.Line].Section
		}
		if places[i].Path != inside {
			continue
		}
		if d.Op != '-' {
			q.now = strings.TrimSpace(d.Text)
		}
		if d.Op != '+' {
			q.before = strings.TrimSpace(d.Text)
		}
		if d.Op != ' ' && i < len(causes) {
			q.differs = true
			if causes[i].Kind != harness.NoCause {
				q.causeOfDiff = causes[i]
			}
		}
	}
	return slices.DeleteFunc(list, func(q question) bool { return q.now == "" && q.before == "" && q.section < 0 })
}

// within reports whether a place is in the section that is asked for, and which
// path in it.
func within(place snapshot.Place, asked string) (path string, ok bool) {
	if place.Heading == "" {
		return "", false
	}
	for _, name := range []string{place.Heading, place.View() + " " + place.Label(), place.Label(), place.View()} {
		rest, found := strings.CutPrefix(asked, name)
		if name == "" || !found {
			continue
		}
		if rest == "" {
			return "", true
		}
		if rest[0] == '/' || rest[0] == '.' {
			return rest[1:], true
		}
	}
	return "", false
}

// shownKnown is how many names an error lists.
const shownKnown = 12

// known lists what can be asked for: the sections, or the lines of the one that was.
func known(r *harness.Result, asked string) string {
	var names []string
	for i, place := range snapshot.Places(r.Snapshot.Diff) {
		if r.Snapshot.Diff[i].Op != ' ' && place.Label() != "" && place.Path != "" {
			names = append(names, place.Label()+"/"+place.Path)
		}
	}
	if len(names) > 0 {
		slices.Sort(names)
		return "what differs is " + few(slices.Compact(names))
	}
	for _, l := range r.Rendering.Lines {
		if l.Section >= 0 && l.Path == "" && !strings.HasPrefix(l.Text, " ") {
			names = append(names, l.Text)
		}
	}
	if len(names) == 0 {
		return "the run came to no snapshot"
	}
	slices.Sort(names)
	return "there are " + few(slices.Compact(names)) + ", each with its lines: LABEL/path.of.the.line"
}

func few(names []string) string {
	if len(names) > shownKnown {
		return strings.Join(names[:shownKnown], ", ") + fmt.Sprintf(" and %d more", len(names)-shownKnown)
	}
	return strings.Join(names, ", ")
}

// answer prints what is known of one line.
func (q question) answer(b *strings.Builder, r *harness.Result) {
	fmt.Fprintf(b, "%s   %s", r.Scenario.Name, q.place.Heading)
	if q.place.Path != "" {
		fmt.Fprintf(b, " / %s", q.place.Path)
	}
	if q.place.At != "" {
		fmt.Fprintf(b, "   at: %s", q.place.At)
	}
	fmt.Fprintf(b, "\n\n  this run  %s\n", orNothing(q.now))
	if q.differs {
		fmt.Fprintf(b, "  snapshot  %s\n", orNothing(q.before))
	}
	cause := q.causeOfDiff
	if cause.Kind == harness.NoCause && q.section >= 0 {
		cause = r.Cause(q.section, q.place.Path)
	}
	if cause.Kind == harness.NoCause {
		b.WriteString("\n  no item of the trace is shown here: nothing can be said of its cause\n")
		return
	}
	fmt.Fprintf(b, "  cause     %s\n\n", cause)
	if cause.Kind == harness.NotWritten {
		missed(b, r, cause)
	} else {
		chain(b, r, cause)
	}
}

func orNothing(line string) string {
	if line == "" {
		return "nothing"
	}
	return line
}

// chain prints the way from the write back to the step, a thing on a line, and
// under an invocation what its handler logged.
func chain(b *strings.Builder, r *harness.Result, c harness.Cause) {
	events := r.Log.Events()
	arrow := "   "
	for _, l := range c.Chain {
		fmt.Fprintf(b, "  %s%-5s %s\n", arrow, l.Event.ID, link(r, l, events))
		arrow = " ← "
		if t := l.Event.ID.Type(); t == trace.TypeInvocation || t == trace.TypeJob {
			logged(b, l.Event.ID, events)
		}
	}
	if len(c.Receptions) > 0 {
		b.WriteString("\n  after that it was left as it was:\n")
		received(b, r, c, events)
	}
}

// link words one thing of a chain.
func link(r *harness.Result, l harness.Link, events []trace.Event) string {
	e := l.Event
	switch e.ID.Type() {
	case trace.TypeMutation:
		file, line := refLine(r, e)
		return fmt.Sprintf("%s   %s", e.Actor, strings.TrimSuffix(file+":"+line, ":"))
	case trace.TypeInvocation:
		return fmt.Sprintf("%s is given %s%s → %s", e.Actor, span(recordsOf(e, events)), attempt(e), ending(e.ID, events))
	case trace.TypeJob:
		return fmt.Sprintf("%s has it done by a job: %s → %s", e.Actor, e.Note, ending(e.ID, events))
	case trace.TypeWrite:
		text := fmt.Sprintf("%s %s", e.Op, e.Key)
		for _, record := range events {
			if (record.Kind == trace.RecordSeen) && slices.Contains(record.Cause, e.ID) {
				text += changed(record.Changes)
			}
		}
		return text
	}
	text := fmt.Sprintf("%s %s%s", e.Op, e.Key, changed(e.Changes))
	if len(l.Others) > 0 {
		text += "   also in the batch: " + span(slices.Sorted(slices.Values(l.Others)))
	}
	return text
}

// ending is how an invocation or a job ended.
func ending(invocation trace.ID, events []trace.Event) string {
	for _, e := range events {
		if (e.Kind == trace.InvokeEnd || e.Kind == trace.JobEnd) && e.ID == invocation {
			return firstLine(e.Note)
		}
	}
	return "it has not ended"
}

func logged(b *strings.Builder, invocation trace.ID, events []trace.Event) {
	for _, e := range events {
		if e.Kind == trace.HandlerLog && slices.Contains(e.Cause, invocation) {
			fmt.Fprintf(b, "           log: %s\n", firstLine(e.Note))
		}
	}
}

// missed prints the invocations that could have written a value, with the records
// they were given and the steps those came from, and the records nobody got.
func missed(b *strings.Builder, r *harness.Result, c harness.Cause) {
	events := r.Log.Events()
	if len(c.Chain) > 0 {
		fmt.Fprintf(b, "  the value stands since fixture %s\n", path.Base(c.Where))
	}
	received(b, r, c, events)
}

// received prints what became of related records.
func received(b *strings.Builder, r *harness.Result, c harness.Cause, events []trace.Event) {
	for _, reception := range c.Receptions {
		fmt.Fprintf(b, "  %s\n", reception)
		for _, id := range reception.Records {
			if e, ok := r.Log.Find(id); ok {
				root := r.Log.Chain(id)
				file, line := refLine(r, root[len(root)-1])
				fmt.Fprintf(b, "     %-5s %s %s%s   by %s:%s\n", id, e.Op, e.Key, changed(e.Changes), file, line)
			}
		}
		if reception.Invocation != "" {
			logged(b, reception.Invocation, events)
		}
	}
}
