package gate

import (
	"sync"
	"time"
)

type callKey struct{}

// call is one AWS operation of a task with all its HTTP requests, retries too.
//
// What it names is worked out before it stops at the gate, in the goroutine of
// its caller: who gives up may change the input while the request is under way.
type call struct {
	task    *Task
	op      string
	what    subject
	request *Request // nil: an AWS call

	granted chan struct{}
	idle    chan struct{} // closed when the operation returned and its last request ended

	accounted chan struct{} // closed when it is in the trace, with its records

	mu      sync.Mutex
	state   state
	pending int   // the operation itself, and its requests without an answer
	denied  error // the answer of a call that is not made
	err     error
	began   time.Time
}

type state int

const (
	waiting state = iota
	released
	withdrawn
)

func newCall(t *Task, op string, what subject) *call {
	return &call{task: t, op: op, what: what, granted: make(chan struct{}), idle: make(chan struct{}), accounted: make(chan struct{}), pending: 1}
}

// release grants the call, or answers it with denied; false if its caller no
// longer waits.
func (c *call) release(now time.Time, denied error) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state != waiting {
		return false
	}
	c.state, c.began, c.denied = released, now, denied
	close(c.granted)
	return true
}

// denial is the answer of a call that was granted and is not made.
func (c *call) denial() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.denied
}

// withdraw takes the call back; false if it was granted already.
func (c *call) withdraw() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state == released {
		return false
	}
	c.state = withdrawn
	return true
}

func (c *call) isWithdrawn() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.state == withdrawn
}

func (c *call) returned(err error) {
	c.mu.Lock()
	c.err = err
	c.mu.Unlock()
	c.add(-1)
}

// add counts requests; the call is idle when the operation and all of them ended.
func (c *call) add(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pending += n
	if c.pending == 0 {
		close(c.idle)
	}
}

// outcome is for the driver, after idle.
func (c *call) outcome() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}
