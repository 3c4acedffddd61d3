package core_test

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/stillwater-streams/stillwater/consumer/core"
)

// The twin checks on each step of these laws: batches, windows, attempts, ages
// and waits are those of the rules; what is wanted stands, and asking twice
// changes nothing; the position never goes back and never passes a record that
// has not ended; time changes nothing before the shard asked to be woken.

// TestExactlyOnce: without a crash every record that the filters let through ends
// exactly once, as processed, delivered or dropped.
func TestExactlyOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		w.run()
		for i, r := range w.log {
			want := 1
			if r.Filtered {
				want = 0
			}
			if w.ended(i) != want {
				t.Errorf("record %s: processed %d times, delivered %d times, dropped %d times", r.Sequence, w.processed[i], w.delivered[i], w.dropped[i])
			}
		}
		if open := w.shard.Open(); len(open) > 0 {
			t.Errorf("done, but open: %v", open)
		}
	})
}

// TestAtLeastOnceWithCrashes: a shard that is lost at any moment and made anew
// from what was stored, even with another number of lanes, loses nothing.
func TestAtLeastOnceWithCrashes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		crashes := rapid.IntRange(1, 5).Draw(t, "crashes")
		for w.step() {
			if crashes > 0 && rapid.IntRange(0, 9).Draw(t, "crash") == 0 {
				crashes--
				w.crash()
			}
			if w.steps > 20_000 {
				t.Fatalf("not done: %v", w.shard.Open())
			}
		}
		for i, r := range w.log {
			if (w.ended(i) > 0) == r.Filtered {
				t.Errorf("record %s: processed %d times, delivered %d times, dropped %d times", r.Sequence, w.processed[i], w.delivered[i], w.dropped[i])
			}
		}
	})
}

// crash loses the shard. Of each lane at most one batch was dealt with and not
// stored, but for an open window.
func (w *world) crash() {
	for lane, l := range w.lanes {
		repeated := 0
		for _, i := range l.mine[:l.cursor] {
			if after(w.log[i].Sequence, w.place(lane)) {
				repeated++
			}
		}
		if repeated > w.cfg.BatchSize && w.cfg.TumblingWindow == 0 {
			w.Fatalf("a crash repeats %d records of lane %d, batch size %d", repeated, lane, w.cfg.BatchSize)
		}
	}
	if w.cfg.TumblingWindow == 0 && rapid.IntRange(0, 4).Draw(w.T, "another factor") == 0 {
		w.cfg.ParallelizationFactor = rapid.IntRange(1, 10).Draw(w.T, "pf")
	}
	w.begin(w.stored)
	w.shard, w.history = core.New(w.cfg, w.stored), nil
	for w.read < len(w.log)-1 && w.dealtWith(w.read) && rapid.Bool().Draw(w.T, "trimmed") {
		w.read++
	}
}

// dealtWith tells whether nothing needs the record any more.
func (w *world) dealtWith(i int) bool {
	if w.log[i].Filtered {
		return true
	}
	l := w.lanes[laneOfItem(w.log[i], len(w.lanes))]
	return l.cursor > 0 && i <= l.mine[l.cursor-1]
}

// TestProgress: whatever the outcomes of invocations, a bounded number of steps
// reaches the end: none lasts longer than its retries or the age of its records.
func TestProgress(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		w.likely = rapid.SampledFrom([][]string{{"error"}, {"throttle"}, {"report"}, {"error", "throttle", "report"}}).Draw(t, "likely")
		w.cfg.Jitter = 0
		w.shard = core.New(w.cfg, core.Position{})
		w.run()
		// With waits of a minute to 4 hours, 24 hours are at most 14 attempts.
		if most := 200 + 120*len(w.log); w.steps > most {
			t.Errorf("%d steps for %d records, more than %d", w.steps, len(w.log), most)
		}
	})
}

