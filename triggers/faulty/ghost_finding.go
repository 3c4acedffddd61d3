package faulty

import (
	"context"
	"errors"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stillwater-streams/stillwater/triggers/model"
)

// ghostFinding makes sure that there is a map to write into, and makes the finding
// that was to hold it.
func ghostFinding() Bug {
	return Bug{
		Name: "ghost_finding", Trigger: "indicators",
		Wrong:   "A finding that does not exist is created by an update without a condition.",
		Symptom: Symptom{Differs, `^indicators FIN#\w+ status: "\w+", not there`},
		New: func(e Environment) any {
			return func(ctx context.Context, event events.DynamoDBEvent) error {
				batch, err := read(event)
				for _, id := range batch.ids {
					for _, c := range batch.changes[id] {
						if group := textOf(c.After["group_name"]); group != "" && vulnerability(c) {
							key := model.Item{"pk": text("FIN#" + id), "sk": text("GROUP#" + group)}
							err = errors.Join(err, e.update(ctx, key, "SET unreliable_indicators = if_not_exists(unreliable_indicators, :none)",
								nil, model.Item{":none": &types.AttributeValueMemberM{Value: model.Item{}}}))
						}
					}
				}
				return errors.Join(err, shipped(e).Handle(ctx, event))
			}
		},
	}
}
