package faulty

import (
	"context"
	"errors"
	"slices"

	"github.com/aws/aws-lambda-go/events"
	"github.com/stillwater-streams/stillwater/triggers/record"
)

// staleIndex misses what the index has not got yet, and no later record repairs that.
func staleIndex() Bug {
	return Bug{
		Name: "stale_index", Trigger: "indicators",
		Wrong:   "It believes the index, which lags behind, and not the images of its batch.",
		Symptom: Symptom{Differs, `vulnerabilities_summary\.open: 2, not 1`},
		New: func(e Environment) any {
			return func(ctx context.Context, event events.DynamoDBEvent) error {
				batch, err := read(event)
				for _, id := range batch.ids {
					if slices.ContainsFunc(batch.changes[id], vulnerability) {
						_, failed := shipped(e).Recompute(ctx, id)
						err = errors.Join(err, failed)
					}
				}
				return errors.Join(err, shipped(e).Handle(ctx, only(event, func(c record.Change) bool { return !vulnerability(c) })))
			}
		},
	}
}
