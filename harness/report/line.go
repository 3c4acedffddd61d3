package report

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/snapshot"
	"github.com/stillwater-streams/stillwater/harness/trace"
)

// Line prints one run on one line:
//
//	✓ vulnerabilities/closing_one  passed  84 ms (settled in 9 ms)
//
// Settled in is the time from the end of the last handler to the verdict, the
// longest of the scenario; a run that never settled has none.
func Line(w io.Writer, r *harness.Result) error {
	mark := "✗"
	switch r.Outcome {
	case harness.Passed:
		mark = "✓"
	case harness.Skipped:
		_, err := fmt.Fprintf(w, "- %-72s %-16s %s\n", r.Scenario.Name, verdict(r), r.Why)
		return err
	}
	_, err := fmt.Fprintf(w, "%s %-72s %-16s %s%s\n", mark, r.Scenario.Name, verdict(r), ms(r.Took), settledIn(r))
	return err
}

// settledIn leaves out the fixture's settling, which comes first.
func settledIn(r *harness.Result) string {
	if len(r.Settled) < 2 {
		return ""
	}
	var longest time.Duration
	for _, s := range r.Settled[1:] {
		longest = max(longest, s.After)
	}
	return fmt.Sprintf(" (settled in %s)", ms(longest))
}

// verdict is the outcome with what the snapshot adds to it.
func verdict(r *harness.Result) string {
	switch {
	case r.Outcome == harness.Passed && r.Snapshot.Accepted:
		return "snapshot accepted"
	case r.Outcome == harness.Differs && r.Snapshot.Outcome == snapshot.Missing:
		return "snapshot missing"
	}
	return r.Outcome.String()
}

// Counts are numbers of the scenario's own part of a trace, without its fixture.
type Counts struct {
	Steps       int `json:"steps"`
	Writes      int `json:"writes"`      // that steps made, by call
	Records     int `json:"records"`     // of those
	Invocations int `json:"invocations"` // of handlers
	// Of triggers.
	TriggerWrites  int `json:"trigger_writes"`
	TriggerRecords int `json:"trigger_records"`
}

func countsOf(r *harness.Result) Counts {
	var c Counts
	if r.Log == nil {
		return c
	}
	for _, e := range r.Log.Events() {
		if e.ID.FromFixture() || fromFixture(e) {
			continue
		}
		writes, records := &c.Writes, &c.Records
		if e.Depth > 0 {
			writes, records = &c.TriggerWrites, &c.TriggerRecords
		}
		switch e.Kind {
		case trace.MutationStart:
			c.Steps++
		case trace.InvokeStart:
			c.Invocations++
		case trace.Write:
			*writes++
		case trace.RecordSeen:
			*records++
		}
	}
	return c
}

// counts sums up the scenario's own part of the trace:
//
//	3 steps: 6 writes, 6 records → 4 invocations: 1 write, 1 record
func counts(r *harness.Result) string {
	c := countsOf(r)
	return fmt.Sprintf("%s: %s, %s → %s: %s, %s",
		plural(c.Steps, "step"), plural(c.Writes, "write"), plural(c.Records, "record"),
		plural(c.Invocations, "invocation"), plural(c.TriggerWrites, "write"), plural(c.TriggerRecords, "record"))
}

func fromFixture(e trace.Event) bool {
	return len(e.Cause) > 0 && e.Cause[0].FromFixture()
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func ms(d time.Duration) string {
	return strings.TrimSuffix(fmt.Sprintf("%.1f", float64(d.Microseconds())/1000), ".0") + " ms"
}
