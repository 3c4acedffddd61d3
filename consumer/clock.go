package consumer

import "time"

// Clock is where a [Consumer] has the time and its timers from: polling, back-off,
// batching windows, leases. Both fields or none; the zero Clock is the real one.
// The deadline of a handler's context is real time in any case.
type Clock struct {
	// Now tells the time.
	Now func() time.Time
	// NewTimer returns a channel that gets the time once, when the duration is
	// over, and a function that gives the timer up.
	NewTimer func(time.Duration) (c <-chan time.Time, stop func())
}

// orReal is the clock, or the real one where it is the zero Clock.
func (c Clock) orReal() Clock {
	if c.Now != nil {
		return c
	}
	return Clock{
		Now: time.Now,
		NewTimer: func(d time.Duration) (<-chan time.Time, func()) {
			t := time.NewTimer(d)
			return t.C, func() { t.Stop() }
		},
	}
}
