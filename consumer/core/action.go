package core

import (
	"fmt"
	"time"
)

// Action is what a lane wants done: exactly one of [Read], [Invoke], [Wait],
// [Checkpoint], [Deliver] and [Done]. String says it in words, for a trace.
type Action interface {
	fmt.Stringer
	action()
}

// Read asks for the next records of the shard, at most Limit. Outcome: [Lane.Read].
type Read struct {
	Limit int
}

// Invoke asks to hand the batch to the function, for the Attempt-th time
// (from 1) since the checkpoint last advanced. Outcome: [Lane.Invoked].
type Invoke struct {
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

// Checkpoint asks to store that everything up to and with Sequence is dealt
// with. Outcome: [Lane.Checkpointed].
type Checkpoint struct {
	Sequence string
}

// Condition is why records were given up, spelled as Lambda spells it in a
// message to an on-failure destination (F4).
type Condition string

// The conditions of an on-failure message.
const (
	RetryAttemptsExhausted Condition = "RetryAttemptsExhausted"
	RecordAgeExceeded      Condition = "RecordAgeExceeded"
)

// Deliver asks to send the records, which cannot be processed, to the
// on-failure destination. Outcome: [Lane.Delivered].
type Deliver struct {
	Records   []Record
	Condition Condition
	// Attempts is how often they were handed to the function since the
	// checkpoint last advanced (F2); 0 when they had expired before the first.
	Attempts int
	// Failure is the function error of the last attempt, "" without one.
	Failure string
	// Unhandled says that the last attempt ended with a function error. It is
	// false where batch item failures used the retries up (F1).
	Unhandled bool
}

// Done says that the shard is closed and everything in it dealt with: its
// children may start.
type Done struct{}

func (Read) action()       {}
func (Invoke) action()     {}
func (Wait) action()       {}
func (Checkpoint) action() {}
func (Deliver) action()    {}
func (Done) action()       {}

func (a Read) String() string {
	return fmt.Sprintf("read up to %d", a.Limit)
}

func (a Invoke) String() string {
	return fmt.Sprintf("invoke with %s, attempt %d", span(a.Records), a.Attempt)
}

func (a Wait) String() string {
	return fmt.Sprintf("wait until %s: %s", stamp(a.Until), a.Why)
}

func (a Checkpoint) String() string {
	return "checkpoint " + a.Sequence
}

func (a Deliver) String() string {
	return fmt.Sprintf("deliver %s to the on-failure destination: %s after %s",
		span(a.Records), a.Condition, count(a.Attempts, "attempt"))
}

func (Done) String() string {
	return "done, shard closed and read out"
}

// stamp writes a time in UTC; fractions only where there are some.
func stamp(t time.Time) string {
	return t.UTC().Format("2006-01-02T15:04:05.999999999Z")
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
