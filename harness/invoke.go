package harness

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync/atomic"
	"time"

	"github.com/stillwater-streams/stillwater/consumer"
	"github.com/stillwater-streams/stillwater/consumer/core"
	"github.com/stillwater-streams/stillwater/harness/gate"
	"github.com/stillwater-streams/stillwater/harness/scenario"
	"github.com/stillwater-streams/stillwater/harness/trace"
)

// environment is one execution environment of a function: a handler that is
// built in its first invocation and then kept warm.
type environment struct {
	source   *source
	actor    *gate.Actor
	function *consumer.Function // nil before the cold start
	late     atomic.Int64       // so much its clock is ahead, a time.Duration: see redeliveryDelay
}

// take returns a warm environment that runs nothing, or a new one.
func (s *source) take() *environment {
	if n := len(s.warm); n > 0 && !s.attempt.coldStarts() {
		e := s.warm[n-1]
		s.warm = s.warm[:n-1]
		return e
	}
	return &environment{source: s, actor: s.attempt.gate.Actor(s.trigger.Mapping.Trigger)}
}

// coldStarts says that no environment is kept.
func (a *attempt) coldStarts() bool {
	return a.harness.options.ColdStarts || a.scenario.ColdStarts
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
	handler, err := e.source.trigger.New(e.given())
	if err != nil {
		return nil, err
	}
	return consumer.NewFunction(handler)
}

// given is what a handler may reach.
func (e *environment) given() Environment {
	a := e.source.attempt
	return Environment{
		AWS: e.actor.Config(), HTTP: e.actor.HTTP(), Now: e.now, Wait: noWait, Submit: e.submit,
		Log: slog.New(&logHandler{log: a.log, actor: e.actor, trigger: e.source.trigger.Mapping.Trigger}),
	}
}

// now is the time for the handler.
func (e *environment) now() time.Time {
	return e.source.attempt.clock.Now().Add(time.Duration(e.late.Load()))
}

// invocation is one attempt to hand one batch to a handler.
type invocation struct {
	shard   *shard
	action  core.Invoke
	id      trace.ID
	held    trace.ID // its batch
	depth   int
	env     *environment
	task    *gate.Task
	answers chan answer
	fault   *fault // that it suffers; nil: none so far
	again   bool   // its batch succeeded before, and is delivered again
	extra   bool   // it repeats one by Options.Redeliver, and the scenario knows nothing of it
	epoch   int    // restarts of the consumer before it

	unsuspect func() // tells the sink that it has ended
}

// invokeAll makes invocations at the same time, and those again whose batches are
// to be delivered once more. Jobs may run beside them. How each ended is told to
// its lane: what a handler does wrong is an event of the trace, not an error.
func (a *attempt) invokeAll(ctx context.Context, list []*invocation) (made []*invocation, err error) {
	for len(list) > 0 {
		var tasks []*gate.Task
		for _, i := range list {
			i.begin()
			if i.task != nil {
				tasks = append(tasks, i.task)
			}
		}
		made = append(made, list...)
		began := time.Now()
		err := a.runBeside(ctx, a.jobsAlong(), tasks)
		took := time.Since(began)
		for _, i := range list {
			i.over()
		}
		if err != nil {
			return made, err
		}
		var again []*invocation
		for _, i := range list {
			if next := i.end(ctx, took); next != nil {
				again = append(again, next)
			}
		}
		// What a consumer had in hand that died since comes by itself, from the checkpoint.
		list = slices.DeleteFunc(again, func(i *invocation) bool { return i.epoch != a.restarts })
	}
	return made, nil
}

