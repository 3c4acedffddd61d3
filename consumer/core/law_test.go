package core_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/stillwater-streams/stillwater/consumer/core"
)

// twin is what a lane ought to do, as dumb as possible: a list and a cursor.
// Everything before the cursor is dealt with, everything else is not.
type twin struct {
	log    []core.Record
	cursor int
	stored int // cursor of the stored checkpoint

	processed, delivered []int // per record: how often it ended so
}

func newTwin(log []core.Record) *twin {
	return &twin{log: log, processed: make([]int, len(log)), delivered: make([]int, len(log))}
}

// checkpoint is the sequence number of the stored checkpoint.
func (w *twin) checkpoint() string {
	if w.stored == 0 {
		return ""
	}
	return w.log[w.stored-1].Sequence
}

// deal moves the cursor over a batch, which must be what comes next.
func (w *twin) deal(t *rapid.T, batch []core.Record, ended []int) {
	w.isNext(t, batch)
	for range batch {
		ended[w.cursor]++
		w.cursor++
	}
}

func (w *twin) isNext(t *rapid.T, batch []core.Record) {
	if len(batch) == 0 || w.cursor+len(batch) > len(w.log) ||
		!reflect.DeepEqual(batch, w.log[w.cursor:w.cursor+len(batch)]) {
		t.Fatalf("broke Ordered: batch %v is not what follows %d of %v", batch, w.cursor, w.log)
	}
}

// world is a lane between a shard and a function, both drawn at random.
type world struct {
	*twin
	cfg     core.Config
	lane    *core.Lane
	now     time.Time
	read    int  // records the lane was given, from the start of the shard
	fails   int  // attempts that failed since the cursor moved or the lane was made
	crashes bool // whether the lane may be lost and made anew
	lost    bool // whether it was
}

func drawWorld(t *rapid.T, crashes bool) *world {
	var log []core.Record
	arrived := start
	for i := range rapid.IntRange(0, 20).Draw(t, "records") {
		arrived = arrived.Add(time.Duration(rapid.IntRange(0, 120).Draw(t, "minutes")) * time.Minute)
		log = append(log, core.Record{Sequence: fmt.Sprintf("%021d", 95+i), Arrived: arrived})
	}
	w := &world{
		twin:    newTwin(log),
		crashes: crashes,
		now:     start.Add(time.Duration(rapid.IntRange(0, 30).Draw(t, "hours")) * time.Hour),
		cfg: core.Config{
			BatchSize:            rapid.IntRange(1, 6).Draw(t, "batch"),
			MaximumRetryAttempts: rapid.IntRange(-1, 3).Draw(t, "retries"),
			BackoffFirst:         time.Hour,
			BackoffMax:           4 * time.Hour,
		},
	}
	w.lane = core.New(w.cfg, "")
	return w
}

// next asks the lane, twice.
func (w *world) next(t *rapid.T) core.Action {
	action := w.lane.Next(w.now)
	hash := w.lane.Hash()
	if again := w.lane.Next(w.now); !reflect.DeepEqual(action, again) || w.lane.Hash() != hash {
		t.Fatalf("asked twice: %v, then %v", action, again)
	}
	return action
}

// step does what the lane wants, with an outcome drawn; false when it is done.
func (w *world) step(t *rapid.T) bool {
	if w.crashes && rapid.IntRange(0, 9).Draw(t, "crash") == 0 {
		w.lane = core.New(w.cfg, w.checkpoint())
		w.cursor, w.read, w.fails, w.lost = w.stored, w.stored, 0, true
	}
	switch a := w.next(t).(type) {
	case core.Read:
		w.readPage(t, a)
	case core.Invoke:
		w.invoke(t, a)
	case core.Wait:
		if !a.Until.After(w.now) {
			t.Fatalf("at %v: %v: that is over", w.now, a)
		}
		w.now = a.Until
	case core.Deliver:
		w.deliver(t, a)
	case core.Checkpoint:
		if w.cursor <= w.stored || a.Sequence != w.log[w.cursor-1].Sequence {
			t.Fatalf("broke Checkpoint: %v with the cursor at %d, stored %d", a, w.cursor, w.stored)
		}
		w.stored = w.cursor
		w.lane.Checkpointed()
	case core.Done:
		return false
	}
	return true
}

func (w *world) readPage(t *rapid.T, a core.Read) {
	if w.read != w.cursor {
		t.Fatalf("reads with %d records in hand", w.read-w.cursor)
	}
	left := w.log[w.read:]
	page := left[:min(a.Limit, len(left), rapid.IntRange(0, 6).Draw(t, "page"))]
	w.read += len(page)
	end := w.read == len(w.log) && rapid.Bool().Draw(t, "end")
	given := slices.Clone(page)
	w.lane.Read(given, end)
	clear(given) // the lane must not depend on the caller's slice
}

