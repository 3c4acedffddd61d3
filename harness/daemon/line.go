package daemon

import (
	"encoding/json"
	"time"

	"github.com/stillwater-streams/stillwater/consumer/destination"
)

// Event says what a [Line] is about.
type Event string

// The events of a daemon.
const (
	EventStart     Event = "start"        // the daemon begins
	EventMapping   Event = "mapping"      // a mapping that it runs
	EventAdvice    Event = "advice"       // about a mapping whose stream was not there at the start
	EventWaiting   Event = "waiting"      // a table, or its stream, is not there
	EventStream    Event = "stream"       // a stream is read that was not read before
	EventShard     Event = "shard"        // work on a shard begins or ends
	EventLease     Event = "lease"        // a lease comes or goes
	EventInvoke    Event = "invoke"       // an invocation ended
	EventItems     Event = "items_failed" // the response of an invocation left records
	EventThrottled Event = "throttled"    // an invocation was not made for want of concurrency
	EventLate      Event = "late"         // a handler runs on after its timeout, or does no more
	EventLog       Event = "log"          // a handler logged something
	EventJob       Event = "job"          // a job that a handler submitted ended
	EventRefused   Event = "refused"      // an AWS call of a handler was not let through
	EventLetter    Event = "dead_letter"  // a batch went to its on-failure destination, or could not
	EventDropped   Event = "dropped"      // a batch was given up, and there is no destination
	EventLost      Event = "lost"         // records were trimmed before they were read
	EventTrouble   Event = "trouble"      // the endpoint or the lease table does not do its part
	EventRecovered Event = "recovered"    // it does again
	EventPaused    Event = "paused"       // a mapping stands still
	EventResumed   Event = "resumed"      // it goes on
	EventStopping  Event = "stopping"     // the daemon was told to stop
	EventStopped   Event = "stopped"      // it has
)

// Line is one thing that the daemon tells. Fields that do not apply are zero.
type Line struct {
	Time    time.Time `json:"time"`
	Event   Event     `json:"event"`
	Trigger string    `json:"trigger,omitempty"`
	Table   string    `json:"table,omitempty"`
	Stream  string    `json:"stream,omitempty"` // ARN, as the endpoint calls it
	Shard   string    `json:"shard,omitempty"`

	// Of invocations.
	RequestID string  `json:"request_id,omitempty"`
	Batch     *Batch  `json:"batch,omitempty"`
	Attempt   int     `json:"attempt,omitempty"`      // from 1
	Attempts  int     `json:"max_attempts,omitempty"` // that the batch is given; 0 until its records expire
	Outcome   Outcome `json:"outcome,omitempty"`
	Took      Millis  `json:"took_ms,omitempty"`
	Age       *Millis `json:"iterator_age_ms,omitempty"` // nil where it is not known

	// Text says in words what the other fields do not.
	Text string `json:"text,omitempty"`
	// Message is what was sent to an on-failure destination.
	Message *destination.Message `json:"message,omitempty"`
	// Settings are those of a mapping.
	Settings *Settings `json:"settings,omitempty"`
	// Chain is how a mapping feeds itself, the oldest cause first.
	Chain []Link `json:"chain,omitempty"`
	// Command is what to type next.
	Command string `json:"command,omitempty"`
}

// Outcome is how an invocation ended.
type Outcome string

// The outcomes of an invocation.
const (
	OutcomeOK      Outcome = "ok"
	OutcomeFailed  Outcome = "failed"
	OutcomeTimeout Outcome = "timeout"
)

// Batch is what an invocation is given, or what of it is given up.
type Batch struct {
	Records int `json:"records"`
	Insert  int `json:"insert,omitempty"`
	Modify  int `json:"modify,omitempty"`
	Remove  int `json:"remove,omitempty"`
	// Key is the item of a batch of one record, its key values one after the other.
	Key string `json:"key,omitempty"`
	// First and Last are sequence numbers.
	First string `json:"first,omitempty"`
	Last  string `json:"last,omitempty"`
}

// Settings say how a mapping runs.
type Settings struct {
	BatchSize int      `json:"batch_size"`
	Filters   []string `json:"filters,omitempty"`
	// Retries is -1 until the records expire.
	Retries int `json:"maximum_retry_attempts"`
	// RetriesDefaulted says that the file does not set them.
	RetriesDefaulted bool   `json:"maximum_retry_attempts_defaulted,omitempty"`
	OnFailure        string `json:"on_failure,omitempty"`
	// Destination says where what goes to OnFailure ends up here.
	Destination string `json:"destination,omitempty"`
	From        string `json:"starting_position"`
	ViewType    string `json:"view_type,omitempty"`
	LeaseTable  string `json:"lease_table"`
	// Advice is about what is accepted and hardly meant.
	Advice []string `json:"advice,omitempty"`
}

// Link is a step of a chain of causes: a record, an invocation, or a write. One of
// kind "repeat" ends the part that repeats itself, of which only the last is there.
type Link struct {
	ID   string `json:"id,omitempty"`
	Kind string `json:"kind"` // "record", "invocation", "write", "repeat"
	// Trigger is that of an invocation or a write; "" is another program.
	Trigger string `json:"trigger,omitempty"`
	// Op is INSERT, MODIFY or REMOVE of a record, the AWS operation of a write.
	Op  string `json:"op,omitempty"`
	Key string `json:"key,omitempty"` // table and item
	// Records is the size of the batch of an invocation.
	Records int `json:"records,omitempty"`
	// Repeats says that the link belongs to the part that repeats itself.
	Repeats bool `json:"repeats,omitempty"`
	// Times is how often that part was there.
	Times int `json:"times,omitempty"`
}

// Millis is a duration that is written in milliseconds, with three decimals.
type Millis time.Duration

// MarshalJSON writes the number.
func (m Millis) MarshalJSON() ([]byte, error) {
	return json.Marshal(float64(time.Duration(m).Microseconds()) / 1000)
}
