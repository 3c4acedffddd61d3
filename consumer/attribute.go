package consumer

import (
	"encoding/base64"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
)

// attributeMap gives the DynamoDB JSON of an item: a tree of maps, slices,
// strings and booleans that encoding/json writes with sorted keys. The types
// of the SDK marshal to something else.
func attributeMap(item map[string]types.AttributeValue) (map[string]any, error) {
	m := make(map[string]any, len(item))
	for name, value := range item {
		v, err := attribute(value)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		m[name] = v
	}
	return m, nil
}

// attribute gives the DynamoDB JSON of one value: {"N": "1.50"}. Numbers stay
// the text they came as, binaries become base64 (E1).
func attribute(value types.AttributeValue) (map[string]any, error) {
	switch v := value.(type) {
	case *types.AttributeValueMemberS:
		return map[string]any{"S": v.Value}, nil
	case *types.AttributeValueMemberN:
		return map[string]any{"N": v.Value}, nil
	case *types.AttributeValueMemberB:
		return map[string]any{"B": encode(v.Value)}, nil
	case *types.AttributeValueMemberBOOL:
		return map[string]any{"BOOL": v.Value}, nil
	case *types.AttributeValueMemberNULL:
		return map[string]any{"NULL": true}, nil // the only value it has
	case *types.AttributeValueMemberSS:
		return map[string]any{"SS": append([]string{}, v.Value...)}, nil
	case *types.AttributeValueMemberNS:
		return map[string]any{"NS": append([]string{}, v.Value...)}, nil
	case *types.AttributeValueMemberBS:
		set := make([]string, len(v.Value))
		for i, b := range v.Value {
			set[i] = encode(b)
		}
		return map[string]any{"BS": set}, nil
	case *types.AttributeValueMemberL:
		list := make([]any, len(v.Value))
		for i, element := range v.Value {
			e, err := attribute(element)
			if err != nil {
				return nil, fmt.Errorf("[%d]: %w", i, err)
			}
			list[i] = e
		}
		return map[string]any{"L": list}, nil
	case *types.AttributeValueMemberM:
		m, err := attributeMap(v.Value)
		if err != nil {
			return nil, err
		}
		return map[string]any{"M": m}, nil
	default:
		return nil, fmt.Errorf("attribute value of type %T: not one that DynamoDB has", value)
	}
}

func encode(b []byte) string {
	return base64.StdEncoding.EncodeToString(b)
}
