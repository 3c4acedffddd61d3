package harness

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

	"github.com/stillwater-streams/stillwater/consumer"
	"github.com/stillwater-streams/stillwater/consumer/core"
	"github.com/stillwater-streams/stillwater/consumer/destination"
	"github.com/stillwater-streams/stillwater/consumer/mapping"
	"github.com/stillwater-streams/stillwater/harness/trace"
)

// source is one event source mapping of an attempt: its shards, its lanes and
// the execution environments of its function.
type source struct {
	attempt     *attempt
	trigger     Trigger
	streamARN   string                  // as the engine calls it
	origin      consumer.Origin         // as handlers see it
	destination destination.Destination // nil: what is given up is dropped
	shards      []*shard                // parents before children
	lost        int                     // records that were trimmed before they were read
	known       map[string]*shard
	warm        []*environment // that run nothing; none: the next invocation is a cold start
}

// shard is the mapping on one shard, with its lanes.
type shard struct {
	source  *source
	at      consumer.Shard
	reader  *consumer.Reader
	core    *core.Shard
	batches map[int]batch    // in hand, by lane
	last    map[int]trace.ID // the last invocation, by lane
	repeats map[int]repeat   // what Options.Redeliver makes of the batch in hand, by lane
	read    []string         // sequence numbers of what was read and not given back
}

// batch is what a lane has in hand.
type batch struct {
	id    trace.ID
	first string // sequence number
	n     int
}

func newSource(a *attempt, t Trigger, streamARN string) (*source, error) {
	t.Mapping.Timeout = cmp.Or(t.Mapping.Timeout, mapping.DefaultTimeout)
	origin, err := consumer.NewOrigin(streamARN, a.harness.project.region(), a.harness.project.account())
	if err != nil {
		return nil, err
	}
	d, err := a.letters.of(t.Mapping)
	if err != nil {
		return nil, err
	}
	return &source{
		attempt: a, trigger: t, streamARN: streamARN, origin: origin, destination: d, known: map[string]*shard{},
	}, nil
}

// refresh takes up every new shard, from TRIM_HORIZON: the mapping is there before
// anything is written, so that LATEST is the same place.
func (s *source) refresh(shards []consumer.Shard) {
	for _, at := range shards {
		if s.known[at.ID] != nil {
			continue
		}
		d := &shard{
			source: s, at: at,
			reader:  consumer.NewReader(s.attempt.streams, s.streamARN, at.ID, ""),
			core:    core.New(s.trigger.Mapping.Core(), core.Position{}),
			batches: map[int]batch{}, last: map[int]trace.ID{}, repeats: map[int]repeat{},
		}
		s.known[at.ID] = d
		s.shards = append(s.shards, d)
	}
}

// ready reports whether a shard may be read: its parent, if it is still there,
// must be read to its end and dealt with.
func (d *shard) ready() bool {
	parent := d.source.known[d.at.ParentID]
	return parent == nil || parent.done()
}

// look reads, unless nothing can be there.
func (d *shard) look(ctx context.Context, limit int) (int, error) {
	if d.source.attempt.still() {
		d.core.Read(d.source.attempt.clock.Now(), nil, false)
		return 0, nil
	}
	return d.fetch(ctx, limit)
}

// fetch takes the next records and stamps them with the virtual time of their write.
func (d *shard) fetch(ctx context.Context, limit int) (int, error) {
	a, trigger := d.source.attempt, d.source.trigger.Mapping
	found, end, err := d.reader.Read(ctx, limit)
	if trimmed := (*consumer.TrimmedError)(nil); errors.As(err, &trimmed) {
		d.reader.ResumeAtHorizon() // as consumer.Run does
		found, end, err = d.reader.Read(ctx, limit)
	}
	if err != nil {
		return 0, fmt.Errorf("%s: %w", trigger.Trigger, err)
	}
	records := make([]core.Record, 0, len(found))
	for _, r := range found {
		record, err := d.record(r)
		if err != nil {
			return 0, fmt.Errorf("%s: %w", trigger.Trigger, err)
		}
		records = append(records, record)
	}
	d.core.Read(a.clock.Now(), records, end)
	for _, r := range records {
		d.read = append(d.read, r.Sequence)
	}
	a.past.count(trigger.Trigger).polled += len(records)
	return len(records), nil
}

// record is what the lanes get of a stream record.
func (d *shard) record(r types.Record) (core.Record, error) {
	a, origin := d.source.attempt, d.source.origin
	seen, ok := a.gate.Seen(d.source.streamARN, *r.Dynamodb.SequenceNumber) // the reader has checked that it is there
	if !ok {
		seen = a.gate.Adopt(d.source.streamARN, d.at.ID, r)
	}
	origin.Arrived = seen.At
	if seen.Service {
		r.UserIdentity = &types.Identity{Type: aws.String("Service"), PrincipalId: aws.String("dynamodb.amazonaws.com")}
	}
	record, err := consumer.NewRecord(r, origin)
	if err != nil {
		return core.Record{}, err
	}
	matches, err := d.source.trigger.Mapping.Filters.Match(record.Body)
	if err != nil {
		return core.Record{}, err
	}
	if record.Filtered = !matches; record.Filtered {
		a.past.count(d.source.trigger.Mapping.Trigger).filtered++
		a.log.Append(trace.Event{
			Kind: trace.Filtered, Actor: d.source.trigger.Mapping.Trigger, Shard: a.gate.Alias(d.at.ID), Cause: []trace.ID{seen.ID},
		})
	}
	return record, nil
}

// batch is the id of what a lane hands out or gives up, and is noted when it is
// new: the first attempt of a batch, or what is left of one.
func (d *shard) batch(lane int, records []core.Record) trace.ID {
	held := d.batches[lane]
	if len(records) == 0 || held.first == records[0].Sequence && held.n == len(records) {
		return held.id // none: the end of a tumbling window
	}
	a := d.source.attempt
	ids, _ := d.causes(records)
	held = batch{a.log.Mint(trace.TypeBatch), records[0].Sequence, len(records)}
	a.log.Append(trace.Event{
		Kind: trace.BatchFormed, ID: held.id, Actor: d.source.trigger.Mapping.Trigger,
		Shard: a.gate.Alias(d.at.ID), Cause: ids, N: len(ids),
	})
	d.batches[lane] = held
	return held.id
}

// causes are the ids of records and the depth of what they cause.
func (d *shard) causes(records []core.Record) (ids []trace.ID, depth int) {
	for _, r := range records {
		seen, _ := d.source.attempt.gate.Seen(d.source.streamARN, r.Sequence)
		ids = append(ids, seen.ID)
		depth = max(depth, seen.Depth+1)
	}
	return ids, depth
}
