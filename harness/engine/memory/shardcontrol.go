package memory

import (
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// Rollover is a policy by which open shards close and are followed by others, as
// the service's do about every four hours. The zero value is none.
type Rollover struct {
	Records int           // that a shard takes; 0 = any number
	Age     time.Duration // of a shard that takes records; 0 = any
}

// SetRollover sets the policy of the stream that a table has now.
func (db *Database) SetRollover(table string, p Rollover) error {
	return db.withStream("set rollover", table, func(s *stream) { s.policy = p })
}

// SplitShard closes the widest open shard of a table's stream and opens two in
// its place: each takes half of its partitions.
func (db *Database) SplitShard(table string) error {
	return db.withStream("split shard", table, func(s *stream) {
		h := slices.MaxFunc(s.open(), func(a, b *shard) int {
			if a.last-a.first > b.last-b.first {
				return 1
			}
			return -1 // of equals the first
		})
		middle := h.first + (h.last-h.first)/2
		db.closeShard(h)
		db.openShard(s, h.id, h.first, middle)
		db.openShard(s, h.id, middle+1, h.last)
	})
}

// CloseShard closes every open shard of a table's stream and opens one in the
// place of each: they roll over.
func (db *Database) CloseShard(table string) error {
	return db.withStream("close shard", table, func(s *stream) {
		for _, h := range s.open() {
			db.rollOver(s, h)
		}
	})
}

// Trim forgets all records of a table's stream, as if a day had passed for them.
// Closed shards stay listed until a day has passed for these too.
func (db *Database) Trim(table string) error {
	return db.withStream("trim", table, func(s *stream) {
		for _, h := range s.shards {
			h.trim(func(*record) bool { return true })
		}
	})
}

// ExpireIterators makes every iterator of a table's stream that was given out so
// far expire.
func (db *Database) ExpireIterators(table string) error {
	return db.withStream("expire iterators", table, func(s *stream) { s.iterators++ })
}

// EmptyPages answers the next pages of a table's stream without records, though
// there may be some: the service does so.
func (db *Database) EmptyPages(table string, pages int) error {
	return db.withStream("empty pages", table, func(s *stream) { s.emptyPages = pages })
}

// withStream does something to the enabled stream of a table.
func (db *Database) withStream(op, name string, do func(*stream)) error {
	db.mu.Lock()
	defer db.mu.Unlock()
	t, ok := db.state.tables.Get(tableName(aws.String(name)))
	if !ok {
		return fmt.Errorf("memory: %s: table %s: there is none: create it first", op, name)
	}
	if t.stream == nil || !t.stream.enabled {
		return fmt.Errorf("memory: %s: table %s: it has no stream: enable one first", op, name)
	}
	do(t.stream)
	return nil
}

// open are the shards that take records.
func (s *stream) open() []*shard {
	var open []*shard
	for _, h := range s.shards {
		if h.end == 0 {
			open = append(open, h)
		}
	}
	return open
}

// rollOver closes a shard and opens one in its place.
func (db *Database) rollOver(s *stream, h *shard) {
	db.closeShard(h)
	db.openShard(s, h.id, h.first, h.last)
}

// roll applies the policy of a stream before a record is written. The number that
// the mutation has taken stays the last one.
func (db *Database) roll(s *stream, now time.Time) {
	if s.policy == (Rollover{}) {
		return
	}
	for _, h := range s.open() {
		full := s.policy.Records > 0 && h.written >= uint64(s.policy.Records)
		old := s.policy.Age > 0 && now.Sub(h.created) >= s.policy.Age
		if full || old {
			db.rollOver(s, h)
			db.state.counter++ // the record's number follows that of the shard
		}
	}
}
