package model_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stillwater-streams/stillwater/triggers/model"
)

func TestEqual(t *testing.T) {
	binary := func(b ...byte) types.AttributeValue { return &types.AttributeValueMemberB{Value: b} }
	numbers := func(n ...string) types.AttributeValue { return &types.AttributeValueMemberNS{Value: n} }
	binaries := func(b ...[]byte) types.AttributeValue { return &types.AttributeValueMemberBS{Value: b} }
	boolean := func(b bool) types.AttributeValue { return &types.AttributeValueMemberBOOL{Value: b} }
	null := &types.AttributeValueMemberNULL{Value: true}
	// Each row holds values that are equal to each other and to no value of
	// another row.
	rows := [][]types.AttributeValue{
		{nil},
		{null, &types.AttributeValueMemberNULL{Value: true}},
		{text("1"), text("1")},
		{text("")},
		{number("1"), number("1.0"), number("1E0")},
		{number("1.5")},
		{number("odd"), number("odd")},
		{boolean(true), boolean(true)},
		{boolean(false)},
		{binary(1), binary(1)},
		{set("a", "b"), set("b", "a")},
		{set("a", "c")},
		{set("a")},
		{numbers("1", "2"), numbers("2.0", "1")},
		{binaries([]byte{1}, []byte{2}), binaries([]byte{2}, []byte{1})},
		{array(text("a"), text("b")), array(text("a"), text("b"))},
		{array(text("b"), text("a"))},
		{object(model.Item{"n": number("1")}), object(model.Item{"n": number("1.00")})},
		{object(model.Item{"m": number("1")})},
		{object(model.Item{})},
	}
	for i, row := range rows {
		for j, other := range rows {
			for _, a := range row {
				for _, b := range other {
					if got := model.Equal(a, b); got != (i == j) {
						t.Errorf("Equal(%#v, %#v) = %v", a, b, got)
					}
				}
			}
		}
	}
}
