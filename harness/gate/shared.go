package gate

import (
	"context"
	"fmt"
	"time"

	"github.com/stillwater-streams/stillwater/consumer"
	"github.com/stillwater-streams/stillwater/harness/trace"
)

// approach goes to the end of the streams that a call may write to, just before
// it is let through: in a shared database what is there before is not the call's.
// A stream whose end is not found stays without a place, which [Gate.collect]
// meets.
func (g *Gate) approach(ctx context.Context, c *call) {
	if !g.options.Shared || !writes(c.op) {
		return
	}
	for _, table := range c.what.tables {
		if s, ok := g.streamOf(table); ok {
			s.lost = s.toEnd(ctx, time.Now())
		}
	}
}

// toEnd places the readers of all open shards at LATEST. An iterator taken there
// on an empty shard of DynamoDB Local dies with the first record; the reader then
// goes back, but not behind now, so it misses nothing.
func (s *stream) toEnd(ctx context.Context, now time.Time) error {
	if s.lost != nil || s.readers == nil {
		s.readers, s.shards = map[string]*consumer.Reader{}, nil
		if err := s.discover(ctx); err != nil {
			return err
		}
	}
	for shard := range s.readers {
		reader := consumer.NewLatestReader(s.api, s.arn, shard, now)
		if err := reader.Open(ctx); err != nil {
			return err
		}
		s.readers[shard] = reader
	}
	return nil
}

// unaccounted goes on after a call whose records are not known: in a shared
// database that is a matter of that call alone. They will be orphans.
func (g *Gate) unaccounted(c *call, err error) {
	g.options.Log.Append(trace.Event{
		Kind: trace.Unaccounted, Actor: c.task.Actor.name, Op: c.op, Key: c.what.key, Cause: []trace.ID{c.task.ID},
		Note: fmt.Sprintf("what it wrote is not known: %v", err),
	})
}
