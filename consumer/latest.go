package consumer

import (
	"time"

	"github.com/stillwater-streams/stillwater/consumer/core"
	"github.com/stillwater-streams/stillwater/consumer/lease"
)

// A mapping that starts at LATEST has no sequence number to begin behind until
// its first record is dealt with. If the worker stops before, taking LATEST again
// would lose what was written meanwhile. So the lease of such a shard carries the
// time of the start, where the places of lanes are later, and a second start goes
// on from that time.

// startedNow marks a new lease at LATEST with the time of the start.
func startedNow(l lease.Lease, now time.Time) lease.Lease {
	if l.Checkpoint == lease.Latest {
		l.Parts = []string{now.UTC().Format(time.RFC3339Nano)}
	}
	return l
}

// startOf is when a mapping started at LATEST. It is not known of a lease that a
// KCL made.
func startOf(l lease.Lease) (t time.Time, known bool) {
	if l.Checkpoint != lease.Latest || len(l.Parts) == 0 {
		return time.Time{}, false
	}
	t, err := time.Parse(time.RFC3339Nano, l.Parts[0])
	return t, err == nil
}

// positionOf is where to go on: nothing is dealt with at LATEST.
func positionOf(l lease.Lease) core.Position {
	if l.Checkpoint == lease.Latest {
		return core.Position{}
	}
	return l.Position()
}

// readerOf reads the shard of a lease from where it stands; fresh says that
// nobody has worked on it before.
func (w *worker) readerOf(streamARN string, l lease.Lease, fresh bool) *Reader {
	api := w.c.options.Streams
	started, known := startOf(l)
	switch {
	case l.Checkpoint == lease.Latest && known && !fresh:
		return NewReaderSince(api, streamARN, l.Key, started)
	case l.Checkpoint == lease.Latest:
		return NewLatestReader(api, streamARN, l.Key, w.c.now())
	default:
		return NewReader(api, streamARN, l.Key, positionOf(l).Sequence)
	}
}
