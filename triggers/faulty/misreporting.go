package faulty

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stillwater-streams/stillwater/triggers/model"
)

// misreporting is the shipped trigger with one indicator that is computed otherwise:
// where the right one is written, wrong says what is written in its place. It gets
// the right value and what was read.
func misreporting(e Environment, indicator string, wrong func(right types.AttributeValue, of reading) types.AttributeValue) handler {
	e.DynamoDB = &misreporter{DynamoDB: e.DynamoDB, indicator: indicator, wrong: wrong}
	return shipped(e).Handle
}

// reading is what the trigger read of a finding last.
type reading struct {
	finding         model.Item
	vulnerabilities []model.Item // in the order of the index
}

type misreporter struct {
	DynamoDB
	indicator string
	wrong     func(types.AttributeValue, reading) types.AttributeValue
	read      reading
}

func (m *misreporter) Query(ctx context.Context, in *dynamodb.QueryInput, o ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	out, err := m.DynamoDB.Query(ctx, in, o...)
	switch {
	case err != nil:
		return nil, err
	case in.IndexName == nil && len(out.Items) > 0:
		m.read.finding = out.Items[0]
	case in.IndexName != nil && in.ExclusiveStartKey == nil:
		m.read.vulnerabilities = out.Items
	default:
		m.read.vulnerabilities = append(slices.Clip(m.read.vulnerabilities), out.Items...)
	}
	return out, nil
}

// UpdateItem writes the wrong value and answers with the right one, so that the
// trigger, which verifies what it wrote, is content.
func (m *misreporter) UpdateItem(ctx context.Context, in *dynamodb.UpdateItemInput, o ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	place, right := in.ExpressionAttributeValues, in.ExpressionAttributeValues[":"+m.indicator]
	name := ":" + m.indicator
	if whole, ok := place[":unreliable_indicators"].(*types.AttributeValueMemberM); ok {
		place, name, right = whole.Value, m.indicator, whole.Value[m.indicator]
	}
	if right == nil {
		return m.DynamoDB.UpdateItem(ctx, in, o...)
	}
	if place[name] = m.wrong(right, m.read); place[name] == nil {
		place[name] = right
	}
	out, err := m.DynamoDB.UpdateItem(ctx, in, o...)
	if err != nil {
		return nil, err
	}
	if stored, ok := out.Attributes["unreliable_indicators"].(*types.AttributeValueMemberM); ok {
		stored.Value[m.indicator] = right
	}
	return out, nil
}
