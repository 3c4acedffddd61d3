package trace

import "time"

// ID names a thing of a run, short enough to say aloud: a letter for its type
// and a number in order of appearance ("m4", "r12"). Ids of the fixture's phase
// carry a zero ("r0.12"), so that the numbers of a report start at one.
type ID string

// Type is the letter of an ID.
type Type byte

// The types of things that have ids.
const (
	TypeMutation   Type = 'm' // a step of the scenario or an entry of the fixture
	TypeWrite      Type = 'w' // an AWS call that may change items
	TypeRecord     Type = 'r' // a stream record
	TypeBatch      Type = 'b' // records handed to a handler together
	TypeInvocation Type = 'i' // one attempt to hand one batch to a handler
	TypeJob        Type = 'j' // work that an invocation handed over
	TypeFault      Type = 'f' // something that a scenario made go wrong
)

// Type returns the type of the thing that id names, 0 for the empty id.
func (id ID) Type() Type {
	if id == "" {
		return 0
	}
	return Type(id[0])
}

// Kind says what happened.
type Kind string

// The kinds of events.
const (
	MutationStart     Kind = "mutation.start"     // a step begins
	MutationAck       Kind = "mutation.ack"       // its writes are acknowledged; Note holds its error
	Call              Kind = "call"               // an AWS call that cannot write
	Write             Kind = "write.ack"          // an AWS call that may write, with its outcome in Note
	Refused           Kind = "call.refused"       // a call of an invocation that had already ended
	Unaccounted       Kind = "call.unaccounted"   // what a call wrote could not be read, in a shared database
	StrayCall         Kind = "call.stray"         // a call by a client the harness did not give
	RecordSeen        Kind = "record.seen"        // the gate read the record that a write caused
	RecordOrphan      Kind = "record.orphan"      // a record that no known call caused
	Filtered          Kind = "record.filtered"    // the filters of a mapping turned a record away
	BatchFormed       Kind = "batch.formed"       // a lane has a batch in hand
	Throttled         Kind = "invoke.throttled"   // a function was not run, for want of concurrency
	InvokeStart       Kind = "invoke.start"       // a handler is given a batch
	InvokeEnd         Kind = "invoke.end"         // it ended; Note is "ok" or the function error
	JobSubmitted      Kind = "job.submitted"      // an invocation hands work over to a job; Note is its name
	JobStart          Kind = "job.start"          // the job runs
	JobEnd            Kind = "job.end"            // it ended; Note is "ok" or its error
	HandlerLog        Kind = "handler.log"        // a line that a handler logged
	RetryScheduled    Kind = "retry.scheduled"    // a failed batch waits for its back-off
	Checkpoint        Kind = "checkpoint"         // a lane's position is stored
	DeadLetter        Kind = "deadletter"         // a batch goes to the on-failure destination
	DeadLetterRefused Kind = "deadletter.refused" // it did not take it, for the reason in Note; tried again
	Dropped           Kind = "batch.dropped"      // a batch is given up, and there is no destination
	Fault             Kind = "fault"              // a fault of the scenario takes effect: Actor is its trigger, Ref its line, Note what it does
	Observed          Kind = "observe"            // the tables were looked at; Note names the moment, "" is the end
	Expected          Kind = "expect"             // a step demanded a value: Note is "ok", or what was found
	Advance           Kind = "clock.advance"      // the virtual clock jumps to a timer, or where a step says (its line is Ref)
	SettleDone        Kind = "settle.done"        // settled
	SettleRefused     Kind = "settle.not_settled" // not settled, Note says why
)

// Event is one line of the log. Fields that do not apply are empty.
type Event struct {
	Seq   int           `json:"seq"`             // position in the log, from 1
	T     time.Duration `json:"t"`               // real time since the log began
	VT    time.Time     `json:"vt"`              // virtual time
	Kind  Kind          `json:"kind"`            // what happened
	ID    ID            `json:"id,omitempty"`    // the thing it happened to
	Actor string        `json:"actor,omitempty"` // trigger or mutation
	Shard string        `json:"shard,omitempty"` // alias of the shard ("s0")
	Op    string        `json:"op,omitempty"`    // AWS operation, or INSERT, MODIFY, REMOVE
	Key   string        `json:"key,omitempty"`   // table and item key ("integrates_vms VULN#v1 FIN#f1")
	Cause []ID          `json:"cause,omitempty"` // what caused it; of a batch its records, oldest first
	Ref   string        `json:"ref,omitempty"`   // source position ("close_one.yaml:9")
	N     int           `json:"n,omitempty"`     // a count: records of a batch, attempt of an invocation
	Depth int           `json:"depth,omitempty"` // causal depth: writes of a step 0, of its invocations 1 …
	Took  time.Duration `json:"took,omitempty"`  // real time it took
	Note  string        `json:"note,omitempty"`  // outcome, in words

	// Changes of the item, of a record with both images.
	Changes []Change `json:"changes,omitempty"`
}

// Change is one attribute that a write changed.
type Change struct {
	// Path names the attribute, members of maps with dots: "state.status".
	Path string `json:"path"`
	// From and To are the values as short texts, "" for absent.
	From string `json:"from,omitempty"`
	To   string `json:"to,omitempty"`
}
