package memory

import (
	"bytes"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	streamtypes "github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

	"github.com/stillwater-streams/stillwater/harness/engine/memory/item"
)

// streamItem copies an item into the types of the streams API, which are others.
func streamItem(it item.Item) map[string]streamtypes.AttributeValue {
	out := make(map[string]streamtypes.AttributeValue, len(it))
	for name, v := range it {
		out[name] = streamValue(v)
	}
	return out
}

func streamValue(v types.AttributeValue) streamtypes.AttributeValue {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return &streamtypes.AttributeValueMemberS{Value: v.Value}
	case *types.AttributeValueMemberN:
		return &streamtypes.AttributeValueMemberN{Value: v.Value}
	case *types.AttributeValueMemberB:
		return &streamtypes.AttributeValueMemberB{Value: bytes.Clone(v.Value)}
	case *types.AttributeValueMemberBOOL:
		return &streamtypes.AttributeValueMemberBOOL{Value: v.Value}
	case *types.AttributeValueMemberNULL:
		return &streamtypes.AttributeValueMemberNULL{Value: v.Value}
	case *types.AttributeValueMemberSS:
		return &streamtypes.AttributeValueMemberSS{Value: slices.Clone(v.Value)}
	case *types.AttributeValueMemberNS:
		return &streamtypes.AttributeValueMemberNS{Value: slices.Clone(v.Value)}
	case *types.AttributeValueMemberBS:
		members := make([][]byte, len(v.Value))
		for i, b := range v.Value {
			members[i] = bytes.Clone(b)
		}
		return &streamtypes.AttributeValueMemberBS{Value: members}
	case *types.AttributeValueMemberL:
		members := make([]streamtypes.AttributeValue, len(v.Value))
		for i, member := range v.Value {
			members[i] = streamValue(member)
		}
		return &streamtypes.AttributeValueMemberL{Value: members}
	case *types.AttributeValueMemberM:
		return &streamtypes.AttributeValueMemberM{Value: streamItem(v.Value)}
	}
	return nil
}
