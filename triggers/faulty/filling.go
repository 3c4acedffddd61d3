package faulty

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stillwater-streams/stillwater/triggers/model"
)

// optional are the indicators that are absent where there is nothing to compute.
func optional() []string {
	return []string{"max_open_root_criticality", "newest_vulnerability_report_date", "oldest_vulnerability_report_date", "where"}
}

// filling writes a value where the trigger removes an indicator or leaves it out, and
// answers as if it were not there.
type filling struct {
	DynamoDB
	with types.AttributeValue
}

func (c filling) UpdateItem(ctx context.Context, in *dynamodb.UpdateItemInput, o ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	if whole, ok := in.ExpressionAttributeValues[":unreliable_indicators"].(*types.AttributeValueMemberM); ok {
		for _, name := range optional() {
			if whole.Value[name] == nil {
				whole.Value[name] = c.with
			}
		}
	}
	set, remove, removes := strings.Cut(*in.UpdateExpression, "REMOVE ")
	if removes {
		in.ExpressionAttributeValues[":filled"] = c.with
		fill := strings.ReplaceAll(remove, ", ", " = :filled, ") + " = :filled"
		if set == "" {
			set = "SET "
		} else {
			set = strings.TrimSpace(set) + ", "
		}
		in.UpdateExpression = aws.String(set + fill)
	}
	out, err := c.DynamoDB.UpdateItem(ctx, in, o...)
	if err != nil {
		return nil, err
	}
	if stored, ok := out.Attributes["unreliable_indicators"].(*types.AttributeValueMemberM); ok {
		for _, name := range optional() {
			if model.Equal(stored.Value[name], c.with) {
				delete(stored.Value, name)
			}
		}
	}
	return out, nil
}