// begin notes the invocation and readies its task. There is none if it is
// throttled, or if a fault keeps the handler from being called.
func (i *invocation) begin() {
	d := i.shard
	a, trigger := d.source.attempt, d.source.trigger.Mapping.Trigger
	i.epoch = a.restarts
	if i.extra = i.extra || d.comesAgain(i.action.Lane); !i.extra {
		i.fault = a.faults.invocation(trigger)
	}
	_, i.depth = d.causes(i.action.Records)
	if d.throttled(i) {
		return
	}
	i.id = a.log.Mint(trace.TypeInvocation)
	i.held = d.batch(i.action.Lane, i.action.Records)
	d.last[i.action.Lane] = i.id
	a.log.Append(trace.Event{
		Kind: trace.InvokeStart, ID: i.id, Actor: trigger, Shard: a.gate.Alias(d.at.ID),
		Cause: []trace.ID{i.held}, N: i.action.Attempt, Depth: i.depth,
	})
	if i.extra {
		a.requests.expect(i.id)
	} else {
		a.past.invoked(i)
	}
	if i.failsBefore() {
		a.happen(i.fault, i.id, "fails before its handler is called")
		return
	}
	i.run()
}

// over ends what the harness holds for a task that runs.
func (i *invocation) over() {
	if i.task == nil {
		return
	}
	i.unsuspect()
	delete(i.shard.source.attempt.running, i.id)
}

// failsBefore reports whether the handler is not to be called.
func (i *invocation) failsBefore() bool {
	if i.fault == nil {
		return false
	}
	fail, ok := i.fault.step.Control.(scenario.Fail)
	return ok && !fail.AfterWrites
}

// run readies the task that calls the handler.
func (i *invocation) run() {
	d := i.shard
	a, trigger := d.source.attempt, d.source.trigger.Mapping
	i.env = d.source.take()
	i.env.late.Store(int64(i.late()))
	i.answers = make(chan answer, 1) // a handler that times out may answer when nobody listens
	a.running[i.id] = i
	i.unsuspect = a.harness.sink.Run(trigger.Trigger + " " + string(i.id) + " " + a.run)
	i.task = &gate.Task{
		Actor: i.env.actor, ID: i.id, Depth: i.depth, Timeout: trigger.Timeout,
		Do: func(ctx context.Context) {
			response, err := i.env.invoke(ctx, i.id, d.payload(i.action))
			i.answers <- answer{response, err}
		},
	}
}

// end tells the lane how the invocation ended, unless the consumer died meanwhile.
// next is another with the same batch, to be made now; nil is none.
func (i *invocation) end(ctx context.Context, took time.Duration) (next *invocation) {
	if i.id == "" {
		return nil // throttled
	}
	d := i.shard
	a, trigger := d.source.attempt, d.source.trigger.Mapping.Trigger
	response, failure, at := i.outcome(ctx)
	if !i.extra {
		a.past.ended(i, response, failure)
	}
	if at != "" {
		failure += " at " + at
	}
	note := d.note(i.action, response, failure)
	a.log.Append(trace.Event{Kind: trace.InvokeEnd, ID: i.id, Actor: trigger, Took: took, Note: note})
	switch {
	case i.epoch != a.restarts:
		return nil
	case i.failsOnce(response, failure):
		i.noteRedelivery("fails after its handler returned, as the first invocation of every batch")
		d.repeats[i.action.Lane] = repeat{of: i.identity(), due: true}
		return nil
	}
	if f := pendingFault[scenario.DeliverAgain](a.faults, trigger); f != nil && note == "ok" && !i.again {
		a.happen(f, i.held, "is delivered again")
		return &invocation{shard: d, action: i.action, again: true, epoch: i.epoch}
	}
	if i.comesTwice(response, failure) {
		i.noteRedelivery("is delivered twice, as every batch")
		return &invocation{shard: d, action: i.action, extra: true, epoch: i.epoch}
	}
	i.tell(response, failure)
	return nil
}

// tell has the lane go on with how the invocation ended, unless the scenario kills
// the consumer before.
func (i *invocation) tell(response []byte, failure string) {
	a, trigger := i.shard.source.attempt, i.shard.source.trigger.Mapping.Trigger
	if f := pendingFault[scenario.Kill](a.faults, trigger); f != nil {
		a.happen(f, i.id, "the consumer is killed before its checkpoint, and starts again")
		a.restart()
		return
	}
	i.shard.core.Invoked(a.clock.Now(), i.action.Lane, core.Outcome{Failure: failure, Response: response})
	i.noteRetry()
}

