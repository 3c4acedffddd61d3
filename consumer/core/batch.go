package core

import (
	"cmp"
	"time"
)

// envelope is the room that an event takes beside its records: {"Records":[]},
// and the members of a tumbling window, whose state comes on top.
func (s *Shard) envelope(l *lane) int {
	const plain, framed = 14, 640
	switch {
	case s.cfg.TumblingWindow == 0:
		return plain
	case l.window == nil:
		return framed + len(freshState)
	default:
		return framed + len(l.window.state)
	}
}

// decide lets time act on an idle lane: a batch is formed, what is in hand is
// invoked or given up.
func (s *Shard) decide(l *lane, now time.Time) {
	if l.phase != idle || l.unsaved {
		return
	}
	if l.held == 0 && !l.closing {
		s.form(l, now)
	}
	if l.held == 0 && !l.closing {
		return
	}
	if n := s.expired(l, now); n > 0 {
		l.giveUp(n, RecordAgeExceeded)
	} else if !now.Before(l.due) {
		l.phase = invoking
	}
}

// form makes a batch of the queue, once it is complete: full, the payload limit
// reached, the batching window over (P2), or nothing more to come.
func (s *Shard) form(l *lane, now time.Time) {
	if s.windowEnds(l, now) {
		l.closing = true // an open window has processed records: see trim
		return
	}
	n, full := s.fits(l)
	if n == 0 || !full && !s.ended && now.Before(s.closes(l)) {
		return
	}
	l.take(n)
	if s.cfg.TumblingWindow > 0 && l.window == nil {
		l.window = openFrame(l.records[0], l.marks[0].before, s.cfg.TumblingWindow)
	}
}

// fits counts the records at the head of the queue that go into one batch; full
// says that no other could. A single record always fits.
func (s *Shard) fits(l *lane) (n int, full bool) {
	size := s.envelope(l)
	if all := size + l.bytes; s.cfg.TumblingWindow == 0 && all < s.cfg.PayloadLimit {
		n = min(len(l.queue()), s.cfg.BatchSize) // looking at each record comes to the same
		return n, n == s.cfg.BatchSize
	}
	for _, r := range l.queue() {
		size += weight(r)
		if n == s.cfg.BatchSize || n > 0 && size > s.cfg.PayloadLimit || n > 0 && s.crosses(l, r) {
			return n, true
		}
		n++
	}
	return n, n == s.cfg.BatchSize || size >= s.cfg.PayloadLimit
}

// closes is when the records in the queue are handed out though the batch is
// not full.
func (s *Shard) closes(l *lane) time.Time {
	at := l.marks[l.held].read.Add(s.cfg.BatchingWindow)
	if s.cfg.TumblingWindow == 0 {
		return at
	}
	if end := s.windowOf(l); end.Before(at) {
		return end
	}
	return at
}

// expired counts the records at the head of the piece that are too old (P6, P7).
// Only the head: order is kept even if arrival times are not.
func (s *Shard) expired(l *lane, now time.Time) int {
	if l.closing {
		if at, ok := s.windowExpiry(l); ok && !now.Before(at) {
			return len(l.window.records)
		}
		return 0
	}
	piece := l.piece()
	n := 0
	for n < len(piece) {
		at, ok := s.expiry(piece[n:])
		if !ok || now.Before(at) {
			break
		}
		n++
	}
	return n
}

// expiry is when the first of the records is too old.
func (s *Shard) expiry(records []Record) (time.Time, bool) {
	if len(records) == 0 || records[0].Arrived.IsZero() {
		return time.Time{}, false
	}
	age := Retention
	if s.cfg.MaximumRecordAge > 0 {
		age = min(age, s.cfg.MaximumRecordAge)
	}
	return records[0].Arrived.Add(age), true
}

// windowExpiry is when the final invocation of a window is made no more: never
// before its first attempt, and later than its records would be too old, by the
// length of the window. They have been processed and had to wait for its end: an
// age below that length must not keep every window from being ended.
func (s *Shard) windowExpiry(l *lane) (time.Time, bool) {
	at, ok := s.expiry(l.window.records)
	return at.Add(s.cfg.TumblingWindow), ok && l.failed+l.throttles > 0
}

// backoffOf is the wait before the next attempt of what a lane has in hand.
func (s *Shard) backoffOf(l *lane) time.Duration {
	key := ""
	if l.held > 0 {
		key = l.records[0].Sequence
	}
	return s.cfg.backoff(cmp.Or(l.throttles, l.failed, 1), key)
}
