package faulty

import (
	"context"

	"github.com/aws/aws-lambda-go/events"
)

// firstRecordOnly was tested with batches of one record.
func firstRecordOnly() Bug {
	return Bug{
		Name: "first_record_only", Trigger: "indicators",
		Wrong:   "It handles the first record of a batch and says that all are done.",
		Symptom: Symptom{Differs, `indicators FIN#`},
		New: func(e Environment) any {
			return func(ctx context.Context, event events.DynamoDBEvent) error {
				event.Records = event.Records[:min(1, len(event.Records))]
				return shipped(e).Handle(ctx, event)
			}
		},
	}
}
