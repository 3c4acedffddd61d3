package faulty

import (
	"context"

	"github.com/aws/aws-lambda-go/events"
)

// webhookFailuresDropped never tells what an endpoint did not take at once.
func webhookFailuresDropped() Bug {
	return Bug{
		Name: "webhook_failures_dropped", Trigger: "webhook",
		Wrong:   "It takes a notification that failed for one that was sent, and returns no batch item failures.",
		Symptom: Symptom{Differs, `requests.*: gone, was`},
		New: func(e Environment) any {
			return func(ctx context.Context, event events.DynamoDBEvent) error {
				_, err := notifier(e).Handle(ctx, event)
				return err
			}
		},
	}
}
