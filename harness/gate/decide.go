package gate

import (
	"context"
	"errors"
	"time"

	"github.com/stillwater-streams/stillwater/harness/trace"
)

// ErrTimeOut is what [Options].Decide returns to end the task of a call by its
// timeout, there and then, whatever the real time.
var ErrTimeOut = errors.New("gate: the task times out at this call")

// Call is a call that stops at the gate.
type Call struct {
	// Task that makes it.
	Task trace.ID
	// Actor whose task it is: a trigger.
	Actor string
	// Op is the AWS operation: "PutItem"; of an HTTP request its method.
	Op string
	// Key is what it is about, as the trace shows it: of an HTTP request its URL.
	Key string
	// HTTP says that it is an HTTP request, no AWS call.
	HTTP bool
	// N says which call of its task it is, from 1.
	N int
}

// decided asks Options.Decide about a call, and reports whether that was its end.
func (r *run) decided(c *call) bool {
	decide := r.gate.options.Decide
	if decide == nil || c.isWithdrawn() {
		return false
	}
	err := decide(Call{Task: c.task.ID, Actor: c.task.Actor.name, Op: c.op, Key: c.what.key, HTTP: c.request != nil, N: c.task.calls + 1})
	switch {
	case err == nil:
		return false
	case errors.Is(err, ErrTimeOut):
		delete(r.live, c.task)
		delete(r.waiting, c.task)
		c.task.timeOut()
	default:
		r.deny(c, err)
	}
	return true
}

// deny answers a call that is not made. It is in the trace before its caller goes
// on.
func (r *run) deny(c *call, err error) {
	c.task.calls++
	r.gate.options.Log.Append(trace.Event{
		Kind: trace.Call, Actor: c.task.Actor.name, Op: c.op, Key: c.what.key,
		Cause: []trace.ID{c.task.ID}, Depth: c.task.Depth, Note: outcome(err),
	})
	if c.request != nil {
		c.request.fail(err)
		r.gate.asked(c)
	}
	c.release(time.Now(), err)
}

// timeOut makes the task over before its context ends: whatever its goroutines do
// from then on, each call of theirs is refused.
func (t *Task) timeOut() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.ended {
		return
	}
	t.ended, t.timedOut = true, true
	t.deadline.end(context.DeadlineExceeded)
	t.stop()
	close(t.over)
}
