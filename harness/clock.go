package harness

import (
	"sync"
	"time"
)

// stepTime is how far the virtual clock moves after each step.
const stepTime = time.Minute

// clock is the virtual clock of an attempt. Only the driver moves it; handlers
// read it from their goroutines.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = t
}

func (c *clock) add(d time.Duration) { c.set(c.Now().Add(d)) }

// stopwatch tells how much real time has passed since it was reset.
type stopwatch struct {
	mu    sync.Mutex
	since time.Time
}

func (s *stopwatch) reset(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.since = now
}

func (s *stopwatch) elapsed(now time.Time) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return now.Sub(s.since)
}
