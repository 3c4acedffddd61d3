package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/snapshot"
	"github.com/stillwater-streams/stillwater/harness/trace"
)

// shown is how much a timeline shows.
type shown struct {
	lines int // 0: all
	image int // characters of an item before and after a trigger's write; 0: all, -1: none
}

// timeline prints what happened, in order, without the fixture's phase: step →
// writes → records → invocations → writes, each with the id of its cause. It
// prints at most as many lines as it is told: the beginning and the end, with
// a line between that says how to see the rest.
func timeline(w io.Writer, r *harness.Result, s shown) error {
	if r.Log == nil {
		return nil
	}
	rows, limit := rows(r.Log, s.image), s.lines
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "    t ms\tid\t←\tshard\tevent")
	for i, row := range rows {
		if cut := len(rows) - limit; limit > 0 && cut > 0 && i >= limit/2 && i < limit/2+cut {
			if i == limit/2 {
				fmt.Fprintf(table, "     ...\t\t\t\t%d more: stillwater run --timeline %s\n", cut, r.Scenario.Name)
			}
			continue
		}
		fmt.Fprintln(table, row)
	}
	job := ""
	if slices.ContainsFunc(r.Log.Events(), func(e trace.Event) bool { return e.Kind == trace.JobSubmitted }) {
		job = "j job, "
	}
	fmt.Fprintf(table, "\t\t\t\tm step, w write, r record, i invocation, %ss shard; ← is caused by; ∅ absent\n", job)
	return table.Flush()
}

// rows words the events that a reader needs to see, columns separated by tabs.
func rows(log *trace.Log, image int) []string {
	var rows []string
	events := together(report(log.Events()))
	table := tablePrefix(events)
	for _, e := range events {
		e.Key = strings.TrimPrefix(e.Key, table)
		text, ok := describe(e, events)
		if !ok {
			continue
		}
		rows = append(rows, fmt.Sprintf("%8.1f\t%s\t%s\t%s\t%s",
			float64((e.T-events[0].T).Microseconds())/1000, dot(string(e.ID)), dot(causesOf(e, events)), dot(e.Shard),
			strings.TrimRight(text, " ")))
		if e.Kind == trace.RecordSeen && e.Depth > 0 && image >= 0 {
			rows = append(rows, imageRows(log, e.ID, image)...)
		}
	}
	return rows
}

// imageRows show an item before and after a trigger's write, at most so many
// characters of each unless that is 0.
func imageRows(log *trace.Log, record trace.ID, most int) []string {
	var rows []string
	images, _ := log.Images(record)
	for _, side := range []struct {
		name  string
		image []byte
	}{{"before", images.Before}, {"after", images.After}} {
		text := []rune(string(side.image))
		if len(text) == 0 {
			continue
		}
		if most > 0 && len(text) > most {
			text = append(text[:most-1:most-1], '…')
		}
		rows = append(rows, fmt.Sprintf("\t\t\t\t      %-6s %s", side.name, string(text)))
	}
	return rows
}

// report cuts the fixture's phase off.
func report(events []trace.Event) []trace.Event {
	start := slices.IndexFunc(events, func(e trace.Event) bool {
		return e.Kind == trace.MutationStart && !e.ID.FromFixture()
	})
	if start < 0 {
		return events // it did not get further
	}
	return events[start:]
}

// together makes one event of what a mapping's filters turn away in one read.
func together(events []trace.Event) []trace.Event {
	var joined []trace.Event
	for _, e := range events {
		if e.Kind == trace.Filtered && len(joined) > 0 {
			last := &joined[len(joined)-1]
			if last.Kind == trace.Filtered && last.Actor == e.Actor && last.Shard == e.Shard {
				last.Cause = slices.Concat(last.Cause, e.Cause)
				continue
			}
		}
		joined = append(joined, e)
	}
	return joined
}

// describe words an event; ok is false for those that a reader need not see.
func describe(e trace.Event, all []trace.Event) (text string, ok bool) {
	switch e.Kind {
	case trace.MutationStart:
		return fmt.Sprintf("%s  (%s)", e.Actor, e.Ref), true
	case trace.MutationAck:
		return "  step failed: " + firstLine(e.Note), e.Note != "ok"
	case trace.Write:
		return fmt.Sprintf("  %s %s  %s", e.Op, e.Key, effect(e)), true
	case trace.Call:
		return fmt.Sprintf("  %s %s  %s", e.Op, e.Key, e.Note), e.Note != "ok"
	case trace.RecordSeen:
		return fmt.Sprintf("    %s %s%s", e.Op, e.Key, changed(e.Changes)), true
	case trace.RecordOrphan:
		return fmt.Sprintf("    %s %s  ORPHAN: written by a client the gate does not know", e.Op, e.Key), true
	case trace.InvokeStart:
		return e.Actor + " is given " + span(recordsOf(e, all)) + attempt(e), true
	case trace.InvokeEnd:
		return fmt.Sprintf("  → %s, %s, %s", firstLine(e.Note), wrote(e.ID, all), ms(e.Took)), true
	case trace.JobStart:
		return fmt.Sprintf("%s: job: %s", e.Actor, e.Note), true
	case trace.JobEnd:
		return fmt.Sprintf("  → %s, %s, %s", firstLine(e.Note), wrote(e.ID, all), ms(e.Took)), true
	case trace.DeadLetter:
		return fmt.Sprintf("%s: batch of %s to the on-failure destination: %s", e.Actor, plural(e.N, "record"), e.Note), true
	}
	return describeRest(e)
}

