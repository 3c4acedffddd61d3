package core

import (
	"fmt"
	"time"
)

// Action is what a lane wants done: exactly one of [Read], [Invoke], [Wait],
// [Checkpoint], [Deliver], [Drop] and [Done]. String says it in words, for a trace.
type Action interface {
	fmt.Stringer
	action()
}

// Read asks for the next records of the shard, about Limit of them: fewer are
// fine, and so are more. Outcome: [Shard.Read].
type Read struct {
	Limit int
}

// Invoke asks to hand the batch of a lane to the function, for the Attempt-th
// time (from 1) that counts since the lane last moved on: splitting a batch does
// not count, nor does a throttled attempt. Outcome: [Shard.Invoked].
type Invoke struct {
	Lane    int
	Records []Record
	Attempt int
	// Window is nil without tumbling windows.
	Window *Window
}

// Wait asks to be asked again at Until; Why says in words what for. It has no
// outcome: time passes.
type Wait struct {
	Until time.Time
	Why   string
}

// Checkpoint asks to store the position. Outcomes: [Shard.Checkpointed],
// [Shard.CheckpointFailed].
type Checkpoint struct {
	Position Position
}

// Condition is why records were given up, spelled as Lambda spells it in a
// message to an on-failure destination (F4).
type Condition string

// The conditions of an on-failure message.
const (
	RetryAttemptsExhausted Condition = "RetryAttemptsExhausted"
	RecordAgeExceeded      Condition = "RecordAgeExceeded"
)

// Lost is a batch that cannot be processed.
type Lost struct {
	Lane      int
	Records   []Record
	Condition Condition
	// Attempts is how often they were handed to the function since the lane last
	// moved on (F2); 0 when they were too old before the first.
	Attempts int
	// Failure says how the last attempt failed, "" without one.
	Failure string
	// Unhandled says that the last attempt ended with a function error. It is
	// false where the function returned, but its response used the retries up (F1).
	Unhandled bool
}

// Deliver asks to send a lost batch to the on-failure destination. Outcomes:
// [Shard.Delivered], [Shard.DeliveryFailed].
type Deliver struct{ Lost }

// Drop says that a batch is lost for want of a destination (D8): Lambda says so
// in a metric alone. Outcome: [Shard.Dropped].
type Drop struct{ Lost }

// Done says that the shard is closed and everything in it dealt with: its
// children may start.
type Done struct{}

func (Read) action()       {}
func (Invoke) action()     {}
func (Wait) action()       {}
func (Checkpoint) action() {}
func (Deliver) action()    {}
func (Drop) action()       {}
func (Done) action()       {}

func (a Read) String() string {
	return fmt.Sprintf("read up to %d", a.Limit)
}

func (a Invoke) String() string {
	return fmt.Sprintf("%sinvoke %s, attempt %d", onLane(a.Lane), a.with(), a.Attempt)
}

func (a Invoke) with() string {
	switch w := a.Window; {
	case w == nil:
		return "with " + span(a.Records)
	case w.Early:
		return fmt.Sprintf("to end the window %s early, state %s", stamp(w.Start), short(string(w.State)))
	case w.Final:
		return fmt.Sprintf("to end the window %s, state %s", stamp(w.Start), short(string(w.State)))
	default:
		return fmt.Sprintf("with %s in the window %s, state %s", span(a.Records), stamp(w.Start), short(string(w.State)))
	}
}

func (a Wait) String() string {
	return fmt.Sprintf("wait until %s: %s", stamp(a.Until), a.Why)
}

func (a Checkpoint) String() string {
	return "checkpoint " + a.Position.String()
}

func (a Deliver) String() string {
	return fmt.Sprintf("%sdeliver %s", onLane(a.Lane), a.Lost)
}

func (a Drop) String() string {
	return fmt.Sprintf("%sdrop %s", onLane(a.Lane), a.Lost)
}

// String says what is lost and why: "2 records 4–5: RetryAttemptsExhausted after
// 3 attempts, function error".
func (l Lost) String() string {
	text := fmt.Sprintf("%s: %s after %s", span(l.Records), l.Condition, count(l.Attempts, "attempt"))
	switch {
	case l.Attempts == 0:
		return text
	case l.Unhandled:
		return text + ", function error"
	default:
		return text + ", reported by the response"
	}
}

func (Done) String() string {
	return "done, shard closed and read out"
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// onLane names a lane but the first, which mostly is the only one.
func onLane(i int) string {
	if i == 0 {
		return ""
	}
	return fmt.Sprintf("lane %d: ", i)
}
