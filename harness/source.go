package harness

import (
	"cmp"
	"context"
	"fmt"

	"github.com/stillwater-streams/stillwater/consumer"
	"github.com/stillwater-streams/stillwater/consumer/core"
	"github.com/stillwater-streams/stillwater/consumer/mapping"
	"github.com/stillwater-streams/stillwater/harness/trace"
)

// source is one event source mapping of an attempt: its shards, its lanes and
// the execution environments of its function.
type source struct {
	attempt   *attempt
	trigger   Trigger
	streamARN string
	region    string
	lanes     []*lane // parents before children
	read      int     // records that its lanes have read
	known     map[string]*lane
	warm      *environment // nil: the next invocation is a cold start
}

// lane is the mapping on one shard.
type lane struct {
	source *source
	shard  consumer.Shard
	reader *consumer.Reader
	core   *core.Lane
	batch  trace.ID // in hand; "" if none
	last   trace.ID // the last invocation
}

func newSource(a *attempt, t Trigger, streamARN, region string) *source {
	t.Mapping.Timeout = cmp.Or(t.Mapping.Timeout, mapping.DefaultTimeout)
	return &source{attempt: a, trigger: t, streamARN: streamARN, region: region, known: map[string]*lane{}}
}

// refresh gives every new shard a lane, from TRIM_HORIZON.
func (s *source) refresh(shards []consumer.Shard) {
	for _, shard := range shards {
		if s.known[shard.ID] != nil {
			continue
		}
		l := &lane{
			source: s, shard: shard,
			reader: consumer.NewReader(s.attempt.streams, s.streamARN, shard.ID, ""),
			core: core.New(core.Config{
				BatchSize:            s.trigger.Mapping.BatchSize,
				MaximumRetryAttempts: s.trigger.Mapping.MaximumRetryAttempts,
			}, ""),
		}
		s.known[shard.ID] = l
		s.lanes = append(s.lanes, l)
	}
}

// ready reports whether a lane may be read: its parent, if it is still there,
// must be read to its end and dealt with.
func (l *lane) ready() bool {
	parent := l.source.known[l.shard.ParentID]
	if parent == nil {
		return true
	}
	_, done := parent.core.Next(l.source.attempt.clock.Now()).(core.Done)
	return done
}

// read takes the next records and stamps them with the virtual time of their write.
func (l *lane) read(ctx context.Context, limit int) (int, error) {
	a := l.source.attempt
	found, end, err := l.reader.Read(ctx, limit)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", l.source.trigger.Mapping.Trigger, err)
	}
	records := make([]core.Record, 0, len(found))
	for _, r := range found {
		sequence := *r.Dynamodb.SequenceNumber // the reader has checked that it is there
		seen, ok := a.gate.Seen(l.source.streamARN, sequence)
		if !ok {
			seen = a.gate.Adopt(l.source.streamARN, l.shard.ID, r)
		}
		record, err := consumer.NewRecord(r, consumer.Origin{
			StreamARN: l.source.streamARN, Region: l.source.region, Arrived: seen.At,
		})
		if err != nil {
			return 0, fmt.Errorf("%s: %w", l.source.trigger.Mapping.Trigger, err)
		}
		records = append(records, record)
	}
	l.core.Read(records, end)
	l.source.read += len(records)
	if len(records) > 0 {
		l.form(records)
	}
	return len(records), nil
}

// form notes a batch with its records.
func (l *lane) form(records []core.Record) {
	a := l.source.attempt
	ids, _ := l.causes(records)
	l.batch = a.log.Mint(trace.TypeBatch)
	a.log.Append(trace.Event{
		Kind: trace.BatchFormed, ID: l.batch, Actor: l.source.trigger.Mapping.Trigger,
		Shard: a.gate.Alias(l.shard.ID), Cause: ids, N: len(ids),
	})
}

// causes are the ids of records and the depth of what they cause.
func (l *lane) causes(records []core.Record) (ids []trace.ID, depth int) {
	for _, r := range records {
		seen, _ := l.source.attempt.gate.Seen(l.source.streamARN, r.Sequence)
		ids = append(ids, seen.ID)
		depth = max(depth, seen.Depth+1)
	}
	return ids, depth
}
