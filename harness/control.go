package harness

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/harness/scenario"
	"github.com/stillwater-streams/stillwater/harness/trace"
)

// control makes a step that writes nothing. One that leaves something to deliver
// is settled, but for those in a backlog.
func (a *attempt) control(ctx context.Context, s scenario.Step, settles bool) error {
	switch c := s.Control.(type) {
	case scenario.Settle:
		return a.settle(ctx)
	case scenario.Snapshot:
		return a.observe(ctx, c.Name)
	}
	due, err := a.act(ctx, s)
	switch {
	case err != nil && ctx.Err() != nil:
		return err
	case err != nil:
		return &StepError{Step: s, Err: err}
	case due && settles:
		return a.settle(ctx)
	}
	return nil
}

// act does what a control says. due says that something may be there to deliver,
// or a timer to fire.
func (a *attempt) act(ctx context.Context, s scenario.Step) (due bool, err error) {
	switch c := s.Control.(type) {
	case scenario.At:
		return true, a.move(s, c.Time)
	case scenario.Advance:
		return true, a.move(s, a.clock.Now().Add(c.For))
	case scenario.Expect:
		return false, a.expect(ctx, s, c)
	case scenario.Kill:
		if c.Trigger == "" {
			a.killNow(s)
			return true, nil
		}
	case scenario.ShardChange:
		return true, a.changeShards(s, c)
	case scenario.StaleReads:
		return false, a.staleReads(s, c)
	}
	return false, a.arm(s)
}

// move moves the virtual clock as a step says. Whatever was settled before it has
// no timer left, so that none is passed over; what a backlog holds back is not read
// yet and has none either.
func (a *attempt) move(s scenario.Step, to time.Time) error {
	if now := a.clock.Now(); to.Before(now) {
		return fmt.Errorf("the virtual clock is at %s by then, and only goes forward: name a later time, or use advance", now.UTC().Format(time.RFC3339))
	}
	if to.Year() >= scenario.EndOfTime {
		return fmt.Errorf("the virtual clock cannot reach the year %d: move it less far", to.Year())
	}
	a.clock.set(to)
	a.log.Append(trace.Event{Kind: trace.Advance, Ref: ref(s), Note: to.UTC().Format(time.RFC3339)})
	return nil
}

// expire deletes an item as DynamoDB does when its time to live has passed.
func expire(ctx context.Context, db *dynamodb.Client, e scenario.Expire) error {
	out, err := db.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName: aws.String(e.Table), Key: e.Key, ReturnValues: types.ReturnValueAllOld,
	})
	if err != nil {
		return err
	}
	if len(out.Attributes) == 0 {
		return errors.New("there is no such item, so that it cannot expire: put it into the fixture, or correct the key")
	}
	return nil
}

// killNow kills the consumer where nothing runs.
func (a *attempt) killNow(s scenario.Step) {
	a.log.Append(trace.Event{
		Kind: trace.Fault, ID: a.log.Mint(trace.TypeFault), Ref: ref(s),
		Note: "the consumer is killed and starts again at its checkpoints",
	})
	a.restart()
}
