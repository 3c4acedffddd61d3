package faulty

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stillwater-streams/stillwater/triggers/model"
)

// finding reads a finding by its key; nil if there is none.
func (e Environment) finding(ctx context.Context, id string) (model.Item, error) {
	out, err := e.DynamoDB.Query(ctx, &dynamodb.QueryInput{
		TableName: &e.Table, ConsistentRead: aws.Bool(true),
		KeyConditionExpression:    aws.String("pk = :pk AND begins_with(sk, :group)"),
		ExpressionAttributeValues: model.Item{":pk": text("FIN#" + id), ":group": text("GROUP#")},
	})
	if err != nil || len(out.Items) == 0 {
		return nil, err
	}
	return out.Items[0], nil
}

// stored are the indicators of a finding; nil if there is no finding or no map.
func (e Environment) stored(ctx context.Context, id string) (model.Item, error) {
	item, err := e.finding(ctx, id)
	if m, ok := item["unreliable_indicators"].(*types.AttributeValueMemberM); ok {
		return m.Value, err
	}
	return nil, err
}

// update updates the item of a key.
func (e Environment) update(ctx context.Context, key model.Item, expression string, names map[string]string, values model.Item) error {
	_, err := e.DynamoDB.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &e.Table, Key: model.Item{"pk": key["pk"], "sk": key["sk"]}, UpdateExpression: &expression,
		ExpressionAttributeNames: names, ExpressionAttributeValues: values,
	})
	return err
}

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

func number(d string) types.AttributeValue { return &types.AttributeValueMemberN{Value: d} }

// textOf is the text of a value, "" for what is no text.
func textOf(v types.AttributeValue) string {
	if s, ok := v.(*types.AttributeValueMemberS); ok {
		return s.Value
	}
	return ""
}

// decimal is the number in a value, 0 for what is none.
func decimal(v types.AttributeValue) model.Decimal {
	if n, ok := v.(*types.AttributeValueMemberN); ok {
		if d, err := model.ParseDecimal(n.Value); err == nil {
			return d
		}
	}
	return model.Int(0)
}
