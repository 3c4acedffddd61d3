package gate

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	streamtypes "github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

	"github.com/stillwater-streams/stillwater/consumer"
	"github.com/stillwater-streams/stillwater/harness/trace"
)

// position names a record: sequence numbers are unique in a stream.
type position struct{ streamARN, sequence string }

// Seen is what the gate knows of a record.
type Seen struct {
	ID trace.ID
	// At is the virtual time of its write.
	At time.Time
	// Depth of its causes.
	Depth int
	// Key is the item's key as text.
	Key string
	// Service says that DynamoDB itself made the write: the item had expired.
	Service bool
}

// Seen looks a record up by its stream and sequence number.
func (g *Gate) Seen(streamARN, sequence string) (Seen, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.seen.get(position{streamARN, sequence})
}

// Adopt notes a record that no call through the gate caused. Such an orphan was
// written by a client the gate does not know; it is a finding in itself.
func (g *Gate) Adopt(streamARN, shardID string, r streamtypes.Record) Seen {
	return g.note(streamARN, shardID, r, origin{})
}

// origin is where a record comes from; without a cause it is an orphan.
type origin struct {
	cause   trace.ID
	depth   int
	service bool
}

// note gives a record its id and remembers it.
func (g *Gate) note(streamARN, shardID string, r streamtypes.Record, o origin) Seen {
	s := Seen{
		ID: g.options.Log.Mint(trace.TypeRecord), At: g.options.Now(), Depth: o.depth,
		Key: g.recordKey(streamARN, r), Service: o.service,
	}
	e := trace.Event{
		Kind: trace.RecordSeen, ID: s.ID, Shard: g.Alias(shardID), Op: string(r.EventName),
		Key: s.Key, Depth: o.depth, Cause: []trace.ID{o.cause}, Changes: changes(r.Dynamodb),
	}
	if o.cause == "" {
		e.Kind, e.Cause = trace.RecordOrphan, nil
	}
	g.options.Log.Append(e)
	g.options.Log.KeepImages(s.ID, func() trace.Images { return images(r) })
	return g.remember(position{streamARN, aws.ToString(r.Dynamodb.SequenceNumber)}, s)
}

func (g *Gate) remember(at position, s Seen) Seen {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.seen.put(at, s)
	return s
}

// account logs a call that ended and the records it caused.
func (g *Gate) account(ctx context.Context, c *call, took time.Duration) error {
	e := trace.Event{
		Kind: trace.Call, Actor: c.task.Actor.name, Op: c.op, Key: c.what.key,
		Cause: []trace.ID{c.task.ID}, Depth: c.task.Depth, Took: took, Note: outcome(c.outcome()),
	}
	if c.request != nil {
		e.Note = c.request.outcome()
		g.asked(c)
	}
	if c.request != nil || !writes(c.op) {
		g.options.Log.Append(e)
		return nil
	}
	g.wrote()
	e.Kind, e.ID = trace.Write, g.options.Log.Mint(trace.TypeWrite)
	found, err := g.collect(ctx, c.what)
	if err != nil {
		return fmt.Errorf("gate: read the records of %s %s: %w", c.op, e.Key, err)
	}
	e.N = len(found)
	g.options.Log.Append(e)
	for _, f := range found {
		o := origin{e.ID, c.task.Depth, c.task.Service}
		if !c.what.names(g.recordKey(f.stream, f.record)) {
			o = origin{} // of another writer, behind the gate's back
		}
		g.note(f.stream, f.shard, f.record, o)
	}
	return nil
}

type found struct {
	stream, shard string // its ARN, and the shard's id
	record        streamtypes.Record
}

// collect reads what is new in the streams of the tables that a call names: to
// the empty page, or to as many records as the call can have caused where nobody
// else writes.
func (g *Gate) collect(ctx context.Context, what subject) ([]found, error) {
	var all []found
	for _, table := range what.tables {
		s, ok := g.streamOf(table)
		if !ok {
			continue
		}
		most := what.items[table]
		if g.options.Shared {
			most = 0 // others write in between: to the empty page
		}
		err := s.fresh(ctx, func(shard string, r streamtypes.Record) (more bool) {
			all = append(all, found{s.arn, shard, r})
			most--
			return most != 0
		})
		if err != nil {
			return nil, fmt.Errorf("table %s: %w", table, err)
		}
	}
	return all, nil
}

// stream follows all shards of one stream.
type stream struct {
	api     consumer.StreamsAPI
	arn     string
	shards  []string
	readers map[string]*consumer.Reader
	lost    error // why its end was not found, in a shared database
}

// take is given a record and says whether it wants more.
type take func(shard string, r streamtypes.Record) (more bool)

// fresh gives take every record that was not read yet, parents' before children's,
// until it wants no more. What was read with the last one is given all the same.
func (s *stream) fresh(ctx context.Context, take take) error {
	if s.lost != nil {
		return s.lost
	}
	if s.readers == nil {
		s.readers = map[string]*consumer.Reader{}
		if err := s.discover(ctx); err != nil {
			return err
		}
	}
	for i := 0; i < len(s.shards); i++ {
		ended, more, err := s.drain(ctx, s.shards[i], take)
		if err != nil || !more {
			return err
		}
		if !ended {
			continue
		}
		delete(s.readers, s.shards[i])
		if err := s.discover(ctx); err != nil { // its children follow it in the list
			return err
		}
	}
	return nil
}

func (s *stream) discover(ctx context.Context) error {
	shards, err := consumer.Shards(ctx, s.api, s.arn)
	if err != nil {
		return err
	}
	known := map[string]bool{}
	for _, id := range s.shards {
		known[id] = true
	}
	for _, shard := range shards {
		if !known[shard.ID] {
			s.shards = append(s.shards, shard.ID)
			s.readers[shard.ID] = consumer.NewReader(s.api, s.arn, shard.ID, "")
		}
	}
	return nil
}

// drain reads one shard to an empty page, to its end, or until take wants no more.
func (s *stream) drain(ctx context.Context, shard string, take take) (ended, more bool, err error) {
	reader, ok := s.readers[shard]
	if !ok {
		return false, true, nil // read to its end before
	}
	more = true
	for more {
		records, end, err := reader.Read(ctx, consumer.MaxRecords)
		if err != nil {
			return false, false, err
		}
		for _, r := range records {
			more = take(shard, r)
		}
		if end || len(records) == 0 {
			return end, true, nil
		}
	}
	return false, false, nil
}
