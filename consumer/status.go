package consumer

import (
	"time"

	"github.com/stillwater-streams/stillwater/consumer/core"
)

// MappingStatus is how a mapping is doing at a moment.
type MappingStatus struct {
	// Mapping is the name of the trigger.
	Mapping string
	// StreamARN is the newest stream that the mapping reads, as the service calls
	// it; "" before it is found.
	StreamARN string
	// Syncs counts how often the shards of the stream were listed, and leases
	// made where they were missing. Before the first time Shards says nothing.
	Syncs uint64
	// Problem says why there is nothing to read: the table or its stream is
	// missing. "" when all is well.
	Problem string
	// Paused is the reason given to [Consumer.Pause], "" when not paused.
	Paused string
	// Environments counts the execution environments, Running those among them
	// that run an invocation, Late the handlers that outlived their timeout.
	Environments, Running int
	Late                  []LateHandler
	// Shards are those of the streams that the mapping reads, whoever works on
	// them, parents before children.
	Shards []ShardStatus
}

// LateHandler is a handler that did not return when its time was over, and has
// not yet: an obligation that nothing but the handler ends.
type LateHandler struct {
	RequestID, Environment string
	// ShardID is where its records are from.
	ShardID string
	// Since is when its invocation timed out.
	Since time.Time
}

// ShardState is what a worker does with a shard.
type ShardState string

// The states of a shard.
const (
	// ShardWaits: nobody works on it. Its parents are not read out, or the next
	// round of the worker takes its lease.
	ShardWaits ShardState = "waits"
	// ShardElsewhere: another worker holds its lease.
	ShardElsewhere ShardState = "elsewhere"
	// ShardWorks: this worker reads it.
	ShardWorks ShardState = "works"
	// ShardLeaves: this worker finishes what it has in hand, to give the lease
	// away or to stop.
	ShardLeaves ShardState = "leaves"
	// ShardDone: it is read out and dealt with.
	ShardDone ShardState = "done"
)

// ShardStatus is how a shard is doing at a moment. Position and what follows are
// known of the shards that this worker works on or leaves.
type ShardStatus struct {
	StreamARN, ShardID string
	State              ShardState
	// Holder is the worker that holds the lease, as far as this one knows; "" is
	// nobody.
	Holder string
	// Position is the stored one.
	Position core.Position
	// Open lists, in words, what the shard owes: batches in hand, records
	// gathered, invocations that run, a checkpoint short of the last record read.
	// Empty says that everything read is dealt with.
	Open []string
	// Reads counts the reads that were begun, Empty is the number of the last one
	// that found nothing, 0 for none, and Records counts what all found. So a
	// shard of which Empty has become greater than Reads was at some moment had
	// no record left that was written before that moment (if the endpoint shows
	// records at once and gives no empty page before them, as DynamoDB Local does).
	Reads, Empty, Records uint64
	// Invocations counts those that were begun.
	Invocations uint64
}