// TestDayOfRetries: 24 hours of retries are as many steps as back-offs fit in.
func TestDayOfRetries(t *testing.T) {
	for _, lanes := range []int{1, 10} {
		s := core.New(core.Config{MaximumRetryAttempts: -1, OnFailure: true, ParallelizationFactor: lanes}, core.Position{})
		records := []core.Record{{Sequence: "101", Key: "a", Arrived: start}, {Sequence: "102", Key: "b", Arrived: start}}
		now, steps := start, 0
		s.Read(now, records, true)
		for ; ; steps++ {
			switch a := s.Next(now)[0].(type) {
			case core.Invoke:
				s.Invoked(now, a.Lane, core.Outcome{Failure: "boom"})
				continue
			case core.Wait:
				now = a.Until
				continue
			case core.Deliver:
				s.Delivered(a.Lane)
				continue
			case core.Checkpoint:
				s.Checkpointed()
				continue
			}
			break
		}
		// 1 s, 2 s, 4 s … 32 s, and then one a minute: 1445 attempts of each lane.
		if now.Sub(start) != core.Retention || steps > 2*1445+1445*(min(lanes, 2)-1)+10 {
			t.Errorf("%d lanes: done at %v after %d steps", lanes, now.Sub(start), steps)
		}
	}
}

// TestCloneIsIndependent: whatever a shard goes through, its clone from before
// stays where it was, and goes the same way when the same happens to it.
func TestCloneIsIndependent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		for range rapid.IntRange(0, 40).Draw(t, "before") {
			w.step()
		}
		then, clone := w.now, w.shard.Clone()
		hash, open, position := clone.Hash(), clone.Open(), clone.Position()
		actions := clone.Clone().Next(then)
		if hash != w.shard.Hash() {
			t.Fatal("a clone has another hash")
		}
		past, stray := len(w.history), w.shard.Clone()
		for w.step() {
			w.astray(stray)
		}
		if clone.Hash() != hash || !reflect.DeepEqual(clone.Open(), open) || !reflect.DeepEqual(clone.Position(), position) {
			t.Errorf("the clone moved: %v, was %v", clone.Open(), open)
		}
		if now := clone.Clone().Next(then); !reflect.DeepEqual(now, actions) {
			t.Errorf("the clone wants %v, wanted %v", now, actions)
		}
		for _, what := range w.history[past:] {
			what(clone)
		}
		w.alike(clone)
	})
}

// astray has something else happen to a clone: it is given other records, and
// succeeds or gives up whatever it wants to do.
func (w *world) astray(shard *core.Shard) {
	for _, a := range shard.Next(w.now) {
		switch a := a.(type) {
		case core.Read:
			other := core.Record{Sequence: fmt.Sprintf("9%021d", w.steps), Key: fmt.Sprint(w.steps), Arrived: w.now}
			shard.Read(w.now, []core.Record{other}, false)
		case core.Invoke:
			shard.Invoked(w.now, a.Lane, respond("", "[]"))
		case core.Checkpoint:
			shard.Checkpointed()
		case core.Deliver:
			shard.Delivered(a.Lane)
		case core.Drop:
			shard.Dropped(a.Lane)
		}
	}
}

// TestEqualHistories: shards to which the same happened are in the same state.
func TestEqualHistories(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		for range rapid.IntRange(0, 60).Draw(t, "steps") {
			w.step()
		}
		again := core.New(w.cfg, core.Position{})
		for _, what := range w.history {
			what(again)
		}
		w.alike(again)
	})
}

func (w *world) alike(other *core.Shard) {
	if other.Hash() != w.shard.Hash() || !reflect.DeepEqual(other.Next(w.now), w.shard.Next(w.now)) || !reflect.DeepEqual(other.Open(), w.shard.Open()) {
		w.Errorf("equal histories, but %v, %v, and %v, %v", other.Next(w.now), other.Open(), w.shard.Next(w.now), w.shard.Open())
	}
}

// TestHashTellsStatesApart: two moments of a run in which a shard owes, or will
// want, different things have different hashes.
func TestHashTellsStatesApart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		seen := map[uint64]string{}
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			w.step()
			at := func(now time.Time) []core.Action { return w.shard.Clone().Next(now) }
			view := fmt.Sprintf("%+v %+v %q %v", at(start), at(start.Add(1000*time.Hour)), w.shard.Open(), w.shard.Position())
			if was, ok := seen[w.shard.Hash()]; ok && was != view {
				t.Fatalf("one hash for two states:\n%s\n%s", was, view)
			}
			seen[w.shard.Hash()] = view
		}
	})
}
