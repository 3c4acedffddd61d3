package model

import (
	"fmt"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// FromEvent converts an image or the keys of a Lambda event to the SDK's form;
// AWS's modules have no converter. A nil map, an absent image, stays nil.
func FromEvent(image map[string]events.DynamoDBAttributeValue) (Item, error) {
	if image == nil {
		return nil, nil
	}
	item := make(Item, len(image))
	for name, v := range image {
		converted, err := fromEventValue(v)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		item[name] = converted
	}
	return item, nil
}

func fromEventValue(v events.DynamoDBAttributeValue) (types.AttributeValue, error) {
	// IsNull is also true for the zero value, whose accessors would panic.
	if v.IsNull() {
		return &types.AttributeValueMemberNULL{Value: true}, nil
	}
	switch v.DataType() {
	case events.DataTypeString:
		return &types.AttributeValueMemberS{Value: v.String()}, nil
	case events.DataTypeNumber:
		return &types.AttributeValueMemberN{Value: v.Number()}, nil
	case events.DataTypeBoolean:
		return &types.AttributeValueMemberBOOL{Value: v.Boolean()}, nil
	case events.DataTypeBinary:
		return &types.AttributeValueMemberB{Value: v.Binary()}, nil
	case events.DataTypeStringSet:
		return &types.AttributeValueMemberSS{Value: v.StringSet()}, nil
	case events.DataTypeNumberSet:
		return &types.AttributeValueMemberNS{Value: v.NumberSet()}, nil
	case events.DataTypeBinarySet:
		return &types.AttributeValueMemberBS{Value: v.BinarySet()}, nil
	case events.DataTypeMap:
		m, err := FromEvent(v.Map())
		return &types.AttributeValueMemberM{Value: m}, err
	case events.DataTypeList:
		return fromEventList(v.List())
	}
	return nil, fmt.Errorf("event: attribute type %d: unknown", v.DataType())
}

func fromEventList(values []events.DynamoDBAttributeValue) (types.AttributeValue, error) {
	list := make([]types.AttributeValue, len(values))
	for i, v := range values {
		converted, err := fromEventValue(v)
		if err != nil {
			return nil, fmt.Errorf("element %d: %w", i, err)
		}
		list[i] = converted
	}
	return &types.AttributeValueMemberL{Value: list}, nil
}
