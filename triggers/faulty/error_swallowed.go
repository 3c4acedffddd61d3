package faulty

import (
	"context"

	"github.com/aws/aws-lambda-go/events"
)

// errorSwallowed turns what a retry would repair into a lost update.
func errorSwallowed() Bug {
	return Bug{
		Name: "error_swallowed", Trigger: "indicators",
		Wrong:   "An error is logged and not returned, so the batch is never retried.",
		Symptom: Symptom{Differs, `vulnerabilities_summary\.open: 2, not 1`},
		New: func(e Environment) any {
			return func(ctx context.Context, event events.DynamoDBEvent) error {
				if err := shipped(e).Handle(ctx, event); err != nil {
					e.Log.ErrorContext(ctx, "indicators", "error", err)
				}
				return nil
			}
		},
	}
}
