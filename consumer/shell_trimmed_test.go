package consumer_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stillwater-streams/stillwater/consumer"
	"github.com/stillwater-streams/stillwater/consumer/mapping"
)

// TestParentTrimmed: the mapping was down while the shard that it was in rolled
// over and was trimmed. What is lost is told once, and what followed is read from
// its beginning, whatever the starting position, and whatever the API can list.
func TestParentTrimmed(t *testing.T) {
	for _, from := range []string{mapping.TrimHorizon, mapping.Latest} {
		for _, how := range []string{"by its table", "pinned", "with ListStreams"} {
			for _, crashed := range []bool{false, true} {
				t.Run(fmt.Sprint(from, how, crashed), func(t *testing.T) {
					inWorld(t, func(t *testing.T, w *world) { parentTrimmed(t, w, from, how, crashed) })
				})
			}
		}
	}
}

func parentTrimmed(t *testing.T, w *world, from, how string, crashed bool) {
	w.mapping.StartingPosition = from
	parent := w.endpoint.Shards("vms")[0]
	o := w.options()
	stream, err := consumer.StreamOf(t.Context(), w.endpoint, "vms")
	if err != nil {
		t.Fatal(err)
	}
	switch how {
	case "pinned":
		o.Triggers[0].StreamARN = stream.ARN
	case "with ListStreams":
		o.Streams = listing{w.endpoint, func() []string { return []string{stream.ARN} }}
	}
	wall := &wall{Store: w.leases}
	o.Leases = wall.of
	r := w.start(o)
	r.settled()
	w.put(1)
	r.settled()
	if wall.cut.Store(crashed); crashed {
		r.cancel()
		<-r.result
	} else {
		r.stop()
	}
	wall.cut.Store(false)
	w.put(1) // lost
	child := w.endpoint.Roll(parent)
	w.put(1)
	pass(2 * time.Hour)
	w.endpoint.ForgetShard(parent)
	w.endpoint.Roll(child)
	w.put(1)
	r = w.start(o)
	pass(time.Minute)
	r.stop()
	w.want("2", "5", "7")
	lost := facts[consumer.RecordsLost](w)
	if len(lost) != 1 || !lost[0].Whole || strings.TrimLeft(lost[0].After, "0") != "2" || !strings.Contains(lost[0].String(), "its stream has trimmed it") {
		t.Errorf("lost %v\n%s", lost, w.narrate())
	}
	rows, err := w.leases.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		if row.Key == parent {
			t.Errorf("the lease of %s is still there: %+v", parent, row)
		}
	}
}

// TestLatestWithLeases: a mapping at LATEST that had leases before does not begin
// anew, though none of them is left of the stream's shards.
func TestLatestWithLeases(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.mapping.StartingPosition = mapping.Latest
		root := w.endpoint.Shards("vms")[0]
		r := w.start(w.options())
		r.settled()
		r.stop()
		child := w.endpoint.Roll(root)
		w.put(1)
		w.endpoint.Roll(child)
		w.put(1)
		pass(2 * time.Hour)
		w.endpoint.ForgetShard(root)
		w.endpoint.ForgetShard(child)
		r = w.start(w.options())
		pass(time.Minute)
		r.stop()
		w.want("5")
		if lost := facts[consumer.RecordsLost](w); len(lost) != 1 || !strings.Contains(lost[0].String(), "no stream that can be found has it") {
			t.Errorf("lost %v", lost)
		}
	})
}
