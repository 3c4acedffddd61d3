package faulty

import (
	"context"

	"github.com/aws/aws-lambda-go/events"
)

// archiveFailuresDropped loses a removed item for good: no other record will tell of it.
func archiveFailuresDropped() Bug {
	return Bug{
		Name: "archive_failures_dropped", Trigger: "archive",
		Wrong:   "It logs what could not be kept and returns no batch item failures.",
		Symptom: Symptom{Differs, `gone, was`},
		New: func(e Environment) any {
			return func(ctx context.Context, event events.DynamoDBEvent) error {
				_, err := keeper(e).Handle(ctx, event)
				return err
			}
		},
	}
}
