package faulty

import (
	"context"

	"github.com/aws/aws-lambda-go/events"
)

// dropsFindings ends the loop at its root, and with it all that a finding itself changes.
func dropsFindings() Bug {
	return Bug{
		Name: "drops_findings", Trigger: "indicators",
		Wrong:   "It ignores the records of findings, also those of a new severity or state.",
		Symptom: Symptom{Differs, `max_open_severity_score(_v4)?: `},
		New: func(e Environment) any {
			return func(ctx context.Context, event events.DynamoDBEvent) error {
				return shipped(e).Handle(ctx, only(event, vulnerability))
			}
		},
	}
}
