package core

import (
	"encoding/binary"
	"hash"
	"hash/fnv"
	"math"
	"time"
)

// Hash identifies the state: shards that behave alike from here on have equal
// hashes, and others collide only by chance. Records count by sequence number,
// lane and arrival; their bodies follow from those. The value is the same in
// every process, so it may be kept.
func (s *Shard) Hash() uint64 {
	h := state{fnv.New64a()}
	h.config(s.cfg)
	h.texts(s.tail, s.refusal)
	h.flags(s.ended, s.saving)
	h.times(s.saveDue)
	if s.cfg.TumblingWindow > 0 {
		h.times(s.known)
	}
	h.numbers(int64(s.saves))
	h.position(s.stored)
	h.position(s.pending)
	for i := range s.lanes {
		h.lane(&s.lanes[i], s.cfg.BatchingWindow > 0)
	}
	return h.Sum64()
}

// mix makes every bit of a hash depend on all of it: the low bits of FNV-1a know
// only the low bits of what was hashed, the high ones hardly its last character.
func mix(h uint64) uint64 {
	const shift, factor = 33, 0xff51afd7ed558ccd // of MurmurHash3's finalizer
	h = (h ^ h>>shift) * factor
	return h ^ h>>shift
}

// state writes fields so that no two sequences of them give the same bytes:
// numbers have a fixed width, texts carry their length. A hash.Hash never
// returns an error.
type state struct{ hash.Hash64 }

func (h state) config(c Config) {
	h.numbers(int64(c.BatchSize), int64(c.BatchingWindow), int64(c.ParallelizationFactor),
		int64(c.MaximumRetryAttempts), int64(c.MaximumRecordAge), int64(c.TumblingWindow),
		int64(c.BackoffFirst), int64(c.BackoffMax), int64(math.Float64bits(c.Jitter)), int64(c.Seed), int64(c.PayloadLimit))
	h.flags(c.BisectBatchOnFunctionError, c.ReportBatchItemFailures, c.OnFailure)
}

func (h state) position(p Position) {
	h.texts(p.Sequence)
	h.numbers(int64(len(p.Parts)))
	h.texts(p.Parts...)
}

// lane writes a lane; when a record was read matters only to batching windows.
func (h state) lane(l *lane, windows bool) {
	h.texts(l.after, l.failure, string(l.condition), l.refusal)
	h.numbers(int64(l.phase), int64(l.failed), int64(l.throttles), int64(l.out), int64(l.refusals))
	h.times(l.due, l.sendDue)
	h.flags(l.unhandled, l.closing, l.unsaved, l.saving)
	h.numbers(int64(l.held), int64(len(l.records)))
	for i, r := range l.records {
		h.texts(l.marks[i].before)
		if windows && i >= l.held {
			h.times(l.marks[i].read)
		}
		h.record(r)
	}
	h.numbers(int64(len(l.cuts)))
	for _, n := range l.cuts {
		h.numbers(int64(n))
	}
	h.flags(l.window != nil)
	if l.window != nil {
		h.window(l.window)
	}
}

func (h state) window(w *frame) {
	h.times(w.start, w.end)
	h.texts(w.before, string(w.state))
	h.flags(w.early)
	h.numbers(int64(len(w.records)))
	for _, r := range w.records {
		h.record(r)
	}
}

func (h state) record(r Record) {
	h.texts(r.Sequence, r.Key)
	h.times(r.Arrived)
}

func (h state) numbers(values ...int64) {
	var b [8]byte
	for _, v := range values {
		binary.BigEndian.PutUint64(b[:], uint64(v))
		_, _ = h.Write(b[:])
	}
}

func (h state) times(values ...time.Time) {
	for _, v := range values {
		h.numbers(v.Unix(), int64(v.Nanosecond()))
	}
}

func (h state) texts(values ...string) {
	for _, v := range values {
		h.numbers(int64(len(v)))
		_, _ = h.Write([]byte(v))
	}
}

func (h state) flags(values ...bool) {
	for _, v := range values {
		if v {
			h.numbers(1)
		} else {
			h.numbers(0)
		}
	}
}
