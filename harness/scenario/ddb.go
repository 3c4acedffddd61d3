package scenario

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/goccy/go-yaml/ast"
)

// tagJSON says that a value, or every attribute of an item, is DynamoDB JSON:
// {S: a}, {N: "1.50"}, {M: {…}}. It is what the CLI and Lambda events show, so it
// can be pasted.
const tagJSON = "!ddb"

// untagJSON takes the tag away; ok tells whether it was there.
func (s *source) untagJSON(e entry) (entry, bool) {
	tag, ok := e.value.(*ast.TagNode)
	if !ok || tag.Start.Value != tagJSON {
		return e, false
	}
	inner := entry{key: e.key, keyAt: e.keyAt, value: tag.Value, at: e.at}
	if !absent(tag.Value) {
		inner.at = s.position(tag.Value)
	}
	return inner, true
}

// jsonTypes are the type names of DynamoDB JSON.
func jsonTypes() []string {
	return []string{"S", "N", "B", "SS", "NS", "BS", "M", "L", "BOOL", "NULL"}
}

// jsonType reads {TYPE: value}; the entry's key is the type and its value what
// stands after it.
func (s *source) jsonType(e entry) (entry, bool) {
	const hint = `write {S: text}, {N: "1.50"}, {BOOL: true}, {M: {…}} …`
	if classify(e.value) != kindMap {
		s.wrong(e.at, hint, "DynamoDB JSON is a mapping with a type, not %s", describe(e.value))
		return entry{}, false
	}
	entries, ok := s.entries(e.value, e.at, "DynamoDB JSON")
	if !ok {
		return entry{}, false
	}
	if len(entries) != 1 {
		s.wrong(e.at, hint, "DynamoDB JSON has one type, not %d", len(entries))
		return entry{}, false
	}
	if !slices.Contains(jsonTypes(), entries[0].key) {
		s.wrong(entries[0].keyAt, list(jsonTypes(), "types"), "%q is not a type of DynamoDB JSON", entries[0].key)
		return entry{}, false
	}
	return entries[0], true
}

// jsonValue reads one value in DynamoDB JSON; nil after a mistake.
func (s *source) jsonValue(e entry) types.AttributeValue {
	typed, ok := s.jsonType(e)
	if !ok {
		return nil
	}
	switch typed.key {
	case "S":
		if classify(typed.value) != kindText {
			s.wrong(typed.at, "quote it if it is a text", "S must be a text, not %s", describe(typed.value))
			return nil
		}
		return &types.AttributeValueMemberS{Value: scalarText(typed.value)}
	case "N", "B":
		return s.taggedScalar("!"+typed.key, typed)
	case "SS", "NS", "BS":
		return s.taggedSet("!"+typed.key, typed)
	case "BOOL", "NULL":
		return s.jsonBool(typed)
	case "L":
		return s.jsonList(typed)
	default:
		return s.jsonMap(typed)
	}
}

func (s *source) jsonBool(e entry) types.AttributeValue {
	b, ok := e.value.(*ast.BoolNode)
	switch {
	case !ok:
		s.wrong(e.at, "", "%s must be true or false, not %s", e.key, describe(e.value))
		return nil
	case e.key == "BOOL":
		return &types.AttributeValueMemberBOOL{Value: b.Value}
	case !b.Value:
		s.wrong(e.at, "write {NULL: true}", "NULL can only be true")
		return nil
	}
	return &types.AttributeValueMemberNULL{Value: true}
}

func (s *source) jsonList(e entry) types.AttributeValue {
	items, ok := s.items(e.value, e.at, e.name())
	values := make([]types.AttributeValue, len(items))
	for i, item := range items {
		values[i] = s.jsonValue(item)
		ok = ok && values[i] != nil
	}
	if !ok {
		return nil
	}
	return &types.AttributeValueMemberL{Value: values}
}

func (s *source) jsonMap(e entry) types.AttributeValue {
	entries, ok := s.entries(e.value, e.at, e.name())
	members := make(map[string]types.AttributeValue, len(entries))
	for _, member := range entries {
		v := s.jsonValue(member)
		ok = ok && v != nil
		members[member.key] = v
	}
	if !ok {
		return nil
	}
	return &types.AttributeValueMemberM{Value: members}
}

// bareJSON is what a value in DynamoDB JSON shows in the text of a step: a, not
// {S=a}.
func bareJSON(e entry) entry {
	values, ok := mappingValues(e.value)
	if !ok || len(values) != 1 {
		return e
	}
	if key, _ := keyText(values[0].Key); strings.Contains("S N B", key) {
		e.value = values[0].Value
	}
	return e
}

// printKey renders a key so that two keys are equal when their texts are.
func printKey(key map[string]types.AttributeValue) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(key)) {
		switch v := key[name].(type) {
		case *types.AttributeValueMemberS:
			fmt.Fprintf(&b, "%q S %q ", name, v.Value)
		case *types.AttributeValueMemberN:
			fmt.Fprintf(&b, "%q N %s ", name, v.Value)
		case *types.AttributeValueMemberB:
			fmt.Fprintf(&b, "%q B %x ", name, v.Value)
		}
	}
	return b.String()
}
