package daemon

import (
	"context"
	"time"

	"github.com/stillwater-streams/stillwater/consumer"
)

// realClock is the time that developers live in: a daemon has no other.
func realClock() consumer.Clock {
	return consumer.Clock{
		Now: time.Now,
		NewTimer: func(d time.Duration) (<-chan time.Time, func()) {
			t := time.NewTimer(d)
			return t.C, func() { t.Stop() }
		},
	}
}

// wait waits so long, and says whether the context has not ended.
func wait(ctx context.Context, c consumer.Clock, d time.Duration) bool {
	timer, stop := c.NewTimer(d)
	defer stop()
	select {
	case <-timer:
		return true
	case <-ctx.Done():
		return false
	}
}

// Now is the time on the real clock, for whatever runs for people as the daemon
// does.
func Now() time.Time { return time.Now() }
