package gate

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go/middleware"

	"github.com/stillwater-streams/stillwater/harness/trace"
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
	config.APIOptions = append(append([]func(*middleware.Stack) error(nil), config.APIOptions...),
		func(stack *middleware.Stack) error {
			return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("StillwaterGate", a.intercept), middleware.Before)
		})
	return config
}

// intercept is the gate in the SDK's middleware: outermost, so that the retries
// of one operation are one call.
func (a *Actor) intercept(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
	c := newCall(a.current(), operation(in.Parameters), in.Parameters)
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

func (a *Actor) current() *Task {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.task
}

func (a *Actor) begin(t *Task) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.task = t
}

// enter stops the calling goroutine until the call is granted.
func (g *Gate) enter(ctx context.Context, c *call) error {
	if c.task == nil {
		return fmt.Errorf("gate: %s: made outside an invocation: make AWS calls in the handler, or in the constructor while it runs", c.op)
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
		return nil
	case <-c.task.over:
	case <-ctx.Done():
	}
	if !c.withdraw() { // the grant came at the same moment, and the driver waits for this call
		<-c.granted
		return nil
	}
	if c.task.hasEnded() {
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
	g.late = append(g.late, late)
	g.mu.Unlock()
	g.options.Log.Append(trace.Event{Kind: trace.Refused, Actor: late.Actor, Op: c.op, Cause: []trace.ID{t.ID}})
	return fmt.Errorf("gate: %s: %s of %s has ended: a goroutine outlived its handler", c.op, t.ID, late.Actor)
}
