package gate

import (
	"context"
	"sync"
	"time"
)

// deadline is the context of a task. Its deadline is real time, as a handler
// that computes in circles burns real time; it stands still while a call waits
// at the gate, for that wait is the harness's doing.
//
// It has a done channel of its own: were it that of an inner cancelCtx, children
// would attach to the inner one and end with Canceled in place of
// DeadlineExceeded.
type deadline struct {
	parent context.Context
	done   chan struct{}
	expire func() // told when the time is up
	clock  func() time.Time

	mu      sync.Mutex
	timer   *time.Timer
	at      time.Time     // when it is up; only while the timer runs
	left    time.Duration // while paused
	paused  int
	limited bool
	err     error
	after   map[*func()]struct{}
}

// newDeadline starts the time of a task. timeout 0 means none.
func newDeadline(parent context.Context, timeout time.Duration, clock func() time.Time, expire func()) (d *deadline, stop func()) {
	d = &deadline{
		parent: parent, done: make(chan struct{}), expire: expire, clock: clock,
		left: timeout, limited: timeout > 0, paused: 1, after: map[*func()]struct{}{},
	}
	detach := context.AfterFunc(parent, func() { d.end(parent.Err()) })
	d.resume()
	return d, func() { detach(); d.end(context.Canceled) }
}

func (d *deadline) pause() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.paused++
	if d.paused > 1 || !d.limited || d.err != nil {
		return
	}
	d.timer.Stop()
	d.left = max(0, d.at.Sub(d.clock()))
}

func (d *deadline) resume() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.paused--
	if d.paused > 0 || !d.limited || d.err != nil {
		return
	}
	d.at = d.clock().Add(d.left)
	d.timer = time.AfterFunc(d.left, d.fire)
}

func (d *deadline) fire() {
	d.mu.Lock()
	early := d.paused > 0 // the timer fired while pause was stopping it
	d.mu.Unlock()
	if early {
		return
	}
	if d.end(context.DeadlineExceeded) {
		d.expire()
	}
}

// end ends the context once.
func (d *deadline) end(err error) bool {
	d.mu.Lock()
	if d.err != nil {
		d.mu.Unlock()
		return false
	}
	d.err = err
	if d.timer != nil {
		d.timer.Stop()
	}
	after := d.after
	d.after = nil
	close(d.done)
	d.mu.Unlock()
	for f := range after {
		go (*f)()
	}
	return true
}

// expired reports whether the time was up.
func (d *deadline) expired() bool { return d.Err() == context.DeadlineExceeded }

// Deadline implements context.Context. While a call waits at the gate the time
// left counts from now.
func (d *deadline) Deadline() (time.Time, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.limited {
		return d.parent.Deadline()
	}
	if d.paused > 0 {
		return d.clock().Add(d.left), true
	}
	return d.at, true
}

// Done implements context.Context.
func (d *deadline) Done() <-chan struct{} { return d.done }

// Err implements context.Context.
func (d *deadline) Err() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.err
}

// Value implements context.Context.
func (d *deadline) Value(key any) any { return d.parent.Value(key) }

// AfterFunc lets children of this context end with it without a goroutine that
// waits; the context package looks for it.
func (d *deadline) AfterFunc(f func()) (stop func() bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.err != nil {
		go f()
		return func() bool { return false }
	}
	d.after[&f] = struct{}{}
	return func() bool {
		d.mu.Lock()
		defer d.mu.Unlock()
		_, waiting := d.after[&f]
		delete(d.after, &f)
		return waiting
	}
}
