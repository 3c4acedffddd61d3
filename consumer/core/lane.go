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

// entry is a record that waits for its batch.
type entry struct {
	Record
	before string    // how far the lane is without it
	read   time.Time // when it was read: the batching window starts there
}

// weight is what a record adds to an event: its body and a comma.
func weight(r Record) int { return len(r.Body) + 1 }

// lane is one line of batches, handed out in order, one at a time.
//
// Invariants: hand comes before queue in sequence order; cuts sum up to the
// length of hand; closing needs a window and empty hands.
type lane struct {
	phase phase
	after string // dealt with before this shard was made: not handed out again

	queue []entry
	bytes int // weight of the queue

	hand   []Record // the batch in hand
	before []string // per record of hand: what was read before it
	cuts   []int    // pieces of the hand, by bisection; the first is tried now

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
	return len(l.queue) > 0 || len(l.hand) > 0 || l.window != nil
}

// piece is the part of the hand that is tried now.
func (l *lane) piece() []Record {
	if len(l.cuts) == 0 {
		return nil
	}
	return l.hand[:l.cuts[0]]
}

// given are the records that are given up.
func (l *lane) given() []Record {
	if l.closing {
		return l.window.records
	}
	return l.hand[:l.out]
}

// place is how far the lane is: behind everything, or before the first record
// that it still has to deal with.
func (l *lane) place(tail string) string {
	switch {
	case l.window != nil:
		return l.window.before
	case len(l.hand) > 0:
		return l.before[0]
	case len(l.queue) > 0:
		return l.queue[0].before
	default:
		return later(tail, l.after)
	}
}

// take forms the batch of the first n records of the queue.
func (l *lane) take(n int) {
	l.hand, l.before = make([]Record, n), make([]string, n)
	for i, e := range l.queue[:n] {
		l.hand[i], l.before[i] = e.Record, e.before
		l.bytes -= weight(e.Record)
	}
	l.queue = l.queue[n:]
	l.cuts = []int{n}
}

// settle takes the first n records out of the hand: they are dealt with. The
// count of attempts starts anew (D7); the back-off of what stays in hand goes on.
func (l *lane) settle(n int) {
	l.hand, l.before = l.hand[n:], l.before[n:]
	if l.cuts[0] -= n; l.cuts[0] == 0 {
		l.cuts = l.cuts[1:]
	}
	l.trim()
	l.moveOn()
}

func (l *lane) moveOn() {
	l.failed, l.throttles, l.failure, l.unhandled = 0, 0, "", false
	l.unsaved, l.saving = true, false
	if len(l.hand) == 0 {
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
	l.cuts = append([]int{n / 2, n - n/2}, l.cuts[1:]...)
	return true
}

func (l *lane) clone() lane {
	c := *l
	c.queue = slices.Clip(l.queue)
	c.cuts = slices.Clone(l.cuts)
	if l.window != nil {
		w := *l.window
		w.records = slices.Clip(w.records)
		c.window = &w
	}
	return c
}
