package gate

import (
	"context"
	"time"
)

// For tests of the pure parts.

// NewDeadline is newDeadline with the methods a call uses.
func NewDeadline(parent context.Context, timeout time.Duration, expire func()) (ctx context.Context, pause, resume, stop func()) {
	d, stop := newDeadline(parent, timeout, time.Now, expire)
	return d, d.pause, d.resume, stop
}

var (
	Writes  = writes
	Outcome = outcome
	Changes = changes
)
