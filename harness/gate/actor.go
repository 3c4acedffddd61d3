package gate

import (
	"context"
	"errors"
	"fmt"
	"runtime/pprof"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go/middleware"
	"github.com/aws/smithy-go/transport/http"
)

// Actor is one that makes AWS calls: an execution environment of a trigger, or
// a writer of the scenario. It runs one task at a time.
type Actor struct {
	gate *Gate
	name string

	mu   sync.Mutex
	task *Task // the running one, or the last
}

// Actor names a new actor.
func (g *Gate) Actor(name string) *Actor { return &Actor{gate: g, name: name} }

// Config is what the actor's AWS clients are made of, of every service. Calls
// made with it stop at the gate and belong to the task the actor is running.
func (a *Actor) Config() aws.Config {
	config := a.gate.options.Config.Copy()
	config.HTTPClient = &transport{gate: a.gate, next: config.HTTPClient}
	send := http.NewClientHandlerWithOptions(config.HTTPClient)
	config.APIOptions = append(append([]func(*middleware.Stack) error(nil), config.APIOptions...),
		func(stack *middleware.Stack) error {
			return errors.Join(
				stack.Initialize.Add(middleware.InitializeMiddlewareFunc("StillwaterGate", a.intercept), middleware.Before),
				stack.Deserialize.Add(middleware.DeserializeMiddlewareFunc("StillwaterTransport", sender(send)), middleware.After),
			)
		})
	return config
}

// sender sends requests by our transport in the last place of the stack: a client
// that was given an HTTPClient of its own would send them behind the gate's back,
// and nobody would know of those whose caller gave up.
func sender(send http.ClientHandler) func(context.Context, middleware.DeserializeInput, middleware.DeserializeHandler) (middleware.DeserializeOutput, middleware.Metadata, error) {
	return func(ctx context.Context, in middleware.DeserializeInput, _ middleware.DeserializeHandler) (out middleware.DeserializeOutput, metadata middleware.Metadata, err error) {
		out.RawResponse, metadata, err = send.Handle(ctx, in.Request)
		return out, metadata, err
	}
}

// intercept is the gate in the SDK's middleware: outermost, so that the retries
// of one operation are one call.
func (a *Actor) intercept(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
	c := newCall(a.taskOf(ctx), operation(in.Parameters), a.gate.subjectOf(in.Parameters))
	if err := a.gate.enter(ctx, c); err != nil {
		return middleware.InitializeOutput{}, middleware.Metadata{}, err
	}
	out, metadata, err := next.HandleInitialize(context.WithValue(ctx, callKey{}, c), in)
	c.returned(err)
	a.gate.leave(ctx, c)
	return out, metadata, err
}

// operation is the name of the AWS operation: *dynamodb.PutItemInput → PutItem.
func operation(input any) string {
	name := fmt.Sprintf("%T", input)
	return strings.TrimSuffix(name[strings.LastIndexByte(name, '.')+1:], "Input")
}

// taskOf is the task that makes a call: the actor's, unless the context says that
// it is a goroutine of an earlier one. A context that says nothing is common:
// handlers drop theirs.
func (a *Actor) taskOf(ctx context.Context) *Task {
	if label, ok := pprof.Label(ctx, labelKey); ok {
		if id, ours := a.gate.idIn(label); ours {
			a.gate.mu.Lock()
			defer a.gate.mu.Unlock()
			t, _ := a.gate.tasks.get(id) // none: it ended long ago, and is forgotten
			return t
		}
	}
	return a.Task()
}

// Task returns the task that the actor runs, or ran last; nil before its first.
func (a *Actor) Task() *Task {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.task
}

func (a *Actor) begin(t *Task) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.task = t
	a.gate.mu.Lock()
	defer a.gate.mu.Unlock()
	a.gate.tasks.put(t.ID, t)
}

// enter stops the calling goroutine until the call is granted.
func (g *Gate) enter(ctx context.Context, c *call) error {
	if c.task == nil {
		return fmt.Errorf("gate: %s: made outside an invocation: make AWS calls in the handler, or in the constructor while it runs", c.op)
	}
	if c.task.Ended() {
		return g.refuse(c)
	}
	if err := ctx.Err(); err != nil {
		return err // else it is chance whether the call gets as far as the trace
	}
	c.task.deadline.pause()
	defer c.task.deadline.resume()
	select {
	case g.arrivals <- c:
	case <-c.task.over:
		return g.refuse(c)
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case <-c.granted:
		return c.denial()
	case <-c.task.over:
	case <-ctx.Done():
	}
	if !c.withdraw() { // the grant came at the same moment, and the driver waits for this call
		<-c.granted
		return c.denial()
	}
	if c.task.Ended() {
		return g.refuse(c)
	}
	return ctx.Err()
}

// leave stops the calling goroutine until its call is in the trace: else what it
// does next, a line it logs for one, would stand before or after the call as
// chance has it. One that gave up goes on at once.
func (g *Gate) leave(ctx context.Context, c *call) {
	c.task.deadline.pause()
	defer c.task.deadline.resume()
	select {
	case <-c.accounted:
	case <-c.task.over:
	case <-ctx.Done():
	}
}

func (g *Gate) refuse(c *call) error {
	t := c.task
	late := Late{Task: t.ID, Actor: t.Actor.name, Op: c.op, TimedOut: t.TimedOut()}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.late = append(g.late, late)
	return fmt.Errorf("gate: %s: %s of %s has ended: a goroutine outlived its handler", c.op, t.ID, late.Actor)
}
