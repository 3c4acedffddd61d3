package settle_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/stillwater-streams/stillwater/harness/settle"
)

var start = time.Date(2024, 9, 19, 10, 0, 0, 0, time.UTC)

// world is a database, a consumer and a clock in one: the number of writes, the
// records not yet delivered, and what each delivery causes.
type world struct {
	counter  uint64
	records  []int // generations of records not yet delivered
	children int   // records that the handler of a record writes
	depth    int   // generations after which handlers write no more
	open     []settle.Obligation
	now      time.Time
	passes   int
	onPass   func(*world)
	onFence  func(*world)
}

func (w *world) write(generation int) {
	w.counter++
	w.records = append(w.records, generation)
}

func (w *world) Mark(context.Context) (uint64, error) {
	if w.onFence != nil {
		w.onFence(w)
	}
	w.counter++
	return w.counter, nil
}

func (w *world) Refresh(context.Context) error { return nil }

func (w *world) Pass(_ context.Context, m *settle.Meter) (int, error) {
	w.passes++
	if w.onPass != nil {
		w.onPass(w)
	}
	delivered := 0
	for len(w.records) > 0 {
		generation := w.records[0]
		w.records = w.records[1:]
		delivered++
		if generation < w.depth {
			for range w.children {
				w.write(generation + 1)
			}
		}
		if err := m.Spend(1, generation, "i1"); err != nil {
			return delivered, err
		}
	}
	return delivered, nil
}

func (w *world) Open(context.Context) []settle.Obligation { return w.open }
func (w *world) Advance(at time.Time) {
	w.now = at
	var left []settle.Obligation
	for _, o := range w.open {
		if o.Until.After(at) {
			left = append(left, o)
		}
	}
	if len(left) < len(w.open) {
		w.write(w.depth) // a timer fires: a retry delivers something
	}
	w.open = left
}
func (w *world) Now() time.Time { return w.now }

func TestVerdict(t *testing.T) {
	const never = 1 << 30
	tests := map[string]struct {
		world *world
		want  string // verdict, or the error
	}{
		"nothing to do": {
			&world{}, "settled: invocations 0, rounds 1, virtual 0s",
		},
		"a record without consequence": {
			&world{records: []int{0}}, "settled: invocations 1, rounds 1, virtual 0s",
		},
		"a chain of write-backs needs a second round": {
			&world{records: []int{0}, children: 1, depth: 5}, "settled: invocations 6, rounds 2, virtual 0s",
		},
		"a retry due in two minutes": {
			&world{open: []settle.Obligation{{What: "retry", Until: start.Add(2 * time.Minute)}}},
			"settled: invocations 1, rounds 3, virtual 2m0s",
		},
		"a retry due in an hour": {
			&world{open: []settle.Obligation{{What: "retry 2 of 2 of b3", Until: start.Add(time.Hour)}}},
			"not settled: the next timer is 1h0m0s of virtual time away (allowed: 15m0s)\n  open: retry 2 of 2 of b3",
		},
		"a goroutine is left": {
			&world{open: []settle.Obligation{
				{What: "retry 2 of 2 of b3", Until: start.Add(time.Minute)},
				{ID: "i7", What: "invocation i7 left a goroutine", Discharge: "the goroutine returns"},
			}},
			"not settled: 2 left open\n  open: retry 2 of 2 of b3\n  open: invocation i7 left a goroutine; ends when the goroutine returns",
		},
		"a trigger that causes itself": {
			&world{records: []int{0}, children: 1, depth: never},
			"not settled: i1 is 32 invocations deep (allowed: 32): triggers keep causing each other",
		},
		"a trigger that floods": {
			&world{records: make([]int, 20_000)},
			"not settled: 10001 records were delivered (allowed: 10000)",
		},
		"somebody else writes": {
			&world{onPass: func(w *world) { w.counter++ }},
			"not settled: 1 writes lie between the last two fences though no handler ran, 20 rounds in a row: something outside this run writes to its database",
		},
		"a counter that stands still": {
			&world{onFence: func(w *world) { w.counter = 0 }},
			"settle: fence went from 1 to 1: the counter of this engine does not only grow",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			test.world.now = start
			v, err := settle.Settle(context.Background(), test.world, test.world, settle.Budget{})
			got := fmt.Sprintf("settled: invocations %d, rounds %d, virtual %v", v.Invocations, v.Rounds, v.Virtual)
			if err != nil {
				got = err.Error()
			}
			if got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestACancelledContextEndsALoop(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	w := &world{now: start, onPass: func(w *world) {
		w.write(0)
		if w.passes == 3 {
			cancel()
		}
	}}
	_, err := settle.Settle(ctx, w, w, settle.Budget{})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v, want one that is context.Canceled", err)
	}
	if w.passes != 3 {
		t.Errorf("%d passes after cancellation in the third", w.passes)
	}
}

// A law: whatever is written at whatever moment, a verdict of "settled" is only
// given when no record is undelivered, and nothing was written after the last
// pass but the fence itself.
func TestSettledIsNeverSaidTooEarly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		// late[k] writes happen at the k-th look of the harness, behind its back.
		late := rapid.SliceOfN(rapid.IntRange(0, 2), 0, 12).Draw(t, "late")
		w := &world{
			now:      start,
			children: rapid.IntRange(0, 2).Draw(t, "children"),
			depth:    rapid.IntRange(0, 3).Draw(t, "depth"),
		}
		behind := func(w *world) {
			if len(late) == 0 {
				return
			}
			for range late[0] {
				w.write(0)
			}
			late = late[1:]
		}
		w.onPass = behind
		w.onFence = behind
		if _, err := settle.Settle(context.Background(), w, w, settle.Budget{}); err != nil {
			t.Fatalf("the writer stops, so the world settles: %v", err)
		}
		// The writer acts before the fence takes its number, so what it did last is
		// seen by the fences, and must have been delivered.
		if len(w.records) > 0 {
			t.Fatalf("settled with %d records undelivered", len(w.records))
		}
	})
}

func TestErrorsOfTheWorldAreNotVerdicts(t *testing.T) {
	w := &failing{world{now: start}}
	_, err := settle.Settle(context.Background(), w, w, settle.Budget{})
	var verdict *settle.NotSettled
	if err == nil || errors.As(err, &verdict) || !strings.Contains(err.Error(), "refresh shards: no route") {
		t.Errorf("error %v: want the failure of the world itself", err)
	}
}

type failing struct{ world }

func (*failing) Refresh(context.Context) error { return errors.New("no route") }
