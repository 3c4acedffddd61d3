package faulty

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// hiddenMemory is right when it is cold, and computes from old items when it is warm.
func hiddenMemory() Bug {
	return Bug{
		Name: "hidden_memory", Trigger: "indicators",
		Wrong:   "What it once read of a finding it keeps in memory, and never reads it again.",
		Symptom: Symptom{Differs, `vulnerabilities_summary\.\w+: \d+, not \d+`},
		New: func(e Environment) any {
			e.DynamoDB = remembering{e.DynamoDB, map[string]*dynamodb.QueryOutput{}}
			return shipped(e).Handle
		},
	}
}

type remembering struct {
	DynamoDB
	answers map[string]*dynamodb.QueryOutput // of the index, by finding
}

func (c remembering) Query(ctx context.Context, in *dynamodb.QueryInput, o ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	of := textOf(in.ExpressionAttributeValues[":sk"])
	if known := c.answers[of]; of != "" && known != nil {
		return known, nil
	}
	out, err := c.DynamoDB.Query(ctx, in, o...)
	if err == nil {
		c.answers[of] = out
	}
	return out, err
}
