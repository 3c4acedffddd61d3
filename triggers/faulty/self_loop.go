package faulty

import (
	"context"
	"errors"

	"github.com/aws/aws-lambda-go/events"
	"github.com/stillwater-streams/stillwater/triggers/model"
)

// selfLoop answers its own echo with a write, which echoes.
func selfLoop() Bug {
	return Bug{
		Name: "self_loop", Trigger: "indicators",
		Wrong:   "It numbers its updates of a finding, and an update of a finding invokes it.",
		Symptom: Symptom{Loop, `indicators`},
		New: func(e Environment) any {
			return func(ctx context.Context, event events.DynamoDBEvent) error {
				batch, err := read(event)
				for _, id := range batch.ids {
					finding, failed := e.finding(ctx, id)
					if err = errors.Join(err, failed); finding != nil {
						err = errors.Join(err, e.update(ctx, finding, "ADD revision :one", nil, model.Item{":one": number("1")}))
					}
				}
				return errors.Join(err, shipped(e).Handle(ctx, event))
			}
		},
	}
}