// describeRest words what a run without trouble does not have, and the verdicts.
func describeRest(e trace.Event) (text string, ok bool) {
	switch e.Kind {
	case trace.JobSubmitted:
		return "  hands over to a job: " + e.Note, true
	case trace.HandlerLog:
		return "    log: " + firstLine(e.Note), !strings.HasPrefix(e.Note, "DEBUG ")
	case trace.Refused:
		return fmt.Sprintf("  %s REFUSED: the invocation of %s had ended", e.Op, e.Actor), true
	case trace.StrayCall:
		return fmt.Sprintf("  %s REFUSED: %s", e.Op, e.Note), true
	case trace.Observed:
		return "looked at, as " + snapshot.Moment(e.Note), e.Note != ""
	case trace.Expected:
		return "expected another value: " + firstLine(e.Note), e.Note != "ok"
	case trace.Fault:
		return "FAULT " + strings.TrimSpace(e.Actor+" "+e.Note) + place(e), true
	case trace.Filtered:
		return fmt.Sprintf("    %s: its filters turn %s away", e.Actor, span(e.Cause)), true
	case trace.Throttled:
		return fmt.Sprintf("%s: %s", e.Actor, e.Note), true
	case trace.DeadLetterRefused:
		return fmt.Sprintf("%s: the on-failure destination does not take the batch: %s", e.Actor, firstLine(e.Note)), true
	case trace.Dropped:
		return fmt.Sprintf("%s: batch of %s DROPPED, for there is no on-failure destination: %s", e.Actor, plural(e.N, "record"), e.Note), true
	case trace.RetryScheduled:
		return e.Actor + ": " + e.Note, true
	case trace.Advance:
		return "virtual clock moves to " + e.Note, true
	case trace.SettleDone:
		return fmt.Sprintf("settled %s after the last handler (%s)", ms(e.Took), plural(e.N, "round")), true
	case trace.SettleRefused:
		return "NOT SETTLED: " + e.Note, true
	}
	return "", false
}

// place is the line of the scenario that an event is due to, if one is.
func place(e trace.Event) string {
	if e.Ref == "" {
		return ""
	}
	return "  (" + e.Ref + ")"
}

// recordsOf are the records of an invocation's batch.
func recordsOf(e trace.Event, all []trace.Event) []trace.ID {
	for _, b := range all {
		if b.Kind == trace.BatchFormed && len(e.Cause) > 0 && b.ID == e.Cause[0] {
			return b.Cause
		}
	}
	return nil
}

// causesOf is what the column of causes shows: of an invocation its records, for
// the batch has no line of its own.
func causesOf(e trace.Event, all []trace.Event) string {
	if e.Kind == trace.InvokeStart {
		return causes(recordsOf(e, all))
	}
	return causes(e.Cause)
}

func attempt(e trace.Event) string {
	if e.N > 1 {
		return fmt.Sprintf(", attempt %d", e.N)
	}
	return ""
}

// wrote says what an invocation did to the tables.
func wrote(invocation trace.ID, all []trace.Event) string {
	records := 0
	for _, e := range all {
		if e.Kind == trace.Write && len(e.Cause) > 0 && e.Cause[0] == invocation {
			records += e.N
		}
	}
	if records == 0 {
		return "nothing written"
	}
	return plural(records, "item") + " changed"
}

// span shortens a run of ids: r1…r3.
func span(ids []trace.ID) string {
	switch len(ids) {
	case 0:
		return "?"
	case 1, 2:
		return causes(ids)
	}
	return fmt.Sprintf("%s…%s (%d records)", ids[0], ids[len(ids)-1], len(ids))
}

func effect(e trace.Event) string {
	switch {
	case e.Note != "ok":
		return firstLine(e.Note)
	case e.N == 0:
		return "no-op"
	}
	return plural(e.N, "record")
}

func causes(ids []trace.ID) string {
	var parts []string
	for _, id := range ids {
		parts = append(parts, string(id))
	}
	if len(parts) > 2 {
		parts = []string{parts[0], fmt.Sprintf("+%d", len(parts)-1)}
	}
	return strings.Join(parts, " ")
}

func dot(text string) string {
	if text == "" {
		return "·"
	}
	return text
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}

// tablePrefix is the table's name with a blank where all keys are of one table,
// for then it says nothing; "" where they are of several.
func tablePrefix(events []trace.Event) string {
	prefix := ""
	for _, e := range events {
		table, _, ok := strings.Cut(e.Key, " ")
		if !ok {
			continue
		}
		if prefix != "" && prefix != table+" " {
			return ""
		}
		prefix = table + " "
	}
	return prefix
}

// virtual is how far the virtual clock moved in the report's part of a run.
func virtual(r *harness.Result) time.Duration {
	if r.Log == nil {
		return 0 // nothing was run
	}
	events := report(r.Log.Events())
	if len(events) == 0 {
		return 0
	}
	return events[len(events)-1].VT.Sub(events[0].VT)
}
