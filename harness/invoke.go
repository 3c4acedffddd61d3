package harness

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/stillwater-streams/stillwater/consumer"
	"github.com/stillwater-streams/stillwater/consumer/core"
	"github.com/stillwater-streams/stillwater/harness/gate"
	"github.com/stillwater-streams/stillwater/harness/trace"
)

// environment is one execution environment of a function: a handler that is
// built in its first invocation and then kept warm.
type environment struct {
	source   *source
	actor    *gate.Actor
	function *consumer.Function // nil before the cold start
}

// environment returns the warm one, or a new one.
func (s *source) environment() *environment {
	if s.warm == nil || s.attempt.harness.options.ColdStarts {
		s.warm = &environment{source: s, actor: s.attempt.gate.Actor(s.trigger.Mapping.Trigger)}
	}
	return s.warm
}

// invoke runs a handler in the environment's actor, building it first if this is
// a cold start.
func (e *environment) invoke(ctx context.Context, id trace.ID, payload []byte) (response []byte, err error) {
	if e.function == nil {
		function, err := e.build()
		if err != nil {
			return nil, fmt.Errorf("cold start: %w", err)
		}
		e.function = function
	}
	ctx = consumer.WithInvocation(ctx, consumer.Invocation{
		RequestID: string(id), FunctionARN: functionARN(e.source),
	})
	return e.function.Invoke(ctx, payload)
}

func (e *environment) build() (*consumer.Function, error) {
	a := e.source.attempt
	handler, err := e.source.trigger.New(Environment{
		AWS: e.actor.Config(), Now: a.clock.Now,
		Log: slog.New(&logHandler{log: a.log, actor: e.actor, trigger: e.source.trigger.Mapping.Trigger}),
	})
	if err != nil {
		return nil, err
	}
	return consumer.NewFunction(handler)
}

// invoke hands the batch of an action to the handler and tells the lane how it
// ended. What the handler does wrong is an event of the trace, not an error.
func (d *shard) invoke(ctx context.Context, action core.Invoke) error {
	if d.throttled(action) {
		return nil
	}
	a, trigger := d.source.attempt, d.source.trigger.Mapping.Trigger
	id := a.log.Mint(trace.TypeInvocation)
	held := d.batch(action.Lane, action.Records)
	d.last[action.Lane] = id
	_, depth := d.causes(action.Records)
	a.log.Append(trace.Event{
		Kind: trace.InvokeStart, ID: id, Actor: trigger, Shard: a.gate.Alias(d.at.ID),
		Cause: []trace.ID{held}, N: action.Attempt, Depth: depth,
	})
	env := d.source.environment()
	answers := make(chan answer, 1) // a handler that times out may answer when nobody listens
	task := &gate.Task{
		Actor: env.actor, ID: id, Depth: depth, Timeout: d.source.trigger.Mapping.Timeout,
		Do: func(ctx context.Context) {
			response, err := env.invoke(ctx, id, d.payload(action))
			answers <- answer{response, err}
		},
	}
	began := time.Now()
	done := a.harness.sink.Run(trigger + " " + string(id) + " " + a.run)
	err := a.gate.Run(ctx, task)
	done()
	if err != nil {
		return err
	}
	a.worked()
	took := time.Since(began)
	response, failure, over := d.answer(task, answers)
	left := a.gate.Leftovers(ctx, a.harness.options.Grace)
	a.noteLate()
	if over || len(left) > 0 {
		d.source.warm = nil // one with goroutines left is not to be mixed up with the next
	}
	a.log.Append(trace.Event{
		Kind: trace.InvokeEnd, ID: id, Actor: trigger, Took: took, Note: d.note(action, response, failure),
	})
	d.core.Invoked(a.clock.Now(), action.Lane, core.Outcome{Failure: failure, Response: response})
	if until := d.until(); d.core.Retrying(action.Lane) && !until.IsZero() {
		a.log.Append(trace.Event{
			Kind: trace.RetryScheduled, Actor: trigger, Cause: []trace.ID{held, id}, N: action.Attempt + 1,
			Note: fmt.Sprintf("%s waits %v for attempt %d", held, until.Sub(a.clock.Now()), action.Attempt+1),
		})
	}
	return nil
}

// throttled refuses an invocation above the function's reserved concurrency. The
// driver makes one at a time, so only a function that may not run at all has none.
func (d *shard) throttled(action core.Invoke) bool {
	a, m := d.source.attempt, d.source.trigger.Mapping
	if m.ReservedConcurrency == nil || *m.ReservedConcurrency > 0 {
		return false
	}
	const why = "throttled: its reserved concurrency is 0"
	a.log.Append(trace.Event{
		Kind: trace.Throttled, Actor: m.Trigger, Shard: a.gate.Alias(d.at.ID),
		Cause: []trace.ID{d.batch(action.Lane, action.Records)}, Note: why,
	})
	d.core.Invoked(a.clock.Now(), action.Lane, core.Outcome{Throttled: true, Failure: why})
	return true
}

// answer is what a handler returned.
type answer struct {
	response []byte
	err      error
}

// payload is the event of an invocation.
func (d *shard) payload(action core.Invoke) []byte {
	if action.Window == nil {
		return consumer.Event(action.Records)
	}
	return consumer.WindowEvent(action.Records, *action.Window, d.at.ID, d.source.origin.StreamARN)
}

// answer is the response of an ended task, or its function error in words; over
// says that its execution environment ends with it, as Lambda's does.
func (d *shard) answer(t *gate.Task, answers <-chan answer) (response []byte, failure string, over bool) {
	if t.TimedOut() {
		return nil, fmt.Sprintf("Task timed out after %.2f seconds", t.Timeout.Seconds()), true
	}
	got := answer{err: errNoReturn}
	select {
	case got = <-answers:
	default:
	}
	if got.err == nil {
		return got.response, "", false
	}
	var function *consumer.FunctionError
	if !errors.As(got.err, &function) {
		return nil, got.err.Error(), true // it could not be built
	}
	if len(function.Stack) > 0 {
		return nil, fmt.Sprintf("%s at %s", function.Error(), function.Stack[0]), function.EndsEnvironment()
	}
	return nil, function.Error(), function.EndsEnvironment()
}

// note words how an invocation ended: also a response can leave records behind.
func (d *shard) note(action core.Invoke, response []byte, failure string) string {
	if failure != "" {
		return failure
	}
	done, why := d.core.Judge(action, response)
	switch {
	case why == "":
		return "ok"
	case done == 0:
		return why
	default:
		return fmt.Sprintf("%s dealt with; %s", records(done), why)
	}
}

func records(n int) string {
	if n == 1 {
		return "1 record"
	}
	return fmt.Sprintf("%d records", n)
}

// functionARN is what the handler finds as InvokedFunctionArn.
func functionARN(s *source) string { return s.origin.FunctionARN(s.trigger.Mapping.FunctionName()) }
