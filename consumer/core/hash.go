package core

import (
	"encoding/binary"
	"hash"
	"hash/fnv"
)

// Hash identifies the state: lanes that behave alike from here on have equal
// hashes, and others collide only by chance. Records count by sequence number
// and arrival; their bodies follow from those. The value is the same in every
// process, so it may be kept.
func (l *Lane) Hash() uint64 {
	s := state{fnv.New64a()}
	s.numbers(int64(l.cfg.BatchSize), int64(l.cfg.MaximumRetryAttempts),
		int64(l.cfg.BackoffFirst), int64(l.cfg.BackoffMax), int64(l.phase))
	s.texts(l.checkpoint, l.tail)
	s.flag(l.ended)
	s.numbers(int64(len(l.hand)))
	for _, r := range l.hand {
		s.texts(r.Sequence)
		s.numbers(r.Arrived.Unix(), int64(r.Arrived.Nanosecond()))
	}
	s.numbers(int64(l.failed), l.due.Unix(), int64(l.due.Nanosecond()), int64(l.out))
	s.texts(l.failure, string(l.condition), l.pending)
	return s.Sum64()
}

// state writes fields so that no two sequences of them give the same bytes:
// numbers have a fixed width, texts carry their length. A hash.Hash never
// returns an error.
type state struct{ hash.Hash64 }

func (s state) numbers(values ...int64) {
	var b [8]byte
	for _, v := range values {
		binary.BigEndian.PutUint64(b[:], uint64(v))
		_, _ = s.Write(b[:])
	}
}

func (s state) texts(values ...string) {
	for _, v := range values {
		s.numbers(int64(len(v)))
		_, _ = s.Write([]byte(v))
	}
}

func (s state) flag(v bool) {
	if v {
		s.numbers(1)
	} else {
		s.numbers(0)
	}
}
