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
	if s.warm == nil {
		s.warm = &environment{source: s, actor: s.attempt.gate.Actor(s.trigger.Mapping.Trigger)}
	}
	return s.warm
}

// invoke runs a handler in the environment's actor, building it first if this is
// a cold start.
func (e *environment) invoke(ctx context.Context, id trace.ID, payload []byte) error {
	if e.function == nil {
		function, err := e.build()
		if err != nil {
			return fmt.Errorf("cold start: %w", err)
		}
		e.function = function
	}
	ctx = consumer.WithInvocation(ctx, consumer.Invocation{
		RequestID: string(id), FunctionARN: functionARN(e.source),
	})
	_, err := e.function.Invoke(ctx, payload)
	return err
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
	outcome := make(chan error, 1) // a handler that times out may answer when nobody listens
	task := &gate.Task{
		Actor: env.actor, ID: id, Depth: depth, Timeout: d.source.trigger.Mapping.Timeout,
		Do: func(ctx context.Context) { outcome <- env.invoke(ctx, id, consumer.Event(action.Records)) },
	}
	began := time.Now()
	done := a.harness.sink.Run(trigger + " " + string(id) + " " + a.run)
	err := a.gate.Run(ctx, task)
	done()
	if err != nil {
		return err
	}
	a.busy = time.Now()
	failure := d.failure(task, outcome)
	left := a.gate.Leftovers(ctx, a.harness.options.Grace)
	a.noteLate()
	if task.TimedOut() || len(left) > 0 {
		d.source.warm = nil // Lambda throws the environment away at a timeout; one with goroutines left is not to be mixed up with the next
	}
	a.log.Append(trace.Event{
		Kind: trace.InvokeEnd, ID: id, Actor: trigger, Took: a.busy.Sub(began), Note: noteOf(failure),
	})
	d.core.Invoked(a.clock.Now(), action.Lane, core.Outcome{Failure: failure})
	if until := d.until(); failure != "" && !until.IsZero() {
		a.log.Append(trace.Event{
			Kind: trace.RetryScheduled, Actor: trigger, Cause: []trace.ID{held, id}, N: action.Attempt + 1,
			Note: fmt.Sprintf("%s waits %v for attempt %d", held, until.Sub(a.clock.Now()), action.Attempt+1),
		})
	}
	return nil
}

// failure is the function error of an ended task in words, "" for success.
func (d *shard) failure(t *gate.Task, outcome <-chan error) string {
	if t.TimedOut() {
		return fmt.Sprintf("Task timed out after %.2f seconds", t.Timeout.Seconds())
	}
	var err error
	select {
	case err = <-outcome:
	default:
		err = errNoReturn
	}
	if err == nil {
		return ""
	}
	var function *consumer.FunctionError
	if errors.As(err, &function) && len(function.Stack) > 0 {
		return fmt.Sprintf("%s at %s", function.Error(), function.Stack[0])
	}
	return err.Error()
}

func noteOf(failure string) string {
	if failure == "" {
		return "ok"
	}
	return failure
}

// functionARN is what the handler finds as InvokedFunctionArn.
func functionARN(s *source) string {
	return fmt.Sprintf("arn:aws:lambda:%s:000000000000:function:%s", s.region, s.trigger.Mapping.FunctionName())
}

func (d *shard) functionARN() string { return functionARN(d.source) }
