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
	if r.Outcome == harness.Passed {
		mark = "✓"
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

// counts sums up the scenario's own part of the trace:
//
//	3 steps: 6 writes, 6 records → 4 invocations: 1 write, 1 record
func counts(r *harness.Result) string {
	var steps, invocations int
	var writes, records [2]int // of the steps, of the triggers
	for _, e := range r.Log.Events() {
		if e.ID.FromFixture() || fromFixture(e) {
			continue
		}
		who := 0
		if e.Depth > 0 {
			who = 1
		}
		switch e.Kind {
		case trace.MutationStart:
			steps++
		case trace.InvokeStart:
			invocations++
		case trace.Write:
			writes[who]++
		case trace.RecordSeen:
			records[who]++
		}
	}
	return fmt.Sprintf("%s: %s, %s → %s: %s, %s",
		plural(steps, "step"), plural(writes[0], "write"), plural(records[0], "record"),
		plural(invocations, "invocation"), plural(writes[1], "write"), plural(records[1], "record"))
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
