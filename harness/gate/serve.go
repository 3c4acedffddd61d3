package gate

import (
	"context"
	"runtime/pprof"
	"time"

	"github.com/stillwater-streams/stillwater/consumer/core"
	"github.com/stillwater-streams/stillwater/harness/trace"
)

// Serve lets calls through in the order in which they arrive, still one at a
// time, until ctx ends: for tasks that somebody else runs, each in its own
// goroutine ([Gate.Do]). An error means that it cannot be known what a call
// caused; nothing passes any more after it. A shared database has no such error.
// Use it or [Gate.Run], not both.
func (g *Gate) Serve(ctx context.Context) error {
	r := &run{gate: g, dog: time.NewTimer(g.options.Watchdog)}
	defer r.dog.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case c := <-g.arrivals:
			if err := g.serveOne(ctx, r, c); err != nil && ctx.Err() == nil {
				return err
			}
		}
	}
}

func (g *Gate) serveOne(ctx context.Context, r *run, c *call) error {
	g.turn.Lock()
	defer g.turn.Unlock()
	err := r.grant(ctx, c)
	if err != nil && g.options.Shared && ctx.Err() == nil {
		g.unaccounted(c, err)
		return nil
	}
	return err
}

// AwaitCall waits, under [Gate.Serve], until the call that is under way is in the
// trace, also one whose caller gave up.
func (g *Gate) AwaitCall() {
	g.turn.Lock()
	defer g.turn.Unlock()
}

// Know returns what the gate knows of records that a consumer has read under
// [Gate.Serve], in the order of their sequence numbers. It waits for the call
// that is under way: a record can be read before the gate has tied it to its
// call. What is unknown then was written behind the gate's back: an orphan.
func (g *Gate) Know(streamARN, shardID string, records []core.Record) []Seen {
	g.turn.Lock()
	defer g.turn.Unlock()
	known := make([]Seen, 0, len(records))
	for _, r := range records {
		s, ok := g.Seen(streamARN, r.Sequence)
		if !ok {
			s = g.remember(position{streamARN, r.Sequence}, Seen{
				ID: g.options.Log.Mint(trace.TypeRecord), At: g.options.Now(), Key: g.consumerKey(streamARN, r.Key),
			})
			g.options.Log.Append(trace.Event{Kind: trace.RecordOrphan, ID: s.ID, Shard: g.Alias(shardID), Key: s.Key})
		}
		known = append(known, s)
	}
	return known
}

// Do runs one task in the calling goroutine, its calls let through by
// [Gate.Serve]. The task is over when its work returns, or when ctx ends: what it
// does or returns later does not exist, and its calls are refused. Its Timeout is
// not looked at: the deadline is that of ctx.
func (g *Gate) Do(ctx context.Context, t *Task) {
	t.over = make(chan struct{})
	t.deadline, t.stop = newDeadline(ctx, 0, time.Now, func() {})
	t.Actor.begin(t)
	detach := context.AfterFunc(ctx, func() {
		t.deadline.end(ctx.Err()) // before the task: else it is chance whether it counts as timed out
		t.end()
	})
	defer func() {
		detach()
		t.end()
	}()
	work := t.Do
	t.Do = nil // it may hold a payload, and the gate remembers the task for long
	pprof.Do(t.deadline, pprof.Labels(labelKey, g.label(t.ID)), work)
}
