package settle

import (
	"context"
	"time"

	"github.com/stillwater-streams/stillwater/harness/trace"
)

// Fence tells how much was written to a database.
//
// Engines satisfy it where all item mutations of a database are numbered by one
// dense counter and a record is readable when its write returns. DynamoDB Local
// 3.3.1 does (measured); its engine tests these properties at every start.
type Fence interface {
	// Mark writes one item to a private table and returns the number of that write.
	Mark(context.Context) (uint64, error)
}

// World is what is to be settled: the consumer with its lanes, the handlers and
// their requests, and the virtual clock.
type World interface {
	// Refresh looks for new shards: all DescribeStream pages, parents first.
	Refresh(context.Context) error
	// Pass reads every open shard to an empty page, hands out batches and waits
	// for every handler. It returns how many invocations it made. After each it
	// calls m.Spend and returns that error at once.
	Pass(ctx context.Context, m *Meter) (invocations int, err error)
	// Open names everything that is not done. It gives what ends by itself
	// (a goroutine on its way out) a grace period before it names it.
	Open(context.Context) []Obligation
	// Advance moves the virtual clock to at.
	Advance(at time.Time)
	// Now is the virtual time.
	Now() time.Time
}

// Obligation is something that must end before the world is settled.
type Obligation struct {
	// ID is the record, batch or invocation concerned, if it has an id.
	ID trace.ID `json:"id,omitempty"`
	// What is open, in words: "retry 2 of 2 of b3".
	What string `json:"what"`
	// Since is the virtual time since when.
	Since time.Time `json:"since"`
	// Until is the virtual time of the timer that ends it; zero if no timer does.
	Until time.Time `json:"until,omitzero"`
	// Discharge says what would end it: "the goroutine returns".
	Discharge string `json:"discharge"`
}

// earliest returns the first timer among open obligations, and whether all of
// them have one: if one has none, waiting in virtual time is of no use.
func earliest(open []Obligation) (at time.Time, onlyTimers bool) {
	for i, o := range open {
		if o.Until.IsZero() {
			return time.Time{}, false
		}
		if i == 0 || o.Until.Before(at) {
			at = o.Until
		}
	}
	return at, len(open) > 0
}
