package memory

import (
	"time"

	"github.com/stillwater-streams/stillwater/harness/engine/memory/item"
)

// follow adds a hash to those of a list. base is odd, so that no member is ever
// lost.
func follow(list, hash uint64) uint64 { return list*hashBase + hash }

const hashBase = 0x9e3779b97f4a7c15

// without takes the first members from the hash of a list: kept is how many stay.
func without(list, first, kept uint64) uint64 {
	power, base := uint64(1), uint64(hashBase)
	for ; kept > 0; kept >>= 1 {
		if kept&1 == 1 {
			power *= base
		}
		base *= base
	}
	return list - first*power
}

// Hash is a fingerprint of all that can make a difference to what comes: two
// databases with one hash answer alike from here on, up to the names of things
// (ids, ARNs, sequence numbers) that each made up. It does not depend on the order
// in which items were written, only on that in which their records stand in a
// shard. It is kept up to date by every write, so that asking costs little.
//
// The last write to each table counts only on a database whose StaleReads was
// called, since no other can tell it: who explores with stale reads calls it first.
func (db *Database) Hash() uint64 {
	db.mu.Lock() // trims
	defer db.mu.Unlock()
	now := db.now()
	h := chain(uint64(now.UnixNano()), db.state.faults.hash())
	db.state.tables.Scan(func(_ string, t *table) bool {
		h = chain(h, t.fingerprint())
		if db.state.faults.recalls {
			h = chain(h, t.lastHash())
		}
		return true
	})
	sum := uint64(0)
	db.state.tokens.Scan(func(_ string, r *replay) bool {
		if now.Before(r.until) {
			sum += chain(r.request, uint64(r.until.UnixNano()))
		}
		return true
	})
	for _, s := range db.state.streams {
		if !db.gone(s) {
			s.trim(now)
			sum += s.fingerprint()
		}
	}
	return chain(h, sum)
}

// hash of what is armed.
func (f *faults) hash() uint64 {
	h := chain(uint64(f.stale))
	if f.partial.times > 0 {
		h = chain(h, uint64(f.partial.members), uint64(f.partial.times))
	}
	for _, failure := range f.failures {
		h = chain(h, hashBytes(failure.op), hashBytes(failure.err.Error()), uint64(failure.times))
	}
	for op, d := range f.latency { // summed: they have no order
		h += chain(hashBytes(op), uint64(d))
	}
	return h
}

// fingerprint of a table without its streams.
func (t *table) fingerprint() uint64 {
	h := chain(hashBytes(t.name), t.hash, hashBytes(t.ttl), t.definitionHash())
	for key, value := range t.tags {
		h += chain(hashBytes(key), hashBytes(value))
	}
	if t.stream != nil && t.stream.enabled {
		h = chain(h, 1)
	}
	return h
}

// lastHash is that of the last request's changes: a stale read undoes them.
func (t *table) lastHash() uint64 {
	h := uint64(0)
	for _, c := range t.last {
		h = chain(h, c.hash())
	}
	return h
}

// hash of what was there and what is there.
func (c change) hash() uint64 {
	old, new := uint64(0), uint64(0)
	if c.old != nil {
		old = rowHash(c.old)
	}
	if c.new != nil {
		new = rowHash(c.new)
	}
	return chain(old, new)
}

// fingerprint of a stream: its shards by their places, not by their ids.
func (s *stream) fingerprint() uint64 {
	places := map[string]uint64{}
	for i, h := range s.shards {
		places[h.id] = uint64(i) + 1
	}
	h := chain(hashBytes(s.table), hashBytes(string(s.view)), truth(s.enabled), uint64(s.emptyPages),
		uint64(s.policy.Records), uint64(s.policy.Age))
	for _, p := range s.shards {
		h = chain(h, places[p.parent], p.first, p.last, uint64(p.created.UnixNano()), truth(p.end > 0), closedAt(p), p.visible())
		if s.policy.Records > 0 {
			h = chain(h, p.written)
		}
	}
	return h
}

// visible is the hash of the records that can be read.
func (h *shard) visible() uint64 {
	return chain(without(h.whole, h.dropped, h.written-h.erased), h.written-h.erased)
}

func closedAt(h *shard) uint64 {
	if h.end == 0 {
		return 0
	}
	return uint64(h.closed.UnixNano())
}

func truth(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

// recordHash is what a reader of the stream sees of a record, but its number.
func recordHash(s *stream, c change, by *identity, at time.Time) uint64 {
	h := chain(c.hash(), uint64(at.Unix()))
	if by != nil {
		h = chain(h, hashBytes(by.principal))
	}
	return mix(h)
}

// definitionHash is that of the keys, indexes and settings of a table.
func (t *table) definitionHash() uint64 {
	h := chain(schemaHash(t.schema), hashBytes(string(t.settings.billing)), truth(t.settings.protected))
	for _, x := range t.indexes {
		h = chain(h, schemaHash(x.schema), truth(x.global), hashBytes(string(x.projection.ProjectionType)))
		for _, name := range x.projection.NonKeyAttributes {
			h = chain(h, hashBytes(name))
		}
	}
	return h
}

func schemaHash(s item.Schema) uint64 {
	h := chain(hashBytes(s.Index), uint64(len(s.Hash)))
	for _, a := range s.Attributes() {
		h = chain(h, hashBytes(a.Name), uint64(a.Kind))
	}
	return h
}
