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

// StepError says that a step of a scenario or an entry of its fixture could not
// be done: the data does not allow it, or the tables refuse it.
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

// step makes one step as a task of the scenario's writer.
func (a *attempt) step(ctx context.Context, s scenario.Step) error {
	id := a.log.Mint(trace.TypeMutation)
	ref := fmt.Sprintf("%s:%d", path.Base(s.Pos.File), s.Pos.Line)
	a.log.Append(trace.Event{Kind: trace.MutationStart, ID: id, Actor: s.Text, Ref: ref})
	var failed error
	task := &gate.Task{Actor: a.writer, ID: id, Do: func(ctx context.Context) {
		failed = errors.New("it did not return (runtime.Goexit?)")
		defer func() {
			if p := recover(); p != nil {
				failed = fmt.Errorf("panic: %v", p)
			}
		}()
		failed = a.apply(ctx, s)
	}}
	err := a.perform(ctx, task)
	if stuck := (*gate.Stuck)(nil); errors.As(err, &stuck) {
		return &StepError{Step: s, Err: err}
	}
	if err != nil {
		return err
	}
	a.worked()
	ack := trace.Event{Kind: trace.MutationAck, ID: id, Ref: ref, Note: "ok"}
	if failed != nil {
		ack.Note = failed.Error()
	}
	a.log.Append(ack)
	if failed != nil {
		return &StepError{Step: s, Err: failed}
	}
	return nil
}

func (a *attempt) apply(ctx context.Context, s scenario.Step) error {
	client := dynamodb.NewFromConfig(a.writer.Config())
	if len(s.Writes) > 0 {
		return rawWrites(ctx, client, s)
	}
	mutation, ok := a.harness.project.verbs()[s.Verb]
	if !ok {
		return errors.New("no such mutation in this project: was the scenario loaded with another vocabulary?")
	}
	return mutation.Run(ctx, Writer{DB: client, Now: a.clock.Now(), Table: a.harness.project.mainTable()}, s.Args)
}
