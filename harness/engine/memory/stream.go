package memory

import (
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	streamtypes "github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
	"github.com/tidwall/btree"

	"github.com/stillwater-streams/stillwater/harness/engine/memory/item"
)

// retention is how long a record, and a shard behind its end, can be read.
const retention = 24 * time.Hour

// stream is the stream of a table from its enabling to its disabling; enabled
// again, a table has another one (E3).
type stream struct {
	arn, label, table string
	number            uint64 // its place among all: what a clone knows it by
	schema            item.Schema
	view              streamtypes.StreamViewType
	created           time.Time
	enabled           bool
	shards            []*shard // in the order of their making: parents first
	policy            Rollover
	iterators         int // iterators of an earlier round have expired
	emptyPages        int // pages still to answer without records
}

// shard is a part of a stream: the records of the partitions whose hash lies in
// its range, while it was open.
type shard struct {
	id, parent  string
	first, last uint64 // hashes, both included
	created     time.Time
	start       uint64 // sequence number; less than any record's
	end         uint64 // 0 = open
	closed      time.Time
	records     *btree.Map[uint64, *record]
	trimmed     uint64 // sequence number of the last record trimmed
	dropped     uint64 // hash of the records trimmed, in order
	whole       uint64 // hash of all records, in order
	written     uint64 // how many there ever were
	erased      uint64 // how many of them were trimmed
}

// record is one item mutation. It shares its images with the table.
type record struct {
	change
	at   time.Time
	by   *identity
	hash uint64 // of all records of the shard up to this one
}

// identity is who wrote; nil is a client.
type identity struct{ kind, principal string }

// service is who deletes items whose time to live has passed.
func service() *identity { return &identity{kind: "Service", principal: "dynamodb.amazonaws.com"} }

func (s *stream) clone() *stream {
	out := *s
	out.shards = make([]*shard, len(s.shards))
	for i, h := range s.shards {
		copied := *h
		copied.records = h.records.Copy()
		out.shards[i] = &copied
	}
	return &out
}

// openStream gives a table a new stream with one shard.
func (db *Database) openStream(t *table, view streamtypes.StreamViewType) {
	now := db.now()
	db.state.named++
	label := now.UTC().Format("2006-01-02T15:04:05.000")
	for taken := now; db.streamNamed(t.arn+"/stream/"+label) != nil; {
		taken = taken.Add(time.Millisecond)
		label = taken.UTC().Format("2006-01-02T15:04:05.000")
	}
	s := &stream{
		arn: t.arn + "/stream/" + label, label: label, table: t.name, number: db.state.named,
		schema: t.schema, view: view, created: now, enabled: true,
	}
	db.openShard(s, "", 0, ^uint64(0))
	db.state.streams = append(db.state.streams, s)
	t.stream = s
}

func (db *Database) streamNamed(arn string) *stream {
	for _, s := range db.state.streams {
		if s.arn == arn {
			return s
		}
	}
	return nil
}

// openShard adds a shard. Its beginning takes a number of the counter, as on
// DynamoDB Local.
func (db *Database) openShard(s *stream, parent string, first, last uint64) {
	db.state.counter++
	now := db.now()
	id := db.id(s.number, uint64(len(s.shards)))
	s.shards = append(s.shards, &shard{
		id: fmt.Sprintf("shardId-%020d-%08x", now.UnixMilli(), uint32(id)), parent: parent,
		first: first, last: last, created: now, start: db.state.counter,
		records: btree.NewMap[uint64, *record](0),
	})
}

// id makes up an id from the seed and what it is for.
func (db *Database) id(of ...uint64) uint64 { return chain(db.options.Seed, chain(of...)) }

// closeShard ends a shard: nothing is written to it any more.
func (db *Database) closeShard(h *shard) {
	h.closed, h.end = db.now(), h.start
	if seq, _, ok := h.records.Max(); ok {
		h.end = seq
	} else if h.trimmed > 0 {
		h.end = h.trimmed
	}
}

// disable ends a stream. It can be read until its records are trimmed.
func (db *Database) disable(s *stream) {
	s.enabled = false
	for _, h := range s.shards {
		if h.end == 0 {
			db.closeShard(h)
		}
	}
}

// record writes what a mutation did to the stream of its table, if it has one,
// under the number that the counter has reached.
func (db *Database) record(t *table, c change, by *identity) {
	s := t.stream
	if s == nil || !s.enabled {
		return
	}
	now := db.now()
	db.roll(s, now)
	h := s.shardOf(partitionHash(c.key()))
	seq := db.state.counter
	h.whole = follow(h.whole, recordHash(s, c, by, now))
	h.written++
	h.records.Set(seq, &record{change: c, at: now.Truncate(time.Second), by: by, hash: h.whole})
}

// shardOf is the open shard that takes the records of a partition.
func (s *stream) shardOf(hash uint64) *shard {
	for i := len(s.shards) - 1; i >= 0; i-- {
		if h := s.shards[i]; h.end == 0 && h.first <= hash && hash <= h.last {
			return h
		}
	}
	panic("memory: " + s.arn + ": no open shard covers a partition")
}

// trim forgets the records, and then the shards, that are older than a day.
func (s *stream) trim(now time.Time) {
	horizon := now.Add(-retention)
	kept := s.shards[:0:0]
	for _, h := range s.shards {
		h.trim(func(r *record) bool { return r.at.Before(horizon) })
		if h.end == 0 || h.records.Len() > 0 || !h.closed.Before(horizon) {
			kept = append(kept, h)
		}
	}
	if len(kept) < len(s.shards) {
		s.shards = kept
	}
}

// trim forgets the first records, as long as they are old.
func (h *shard) trim(old func(*record) bool) {
	for {
		seq, r, ok := h.records.Min()
		if !ok || !old(r) {
			return
		}
		h.records.Delete(seq)
		h.trimmed, h.dropped = seq, r.hash
		h.erased++
	}
}

// sequence is a sequence number as the API has it: 21 digits, the fewest that it
// allows, so that texts of one length compare as numbers.
func sequence(n uint64) *string { return aws.String(fmt.Sprintf("%021d", n)) }
