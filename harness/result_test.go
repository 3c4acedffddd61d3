package harness_test

import (
	"testing"
	"time"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/trace"
)

// The cause of a line is the write that changed what it shows, not a later one
// that changed something else of the same item.
func TestLastWriteOfALine(t *testing.T) {
	now := func() time.Time { return testStart }
	log := trace.New(now, now)
	log.EndSetup()
	record := func(key, op string, paths ...string) {
		w := log.Mint(trace.TypeWrite)
		log.Append(trace.Event{Kind: trace.Write, ID: w})
		e := trace.Event{Kind: trace.RecordSeen, ID: log.Mint(trace.TypeRecord), Key: key, Op: op, Cause: []trace.ID{w}}
		for _, path := range paths {
			e.Changes = append(e.Changes, trace.Change{Path: path})
		}
		log.Append(e)
	}
	record("t f1", "INSERT")                                                   // r1
	record("t f1", "MODIFY", "indicators.summary.closed", "indicators.status") // r2
	record("t f1", "MODIFY", "indicators.closed_date", "verification.closed")  // r3
	record("t f2", "MODIFY", "indicators.summary.closed")                      // r4
	record("t f1", "MODIFY", "state.status")                                   // r5
	log.Append(trace.Event{Kind: trace.RecordOrphan, ID: log.Mint(trace.TypeRecord), Key: "t f3"})
	r := &harness.Result{
		Log: log, Sources: []string{"t f1", "t nobody", "", "t f1", "t f3"},
		Attributes: []string{"indicators", "", "", "", ""},
	}
	for _, test := range []struct {
		section int
		path    string
		want    trace.ID
	}{
		{0, "summary.closed", "w2"},
		{0, "status", "w2"},
		{0, "closed_date", "w3"},
		{0, "summary.opened", "w1"}, // there since the item is
		{0, "summary", "w2"},        // the map's own line
		{0, "", "w3"},
		{3, "state", "w5"},
		{3, "", "w5"},
		{4, "x", "r6"}, // by a client that is not known
		{1, "status", ""},
		{2, "status", ""},
		{-1, "status", ""},
		{9, "status", ""},
	} {
		c := r.Cause(test.section, test.path)
		var id trace.ID
		if len(c.Chain) > 0 {
			id = c.Chain[0].Event.ID
		}
		if id != test.want {
			t.Errorf("section %d, path %q: %q, want %q", test.section, test.path, id, test.want)
		}
	}
}
