package function

import (
	"context"
	"log/slog"
	"maps"

	"github.com/aws/aws-lambda-go/events"

	"github.com/stillwater-streams/stillwater/triggers/model"
	"github.com/stillwater-streams/stillwater/triggers/record"
)

// OwnWritesMessage is the line of the log of an invocation that nothing but the
// function's own writes caused. The template of triggers/deploy counts it: Lambda
// does not detect loops through DynamoDB.
const OwnWritesMessage = "invoked by own writes only"

// tellOwnWrites logs that a batch is nothing but echo of the trigger indicators.
func tellOwnWrites(ctx context.Context, log *slog.Logger, e events.DynamoDBEvent) {
	for _, r := range e.Records {
		if !writtenByIndicators(r) {
			return
		}
	}
	if len(e.Records) > 0 {
		log.InfoContext(ctx, OwnWritesMessage, "records", len(e.Records))
	}
}

// writtenByIndicators tells whether a record is a finding in which the indicators
// changed and nothing else.
func writtenByIndicators(r events.DynamoDBEventRecord) bool {
	c, err := record.Read(r)
	if err != nil || c.Event != record.Modify {
		return false
	}
	_, _, isFinding := model.SplitFindingKey(c.Key)
	return isFinding && model.EqualItems(withoutIndicators(c.Before), withoutIndicators(c.After))
}

func withoutIndicators(item model.Item) model.Item {
	rest := maps.Clone(item)
	delete(rest, "unreliable_indicators")
	return rest
}
