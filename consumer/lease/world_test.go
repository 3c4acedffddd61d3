package lease_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/stillwater-streams/stillwater/consumer/core"
	"github.com/stillwater-streams/stillwater/consumer/lease"
)

// worker is one process around a lease table, as the shell is one: it renews,
// plans and does what the plan says. It keeps what it knows of its leases.
type worker struct {
	observer *lease.Observer
	store    lease.Store
	held     map[string]lease.Lease
	busy     bool                             // keeps what it is asked to hand over
	say      func(format string, args ...any) // what happens, in words
}

func newWorker(store lease.Store, o lease.Observer) *worker {
	return &worker{observer: &o, store: store, held: map[string]lease.Lease{}, say: func(string, ...any) {}}
}

func (w *worker) name() string { return w.observer.Worker }

func (w *worker) works(key string) bool {
	_, held := w.held[key]
	return held
}

// keep takes the outcome of a write to a lease that the worker holds.
func (w *worker) keep(key, what string, l lease.Lease, err error) {
	switch {
	case errors.Is(err, lease.ErrLost):
		delete(w.held, key)
		w.say("%s lost %s", w.name(), key)
	default:
		w.held[key] = l // also when the outcome is unknown
		if err != nil {
			w.say("%s %s %s: %v", w.name(), what, key, err)
		}
	}
}

// renew tells that it lives.
func (w *worker) renew(ctx context.Context) {
	for _, key := range slices.Sorted(maps.Keys(w.held)) {
		l, err := w.store.Renew(ctx, w.held[key])
		w.keep(key, "renews", l, err)
	}
}

// checkpoint moves a lease on.
func (w *worker) checkpoint(ctx context.Context, key, sequence string) {
	l, err := w.store.Checkpoint(ctx, w.held[key], core.Position{Sequence: sequence})
	w.keep(key, "checkpoints", l, err)
}

// plan asks what to do.
func (w *worker) plan(ctx context.Context, now time.Time) (lease.Plan, error) {
	leases, err := w.store.List(ctx)
	if err != nil {
		return lease.Plan{}, err
	}
	return w.observer.Plan(now, leases, w.works), nil
}

// do makes the moves of a plan and tells how many there were to make.
func (w *worker) do(ctx context.Context, p lease.Plan) int {
	moves := 0
	for _, m := range p.HandOver {
		if !w.busy || !w.works(m.Lease.Key) {
			moves++
			w.handOver(ctx, m)
		}
	}
	for _, m := range p.Take {
		moves++
		l, err := w.store.Take(ctx, m.Lease, w.name())
		w.tell("takes", m, err)
		if err == nil {
			w.held[l.Key] = l
		}
	}
	for _, m := range p.Steal {
		moves++
		_, err := w.store.Assign(ctx, m.Lease, w.name())
		w.tell("asks for", m, err)
	}
	return moves
}

// handOver gives up what it was asked for; it knows the lease better than the
// plan, if it works on it.
func (w *worker) handOver(ctx context.Context, m lease.Move) {
	l := m.Lease
	if held, ok := w.held[l.Key]; ok && held.CheckpointOwner != "" {
		l = held
	}
	_, err := w.store.HandOver(ctx, l)
	w.tell("hands over", m, err)
	if err == nil || errors.Is(err, lease.ErrLost) {
		delete(w.held, l.Key)
	}
}

func (w *worker) tell(what string, m lease.Move, err error) {
	switch {
	case errors.Is(err, lease.ErrLost):
		w.say("%s %s %s: too late", w.name(), what, m.Lease.Key)
	case err != nil:
		w.say("%s %s %s: %v", w.name(), what, m.Lease.Key, err)
	default:
		w.say("%s %s %s: %s", w.name(), what, m.Lease.Key, m.Why)
	}
}

// round is what a worker does every few seconds.
func (w *worker) round(ctx context.Context, now time.Time) (moves int, err error) {
	w.renew(ctx)
	p, err := w.plan(ctx, now)
	if err != nil {
		return 0, err
	}
	return w.do(ctx, p), nil
}

// owners counts the active leases of each owner, "" for those nobody has.
func owners(leases []lease.Lease) map[string]int {
	count := map[string]int{}
	for _, l := range leases {
		if !l.Ended() {
			count[l.Owner]++
		}
	}
	return count
}

// show is one line about a lease.
func show(l lease.Lease) string {
	text := fmt.Sprintf("%s at %s, counter %d", l.Key, l.Position(), l.Counter)
	if l.Checkpoint == lease.ShardEnd || l.Checkpoint == lease.Latest {
		text = fmt.Sprintf("%s at %s, counter %d", l.Key, l.Checkpoint, l.Counter)
	}
	switch {
	case l.CheckpointOwner != "":
		return fmt.Sprintf("%s, handed over by %s to %s", text, l.CheckpointOwner, l.Owner)
	case l.Owner != "":
		return fmt.Sprintf("%s, of %s", text, l.Owner)
	default:
		return text + ", of nobody"
	}
}
