package core

import (
	"fmt"
	"slices"
	"time"
)

// phase is what a lane is about. Each but holding has one action that stands
// until its outcome is told.
type phase uint8

const (
	reading       phase = iota // hands empty, wants records
	holding                    // batch in hand: invoke it, wait, or give up what expired
	invoking                   // an invocation was asked for, its outcome is open
	delivering                 // out records go to the on-failure destination
	checkpointing              // pending is to be stored
	done                       // shard closed and read out
)

// Lane is one mapping on one shard. Make one with [New]. It is not safe for
// concurrent use: whoever drives it owns it.
//
// Invariants: checkpoint ≤ pending ≤ tail in sequence order; hand is the
// records after the last one dealt with up to tail; hand is empty while
// reading and when done.
type Lane struct {
	cfg   Config
	phase phase

	checkpoint string // stored; "" = TRIM_HORIZON
	tail       string // last record read
	ended      bool   // the shard has no record after tail and never will

	hand    []Record
	failed  int       // attempts that failed since the checkpoint last advanced
	failure string    // function error of the last of them
	due     time.Time // no invocation before; zero = at once

	out       int       // delivering: how many of hand are given up
	condition Condition // delivering: why
	pending   string    // checkpointing: what to store
}

// New returns a lane that goes on after the given checkpoint, the sequence
// number of the last record dealt with; "" means TRIM_HORIZON. It panics on a
// Config out of range.
func New(cfg Config, after string) *Lane {
	return &Lane{cfg: cfg.withDefaults(), checkpoint: after, tail: after}
}

// Next is what the lane wants at the given time. Asking twice changes nothing:
// every action but [Wait] stands until its outcome is told, however late it
// gets meanwhile; so an invocation that runs is not overtaken by the expiry of
// its records. A Wait turns into something else once now has reached Until.
func (l *Lane) Next(now time.Time) Action {
	if l.phase == holding {
		l.decide(now)
	}
	switch l.phase {
	case reading:
		return Read{Limit: l.cfg.BatchSize}
	case invoking:
		return Invoke{Records: slices.Clip(l.hand), Attempt: l.failed + 1}
	case delivering:
		return Deliver{
			Records:   slices.Clip(l.hand[:l.out]),
			Condition: l.condition,
			Attempts:  l.failed,
			Failure:   l.failure,
		}
	case checkpointing:
		return Checkpoint{Sequence: l.pending}
	case done:
		return Done{}
	default: // holding, and nothing can be done before wake
		return Wait{Until: l.wake(), Why: l.waiting()}
	}
}

// decide lets time act on the batch in hand: it stays, is invoked or given up.
func (l *Lane) decide(now time.Time) {
	if n := l.expired(now); n > 0 {
		l.giveUp(n, RecordAgeExceeded)
	} else if !now.Before(l.due) {
		l.phase = invoking
	}
}

// expired counts the records at the head of the hand that have reached the
// retention. Only the head: order is kept even if arrival times are not.
func (l *Lane) expired(now time.Time) int {
	n := 0
	for n < len(l.hand) {
		expiry, ok := l.hand[n].expiry()
		if !ok || now.Before(expiry) {
			break
		}
		n++
	}
	return n
}

func (r Record) expiry() (time.Time, bool) {
	return r.Arrived.Add(Retention), !r.Arrived.IsZero()
}

// wake is when the batch in hand needs something: its back-off is over or its
// first record expires.
func (l *Lane) wake() time.Time {
	if expiry, ok := l.hand[0].expiry(); ok && expiry.Before(l.due) {
		return expiry
	}
	return l.due
}

func (l *Lane) giveUp(n int, why Condition) {
	l.phase, l.out, l.condition = delivering, n, why
}

// Read is the outcome of [Read]: the records in sequence order, none if there
// are none now; end if the shard is closed and read out with them. It panics
// on more records than asked for, and on records that are not after those
// read before.
func (l *Lane) Read(records []Record, end bool) {
	l.expect(reading, "Read")
	if len(records) > l.cfg.BatchSize {
		panic(fmt.Sprintf("core: Lane.Read: %d records, but the lane asked for at most %d: pass Read.Limit on to the reader",
			len(records), l.cfg.BatchSize))
	}
	tail := l.tail
	for _, r := range records {
		if CompareSequence(r.Sequence, tail) <= 0 {
			panic(fmt.Sprintf("core: Lane.Read: record %q after %s: records of a shard come in order and once; is the reader on another shard, or did it go back?",
				r.Sequence, place(tail)))
		}
		tail = r.Sequence
	}
	l.tail = tail
	l.hand = slices.Clone(records)
	l.ended = end
	l.proceed()
}

// Invoked is the outcome of [Invoke] at the given time: failure is "" for a
// success, else the text of the function error (a timeout is one, too).
func (l *Lane) Invoked(now time.Time, failure string) {
	l.expect(invoking, "Invoked")
	if failure == "" {
		l.settle(len(l.hand))
		return
	}
	l.failed++
	l.failure = failure
	if l.cfg.exhausted(l.failed) {
		l.giveUp(len(l.hand), RetryAttemptsExhausted)
		return
	}
	l.due = now.Add(l.cfg.backoff(l.failed))
	l.phase = holding
}

// Delivered is the outcome of [Deliver]: the destination has the message. A
// destination that cannot be reached is not an outcome; try again.
func (l *Lane) Delivered() {
	l.expect(delivering, "Delivered")
	l.settle(l.out)
	l.out, l.condition = 0, ""
}

// settle takes the first n records out of the hand: they are dealt with, and
// the checkpoint has to say so before anything else happens.
func (l *Lane) settle(n int) {
	l.pending = l.hand[n-1].Sequence
	l.hand = l.hand[n:]
	l.phase = checkpointing
}

// Checkpointed is the outcome of [Checkpoint]: it is stored. A store that
// cannot be reached is not an outcome; try again.
func (l *Lane) Checkpointed() {
	l.expect(checkpointing, "Checkpointed")
	l.checkpoint, l.pending = l.pending, ""
	l.failed, l.failure = 0, ""
	if len(l.hand) == 0 {
		l.due = time.Time{}
	}
	l.proceed()
}

// proceed chooses the phase after records came in or went out.
func (l *Lane) proceed() {
	switch {
	case len(l.hand) > 0:
		l.phase = holding
	case l.ended:
		l.phase = done
	default:
		l.phase = reading
	}
}

// expect panics unless the outcome named by method fits the current action.
func (l *Lane) expect(want phase, method string) {
	if l.phase != want {
		panic(fmt.Sprintf("core: Lane.%s: the lane is %s: call Next, do what it says, and tell its outcome once",
			method, l.describe()))
	}
}

// Clone returns a lane in the same state. Both go on independently; they share
// the records, which nobody changes.
func (l *Lane) Clone() *Lane {
	c := *l
	return &c
}
