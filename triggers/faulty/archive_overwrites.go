package faulty

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// archiveOverwrites keeps the last removal, where the first is the one that counts.
func archiveOverwrites() Bug {
	return Bug{
		Name: "archive_overwrites", Trigger: "archive",
		Wrong:   "It puts without a condition, so a later removal or redelivery overwrites what was kept.",
		Symptom: Symptom{Differs, `title: "the second", not "the first"`},
		New: func(e Environment) any {
			e.DynamoDB = overwriting{e.DynamoDB}
			return keeper(e).Handle
		},
	}
}

type overwriting struct{ DynamoDB }

func (c overwriting) PutItem(ctx context.Context, in *dynamodb.PutItemInput, o ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	in.ConditionExpression, in.ExpressionAttributeNames = nil, nil
	return c.DynamoDB.PutItem(ctx, in, o...)
}
