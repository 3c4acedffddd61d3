package faulty

import (
	"context"

	"github.com/aws/aws-lambda-go/events"
	"github.com/stillwater-streams/stillwater/triggers/model"
	"github.com/stillwater-streams/stillwater/triggers/record"
)

// oneFindingPerBatch was written for batches of one finding.
func oneFindingPerBatch() Bug {
	return Bug{
		Name: "one_finding_per_batch", Trigger: "indicators",
		Wrong:   "It computes the finding of the last record for the whole batch.",
		Symptom: Symptom{Differs, `indicators FIN#`},
		New: func(e Environment) any {
			return func(ctx context.Context, event events.DynamoDBEvent) error {
				batch, err := read(event)
				if len(batch.ids) == 0 {
					return err
				}
				last := batch.ids[len(batch.ids)-1]
				return shipped(e).Handle(ctx, only(event, func(c record.Change) bool {
					_, of, _ := model.SplitVulnerabilityKey(c.Key)
					return of == last || textOf(c.After["id"]) == last
				}))
			}
		},
	}
}
