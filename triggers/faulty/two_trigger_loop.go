package faulty

import (
	"context"
	"errors"

	"github.com/aws/aws-lambda-go/events"
	"github.com/stillwater-streams/stillwater/triggers/model"
)

// twoTriggerLoop is two triggers that each drop their own echo, and answer the other's.
func twoTriggerLoop() Bug {
	return Bug{
		Name: "two_trigger_loop", Trigger: "indicators",
		Wrong:   "One trigger writes what another waits for, and the other way round.",
		Symptom: Symptom{Loop, `indicators.*partner|partner.*indicators`},
		New:     func(e Environment) any { return answering(e, "reviewed", "checked") },
		Partner: func(e Environment) any { return answering(e, "checked", "reviewed") },
	}
}

// answering counts one attribute of a finding up when another changes, or is not there.
func answering(e Environment, hears, says string) handler {
	return func(ctx context.Context, event events.DynamoDBEvent) error {
		batch, err := read(event)
		for _, id := range batch.ids {
			for _, c := range batch.changes[id] {
				if !vulnerability(c) && c.After != nil && (c.Before == nil || !model.Equal(c.Before[hears], c.After[hears])) {
					err = errors.Join(err, e.update(ctx, c.After, "ADD #says :one", map[string]string{"#says": says}, model.Item{":one": number("1")}))
				}
			}
		}
		return errors.Join(err, shipped(e).Handle(ctx, event))
	}
}
