package lease

import (
	"slices"
	"time"

	"github.com/stillwater-streams/stillwater/consumer/core"
)

// Where a Checkpoint stands when it is not a sequence number.
const (
	// TrimHorizon is before the oldest record: nothing is dealt with.
	TrimHorizon = "TRIM_HORIZON"
	// Latest is behind the newest record of when the shard is first read.
	Latest = "LATEST"
	// ShardEnd is behind all records of a closed shard: greater than every
	// sequence number.
	ShardEnd = "SHARD_END"
)

// Lease is a row of the lease table as somebody saw it: one shard, who works on
// it and how far it is dealt with (K1).
type Lease struct {
	// Key is the shard id: "shardId-00000001795431094853-2a5f6c03".
	Key string
	// Owner is the worker the lease belongs to, "" for nobody. While
	// CheckpointOwner is set it is the worker that gets it next.
	Owner string
	// Counter is the lock: every write by the holder, and every Take, adds 1 (K9).
	Counter int64
	// Checkpoint is a sequence number, [TrimHorizon], [Latest] or [ShardEnd].
	// That record and all before it are dealt with.
	Checkpoint string
	// Parts are the places of the lanes, as in [core.Position]; nil with one lane.
	Parts []string
	// Start is when the mapping began at [Latest]: whoever goes on with a lease that
	// is still there reads what was written since. The zero time where that is not
	// known, as in a row that a KCL made, and beside any other checkpoint.
	Start time.Time
	// SubSequence is 0: it counts records inside aggregated Kinesis records.
	SubSequence int64
	// OwnerSwitches is how often the holder changed since the last checkpoint.
	OwnerSwitches int64
	// Parents and Children are shard ids, sorted; they may name shards without a
	// lease. A row that a KCL wrote may have neither.
	Parents, Children []string
	// StartingHashKey and EndingHashKey are decimal; "0" and "1" for streams of
	// DynamoDB, which have no hash ranges (K8).
	StartingHashKey, EndingHashKey string
	// CheckpointOwner is the worker that still holds the lease while a hand-over
	// goes on: it alone writes, until it calls HandOver. "" otherwise.
	CheckpointOwner string
}

// Holder is the worker that may process the shard and write to the lease; ""
// for nobody.
func (l Lease) Holder() string {
	if l.CheckpointOwner != "" {
		return l.CheckpointOwner
	}
	return l.Owner
}

// Ended says that the shard is read out and dealt with. An ended lease is no
// load: nobody takes it, renews it or needs to hold it.
func (l Lease) Ended() bool { return l.Checkpoint == ShardEnd }

// Position is where to go on: the zero position where no record is dealt with,
// which is TRIM_HORIZON unless Checkpoint is [Latest].
func (l Lease) Position() core.Position {
	p := core.Position{Parts: slices.Clone(l.Parts)}
	if decimal(l.Checkpoint) {
		p.Sequence = l.Checkpoint
	}
	return p
}

// processing says that at least one record of the shard is dealt with. LATEST
// does not count: nothing may have been read since.
func (l Lease) processing() bool { return l.Ended() || decimal(l.Checkpoint) }

// decimal tells a sequence number from a word.
func decimal(s string) bool {
	for _, r := range s {
		if r < '0' || r > '9' {
			return false
		}
	}
	return s != ""
}
