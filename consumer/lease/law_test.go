package lease_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/stillwater-streams/stillwater/consumer/core"
	"github.com/stillwater-streams/stillwater/consumer/lease"
)

// fleet is a table and workers that live and die around it, each with a clock
// of its own that is off and runs up to a quarter too fast or too slow.
type fleet struct {
	store    lease.Store
	lose     bool // the next answer of the store
	real     time.Time
	alive    map[string]*member
	born     int // names are never used again
	furthest map[string]lease.Lease
}

type member struct {
	*worker
	offset time.Duration
	rate   float64
	birth  time.Time
	agenda lease.Plan // made some time ago
}

func newFleet(t *rapid.T, ctx context.Context) *fleet {
	f := &fleet{real: time.Date(2024, 9, 19, 10, 0, 0, 0, time.UTC), alive: map[string]*member{}, furthest: map[string]lease.Lease{}}
	f.store = lease.NewLossy(func() bool {
		defer func() { f.lose = false }()
		return f.lose
	})
	for i := range rapid.IntRange(1, 7).Draw(t, "leases") {
		if _, err := f.store.Create(ctx, lease.Lease{Key: fmt.Sprintf("s%d", i)}); err != nil {
			t.Fatal(err)
		}
	}
	for range rapid.IntRange(1, 4).Draw(t, "workers") {
		f.join(t)
	}
	return f
}

func (f *fleet) join(t *rapid.T) {
	f.born++
	name := fmt.Sprintf("w%d", f.born)
	steals := rapid.IntRange(0, 3).Draw(t, "steals")
	f.alive[name] = &member{
		worker: newWorker(f.store, lease.Observer{Worker: name, Steals: steals}),
		offset: time.Duration(rapid.IntRange(-3600, 3600).Draw(t, "offset")) * time.Second,
		rate:   rapid.Float64Range(0.8, 1.25).Draw(t, "rate"),
		birth:  f.real,
	}
}

// now is the time on the clock of a worker.
func (f *fleet) now(m *member) time.Time {
	return m.birth.Add(m.offset + time.Duration(float64(f.real.Sub(m.birth))*m.rate))
}

func (f *fleet) anyone(t *rapid.T) *member {
	return f.alive[rapid.SampledFrom(slices.Sorted(maps.Keys(f.alive))).Draw(t, "worker")]
}

// step is one thing that happens to one worker.
func (f *fleet) step(t *rapid.T, ctx context.Context) {
	if len(f.alive) == 0 {
		f.join(t)
	}
	m := f.anyone(t)
	f.lose = rapid.IntRange(0, 9).Draw(t, "answer") == 0
	switch rapid.SampledFrom([]string{"plan", "plan", "move", "move", "move", "renew", "renew", "work", "work",
		"time", "time", "crash", "join", "end", "release"}).Draw(t, "step") {
	case "plan":
		var err error
		if m.agenda, err = m.plan(ctx, f.now(m)); err != nil {
			t.Fatal(err)
		}
	case "move":
		m.do(ctx, m.nextMove(t))
	case "renew":
		m.renew(ctx)
	case "work":
		f.work(t, ctx, m)
	case "time":
		f.real = f.real.Add(time.Duration(rapid.IntRange(0, 6000).Draw(t, "ms")) * time.Millisecond)
	case "crash":
		if rapid.Bool().Draw(t, "really") {
			delete(f.alive, m.name())
		}
	case "join":
		if len(f.alive) < 4 {
			f.join(t)
		}
	case "end":
		f.leave(t, ctx, m, f.store.End)
	case "release":
		f.leave(t, ctx, m, f.store.Release)
	}
	f.lose = false
	f.check(t, ctx)
}

