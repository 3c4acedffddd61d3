package faulty

import (
	"context"

	"github.com/aws/aws-lambda-go/events"
	"github.com/stillwater-streams/stillwater/triggers/record"
)

// seenBeforeDone drops what comes twice, and a retry is what comes twice.
func seenBeforeDone() Bug {
	return Bug{
		Name: "seen_before_done", Trigger: "indicators",
		Wrong:   "It remembers a record when it comes, not when it is done, and drops the retry.",
		Symptom: Symptom{Differs, `vulnerabilities_summary\.open: 2, not 1`},
		New: func(e Environment) any {
			seen := map[string]bool{} // sequence numbers
			return func(ctx context.Context, event events.DynamoDBEvent) error {
				fresh := only(event, func(c record.Change) bool { return !seen[c.SequenceNumber] })
				for _, r := range fresh.Records {
					seen[r.Change.SequenceNumber] = true
				}
				return shipped(e).Handle(ctx, fresh)
			}
		},
	}
}