// outcome is the response of an invocation, or its function error in words and, of
// a panic, where it came from. What it left behind decides whether its environment
// stays warm.
func (i *invocation) outcome(ctx context.Context) (response []byte, failure, at string) {
	if i.task == nil {
		return nil, fmt.Sprintf("fault %s: it fails before its handler is called", i.fault.id), ""
	}
	d := i.shard
	a := d.source.attempt
	a.worked()
	response, failure, at, over := d.answer(i.task, i.answers)
	left := a.gate.Leftovers(ctx, a.harness.options.Grace)
	a.noteLate()
	if !over && len(left) == 0 { // one with goroutines left is not to be mixed up with the next
		d.source.warm = append(d.source.warm, i.env)
	}
	if f := i.fault; f != nil && f.pending() {
		if fail, ok := f.step.Control.(scenario.Fail); ok && fail.AfterWrites {
			a.happen(f, i.id, "fails after its handler returned")
			if failure == "" {
				return nil, fmt.Sprintf("fault %s: it fails after its handler returned", f.id), ""
			}
		}
	}
	return response, failure, at
}

func (i *invocation) noteRetry() {
	d := i.shard
	a := d.source.attempt
	until := d.until()
	if !d.core.Retrying(i.action.Lane) || until.IsZero() {
		return
	}
	attempt := i.action.Attempt + 1
	a.log.Append(trace.Event{
		Kind: trace.RetryScheduled, Actor: d.source.trigger.Mapping.Trigger, Cause: []trace.ID{i.held, i.id}, N: attempt,
		Note: fmt.Sprintf("%s waits %v for attempt %d", i.held, until.Sub(a.clock.Now()), attempt),
	})
}

// throttled refuses an invocation above the function's reserved concurrency, or
// by a fault. The driver makes no more invocations at once than there are lanes,
// so only a function that may not run at all has no concurrency left.
func (d *shard) throttled(i *invocation) bool {
	a, m := d.source.attempt, d.source.trigger.Mapping
	why := ""
	if m.ReservedConcurrency != nil && *m.ReservedConcurrency == 0 {
		why = "throttled: its reserved concurrency is 0"
	}
	by := i.fault
	if by != nil {
		if _, ok := by.step.Control.(scenario.Throttle); ok && why == "" {
			why = "throttled: by fault " + string(by.id)
		} else {
			by = nil
		}
	}
	if why == "" {
		return false
	}
	held := d.batch(i.action.Lane, i.action.Records)
	if by != nil {
		a.happen(by, held, "is throttled")
	}
	a.log.Append(trace.Event{
		Kind: trace.Throttled, Actor: m.Trigger, Shard: a.gate.Alias(d.at.ID), Cause: []trace.ID{held}, Note: why,
	})
	a.past.throttled(d.source, i.action, why)
	d.core.Invoked(a.clock.Now(), i.action.Lane, core.Outcome{Throttled: true, Failure: why})
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

// answer is the response of an ended task, or its function error in words and, of
// a panic, where it came from; over says that its execution environment ends with
// it, as Lambda's does.
func (d *shard) answer(t *gate.Task, answers <-chan answer) (response []byte, failure, at string, over bool) {
	if t.TimedOut() {
		return nil, fmt.Sprintf("Task timed out after %.2f seconds", t.Timeout.Seconds()), "", true
	}
	got := answer{err: errNoReturn}
	select {
	case got = <-answers:
	default:
	}
	if got.err == nil {
		return got.response, "", "", false
	}
	var function *consumer.FunctionError
	if !errors.As(got.err, &function) {
		return nil, got.err.Error(), "", true // it could not be built
	}
	if len(function.Stack) > 0 {
		at = function.Stack[0]
	}
	return nil, function.Error(), at, function.EndsEnvironment()
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