// nextMove takes one move off the agenda, which may be old.
func (m *member) nextMove(t *rapid.T) lease.Plan {
	for _, moves := range []*[]lease.Move{&m.agenda.HandOver, &m.agenda.Take, &m.agenda.Steal} {
		if len(*moves) > 0 {
			i := rapid.IntRange(0, len(*moves)-1).Draw(t, "move")
			one := (*moves)[i : i+1 : i+1]
			p := lease.Plan{}
			switch moves {
			case &m.agenda.HandOver:
				p.HandOver = slices.Clone(one)
			case &m.agenda.Take:
				p.Take = slices.Clone(one)
			default:
				p.Steal = slices.Clone(one)
			}
			*moves = slices.Delete(*moves, i, i+1)
			// What a worker works on it does not take.
			p.Take = slices.DeleteFunc(p.Take, func(mv lease.Move) bool { return m.works(mv.Lease.Key) })
			return p
		}
	}
	return lease.Plan{}
}

// work deals with one more record of a lease: only its holder can say so.
func (f *fleet) work(t *rapid.T, ctx context.Context, m *member) {
	key, ok := m.someLease(t)
	if !ok {
		return
	}
	before := f.row(t, ctx, key)
	done, _ := strconv.Atoi(m.held[key].Position().Sequence)
	l, err := f.store.Checkpoint(ctx, m.held[key], core.Position{Sequence: strconv.Itoa(done + 1)})
	switch mine := before.Holder() == m.name(); {
	case err == nil && !mine:
		t.Fatalf("%s wrote to %s", m.name(), show(before))
	case errors.Is(err, lease.ErrLost) && mine:
		t.Fatalf("%s lost %s, which it holds: %v", m.name(), show(before), err)
	}
	m.keep(key, "checkpoints", l, err)
}

func (m *member) someLease(t *rapid.T) (string, bool) {
	if len(m.held) == 0 {
		return "", false
	}
	return rapid.SampledFrom(slices.Sorted(maps.Keys(m.held))).Draw(t, "lease"), true
}

// leave ends or releases one lease, now and then.
func (f *fleet) leave(t *rapid.T, ctx context.Context, m *member, how func(context.Context, lease.Lease) (lease.Lease, error)) {
	if key, ok := m.someLease(t); ok && rapid.IntRange(0, 3).Draw(t, "leave") == 0 {
		_, _ = how(ctx, m.held[key])
		delete(m.held, key)
	}
}

func (f *fleet) row(t *rapid.T, ctx context.Context, key string) lease.Lease {
	for _, l := range f.list(t, ctx) {
		if l.Key == key {
			return l
		}
	}
	t.Fatalf("%s is gone", key)
	return lease.Lease{}
}

