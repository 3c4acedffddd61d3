package item_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/harness/engine/memory/item"
	"github.com/stillwater-streams/stillwater/harness/engine/memory/validation"
)

// The messages are the service's, as dynalite's tests have them; those of
// DynamoDB Local are shorter.
func TestSchema(t *testing.T) {
	const (
		invalid = "One or more parameter values were invalid: "
		empty   = "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty "
		noMatch = "The provided key element does not match the schema"
	)
	schema := item.Schema{
		Hash:  []item.KeyAttribute{{Name: "pk", Kind: item.S}},
		Range: []item.KeyAttribute{{Name: "sk", Kind: item.B}},
	}
	for _, test := range []struct {
		name              string
		in                item.Item
		wantItem, wantKey string
	}{
		{"right", item.Item{"pk": s("a"), "sk": b(1)}, "", ""},
		{"no hash", item.Item{"sk": b(1)}, invalid + "Missing the key pk in the item", noMatch},
		{"no range", item.Item{"pk": s("a")}, invalid + "Missing the key sk in the item", noMatch},
		{"nothing", item.Item{}, invalid + "Missing the key pk in the item", noMatch},
		{"wrong hash", item.Item{"pk": n("1"), "sk": b(1)}, invalid + "Type mismatch for key pk expected: S actual: N", noMatch},
		{"wrong range", item.Item{"pk": s("a"), "sk": l()}, invalid + "Type mismatch for key sk expected: B actual: L", noMatch},
		{"empty hash", item.Item{"pk": s(""), "sk": b(1)}, empty + "string value. Key: pk", empty + "string value. Key: pk"},
		{"empty range", item.Item{"pk": s("a"), "sk": b()}, empty + "binary value. Key: sk", empty + "binary value. Key: sk"},
		{"long hash", item.Item{"pk": s(strings.Repeat("x", 2048)), "sk": b(make([]byte, 1024)...)}, "", ""},
		{"too long hash", item.Item{"pk": s(strings.Repeat("x", 2049)), "sk": b(1)},
			invalid + "Size of hashkey has exceeded the maximum size limit of2048 bytes", invalid + "Size of hashkey has exceeded the maximum size limit of2048 bytes"},
		{"too long range", item.Item{"pk": s("a"), "sk": b(make([]byte, 1025)...)},
			invalid + "Aggregated size of all range keys has exceeded the size limit of 1024 bytes", invalid + "Aggregated size of all range keys has exceeded the size limit of 1024 bytes"},
		{"more", item.Item{"pk": s("a"), "sk": b(1), "v": s("x")}, "", noMatch},
	} {
		if got := message(schema.CheckItem(test.in)); got != test.wantItem {
			t.Errorf("%s: item: %q, want %q", test.name, got, test.wantItem)
		}
		if got := message(schema.CheckKey(test.in)); got != test.wantKey {
			t.Errorf("%s: key: %q, want %q", test.name, got, test.wantKey)
		}
	}
	key := schema.KeyOf(item.Item{"pk": s("a"), "sk": b(1), "v": s("x")})
	if !item.EqualItems(key, item.Item{"pk": s("a"), "sk": b(1)}) {
		t.Errorf("KeyOf = %v", key)
	}
	if got := strings.Join(schema.Names(), ","); got != "pk,sk" {
		t.Errorf("Names = %s", got)
	}
}

func TestCheckIndexed(t *testing.T) {
	index := item.Schema{
		Index: "by_a",
		Hash:  []item.KeyAttribute{{Name: "a", Kind: item.S}, {Name: "b", Kind: item.N}},
		Range: []item.KeyAttribute{{Name: "c", Kind: item.B}},
	}
	for _, test := range []struct {
		v    map[string]types.AttributeValue
		want string
	}{
		{item.Item{"a": s("x"), "b": n("1"), "c": b(1), "d": l()}, ""},
		{item.Item{}, ""},
		{item.Item{"a": n("1")}, "One or more parameter values were invalid: Type mismatch for Index Key a Expected: S Actual: N IndexName: by_a"},
		{item.Item{"c": b()}, "One or more parameter values are not valid. A value specified for a secondary index key is not supported. " +
			"The AttributeValue for a key attribute cannot contain an empty binary value. IndexName: by_a, IndexKey: c"},
		{item.Item{"a": s(strings.Repeat("x", 2049))}, "One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of2048 bytes"},
	} {
		if got := message(index.CheckIndexed(test.v)); got != test.want {
			t.Errorf("%v: %q, want %q", test.v, got, test.want)
		}
	}
}

// message returns the text of a refusal, "" for none.
func message(err error) string {
	if err == nil {
		return ""
	}
	if text := validation.Message(err); text != "" {
		return text
	}
	return "no ValidationException: " + err.Error()
}
