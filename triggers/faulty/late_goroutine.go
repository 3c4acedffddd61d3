package faulty

import (
	"context"

	"github.com/aws/aws-lambda-go/events"
)

// lateGoroutine answers before it has done anything. In Lambda the environment is
// frozen then, and may never thaw.
func lateGoroutine() Bug {
	return Bug{
		Name: "late_goroutine", Trigger: "indicators",
		Wrong:   "It hands its batch to a goroutine that works later, and says that it is done.",
		Symptom: Symptom{Leftover, `indicators .*left a goroutine`},
		New: func(e Environment) any {
			return func(ctx context.Context, event events.DynamoDBEvent) error {
				go func() {
					<-e.Done // "when there is time"
					_ = shipped(e).Handle(context.WithoutCancel(ctx), event)
				}()
				return nil
			}
		},
	}
}
