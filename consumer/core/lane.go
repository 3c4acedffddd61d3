package core

import (
	"slices"
	"time"
)

// phase is what a lane is about. Each but idle has one action that stands until
// its outcome is told.
type phase uint8

const (
	idle       phase = iota // nothing asked for: gathers records or waits
	invoking                // an invocation was asked for
	delivering              // given-up records are on their way out
)

// mark is what a lane knows of a record beside the record.
type mark struct {
	before string    // how far the lane is without it
	read   time.Time // when it was read: the batching window starts there
}

// weight is what a record adds to an event: its body and a comma.
func weight(r Record) int { return len(r.Body) + 1 }

// lane is one line of batches, handed out in order, one at a time.
//
// Invariants: each record has its mark; cuts sum up to held; closing needs a
// window and empty hands.
type lane struct {
	phase phase
	after string // dealt with before this shard was made: not handed out again

	records []Record // read and not dealt with, in sequence order
	marks   []mark
	held    int   // so many of records are the batch in hand; the others wait
	bytes   int   // weight of those that wait
	cuts    []int // pieces of the hand, by bisection, the one tried now last

	failed    int       // attempts that count, since the lane last moved on
	throttles int       // attempts that were throttled since one ran
	failure   string    // how the last attempt failed
	unhandled bool      // it was a function error, not batch item failures
	due       time.Time // no attempt before; zero = at once

	out       int // delivering: how many of hand
	condition Condition
	refusals  int       // deliveries that failed
	refusal   string    // why the last did
	sendDue   time.Time // no delivery before

	window  *frame // nil: none is open
	closing bool   // the window's final invocation is in hand

	unsaved bool // dealt with something that no checkpoint holds yet
	saving  bool // the checkpoint under way holds it
}

// busy says that records were read and not dealt with.
func (l *lane) busy() bool {
	return len(l.records) > 0 || l.window != nil
}

// hand is the batch in hand.
func (l *lane) hand() []Record { return l.records[:l.held] }

// queue are the records that wait for their batch.
func (l *lane) queue() []Record { return l.records[l.held:] }

// piece is the part of the hand that is tried now.
func (l *lane) piece() []Record {
	if len(l.cuts) == 0 {
		return nil
	}
	return l.records[:l.cuts[len(l.cuts)-1]]
}

// given are the records that are given up.
func (l *lane) given() []Record {
	if l.closing {
		return l.window.records
	}
	return l.records[:l.out]
}

// place is how far the lane is: behind everything, or before the first record
// that it still has to deal with.
func (l *lane) place(tail string) string {
	switch {
	case l.window != nil:
		return l.window.before
	case len(l.records) > 0:
		return l.marks[0].before
	default:
		return later(tail, l.after)
	}
}

// take forms the batch of the first n records of the queue.
func (l *lane) take(n int) {
	for _, r := range l.records[:n] {
		l.bytes -= weight(r)
	}
	l.held, l.cuts = n, append(l.cuts[:0], n)
}

// reserve makes room for n more records.
func (l *lane) reserve(n int) {
	l.records, l.marks = slices.Grow(l.records, n), slices.Grow(l.marks, n)
}

// release lets go of the bodies of records that are dealt with.
func (l *lane) release() {
	if len(l.records) == 0 {
		l.records, l.marks = nil, nil
	}
}

// gather adds a record to the queue.
func (l *lane) gather(r Record, m mark) {
	l.records, l.marks = append(l.records, r), append(l.marks, m)
	l.bytes += weight(r)
}

// settle takes the first n records out of the hand: they are dealt with. The
// count of attempts starts anew (D7); the back-off of what stays in hand goes on.
func (l *lane) settle(n int) {
	l.records, l.marks, l.held = l.records[n:], l.marks[n:], l.held-n
	last := len(l.cuts) - 1
	if l.cuts[last] -= n; l.cuts[last] == 0 {
		l.cuts = l.cuts[:last]
	}
	l.trim()
	l.moveOn()
}

func (l *lane) moveOn() {
	l.failed, l.throttles, l.failure, l.unhandled = 0, 0, "", false
	l.unsaved, l.saving = true, false
	if l.held == 0 {
		l.due = time.Time{}
	}
}

// split cuts the piece in two (P8, D6): the first half is tried at once, as its
// own batch. It tells whether there was something to cut.
func (l *lane) split() bool {
	n := len(l.piece())
	if n < 2 {
		return false
	}
	l.cuts[len(l.cuts)-1] = n - n/2
	l.cuts = append(l.cuts, n/2)
	return true
}

func (l *lane) clone() lane {
	c := *l
	c.records, c.marks = slices.Clip(l.records), slices.Clip(l.marks)
	c.cuts = slices.Clone(l.cuts)
	if l.window != nil {
		w := *l.window
		w.records = slices.Clip(w.records)
		c.window = &w
	}
	return c
}
