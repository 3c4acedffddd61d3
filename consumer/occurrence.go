package consumer

import (
	"time"

	"github.com/stillwater-streams/stillwater/consumer/core"
)

// Occurrence is one thing that happened while a [Consumer] ran. Metrics, logs and
// whatever a user sees are made of occurrences: what is not among them did not
// happen.
type Occurrence struct {
	Time time.Time
	// Worker is the name of the worker, see [Consumer.Worker].
	Worker string
	Place
	Fact Fact
}

// Place is where something happened: fields that do not apply are zero.
type Place struct {
	// Mapping is the name of the trigger: "indicators".
	Mapping string
	// StreamARN is the stream as the service calls it.
	StreamARN string
	ShardID   string
	// Lane is the parallel part of the shard, from 0.
	Lane int
}

// Fact is what happened: exactly one of the types of this package whose
// documentation begins with "[Fact]". String says it in words.
type Fact interface {
	String() string
	fact()
}

// Observers returns a function that passes each occurrence to all of the given.
func Observers(observers ...func(Occurrence)) func(Occurrence) {
	return func(o Occurrence) {
		for _, observe := range observers {
			observe(o)
		}
	}
}

// Streams and shards.
type (
	// StreamFound is a [Fact]: the mapping reads this stream, which it did not
	// know before.
	StreamFound struct{ ViewType string }
	// StreamMissing is a [Fact]: there is no stream to read, or not all of it can
	// be found. The mapping looks again at Again.
	StreamMissing struct {
		Err   error
		Again time.Time
	}
	// Synced is a [Fact]: the shards of the mapping's streams were listed, or the
	// children of one that ended.
	Synced struct{ Shards, NewLeases, Deleted int }
	// ShardStarted is a [Fact]: the worker begins to read the shard, behind
	// Position, or at From, "TRIM_HORIZON" or "LATEST", where Position has no
	// sequence number. Since is the time of a LATEST that was taken before, by this
	// worker or another; zero where it is taken now.
	ShardStarted struct {
		From     string
		Since    time.Time
		Position core.Position
	}
	// ShardStopped is a [Fact]: the worker does not work on the shard any more,
	// and has not read it out.
	ShardStopped struct {
		Position core.Position
		Why      string
	}
	// ShardEnded is a [Fact]: the shard is read out and dealt with, and its lease
	// says so.
	ShardEnded struct{}
	// RecordsLost is a [Fact]: records were trimmed before they could be read, in
	// a gap that begins behind After, "" for the beginning of the shard. With
	// Whole the rest of the shard is gone.
	RecordsLost struct {
		After string
		Whole bool
		Err   error
	}
)

// Leases.
type (
	// LeaseTaken is a [Fact]: the worker holds the lease. From is the worker that
	// held it and does not live any more, or has handed it over; "" is nobody.
	LeaseTaken struct {
		From string
		Dead bool
	}
	// LeaseStolen is a [Fact]: the worker asked From to hand the lease over, to
	// share the load.
	LeaseStolen struct{ From string }
	// LeaseHandedOver is a [Fact]: another worker had asked for the lease, and
	// has it now.
	LeaseHandedOver struct{ To string }
	// LeaseLost is a [Fact]: another worker has the lease, or it could not be
	// renewed in time. What runs is not checkpointed.
	LeaseLost struct{ Err error }
	// LeaseReleased is a [Fact]: the worker gave the lease up as it stopped.
	LeaseReleased struct{}
	// LeaseFailed is a [Fact]: the lease table did not do what Op says.
	LeaseFailed struct {
		Op  string
		Err error
	}
)

// Reading.
type (
	// Polled is a [Fact]: the shard was read. Records counts those of the stream,
	// Filtered those among them that the filters turned away; Last is the
	// sequence number of the last, "" without records. End says that the shard is
	// read out.
	Polled struct {
		Records, Filtered int
		Last              string
		End               bool
		Began             time.Time
		Took              time.Duration
	}
	// ReadFailed is a [Fact]: reading is tried again at Again, behind the same
	// record.
	ReadFailed struct {
		Err   error
		Again time.Time
	}
)

// Call is one invocation of a function. The records are shared with the lane:
// nobody may change them.
type Call struct {
	RequestID string
	// Environment is the ID of the execution environment; Cold says that it is
	// new, so that the handler is built in this invocation.
	Environment string
	Cold        bool
	Records     []core.Record
	// Attempt counts from 1, as [core.Invoke] does.
	Attempt int
	// Window is nil without tumbling windows.
	Window *core.Window
}

// Invocations.
type (
	// InvocationStarted is a [Fact]. IteratorAge is how old the last record was
	// (M1), 0 without records or where their arrival is not known.
	InvocationStarted struct {
		Call
		IteratorAge time.Duration
	}
	// InvocationEnded is a [Fact]. Failure is the function error in words, "" if
	// the function returned; then Response is what it returned, and may name
	// records that failed. TimedOut says that the failure is the timeout.
	InvocationEnded struct {
		Call
		Failure  string
		Err      error
		TimedOut bool
		Response []byte
		Took     time.Duration
	}
	// InvocationThrottled is a [Fact]: the function was not run, for want of concurrency.
	// The attempt does not count.
	InvocationThrottled struct {
		Records []core.Record
		Reason  string
	}
	// ItemsFailed is a [Fact]: the response of an invocation that returned left
	// these records to be tried again, or given up. It is known when that happens.
	ItemsFailed struct {
		RequestID string
		Records   []core.Record
	}
	// Processed is a [Fact]: these records are dealt with by an invocation that
	// ended then, and the checkpoint that says so is stored.
	Processed struct {
		RequestID string
		Records   []core.Record
		Ended     time.Time
	}
	// Late is a [Fact]: the handler of an invocation that timed out runs on. Its
	// result is not taken (D9), and its environment not used again.
	Late struct{ RequestID, Environment string }
	// LateEnded is a [Fact]: such a handler has returned, so long after its
	// timeout.
	LateEnded struct {
		RequestID, Environment string
		After                  time.Duration
	}
)

// Giving up and getting on.
type (
	// Delivered is a [Fact]: the on-failure destination has the message.
	Delivered struct {
		RequestID string
		Lost      core.Lost
	}
	// DeliveryFailed is a [Fact]: the destination did not take the message. It is
	// sent again.
	DeliveryFailed struct {
		Lost core.Lost
		Err  error
	}
	// Dropped is a [Fact]: the records are given up, and there is no destination
	// (D8).
	Dropped struct{ Lost core.Lost }
	// Checkpointed is a [Fact]: the position is stored.
	Checkpointed struct{ Position core.Position }
	// CheckpointFailed is a [Fact]: it is not, and tried again.
	CheckpointFailed struct {
		Position core.Position
		Err      error
	}
	// Disabled is a [Fact]: the mapping's trigger is not enabled, so this consumer does
	// nothing with it. It is told once, when Run begins.
	Disabled struct{}
	// Paused is a [Fact]: the mapping stands still, see [Consumer.Pause].
	Paused struct{ Reason string }
	// Resumed is a [Fact].
	Resumed struct{}
)
