package consumer_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"github.com/stillwater-streams/stillwater/consumer"
	"github.com/stillwater-streams/stillwater/consumer/lease"
	"github.com/stillwater-streams/stillwater/consumer/mapping"
	"github.com/stillwater-streams/stillwater/consumer/streamscript"
)

// inLatest is inWorld with a mapping that starts at LATEST, ten minutes after a
// record.
func inLatest(t *testing.T, o streamscript.Options, test func(*testing.T, *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, o)
		w.mapping.StartingPosition = mapping.Latest
		w.put(1)
		pass(10 * time.Minute)
		test(t, w)
	})
}

// TestLatestLanes: one lane moves while another has dealt with nothing. What is
// written while no worker runs is read, and no lane repeats what it is done with.
func TestLatestLanes(t *testing.T) {
	inLatest(t, streamscript.Options{}, func(t *testing.T, w *world) {
		w.mapping.ParallelizationFactor, w.mapping.MaximumRetryAttempts, w.mapping.BatchSize = 2, -1, 1
		down := true
		w.handle = func(_ context.Context, e events.DynamoDBEvent) (any, error) {
			if down && e.Records[0].Change.Keys["pk"].String() == "a" {
				return nil, errors.New("down")
			}
			return nil, nil
		}
		r := w.start(w.options())
		r.settled()
		for _, key := range []string{"a", "b", "c", "d", "e"} { // of two lanes
			w.endpoint.Put("vms", keyed(key))
		}
		pass(time.Minute)
		r.stop()
		done := len(facts[consumer.Processed](w))
		w.endpoint.Put("vms", keyed("a"))
		pass(time.Hour)
		down = false
		r = w.start(w.options())
		r.settled()
		r.stop()
		processed := map[string]int{}
		for _, f := range facts[consumer.Processed](w) {
			for _, record := range f.Records {
				processed[strings.TrimLeft(record.Sequence, "0")]++
			}
		}
		want := map[string]int{"3": 1, "4": 1, "5": 1, "6": 1, "7": 1, "8": 1}
		if diff := cmp.Diff(want, processed); diff != "" || done == 0 {
			t.Errorf("%d before, in all (-want +got):\n%s", done, diff)
		}
		if text := w.narrate(); !strings.Contains(text, "shard started at LATEST of 2000-01-01T00:10:00Z (lanes at ") || strings.Contains(text, "TRIM_HORIZON") {
			t.Error(text)
		}
	})
}

// TestLatestPaused: a mapping begins when it is started, not when it first reads.
func TestLatestPaused(t *testing.T) {
	inLatest(t, streamscript.Options{}, func(t *testing.T, w *world) {
		c, err := consumer.New(w.options())
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Pause("indicators", "a look"); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		ran := make(chan error, 1)
		go func() { ran <- c.Run(ctx) }()
		pass(time.Minute)
		w.put(1)
		pass(time.Hour)
		if err := c.Resume("indicators"); err != nil {
			t.Fatal(err)
		}
		pass(time.Minute)
		cancel()
		if err := <-ran; err != nil {
			t.Error(err)
		}
		w.want("3")
	})
}

// TestLatestNotOpened: what is written between two tries to take LATEST is read.
func TestLatestNotOpened(t *testing.T) {
	var w *world
	written := ""
	o := streamscript.Options{Before: func(_ context.Context, operation string) error {
		if operation != streamscript.GetShardIterator || written != "" {
			return nil
		}
		written = w.put(1)[0]
		return streamscript.Throttled()
	}}
	inLatest(t, o, func(t *testing.T, world *world) {
		w = world
		r := w.start(w.options())
		r.settled()
		r.stop()
		w.want(written)
		if n := len(facts[consumer.ReadFailed](w)); n != 1 {
			t.Errorf("%d reads failed", n)
		}
	})
}

// TestLatestTakenLater: a lease that one worker made and never took is read from
// when it was made.
func TestLatestTakenLater(t *testing.T) {
	inLatest(t, streamscript.Options{}, func(t *testing.T, w *world) {
		_, err := w.leases.Create(t.Context(), lease.Lease{Key: w.endpoint.Shards("vms")[0], Checkpoint: lease.Latest, Start: time.Now()})
		if err != nil {
			t.Fatal(err)
		}
		w.put(1)
		pass(time.Hour)
		r := w.start(w.options())
		r.settled()
		r.stop()
		w.want("3")
	})
}
