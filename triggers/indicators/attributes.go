package indicators

import (
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stillwater-streams/stillwater/triggers/model"
)

// counts is an indicator that is a map of counts. All its keys are there from the
// start: a count of nothing is 0, not absent.
type counts map[string]int

func newCounts(keys ...string) counts {
	c := make(counts, len(keys))
	for _, key := range keys {
		c[key] = 0
	}
	return c
}

func (c counts) value() types.AttributeValue {
	m := make(model.Item, len(c))
	for key, n := range c {
		m[key] = &types.AttributeValueMemberN{Value: strconv.Itoa(n)}
	}
	return &types.AttributeValueMemberM{Value: m}
}

func number(d model.Decimal) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: d.String()}
}

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

func lower[T ~string](v T) string { return strings.ToLower(string(v)) }
