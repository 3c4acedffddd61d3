package item

import (
	"bytes"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Clone returns a copy that shares nothing with the item. An engine needs it
// where items come from callers or go to them: over a network they would be
// copies too, and callers change what is theirs.
func Clone(it Item) Item {
	if it == nil {
		return nil
	}
	out := make(Item, len(it))
	for name, v := range it {
		out[name] = CloneValue(v)
	}
	return out
}

// CloneValue is [Clone] for one value. What has no kind becomes nil.
func CloneValue(v types.AttributeValue) types.AttributeValue {
	if KindOf(v) == None {
		return nil
	}
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return &types.AttributeValueMemberS{Value: v.Value}
	case *types.AttributeValueMemberN:
		return &types.AttributeValueMemberN{Value: v.Value}
	case *types.AttributeValueMemberB:
		return &types.AttributeValueMemberB{Value: bytes.Clone(v.Value)}
	case *types.AttributeValueMemberBOOL:
		return &types.AttributeValueMemberBOOL{Value: v.Value}
	case *types.AttributeValueMemberNULL:
		return &types.AttributeValueMemberNULL{Value: v.Value}
	case *types.AttributeValueMemberSS:
		return &types.AttributeValueMemberSS{Value: slices.Clone(v.Value)}
	case *types.AttributeValueMemberNS:
		return &types.AttributeValueMemberNS{Value: slices.Clone(v.Value)}
	case *types.AttributeValueMemberBS:
		members := make([][]byte, len(v.Value))
		for i, b := range v.Value {
			members[i] = bytes.Clone(b)
		}
		return &types.AttributeValueMemberBS{Value: members}
	case *types.AttributeValueMemberL:
		members := make([]types.AttributeValue, len(v.Value))
		for i, member := range v.Value {
			members[i] = CloneValue(member)
		}
		return &types.AttributeValueMemberL{Value: members}
	case *types.AttributeValueMemberM:
		return &types.AttributeValueMemberM{Value: Clone(v.Value)}
	}
	return v
}
