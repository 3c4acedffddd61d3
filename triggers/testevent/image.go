package testevent

import (
	"fmt"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Image converts an item to the form of Lambda's events. A nil item stays nil.
func Image(item Item) (map[string]events.DynamoDBAttributeValue, error) {
	if item == nil {
		return nil, nil
	}
	image := make(map[string]events.DynamoDBAttributeValue, len(item))
	for name, v := range item {
		converted, err := value(v)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		image[name] = converted
	}
	return image, nil
}

func value(v types.AttributeValue) (events.DynamoDBAttributeValue, error) {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return events.NewStringAttribute(v.Value), nil
	case *types.AttributeValueMemberN:
		return events.NewNumberAttribute(v.Value), nil
	case *types.AttributeValueMemberBOOL:
		return events.NewBooleanAttribute(v.Value), nil
	case *types.AttributeValueMemberNULL:
		return events.NewNullAttribute(), nil
	case *types.AttributeValueMemberB:
		return events.NewBinaryAttribute(v.Value), nil
	case *types.AttributeValueMemberSS:
		return events.NewStringSetAttribute(v.Value), nil
	case *types.AttributeValueMemberNS:
		return events.NewNumberSetAttribute(v.Value), nil
	case *types.AttributeValueMemberBS:
		return events.NewBinarySetAttribute(v.Value), nil
	case *types.AttributeValueMemberM:
		m, err := Image(v.Value)
		if m == nil {
			m = map[string]events.DynamoDBAttributeValue{}
		}
		return events.NewMapAttribute(m), err
	case *types.AttributeValueMemberL:
		return list(v.Value)
	}
	return events.DynamoDBAttributeValue{}, fmt.Errorf("%T: no attribute value", v)
}

func list(values []types.AttributeValue) (events.DynamoDBAttributeValue, error) {
	converted := make([]events.DynamoDBAttributeValue, len(values))
	for i, v := range values {
		var err error
		if converted[i], err = value(v); err != nil {
			return events.DynamoDBAttributeValue{}, fmt.Errorf("element %d: %w", i, err)
		}
	}
	return events.NewListAttribute(converted), nil
}

// scalar is a key value, type and bytes, to be compared.
func scalar(v types.AttributeValue) []string {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return []string{"S", v.Value}
	case *types.AttributeValueMemberN:
		return []string{"N", v.Value}
	case *types.AttributeValueMemberB:
		return []string{"B", string(v.Value)}
	}
	return []string{fmt.Sprintf("%T", v)}
}

// size is about the size of an item in bytes: names and values as texts. Nobody
// reads SizeBytes, but nobody expects 0 there either.
func size(item Item) int64 {
	var total int64
	for name, v := range item {
		total += int64(len(name)) + valueSize(v)
	}
	return total
}

func valueSize(v types.AttributeValue) int64 {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return int64(len(v.Value))
	case *types.AttributeValueMemberN:
		return int64(len(v.Value)/2 + 1)
	case *types.AttributeValueMemberB:
		return int64(len(v.Value))
	case *types.AttributeValueMemberM:
		return 3 + size(v.Value)
	case *types.AttributeValueMemberL:
		total := int64(3)
		for _, element := range v.Value {
			total += 1 + valueSize(element)
		}
		return total
	}
	return 1
}
