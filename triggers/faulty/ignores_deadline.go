package faulty

import (
	"context"

	"github.com/aws/aws-lambda-go/events"
)

// ignoresDeadline goes on when its invocation is over, beside the next one.
func ignoresDeadline() Bug {
	return Bug{
		Name: "ignores_deadline", Trigger: "indicators",
		Wrong:   "It drops its context, so it waits for better times when its own is over.",
		Symptom: Symptom{Leftover, `indicators .*left a goroutine`},
		New: func(e Environment) any {
			return func(ctx context.Context, event events.DynamoDBEvent) error {
				err := shipped(e).Handle(context.WithoutCancel(ctx), event)
				if err != nil && ctx.Err() != nil {
					<-e.Done
				}
				return err
			}
		},
	}
}
