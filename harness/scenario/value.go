package scenario

import (
	"encoding/base64"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/goccy/go-yaml/ast"
)

// value turns a node into an attribute value; nil after a mistake.
func (s *source) value(e entry) types.AttributeValue {
	switch classify(e.value) {
	case kindText:
		return &types.AttributeValueMemberS{Value: scalarText(e.value)}
	case kindNumber:
		text := scalarText(e.value)
		if problem, hint := plainNumber(text); problem != "" {
			s.wrong(e.at, hint, "%s", problem)
			return nil
		}
		return &types.AttributeValueMemberN{Value: text}
	case kindBool:
		return &types.AttributeValueMemberBOOL{Value: e.value.(*ast.BoolNode).Value}
	case kindNull:
		if absent(e.value) {
			s.wrong(e.at, `write null for a NULL, "" for an empty text, or leave the attribute out`, "%s has no value", e.name())
			return nil
		}
		return &types.AttributeValueMemberNULL{Value: true}
	case kindMap:
		return s.mapValue(e)
	case kindList:
		return s.listValue(e)
	case kindTagged:
		return s.taggedValue(e)
	default:
		s.wrong(e.at, "write the value out", "anchors and aliases are not used here")
		return nil
	}
}

// attributes reads an item, a key or the set of an update: a mapping from names
// to values. The names come back in the order of the file.
func (s *source) attributes(e entry, what string) (map[string]types.AttributeValue, []entry, bool) {
	e, typed := s.untagJSON(e)
	entries, ok := s.entries(e.value, e.at, what)
	if !ok {
		return nil, nil, false
	}
	if len(entries) == 0 {
		s.wrong(e.at, "", "%s is empty", what)
		return nil, nil, false
	}
	out := make(map[string]types.AttributeValue, len(entries))
	for i, entry := range entries {
		if entry.key == "" {
			s.wrong(entry.keyAt, "", "an attribute name may not be empty")
			ok = false
			continue
		}
		var v types.AttributeValue
		if typed {
			v = s.jsonValue(entry)
			entries[i] = bareJSON(entry)
		} else {
			v = s.value(entry)
		}
		ok = ok && v != nil
		out[entry.key] = v
	}
	return out, entries, ok
}

func (s *source) mapValue(e entry) types.AttributeValue {
	entries, ok := s.entries(e.value, e.at, e.name())
	members := make(map[string]types.AttributeValue, len(entries))
	for _, entry := range entries {
		v := s.value(entry)
		ok = ok && v != nil
		members[entry.key] = v
	}
	if !ok {
		return nil
	}
	return &types.AttributeValueMemberM{Value: members}
}

func (s *source) listValue(e entry) types.AttributeValue {
	items, ok := s.items(e.value, e.at, e.name())
	values := make([]types.AttributeValue, len(items))
	for i, item := range items {
		values[i] = s.value(item)
		ok = ok && values[i] != nil
	}
	if !ok {
		return nil
	}
	return &types.AttributeValueMemberL{Value: values}
}

// taggedValue reads !S, !N, !B, the three sets and DynamoDB JSON.
func (s *source) taggedValue(e entry) types.AttributeValue {
	if typed, ok := s.untagJSON(e); ok {
		return s.jsonValue(typed)
	}
	tag := e.value.(*ast.TagNode)
	name := tag.Start.Value
	inner := entry{key: e.key, value: tag.Value, at: e.at}
	if !absent(tag.Value) {
		inner.at = s.position(tag.Value)
	}
	switch name {
	case "!S", "!N", "!B":
		return s.taggedScalar(name, inner)
	case "!SS", "!NS", "!BS":
		return s.taggedSet(name, inner)
	}
	s.wrong(e.at, list([]string{"!S", "!N", "!B", "!SS", "!NS", "!BS", tagJSON}, "tags"), "unknown tag %s", name)
	return nil
}

func (s *source) taggedScalar(tag string, e entry) types.AttributeValue {
	text, ok := s.member(tag, e)
	if !ok {
		return nil
	}
	switch tag {
	case "!N":
		return &types.AttributeValueMemberN{Value: text}
	case "!B":
		raw, _ := base64.StdEncoding.DecodeString(text) // member has checked it
		return &types.AttributeValueMemberB{Value: raw}
	default:
		return &types.AttributeValueMemberS{Value: text}
	}
}

// taggedSet reads a set. DynamoDB refuses empty sets and equal members; here
// that is told before anything runs.
func (s *source) taggedSet(tag string, e entry) types.AttributeValue {
	items, ok := s.items(e.value, e.at, "a "+tag)
	if ok && len(items) == 0 {
		s.wrong(e.at, "leave the attribute out", "a set may not be empty")
		return nil
	}
	texts := make([]string, 0, len(items))
	seen := map[string]bool{}
	for _, item := range items {
		text, good := s.member(tag[:len(tag)-1], item)
		if good && seen[text] {
			s.wrong(item.at, "", "%q is in the set twice", text)
			good = false
		}
		seen[text] = true
		ok = ok && good
		texts = append(texts, text)
	}
	if !ok {
		return nil
	}
	return setOf(tag, texts)
}

func setOf(tag string, texts []string) types.AttributeValue {
	switch tag {
	case "!NS":
		return &types.AttributeValueMemberNS{Value: texts}
	case "!BS":
		raw := make([][]byte, len(texts))
		for i, text := range texts {
			raw[i], _ = base64.StdEncoding.DecodeString(text) // member has checked it
		}
		return &types.AttributeValueMemberBS{Value: raw}
	default:
		return &types.AttributeValueMemberSS{Value: texts}
	}
}

// member reads the text of one tagged scalar, or of one member of a set, and
// checks that it is what the tag says.
func (s *source) member(tag string, e entry) (string, bool) {
	switch classify(e.value) {
	case kindText, kindNumber:
	case kindBool:
		if tag != "!S" {
			s.wrong(e.at, "", "%s cannot be %s", tag, describe(e.value))
			return "", false
		}
	default:
		s.wrong(e.at, "", "%s cannot be %s", tag, describe(e.value))
		return "", false
	}
	text := scalarText(e.value)
	switch tag {
	case "!N":
		if problem, hint := taggedNumber(text); problem != "" {
			s.wrong(e.at, hint, "%s", problem)
			return "", false
		}
	case "!B":
		if _, err := base64.StdEncoding.DecodeString(text); err != nil {
			s.wrong(e.at, "write standard base64 with its padding: aGVsbG8=", "\"%s\" is not base64", shorten(text, 40))
			return "", false
		}
	}
	return text, true
}

// name is how messages refer to the value of an entry.
func (e entry) name() string {
	if e.key == "" {
		return "the entry"
	}
	return `"` + e.key + `"`
}
