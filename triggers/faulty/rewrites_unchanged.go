package faulty

import (
	"context"
	"errors"
	"slices"

	"github.com/aws/aws-lambda-go/events"
)

// rewritesUnchanged takes the indicators away and writes them anew: for a moment there
// are none, and each batch costs two more.
func rewritesUnchanged() Bug {
	return Bug{
		Name: "rewrites_unchanged", Trigger: "indicators",
		Wrong:   "It writes at every invocation, also when nothing changed.",
		Symptom: Symptom{Differs, `invocations`},
		New: func(e Environment) any {
			return func(ctx context.Context, event events.DynamoDBEvent) error {
				batch, err := read(event)
				for _, id := range batch.ids {
					finding, failed := e.finding(ctx, id)
					if err = errors.Join(err, failed); finding != nil && slices.ContainsFunc(batch.changes[id], vulnerability) {
						err = errors.Join(err, e.update(ctx, finding, "REMOVE unreliable_indicators", nil, nil))
					}
				}
				return errors.Join(err, shipped(e).Handle(ctx, event))
			}
		},
	}
}
