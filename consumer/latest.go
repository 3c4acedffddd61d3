package consumer

import (
	"time"

	"github.com/stillwater-streams/stillwater/consumer/lease"
)

// A mapping that starts at LATEST has no sequence number to begin behind until
// its first record is dealt with. If the worker stops before, taking LATEST again
// would lose what was written meanwhile. So the lease of such a shard carries the
// time of the start, and whoever comes later goes on from that time.

// sinceOf is from when on the records of a lease at LATEST are read: the start of
// the mapping, or now for a lease of which that is not known; zero for any other.
func sinceOf(l lease.Lease, now time.Time) time.Time {
	switch {
	case l.Checkpoint != lease.Latest:
		return time.Time{}
	case l.Start.IsZero():
		return now
	default:
		return l.Start
	}
}

// readerOf reads the shard of a lease from where it stands. LATEST itself is taken
// only with a lease that this worker made a moment ago, or that says no time; then
// opening is that time, and the reader is to be opened at once.
func (w *worker) readerOf(streamARN string, l lease.Lease, fresh bool) (reader *Reader, opening time.Time) {
	api, since := w.c.options.Streams, sinceOf(l, w.c.now())
	switch {
	case since.IsZero():
		return NewReader(api, streamARN, l.Key, l.Position().Sequence), time.Time{}
	case fresh || l.Start.IsZero():
		return NewLatestReader(api, streamARN, l.Key, since), since
	default:
		return NewReaderSince(api, streamARN, l.Key, since), time.Time{}
	}
}

// open takes the iterator at LATEST, which is a place in time, before anything
// else happens to the shard. A second try would be another place: what is written
// between the two would be lost, so the shard is then read from the time of the
// first.
func (l *lanes) open() {
	err := l.reader.Open(l.reading)
	if err != nil {
		l.reader = NewReaderSince(l.w.c.options.Streams, l.place.StreamARN, l.place.ShardID, l.opening)
	}
	if err != nil && l.reading.Err() == nil {
		l.retryRead(err)
		return
	}
	l.told(func(time.Time) {
		l.poll.under--
		l.poll.again = false
	})
}
