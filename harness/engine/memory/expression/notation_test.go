package expression_test

import (
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"pgregory.net/rapid"

	"github.com/stillwater-streams/stillwater/harness/engine/memory/item"
)

// Values are written shortly in transcripts: 1.5 (N), "x" (S), 0x01ff (B), true,
// null, [1, "x"], {a: 1}, and sets as <1, 2>, <"x">, <0x01>. What is no value of
// DynamoDB can be written too: <>, <1, 1>, N"x", !null.

// write writes a value.
func write(v types.AttributeValue) string {
	switch v := v.(type) {
	case *types.AttributeValueMemberN:
		if strings.Trim(v.Value, "0123456789.-") == "" && v.Value != "" {
			return v.Value
		}
		return "N" + strconv.Quote(v.Value)
	case *types.AttributeValueMemberS:
		return strconv.Quote(v.Value)
	case *types.AttributeValueMemberB:
		return "0x" + hex.EncodeToString(v.Value)
	case *types.AttributeValueMemberBOOL:
		return strconv.FormatBool(v.Value)
	case *types.AttributeValueMemberNULL:
		if !v.Value {
			return "!null"
		}
		return "null"
	case *types.AttributeValueMemberL:
		return "[" + writeAll(v.Value, write) + "]"
	case *types.AttributeValueMemberM:
		return writeItem(v.Value)
	case *types.AttributeValueMemberSS:
		return "<" + writeAll(v.Value, strconv.Quote) + ">"
	case *types.AttributeValueMemberNS:
		return "<" + writeAll(v.Value, func(n string) string { return write(num(n)) }) + ">"
	case *types.AttributeValueMemberBS:
		return "<" + writeAll(v.Value, func(b []byte) string { return "0x" + hex.EncodeToString(b) }) + ">"
	}
	return "nothing"
}

func writeAll[T any](list []T, write func(T) string) string {
	parts := make([]string, len(list))
	for i, v := range list {
		parts[i] = write(v)
	}
	return strings.Join(parts, ", ")
}

// writeItem writes a map or an item, names in order.
func writeItem(it item.Item) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(it)) {
		if !plain(name) {
			parts = append(parts, strconv.Quote(name)+": "+write(it[name]))
			continue
		}
		parts = append(parts, name+": "+write(it[name]))
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

func plain(name string) bool {
	return name != "" && strings.IndexFunc(name, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '_' && r != ':'
	}) < 0
}

// reader reads the notation. A mistake in it panics with its place.
type reader struct {
	text string
	at   int
}

// read reads one value.
func read(text string) types.AttributeValue {
	r := &reader{text: text}
	v := r.value()
	if r.peek() != 0 {
		r.fail("more than one value")
	}
	return v
}

// readItem reads "a: 1, b: 2", without braces.
func readItem(text string) item.Item {
	return read("{" + text + "}").(*types.AttributeValueMemberM).Value
}

func (r *reader) fail(why string) { panic(fmt.Sprintf("%s at %q", why, r.text[r.at:])) }

// peek skips spaces and returns the next byte, 0 at the end.
func (r *reader) peek() byte {
	for r.at < len(r.text) && r.text[r.at] == ' ' {
		r.at++
	}
	if r.at == len(r.text) {
		return 0
	}
	return r.text[r.at]
}

func (r *reader) accept(text string) bool {
	r.peek()
	if !strings.HasPrefix(r.text[r.at:], text) {
		return false
	}
	r.at += len(text)
	return true
}

func (r *reader) value() types.AttributeValue {
	switch c := r.peek(); {
	case c == '"':
		return str(r.quoted())
	case c == 'N':
		r.at++
		return num(r.quoted())
	case r.accept("0x"):
		return &types.AttributeValueMemberB{Value: r.binary()}
	case c >= '0' && c <= '9' || c == '-':
		return num(r.number())
	case c == '[':
		v := &types.AttributeValueMemberL{Value: []types.AttributeValue{}}
		r.list("[", "]", func() { v.Value = append(v.Value, r.value()) })
		return v
	case c == '{':
		v := &types.AttributeValueMemberM{Value: item.Item{}}
		r.list("{", "}", func() {
			name := r.name()
			if !r.accept(": ") {
				r.fail("a colon and a space are missing")
			}
			v.Value[name] = r.value()
		})
		return v
	case c == '<':
		return r.set()
	}
	return r.word()
}

func (r *reader) word() types.AttributeValue {
	switch {
	case r.accept("true"):
		return &types.AttributeValueMemberBOOL{Value: true}
	case r.accept("false"):
		return &types.AttributeValueMemberBOOL{Value: false}
	case r.accept("null"):
		return &types.AttributeValueMemberNULL{Value: true}
	case r.accept("!null"):
		return &types.AttributeValueMemberNULL{}
	}
	r.fail("no value")
	return nil
}

func (r *reader) list(open, closed string, member func()) {
	r.accept(open)
	for first := true; !r.accept(closed); first = false {
		if !first && !r.accept(",") {
			r.fail("a comma is missing")
		}
		member()
	}
}

// set reads a set. Without members it is one of strings.
func (r *reader) set() types.AttributeValue {
	var members []types.AttributeValue
	r.list("<", ">", func() { members = append(members, r.value()) })
	strings, numbers, binaries := &types.AttributeValueMemberSS{Value: []string{}}, &types.AttributeValueMemberNS{}, &types.AttributeValueMemberBS{}
	for _, v := range members {
		switch v := v.(type) {
		case *types.AttributeValueMemberS:
			strings.Value = append(strings.Value, v.Value)
		case *types.AttributeValueMemberN:
			numbers.Value = append(numbers.Value, v.Value)
		case *types.AttributeValueMemberB:
			binaries.Value = append(binaries.Value, v.Value)
		}
	}
	switch len(members) {
	case len(numbers.Value):
		if len(members) == 0 {
			return strings
		}
		return numbers
	case len(binaries.Value):
		return binaries
	case len(strings.Value):
		return strings
	}
	r.fail("members of several kinds before")
	return nil
}

func (r *reader) quoted() string {
	text, err := strconv.QuotedPrefix(r.text[r.at:])
	if err != nil {
		r.fail("no string")
	}
	r.at += len(text)
	s, _ := strconv.Unquote(text)
	return s
}

func (r *reader) while(characters string) string {
	start := r.at
	for r.at < len(r.text) && strings.IndexByte(characters, r.text[r.at]) >= 0 {
		r.at++
	}
	return r.text[start:r.at]
}

func (r *reader) number() string { return r.while("0123456789.-") }

func (r *reader) binary() []byte {
	b, err := hex.DecodeString(r.while("0123456789abcdef"))
	if err != nil {
		r.fail("no binary before")
	}
	return b
}

// name reads a name; those of values begin with a colon.
func (r *reader) name() string {
	if r.peek() == '"' {
		return r.quoted()
	}
	colon := ""
	if r.accept(":") {
		colon = ":"
	}
	return colon + r.while("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
}

func TestNotation(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		it := generator{T: t}.item()
		text := writeItem(it)
		if again := read(text); !item.EqualItems(again.(*types.AttributeValueMemberM).Value, it) {
			t.Errorf("%s is read as %s", text, write(again))
		}
	})
	for _, text := range []string{`<>`, `<1, 1>`, `N"x"`, `!null`, `{:v: -1.5, "a b": 0x}`, `[true, false, null, <0x01>]`} {
		if again := write(read(text)); again != text {
			t.Errorf("%s is written as %s", text, again)
		}
	}
}
