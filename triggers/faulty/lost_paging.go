package faulty

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// lostPaging sees as much of a finding as fits into one page, 1 MB.
func lostPaging() Bug {
	return Bug{
		Name: "lost_paging", Trigger: "indicators",
		Wrong:   "It reads the first page of a query and takes it for all.",
		Symptom: Symptom{Differs, `vulnerabilities_summary\.open: \d+, not 502`},
		New: func(e Environment) any {
			e.DynamoDB = firstPages{e.DynamoDB}
			return shipped(e).Handle
		},
	}
}

type firstPages struct{ DynamoDB }

func (c firstPages) Query(ctx context.Context, in *dynamodb.QueryInput, o ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	out, err := c.DynamoDB.Query(ctx, in, o...)
	if err == nil {
		out.LastEvaluatedKey = nil
	}
	return out, err
}