func (w *world) invoke(t *rapid.T, a core.Invoke) {
	w.isNext(t, a.Records)
	if len(a.Records) > w.cfg.BatchSize || a.Attempt != w.fails+1 {
		t.Fatalf("%v: batch size is %d, %d attempts failed", a, w.cfg.BatchSize, w.fails)
	}
	if most := w.cfg.MaximumRetryAttempts; most >= 0 && a.Attempt > most+1 {
		t.Fatalf("%v with %d retries", a, most)
	}
	if w.now.Sub(a.Records[0].Arrived) >= core.Retention {
		t.Fatalf("%v at %v: the first record arrived at %v", a, w.now, a.Records[0].Arrived)
	}
	if rapid.IntRange(0, 2).Draw(t, "outcome") > 0 {
		w.fails++
		w.lane.Invoked(w.now, "boom")
		return
	}
	w.deal(t, a.Records, w.processed)
	w.fails = 0
	w.lane.Invoked(w.now, "")
}

func (w *world) deliver(t *rapid.T, a core.Deliver) {
	if a.Attempts != w.fails {
		t.Fatalf("%v, but %d attempts failed", a, w.fails)
	}
	switch a.Condition {
	case core.RetryAttemptsExhausted:
		if most := w.cfg.MaximumRetryAttempts; most < 0 || w.fails != most+1 {
			t.Fatalf("%v with %d retries", a, most)
		}
	case core.RecordAgeExceeded:
		for _, r := range a.Records {
			if w.now.Sub(r.Arrived) < core.Retention {
				t.Fatalf("%v at %v, but record %s arrived at %v", a, w.now, r.Sequence, r.Arrived)
			}
		}
	default:
		t.Fatalf("%v: no such condition", a)
	}
	w.deal(t, a.Records, w.delivered)
	w.fails = 0
	w.lane.Delivered()
}

// run drives the lane to the end of the shard.
func (w *world) run(t *rapid.T) {
	for range 5000 {
		if !w.step(t) {
			return
		}
	}
	t.Fatalf("not done after 5000 steps: %v", w.lane.Open())
}

// TestExactlyOnceWithoutCrash: every record ends once, as processed or as
// delivered, in order, and the checkpoint reaches the tail.
func TestExactlyOnceWithoutCrash(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t, false)
		w.run(t)
		for i := range w.log {
			if w.processed[i]+w.delivered[i] != 1 {
				t.Errorf("record %d: processed %d times, delivered %d times", i, w.processed[i], w.delivered[i])
			}
		}
		if open := w.lane.Open(); w.stored != len(w.log) || len(open) != 0 {
			t.Errorf("done with the checkpoint at %d of %d, open: %v", w.stored, len(w.log), open)
		}
	})
}

// TestAtLeastOnceWithCrashes: a lane that is lost at any moment and made anew
// from what was stored loses nothing, and the checkpoint never goes back
// (step checks that, and the order).
func TestAtLeastOnceWithCrashes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t, true)
		w.run(t)
		for i := range w.log {
			n := w.processed[i] + w.delivered[i]
			if n < 1 || n > 1 && !w.lost {
				t.Errorf("record %d: processed %d times, delivered %d times", i, w.processed[i], w.delivered[i])
			}
		}
		if w.stored != len(w.log) {
			t.Errorf("done with the checkpoint at %d of %d", w.stored, len(w.log))
		}
	})
}

// TestCloneIsIndependent: whatever a lane goes through, its clone from before
// stays where it was.
func TestCloneIsIndependent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t, false)
		for range rapid.IntRange(0, 30).Draw(t, "before") {
			w.step(t)
		}
		then, clone := w.now, w.lane.Clone()
		hash, open, action := clone.Hash(), clone.Open(), clone.Clone().Next(then)
		if hash != w.lane.Hash() {
			t.Fatal("a clone has another hash")
		}
		w.run(t)
		if clone.Hash() != hash || !reflect.DeepEqual(clone.Open(), open) || !reflect.DeepEqual(clone.Next(then), action) {
			t.Errorf("the clone moved: %v, was %v", clone.Next(then), action)
		}
	})
}

// TestHashTellsStatesApart: two moments of a run in which a lane wants or owes
// different things have different hashes.
func TestHashTellsStatesApart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t, false)
		seen := map[uint64]string{}
		for more := true; more; more = w.step(t) {
			action := w.next(t)
			view := fmt.Sprintf("%T %+v %q", action, action, w.lane.Open())
			if was, ok := seen[w.lane.Hash()]; ok && was != view {
				t.Fatalf("one hash for two states:\n%s\n%s", was, view)
			}
			seen[w.lane.Hash()] = view
		}
	})
}
