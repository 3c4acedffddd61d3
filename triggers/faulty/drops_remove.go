package faulty

import (
	"context"

	"github.com/aws/aws-lambda-go/events"
	"github.com/stillwater-streams/stillwater/triggers/record"
)

// dropsRemove relies on a state that says that a vulnerability goes; what expires or is
// deleted by hand has none.
func dropsRemove() Bug {
	return Bug{
		Name: "drops_remove", Trigger: "indicators",
		Wrong:   "It ignores REMOVE records.",
		Symptom: Symptom{Differs, `vulnerabilities_summary\.open: 2, not 1`},
		New: func(e Environment) any {
			return func(ctx context.Context, event events.DynamoDBEvent) error {
				return shipped(e).Handle(ctx, only(event, func(c record.Change) bool { return c.Event != record.Remove }))
			}
		},
	}
}
