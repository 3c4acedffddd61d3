package faulty

import (
	"context"

	"github.com/aws/aws-lambda-go/events"
)

// unconditionalWrite loses an update where two invocations overlap: both read, the
// newer writes, the older writes over it.
func unconditionalWrite() Bug {
	return Bug{
		Name: "unconditional_write", Trigger: "indicators",
		Wrong:   "It writes without a condition and does not look again.",
		Symptom: Symptom{Differs, `where: ".*, .*", not`},
		New: func(e Environment) any {
			e.DynamoDB = unverified{unconditional{e.DynamoDB}}
			return func(ctx context.Context, event events.DynamoDBEvent) error {
				return except(errWritten, shipped(e).Handle(ctx, event))
			}
		},
	}
}
