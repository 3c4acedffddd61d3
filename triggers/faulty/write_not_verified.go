package faulty

import (
	"context"

	"github.com/aws/aws-lambda-go/events"
)

// writeNotVerified has the condition, and yet an older computation overwrites a newer
// one that found nothing to change.
func writeNotVerified() Bug {
	return Bug{
		Name: "write_not_verified", Trigger: "indicators",
		Wrong:   "It writes under a condition and does not look again.",
		Symptom: Symptom{Differs, `vulnerabilities_summary\.(open|closed): \d+, not \d+`},
		New: func(e Environment) any {
			e.DynamoDB = unverified{e.DynamoDB}
			return func(ctx context.Context, event events.DynamoDBEvent) error {
				return except(errWritten, shipped(e).Handle(ctx, event))
			}
		},
	}
}
