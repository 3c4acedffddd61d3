package faulty

import (
	"context"
	"errors"

	"github.com/aws/aws-lambda-go/events"
	"github.com/stillwater-streams/stillwater/triggers/model"
)

// writesOutsideFindings leaves a mark on what it has read: on items that others own, and
// that invoke it again.
func writesOutsideFindings() Bug {
	return Bug{
		Name: "writes_outside_findings", Trigger: "indicators",
		Wrong:   "It writes into the vulnerabilities of its batch, which are not its own.",
		Symptom: Symptom{Differs, `VULN#.*computed_at`},
		New: func(e Environment) any {
			return func(ctx context.Context, event events.DynamoDBEvent) error {
				batch, err := read(event)
				for _, id := range batch.ids {
					for _, c := range batch.changes[id] {
						if vulnerability(c) && c.After != nil && (c.Before == nil || model.Equal(c.Before["computed_at"], c.After["computed_at"])) {
							err = errors.Join(err, e.update(ctx, c.After, "SET computed_at = :now", nil, model.Item{":now": text(model.FormatTime(e.Now()))}))
						}
					}
				}
				return errors.Join(err, shipped(e).Handle(ctx, event))
			}
		},
	}
}
