package consumer

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"

	"github.com/stillwater-streams/stillwater/consumer/mapping"
)

// Environment is an execution environment of a function. It runs one invocation
// at a time; its handler is built once, and keeps what it remembers. More
// invocations at once means more environments; of those that are free the one
// that was used last is used next. A timeout ends an environment, and so do a
// panic and a handler that could not be built.
type Environment struct {
	// ID names it: "indicators-1".
	ID          string
	Mapping     mapping.Mapping
	FunctionARN string
	// Log is Options.Log with the function and the environment.
	Log *slog.Logger

	current *atomic.Pointer[Invocation]
}

// Invocation is the one that the environment runs; none between two, and none
// once it has timed out. A client that the handler was built with knows by it
// whom it serves, even where the handler drops its context.
func (e Environment) Invocation() (i Invocation, running bool) {
	if e.current == nil {
		return Invocation{}, false
	}
	if now := e.current.Load(); now != nil {
		return *now, true
	}
	return Invocation{}, false
}

// environment is an Environment with its handler. Who has acquired it owns it.
type environment struct {
	Environment
	build    func(Environment) (any, error)
	function *Function // nil before the cold start
	era      int       // of the pool, when it was made
}

func newEnvironment(e Environment, build func(Environment) (any, error)) *environment {
	e.current = new(atomic.Pointer[Invocation])
	return &environment{Environment: e, build: build}
}

// run hands a payload to the handler, which it builds first in a cold start.
// reusable says that the environment may serve again.
func (e *environment) run(ctx context.Context, i Invocation, payload []byte) (response []byte, reusable bool, err error) {
	e.current.Store(&i)
	defer e.current.CompareAndSwap(&i, nil)
	ctx = WithInvocation(ctx, i)
	if e.function == nil {
		response, err = e.start(ctx, payload)
	} else {
		response, err = e.function.Invoke(ctx, payload)
	}
	return response, e.function != nil && !aborted(err), err
}

// start builds the handler and hands it its first payload. Both are done as a
// handler, so that a panic in either fails the invocation and nothing else.
func (e *environment) start(ctx context.Context, payload []byte) ([]byte, error) {
	response, err := (&Function{handler: coldStart{e}}).Invoke(ctx, payload)
	var outer *FunctionError
	if e.function == nil && errors.As(err, &outer) && outer.cause != nil && !aborted(outer) {
		err = outer.cause // why there is no handler
	}
	return response, err
}

// over forgets the invocation, which has timed out: the handler may still run.
func (e *environment) over() { e.current.Store(nil) }

// aborted tells an error after which Lambda ends the environment.
func aborted(err error) bool {
	var function *FunctionError
	return errors.As(err, &function) && function.EndsEnvironment()
}

// coldStart is the lambda.Handler of an environment's first invocation.
type coldStart struct{ *environment }

func (c coldStart) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	handler, err := c.build(c.Environment)
	if err != nil {
		return nil, fmt.Errorf("cold start: %w", err)
	}
	if c.function, err = NewFunction(handler); err != nil {
		return nil, fmt.Errorf("cold start: %w", err)
	}
	return c.function.Invoke(ctx, payload)
}

// maxLate bounds the handlers of one function that run on after their timeout.
// Lambda kills them; in a process they can only be waited for, and without a
// bound a handler that hangs would fill the memory.
const maxLate = 100

// pool is the execution environments of one function in this process.
type pool struct {
	environment func(n int) *environment // makes the nth
	reserved    *int                     // reserved concurrency; nil is no limit

	mu      sync.Mutex
	free    []*environment // the one used last comes last
	made    int
	era     int // how often the environments were given up
	running int
	late    []LateHandler
}

// acquire returns an environment for one invocation, or why there is none.
func (p *pool) acquire() (e *environment, cold bool, reason string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.reserved != nil && p.running >= *p.reserved:
		return nil, false, fmt.Sprintf("reserved concurrency of %d is used up", *p.reserved)
	case len(p.late) >= maxLate:
		return nil, false, fmt.Sprintf("%d handlers run on after their timeout, the first of %s: a handler must return when its context ends",
			len(p.late), p.late[0].RequestID)
	}
	p.running++
	if n := len(p.free); n > 0 {
		e, p.free = p.free[n-1], p.free[:n-1]
		return e, false, ""
	}
	p.made++
	e = p.environment(p.made)
	e.era = p.era
	return e, true, ""
}

// giveUp lets no environment that there is serve again.
func (p *pool) giveUp() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.free, p.era = nil, p.era+1
}

// release gives an environment back, if it can be used again.
func (p *pool) release(e *environment, reusable bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.running--
	if reusable && e.era == p.era {
		p.free = append(p.free, e)
	}
}

// leave notes that a handler runs on in an environment that is given up.
func (p *pool) leave(l LateHandler) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.running--
	p.late = append(p.late, l)
}

// returned notes that a late handler is none any more.
func (p *pool) returned(l LateHandler) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := range p.late {
		if p.late[i] == l {
			p.late = append(p.late[:i:i], p.late[i+1:]...)
			return
		}
	}
}

// count tells how many environments there are, and what they do.
func (p *pool) count() (environments, running int, late []LateHandler) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.free) + p.running, p.running, append([]LateHandler(nil), p.late...)
}