func (f *fleet) list(t *rapid.T, ctx context.Context) []lease.Lease {
	leases, err := f.store.List(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return leases
}

// check holds what is true at any moment: nothing goes back, nobody hands over
// to nobody, and of the workers that believe they hold a lease at the row's
// counter there is one, its holder.
func (f *fleet) check(t *rapid.T, ctx context.Context) {
	for _, l := range f.list(t, ctx) {
		was := f.furthest[l.Key]
		back := core.CompareSequence(l.Position().Sequence, was.Position().Sequence) < 0 && !l.Ended()
		if back || was.Ended() && !l.Ended() || l.Counter < was.Counter || l.Owner == "" && l.CheckpointOwner != "" {
			t.Fatalf("%s became %s", show(was), show(l))
		}
		f.furthest[l.Key] = l
		for _, m := range f.alive {
			if held, ok := m.held[l.Key]; ok && held.Counter == l.Counter && l.Holder() != m.name() {
				t.Fatalf("%s could write to %s", m.name(), show(l))
			}
		}
	}
}

// settle lets the dust settle: nobody dies any more, no answer is lost, and
// everybody looks every two seconds.
func (f *fleet) settle(t *rapid.T, ctx context.Context) {
	if len(f.alive) == 0 {
		f.join(t)
	}
	const enough = 60 // two minutes: some failovers after each other, and the steals
	for range enough {
		f.rounds(t, ctx)
	}
	f.balanced(t, ctx)
	for range 10 {
		if moves := f.rounds(t, ctx); moves > 0 {
			t.Fatalf("%d moves, though all was settled: %v", moves, owners(f.list(t, ctx)))
		}
	}
}

func (f *fleet) rounds(t *rapid.T, ctx context.Context) (moves int) {
	for _, name := range slices.Sorted(maps.Keys(f.alive)) {
		m := f.alive[name]
		n, err := m.round(ctx, f.now(m))
		if err != nil {
			t.Fatal(err)
		}
		moves += n
		f.real = f.real.Add(2 * time.Second / time.Duration(len(f.alive)))
	}
	f.check(t, ctx)
	return moves
}

// balanced: every lease that has not ended is worked on by one worker that
// lives, and no worker has two more than another.
func (f *fleet) balanced(t *rapid.T, ctx context.Context) {
	leases := f.list(t, ctx)
	for _, l := range leases {
		if m := f.alive[l.Holder()]; !l.Ended() && (l.CheckpointOwner != "" || m == nil || !m.works(l.Key)) {
			t.Fatalf("nobody works on %s", show(l))
		}
	}
	count := owners(leases)
	var loads []int
	for name, m := range f.alive {
		loads = append(loads, count[name])
		if len(m.held) != count[name] {
			t.Fatalf("%s works on %d leases and owns %d", name, len(m.held), count[name])
		}
	}
	if slices.Max(loads)-slices.Min(loads) > 1 {
		t.Fatalf("not balanced: %v of %d workers", count, len(f.alive))
	}
}

// TestFleet: whatever happens to the workers, a lease has one that can write,
// a checkpoint never goes back, and in the end the work is shared and rests.
func TestFleet(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		f := newFleet(rt, t.Context())
		for range rapid.IntRange(0, 120).Draw(rt, "steps") {
			f.step(rt, t.Context())
		}
		f.settle(rt, t.Context())
	})
}

// TestPlanIsDeterministic: equal observations, in whatever order the leases are
// listed, give equal plans.
func TestPlanIsDeterministic(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		leases := rapid.SliceOfNDistinct(drawLease(), 0, 8, func(l lease.Lease) string { return l.Key }).Draw(rt, "leases")
		shuffled := rapid.Permutation(leases).Draw(rt, "shuffled")
		one, other := lease.Observer{Worker: "A"}, lease.Observer{Worker: "A"}
		now := time.Date(2024, 9, 19, 10, 0, 0, 0, time.UTC)
		works := func(key string) bool { return key == "s1" }
		for range 3 {
			a, b := one.Plan(now, slices.Clone(leases), works), other.Plan(now, slices.Clone(shuffled), works)
			for _, pair := range [][2][]lease.Move{{a.HandOver, b.HandOver}, {a.Take, b.Take}, {a.Steal, b.Steal}} {
				if !slices.Equal(keys(pair[0]), keys(pair[1])) {
					rt.Fatalf("%v and %v", a, b)
				}
			}
			now = now.Add(6 * time.Second)
		}
	})
}

func keys(moves []lease.Move) []string {
	var keys []string
	for _, m := range moves {
		keys = append(keys, m.Lease.Key+": "+m.Why)
	}
	slices.Sort(keys)
	return keys
}

func drawLease() *rapid.Generator[lease.Lease] {
	return rapid.Custom(func(t *rapid.T) lease.Lease {
		workers := rapid.SampledFrom([]string{"", "A", "B", "C"})
		return lease.Lease{
			Key:             rapid.SampledFrom([]string{"s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8"}).Draw(t, "key"),
			Owner:           workers.Draw(t, "owner"),
			CheckpointOwner: rapid.SampledFrom([]string{"", "", "A", "B"}).Draw(t, "giver"),
			Checkpoint:      rapid.SampledFrom([]string{"5", lease.TrimHorizon, lease.ShardEnd}).Draw(t, "checkpoint"),
		}
	})
}
