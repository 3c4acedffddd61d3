package faulty

import (
	"context"
	"errors"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// conflictDropped gives up where it should read again.
func conflictDropped() Bug {
	return Bug{
		Name: "conflict_dropped", Trigger: "indicators",
		Wrong:   "A write refused for its condition is logged and dropped.",
		Symptom: Symptom{Differs, `vulnerabilities_summary\.open: 2, not 1`},
		New: func(e Environment) any {
			e.DynamoDB = refusedOnce{e.DynamoDB}
			return func(ctx context.Context, event events.DynamoDBEvent) error {
				return except(errRefused, shipped(e).Handle(ctx, event))
			}
		},
	}
}

var errRefused = errors.New("refused for its condition")

// refusedOnce hides from the trigger that it was a conflict, which it would repeat.
type refusedOnce struct{ DynamoDB }

func (c refusedOnce) UpdateItem(ctx context.Context, in *dynamodb.UpdateItemInput, o ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	out, err := c.DynamoDB.UpdateItem(ctx, in, o...)
	if refused := (*types.ConditionalCheckFailedException)(nil); errors.As(err, &refused) {
		return nil, errRefused
	}
	return out, err
}
