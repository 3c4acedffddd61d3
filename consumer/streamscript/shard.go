package streamscript

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

	"github.com/stillwater-streams/stillwater/consumer/core"
)

// shard is one shard: its records and the part of all items that it takes.
type shard struct {
	stream     *stream
	id, parent string
	low, high  uint64 // hashes of items, both included
	start      string // sequence number at which it was opened
	closed     bool
	records    []types.Record
	last       string // sequence number of the last record; "" = none yet
	trimmed    string // through this sequence number; "" = nothing
	empty      int    // pages to leave empty
}

// open adds a shard to the stream. As in DynamoDB Local, it takes a number.
func (e *Endpoint) open(s *stream, parent *shard, low, high uint64) *shard {
	e.counter++
	child := &shard{
		stream: s, low: low, high: high, start: number(e.counter),
		id: fmt.Sprintf("shardId-%020d-%08x", s.created.UnixMilli()+int64(len(s.shards)), e.counter),
	}
	if parent != nil {
		child.parent = parent.id
	}
	s.shards = append(s.shards, child)
	e.shards[child.id] = child
	return child
}

// number writes a sequence number as DynamoDB Local does.
func number(n int64) string { return fmt.Sprintf("%021d", n) }

// Shards names the shards of the latest stream of the table that are open,
// the oldest first.
func (e *Endpoint) Shards(table string) []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	var open []string
	for _, s := range e.table(table).shards {
		if !s.closed {
			open = append(open, s.id)
		}
	}
	return open
}

// Put writes a record to the open shard that takes its item, by the hash of its
// Keys, and returns its shard and sequence number. See [Endpoint.PutTo].
func (e *Endpoint) Put(table string, rec types.Record) (shardID, sequence string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	h := hash(rec)
	for _, s := range e.table(table).shards {
		if !s.closed && s.low <= h && h <= s.high {
			return s.id, e.put(s, rec)
		}
	}
	panic(fmt.Sprintf("streamscript: Put: table %s has no open shard for the item %x: Roll or Split a shard rather than Close it", table, h))
}

// PutTo writes a record to an open shard and returns its sequence number. What
// the record leaves out is filled in: the sequence number (the next of the
// endpoint), the time, the view type, the event ID and name (INSERT), the Keys.
// A sequence number of its own must be above those of the shard.
func (e *Endpoint) PutTo(shardID string, rec types.Record) (sequence string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	s := e.shard(shardID)
	if s.closed {
		panic("streamscript: PutTo: shard " + shardID + " is closed")
	}
	return e.put(s, rec)
}

func (e *Endpoint) put(s *shard, rec types.Record) string {
	e.counter++
	change := types.StreamRecord{}
	if rec.Dynamodb != nil {
		change = *rec.Dynamodb
	}
	if change.SequenceNumber == nil {
		change.SequenceNumber = aws.String(number(e.counter))
	}
	if core.CompareSequence(*change.SequenceNumber, s.last) <= 0 {
		panic(fmt.Sprintf("streamscript: Put: record %s into shard %s, which has %s", *change.SequenceNumber, s.id, s.last))
	}
	if change.ApproximateCreationDateTime == nil {
		change.ApproximateCreationDateTime = aws.Time(e.clock())
	}
	if e.options.Quirks.FloorToMinute {
		change.ApproximateCreationDateTime = aws.Time(change.ApproximateCreationDateTime.Truncate(time.Minute))
	}
	if change.StreamViewType == "" {
		change.StreamViewType = s.stream.view
	}
	if change.SizeBytes == nil {
		change.SizeBytes = aws.Int64(1)
	}
	if change.Keys == nil {
		change.Keys = map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: *change.SequenceNumber}}
	}
	rec.Dynamodb = &change
	if rec.EventID == nil {
		rec.EventID = aws.String("event-" + *change.SequenceNumber)
	}
	if rec.EventName == "" {
		rec.EventName = types.OperationTypeInsert
	}
	rec.EventVersion, rec.EventSource, rec.AwsRegion = aws.String("1.1"), aws.String("aws:dynamodb"), &e.options.Region
	s.records = append(s.records, rec)
	s.last = *change.SequenceNumber
	return s.last
}

// hash places an item: the same Keys, the same hash, on every run.
func hash(rec types.Record) uint64 {
	h := sha256.New()
	if rec.Dynamodb != nil {
		for _, name := range slices.Sorted(maps.Keys(rec.Dynamodb.Keys)) {
			switch v := rec.Dynamodb.Keys[name].(type) {
			case *types.AttributeValueMemberS:
				fmt.Fprintf(h, "%q S %q ", name, v.Value)
			case *types.AttributeValueMemberN:
				fmt.Fprintf(h, "%q N %q ", name, v.Value)
			case *types.AttributeValueMemberB:
				fmt.Fprintf(h, "%q B %q ", name, v.Value)
			}
		}
	}
	return binary.BigEndian.Uint64(h.Sum(nil))
}

// Split ends a shard and opens two children, each for one half of its items.
func (e *Endpoint) Split(shardID string) (left, right string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	s := e.end(shardID)
	middle := s.low + (s.high-s.low)/2
	return e.open(s.stream, s, s.low, middle).id, e.open(s.stream, s, middle+1, s.high).id
}

// Roll ends a shard and opens one child for all its items, as the service does
// about every four hours.
func (e *Endpoint) Roll(shardID string) (child string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	s := e.end(shardID)
	return e.open(s.stream, s, s.low, s.high).id
}

// Close ends a shard and opens no other.
func (e *Endpoint) Close(shardID string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.end(shardID)
}

func (e *Endpoint) end(shardID string) *shard {
	s := e.shard(shardID)
	if s.closed {
		panic("streamscript: shard " + shardID + " is closed already")
	}
	s.closed = true
	return s
}

// Trim removes the records of a shard up to and with the sequence number, as
// after 24 hours. Iterators that stand before it die.
func (e *Endpoint) Trim(shardID, through string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	s := e.shard(shardID)
	s.trimmed = through
	s.records = s.records[s.behind(through):]
}

// behind is the index of the first record with a greater sequence number.
func (s *shard) behind(sequence string) int {
	i := slices.IndexFunc(s.records, func(r types.Record) bool {
		return core.CompareSequence(*r.Dynamodb.SequenceNumber, sequence) > 0
	})
	if i < 0 {
		return len(s.records)
	}
	return i
}

// ForgetShard lets a shard vanish, as 24 hours after it was closed.
func (e *Endpoint) ForgetShard(shardID string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	s := e.shard(shardID)
	delete(e.shards, shardID)
	s.stream.shards = slices.DeleteFunc(s.stream.shards, func(other *shard) bool { return other == s })
}

// EmptyPages leaves the next n pages of a shard empty, whatever follows; a
// closed shard does not end with one of them.
func (e *Endpoint) EmptyPages(shardID string, n int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.shard(shardID).empty = n
}

func (e *Endpoint) shard(id string) *shard {
	s := e.shards[id]
	if s == nil {
		panic("streamscript: no shard " + id)
	}
	return s
}
