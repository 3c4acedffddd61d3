package snapshot

import (
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// absent is what a value that does not exist renders as. No value renders the
// same: strings are quoted and numbers start with a digit or a minus sign.
const absent = "absent"

// bodyLine is a line of a value before it is indented and numbered.
type bodyLine struct{ text, path string }

// body renders a value as the lines that stand under a heading or a key.
func body(v types.AttributeValue) []bodyLine {
	return block(v, "")
}

// block renders v at the given path with the left margin of its own: the caller
// indents. Maps and lists take a line per element, everything else one line.
func block(v types.AttributeValue, path string) []bodyLine {
	switch v := v.(type) {
	case *types.AttributeValueMemberM:
		if len(v.Value) > 0 {
			return mapping(v.Value, path)
		}
	case *types.AttributeValueMemberL:
		if len(v.Value) > 0 {
			return list(v.Value, path)
		}
	}
	return []bodyLine{{scalar(v), path}}
}

func mapping(m map[string]types.AttributeValue, path string) []bodyLine {
	var lines []bodyLine
	for _, key := range slices.Sorted(maps.Keys(m)) {
		name := word(key)
		at := member(path, name)
		if !nested(m[key]) {
			lines = append(lines, bodyLine{name + ": " + scalar(m[key]), at})
			continue
		}
		lines = append(lines, bodyLine{name + ":", at})
		for _, l := range block(m[key], at) {
			lines = append(lines, bodyLine{indent + l.text, l.path})
		}
	}
	return lines
}

// list renders elements as YAML does: the first line of an element follows its
// dash, the others are aligned with it.
func list(elements []types.AttributeValue, path string) []bodyLine {
	var lines []bodyLine
	for i, e := range elements {
		margin := "- "
		for _, l := range block(e, element(path, i)) {
			lines = append(lines, bodyLine{margin + l.text, l.path})
			margin = indent
		}
	}
	return lines
}

// member and element are the paths of what a map and a list hold.
func member(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func element(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }

// nested tells whether v takes lines of its own.
func nested(v types.AttributeValue) bool {
	switch v := v.(type) {
	case *types.AttributeValueMemberM:
		return len(v.Value) > 0
	case *types.AttributeValueMemberL:
		return len(v.Value) > 0
	}
	return false
}

// scalar renders everything that fits one line. Each type has a form of its own,
// so that a change of type is a change of text.
func scalar(v types.AttributeValue) string {
	switch v := v.(type) {
	case nil:
		return absent
	case *types.AttributeValueMemberM:
		return "{}"
	case *types.AttributeValueMemberL:
		return "[]"
	case *types.AttributeValueMemberS:
		return quote(v.Value)
	case *types.AttributeValueMemberN:
		if isNumber(v.Value) {
			return v.Value
		}
		return "!N " + quote(v.Value)
	case *types.AttributeValueMemberBOOL:
		return strconv.FormatBool(v.Value)
	case *types.AttributeValueMemberNULL:
		if v.Value {
			return "null"
		}
		return "!NULL false"
	case *types.AttributeValueMemberB:
		return "!B " + binary(v.Value)
	case *types.AttributeValueMemberSS:
		return set("!SS", v.Value, compareText, quote)
	case *types.AttributeValueMemberNS:
		return set("!NS", v.Value, compareNumbers, number)
	case *types.AttributeValueMemberBS:
		return set("!BS", v.Value, compareBytes, binary)
	case *types.UnknownUnionMember:
		return "!unknown " + quote(v.Tag) + " " + binary(v.Value)
	}
	return fmt.Sprintf("!unknown %s", quote(fmt.Sprintf("%T", v)))
}

// number is an element of a number set: its text, quoted when it is not one that
// DynamoDB would return.
func number(text string) string {
	if isNumber(text) {
		return text
	}
	return quote(text)
}

// binary is base64; an empty one is shown as "" so that no line ends in a blank.
func binary(b []byte) string {
	if len(b) == 0 {
		return `""`
	}
	return base64.StdEncoding.EncodeToString(b)
}
