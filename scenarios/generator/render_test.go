package generator_test

import (
	"fmt"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/triggers/model"
)

func render(item model.Item) string {
	line := ""
	for _, name := range slices.Sorted(maps.Keys(item)) {
		switch v := item[name].(type) {
		case *types.AttributeValueMemberM:
			line += name + "={" + render(v.Value) + "} "
		case *types.AttributeValueMemberS:
			line += name + "=" + v.Value + " "
		case *types.AttributeValueMemberN:
			line += name + "=" + v.Value + " "
		default:
			line += fmt.Sprintf("%s=%T ", name, v)
		}
	}
	return line
}
