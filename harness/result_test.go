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
		e := trace.Event{Kind: trace.RecordSeen, ID: log.Mint(trace.TypeRecord), Key: key, Op: op}
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
		{0, "summary.closed", "r2"},
		{0, "status", "r2"},
		{0, "closed_date", "r3"},
		{0, "summary.opened", "r1"}, // there since the item is
		{0, "summary", "r2"},        // the map's own line
		{0, "", "r3"},
		{3, "state", "r5"},
		{3, "", "r5"},
		{4, "x", "r6"}, // by a client that is not known
		{1, "status", ""},
		{2, "status", ""},
		{-1, "status", ""},
		{9, "status", ""},
	} {
		e, ok := r.LastWrite(test.section, test.path)
		if e.ID != test.want || ok != (test.want != "") {
			t.Errorf("section %d, path %q: %q %v, want %q", test.section, test.path, e.ID, ok, test.want)
		}
	}
}
