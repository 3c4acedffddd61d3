package consumer

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/stillwater-streams/stillwater/consumer/core"
	"github.com/stillwater-streams/stillwater/consumer/destination"
	"github.com/stillwater-streams/stillwater/consumer/lease"
)

// worker is one mapping in this process. Its one goroutine makes rounds: it lists
// the leases, takes some and asks for others, and every now and then lists the
// shards. Each shard that it holds has [lanes] of its own, which renew the lease.
type worker struct {
	c           *Consumer
	name        string
	trigger     Trigger
	leases      lease.Store
	destination destination.Destination // nil: there is none
	pool        *pool
	observer    lease.Observer
	nudged      chan struct{}
	shards      sync.WaitGroup // the lanes

	// Of the goroutine alone.
	prepared bool
	stolen   map[string]string // leases asked for, and of whom
	strays   map[string]stray  // leases without a stream
	first    string            // the stream that the mapping began with
	leased   bool              // there was a lease once
	fresh    map[string]bool   // leases made in this round
	syncDue  time.Time
	barren   int // syncs in a row that found nothing to work on

	functionARN string // set before the first round

	mu      sync.Mutex
	streams []Stream // that are read, the oldest first
	rows    map[string]lease.Lease
	running map[string]*lanes
	wanted  bool     // a sync, at once
	ended   []string // shards whose children are due
	syncs   uint64
	problem string
	paused  string
}

// config is how the core batches and retries.
func (w *worker) config() core.Config {
	o, config := w.c.options, w.trigger.Mapping.Core()
	config.BackoffFirst, config.BackoffMax = o.BackoffFirst, o.BackoffMax
	config.Jitter, config.Seed = o.Jitter, o.Seed
	config.ParallelizationFactor = max(1, config.ParallelizationFactor)
	return config
}

// match is the filters of the mapping as NewRecords takes them.
func (w *worker) match() func([]byte) (bool, error) {
	if w.trigger.Mapping.Filters == nil {
		return nil
	}
	return w.trigger.Mapping.Filters.Match
}

// run works until the context ends, then until every shard has been given away
// or the consumer waits no longer.
func (w *worker) run(ctx context.Context) {
	defer w.shards.Wait()
	for failed := 0; ctx.Err() == nil; {
		if w.round(ctx) {
			failed = 0
			w.wait(ctx, w.pace())
		} else {
			w.wait(ctx, doubled(retryFirst, failed, soonMost))
			failed++
		}
	}
	for _, l := range w.lanes() {
		l.leave("the consumer stops")
	}
}

// wait waits so long, or until there is a reason for another round.
func (w *worker) wait(ctx context.Context, d time.Duration) {
	timer, stop := w.c.options.Clock.NewTimer(d)
	defer stop()
	select {
	case <-w.nudged:
	case <-timer:
	case <-ctx.Done():
	}
}

// nudge asks for another round.
func (w *worker) nudge() {
	select {
	case w.nudged <- struct{}{}:
	default:
	}
}

// resync asks for another round that lists the shards.
func (w *worker) resync() {
	w.mu.Lock()
	w.wanted = true
	w.mu.Unlock()
	w.nudge()
}

const (
	// renewals is how often a lease is renewed in a failover time, about.
	renewals = 4
	// watch is the longest time between two looks at the leases of others, so that
	// those of a dead worker are taken within a second of the failover time.
	watch = 400 * time.Millisecond
)

// pace is how long to wait for the next round.
func (w *worker) pace() time.Duration {
	d := w.c.options.Failover / renewals
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, row := range w.rows {
		if !row.Ended() && w.running[row.Key] == nil {
			d = min(d, watch)
		}
	}
	return max(0, min(d, w.syncDue.Sub(w.c.now())))
}

// lanes are those of the shards that the worker works on.
func (w *worker) lanes() []*lanes {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := make([]*lanes, 0, len(w.running))
	for _, l := range w.running {
		all = append(all, l)
	}
	return all
}

// begin works on a shard whose lease was taken.
func (w *worker) begin(stream Stream, shard Shard, row lease.Lease, fresh bool, renewed time.Time) error {
	origin, err := NewOrigin(stream.ARN, w.c.options.Region, w.c.options.AccountID)
	if err != nil {
		return err
	}
	h := &held{
		store: w.leases, worker: w.c.worker, failover: w.c.options.Failover, now: w.c.now,
		row: row, renewed: renewed,
	}
	l := w.newLanes(stream, shard, h, origin)
	l.reader, l.opening = w.readerOf(stream.ARN, row, fresh)
	w.mu.Lock()
	l.paused = w.paused != ""
	w.running[shard.ID] = l
	w.mu.Unlock()
	w.shards.Go(func() {
		l.run()
		w.mu.Lock()
		delete(w.running, shard.ID)
		if l.ended {
			w.rows[shard.ID] = h.lease()
			w.ended = append(w.ended, shard.ID)
		}
		w.mu.Unlock()
		w.nudge()
		w.c.changed()
	})
	return nil
}

// A write to a lease that is held may take a third of the failover time: a slow one
// must leave time for the next, before the lease counts as lost. With a short
// failover time it may still take as long as a busy table needs.
const (
	heldShare = 3
	heldLeast = 250 * time.Millisecond
)

// holdContext bounds one write to a lease that is held.
func (w *worker) holdContext(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, max(w.c.options.Failover/heldShare, heldLeast))
}

// callContext bounds any other call to the lease table.
func (w *worker) callContext(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, max(w.c.options.Failover, time.Second))
}

func (w *worker) emit(p Place, f Fact) {
	p.Mapping = w.name
	w.c.observe(p, f)
}

// leaseFailed tells of a call of a round that failed. One that the stop of the
// consumer cut off has not.
func (w *worker) leaseFailed(key, op string, err error) {
	if errors.Is(err, context.Canceled) {
		return
	}
	w.emit(Place{ShardID: key}, LeaseFailed{Op: op, Err: err})
}

// pause sets or lifts the pause.
func (w *worker) pause(reason string) {
	was, running := w.setPaused(reason)
	if (was == "") == (reason == "") {
		return
	}
	if reason != "" {
		w.emit(Place{}, Paused{Reason: reason})
	} else {
		w.emit(Place{}, Resumed{})
	}
	for _, l := range running {
		l.look()
	}
	w.c.changed()
}

// setPaused tells all lanes in one step, lest a pause and its end overtake each
// other on the way.
func (w *worker) setPaused(reason string) (was string, running []*lanes) {
	w.mu.Lock()
	defer w.mu.Unlock()
	was, w.paused = w.paused, reason
	for _, l := range w.running {
		l.mu.Lock()
		l.paused = reason != ""
		l.mu.Unlock()
		running = append(running, l)
	}
	return was, running
}

// newEnvironment makes the nth execution environment of the function.
func (w *worker) newEnvironment(n int) *environment {
	id := fmt.Sprintf("%s-%d", w.name, n)
	return newEnvironment(Environment{
		ID: id, Mapping: w.trigger.Mapping, FunctionARN: w.functionARN,
		Log: w.c.options.Log.With("function", w.trigger.Mapping.FunctionName(), "environment", id),
	}, w.trigger.New)
}
