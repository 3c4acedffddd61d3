package harness

import (
	"context"
	"errors"
	"fmt"
	"path"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/stillwater-streams/stillwater/harness/gate"
	"github.com/stillwater-streams/stillwater/harness/scenario"
	"github.com/stillwater-streams/stillwater/harness/trace"
)

// The groups of a scenario.
const (
	verbTogether = "together"
	verbBacklog  = "backlog"
)

// StepError says that a step of a scenario or an entry of its fixture could not
// be done, that it demanded a value and found another, or that it is a fault that
// never happened.
type StepError struct {
	Step scenario.Step
	Err  error
}

// Error begins with the place in the YAML.
func (e *StepError) Error() string {
	return fmt.Sprintf("%s: %s: %v", e.Step.Pos, e.Step.Verb, e.Err)
}

// Unwrap returns the cause.
func (e *StepError) Unwrap() error { return e.Err }

// step makes one step of a scenario and settles. The clock moves one minute after
// each that writes.
func (a *attempt) step(ctx context.Context, s scenario.Step) error {
	var err error
	switch {
	case s.Verb == verbBacklog && s.Steps != nil:
		return a.backlog(ctx, s.Steps)
	case s.Verb == verbTogether && s.Steps != nil:
		err = a.write(ctx, s.Steps...)
	case writes(s):
		err = a.write(ctx, s)
	default:
		return a.control(ctx, s, true)
	}
	return a.pass(ctx, err)
}

// pass ends a step that wrote.
func (a *attempt) pass(ctx context.Context, err error) error {
	if err == nil {
		err = a.settle(ctx)
	}
	if err == nil {
		a.clock.add(stepTime)
	}
	return err
}

// backlog makes steps one after the other with no delivery in between, and settles
// after the last. A minute passes between a write and what follows it, as it does
// between steps; a settle comes before that minute.
func (a *attempt) backlog(ctx context.Context, steps []scenario.Step) error {
	wrote := false
	for _, s := range steps {
		_, settles := s.Control.(scenario.Settle)
		if wrote && !settles {
			a.clock.add(stepTime)
			wrote = false
		}
		var err error
		if writes(s) {
			err, wrote = a.write(ctx, s), true
		} else {
			err = a.control(ctx, s, false)
		}
		if err != nil {
			return err
		}
	}
	if wrote {
		return a.pass(ctx, nil)
	}
	return a.settle(ctx)
}

// writes reports whether a step is a mutation, raw writes, or what DynamoDB itself
// deletes.
func writes(s scenario.Step) bool {
	_, expires := s.Control.(scenario.Expire)
	return s.Control == nil || expires
}

// writing is a step that a writer of the scenario makes.
type writing struct {
	step   scenario.Step
	ref    string
	task   *gate.Task
	failed error
}

// write makes the writes of steps, each as the task of a writer of its own. Those
// of several run together.
func (a *attempt) write(ctx context.Context, steps ...scenario.Step) error {
	var all []*writing
	var tasks []*gate.Task
	for i, s := range steps {
		actor := a.writer
		if i > 0 {
			actor = a.gate.Actor("scenario")
		}
		w := a.begin(s, actor)
		all, tasks = append(all, w), append(tasks, w.task)
	}
	err := a.perform(ctx, tasks...)
	if stuck := (*gate.Stuck)(nil); errors.As(err, &stuck) {
		return &StepError{Step: stepOf(all, stuck.Task), Err: err}
	}
	if err != nil {
		return err
	}
	a.worked()
	return a.acknowledge(all)
}

// begin notes a step and readies its task.
func (a *attempt) begin(s scenario.Step, actor *gate.Actor) *writing {
	w := &writing{step: s, ref: ref(s)}
	_, expires := s.Control.(scenario.Expire)
	w.task = &gate.Task{Actor: actor, ID: a.log.Mint(trace.TypeMutation), Service: expires, Do: func(ctx context.Context) {
		w.failed = errors.New("it did not return (runtime.Goexit?)")
		defer func() {
			if p := recover(); p != nil {
				w.failed = fmt.Errorf("panic: %v", p)
			}
		}()
		w.failed = a.apply(ctx, s, actor)
	}}
	a.log.Append(trace.Event{Kind: trace.MutationStart, ID: w.task.ID, Actor: s.Text, Ref: w.ref})
	return w
}

// acknowledge notes how steps ended, and returns the error of the first that
// failed.
func (a *attempt) acknowledge(all []*writing) error {
	var first error
	for _, w := range all {
		ack := trace.Event{Kind: trace.MutationAck, ID: w.task.ID, Ref: w.ref, Note: "ok"}
		if w.failed != nil {
			ack.Note = w.failed.Error()
		}
		a.log.Append(ack)
		if w.failed != nil && first == nil {
			first = &StepError{Step: w.step, Err: w.failed}
		}
	}
	return first
}

func stepOf(all []*writing, id trace.ID) scenario.Step {
	for _, w := range all {
		if w.task.ID == id {
			return w.step
		}
	}
	return all[0].step
}

// ref is the place of a step as events carry it: "close_one.yaml:9".
func ref(s scenario.Step) string {
	return fmt.Sprintf("%s:%d", path.Base(s.Pos.File), s.Pos.Line)
}

func (a *attempt) apply(ctx context.Context, s scenario.Step, actor *gate.Actor) error {
	client := dynamodb.NewFromConfig(actor.Config())
	if e, ok := s.Control.(scenario.Expire); ok {
		return expire(ctx, client, e)
	}
	if len(s.Writes) > 0 {
		return rawWrites(ctx, client, s)
	}
	mutation, ok := a.harness.project.verbs()[s.Verb]
	if !ok {
		return errors.New("no such mutation in this project: was the scenario loaded with another vocabulary?")
	}
	return mutation.Run(ctx, Writer{DB: client, Now: a.clock.Now(), Table: a.harness.project.mainTable()}, s.Args)
}
