package conformance

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// filler makes inputs of the SDK from notation.
type filler struct {
	known map[string]string // what identities stand for: "seq:1" → "000…17"
}

// fill sets a field to what a node says.
func (f filler) fill(n node, to reflect.Value) error {
	switch to.Kind() {
	case reflect.Pointer:
		to.Set(reflect.New(to.Type().Elem()))
		return f.fill(n, to.Elem())
	case reflect.Interface:
		v, err := f.value(n)
		if err == nil && v != nil {
			to.Set(reflect.ValueOf(v))
		}
		return err
	case reflect.Struct:
		return f.fillStruct(n, to)
	case reflect.Map:
		to.Set(reflect.MakeMap(to.Type()))
		for i, name := range n.names {
			member := reflect.New(to.Type().Elem()).Elem()
			if err := f.fill(n.members[i], member); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			to.SetMapIndex(reflect.ValueOf(name), member)
		}
		return nil
	case reflect.Slice:
		to.Set(reflect.MakeSlice(to.Type(), len(n.members), len(n.members)))
		for i, member := range n.members {
			if err := f.fill(member, to.Index(i)); err != nil {
				return err
			}
		}
		return nil
	}
	return f.fillScalar(n, to)
}

func (f filler) fillStruct(n node, to reflect.Value) error {
	if n.form != '{' {
		return fmt.Errorf("%s: want {…}, found %q", to.Type(), n.text)
	}
	for i, name := range n.names {
		field := to.FieldByName(name)
		if !field.IsValid() || !field.CanSet() {
			return fmt.Errorf("%s has no member %s", to.Type(), name)
		}
		if err := f.fill(n.members[i], field); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

func (f filler) fillScalar(n node, to reflect.Value) (err error) {
	text, err := f.string(n)
	if err != nil {
		return err
	}
	switch to.Kind() {
	case reflect.String:
		to.SetString(text)
	case reflect.Bool:
		var truth bool
		truth, err = strconv.ParseBool(text)
		to.SetBool(truth)
	case reflect.Int32, reflect.Int64:
		var number int64
		number, err = strconv.ParseInt(text, 10, 64)
		to.SetInt(number)
	default:
		err = fmt.Errorf("no way to write a %s", to.Type())
	}
	return err
}

// string is a text that is no attribute value.
func (f filler) string(n node) (string, error) {
	switch n.form {
	case '$':
		text, ok := f.known[n.text]
		if !ok {
			return "", fmt.Errorf("no answer has named <%s>", n.text)
		}
		return text, nil
	case 'w', 's':
		return expand(n.text), nil
	}
	return "", fmt.Errorf("want text")
}

// expand writes long texts out: "a${3:xy}" is "axyxyxy".
func expand(text string) string {
	before, rest, found := strings.Cut(text, "${")
	number, rest, numbered := strings.Cut(rest, ":")
	what, after, closed := strings.Cut(rest, "}")
	count, err := strconv.Atoi(number)
	if !found || !numbered || !closed || err != nil {
		return text
	}
	return before + strings.Repeat(what, count) + expand(after)
}

// value is an attribute value; nil for "absent".
func (f filler) value(n node) (types.AttributeValue, error) {
	switch n.form {
	case 's':
		if n.kind == "N" {
			return &types.AttributeValueMemberN{Value: n.text}, nil
		}
		return &types.AttributeValueMemberS{Value: expand(n.text)}, nil
	case 'x':
		return &types.AttributeValueMemberB{Value: []byte(n.text)}, nil
	case '[':
		list := &types.AttributeValueMemberL{Value: []types.AttributeValue{}}
		for _, member := range n.members {
			v, err := f.value(member)
			if err != nil {
				return nil, err
			}
			list.Value = append(list.Value, v)
		}
		return list, nil
	case '{':
		m := &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{}}
		for i, name := range n.names {
			v, err := f.value(n.members[i])
			if err != nil {
				return nil, err
			}
			m.Value[name] = v
		}
		return m, nil
	case '<':
		return setOf(n), nil
	case 'w':
		return valueOfWord(n.text)
	}
	return nil, fmt.Errorf("want an attribute value, found <%s>", n.text)
}

func valueOfWord(word string) (types.AttributeValue, error) {
	switch word {
	case "absent":
		return nil, nil
	case "true", "false":
		return &types.AttributeValueMemberBOOL{Value: word == "true"}, nil
	case "null", "!null":
		return &types.AttributeValueMemberNULL{Value: word == "null"}, nil
	}
	if depth, ok := strings.CutPrefix(word, "deep:"); ok {
		levels, err := strconv.Atoi(depth)
		return nested(levels), err
	}
	if strings.Trim(word, "0123456789.-+eE") == "" {
		return &types.AttributeValueMemberN{Value: word}, nil
	}
	return nil, fmt.Errorf("want an attribute value, found %s: text goes into quotes", word)
}

// setOf takes the kind of a set from its first member.
func setOf(n node) types.AttributeValue {
	var texts []string
	var blobs [][]byte
	for _, member := range n.members {
		texts, blobs = append(texts, member.text), append(blobs, []byte(member.text))
	}
	switch {
	case n.kind == "NS", len(n.members) > 0 && (n.members[0].form == 'w' || n.members[0].kind == "N"):
		return &types.AttributeValueMemberNS{Value: texts}
	case n.kind == "BS", len(n.members) > 0 && n.members[0].form == 'x':
		return &types.AttributeValueMemberBS{Value: blobs}
	}
	return &types.AttributeValueMemberSS{Value: texts}
}

// nested is lists in lists, so many levels deep.
func nested(levels int) types.AttributeValue {
	var v types.AttributeValue = &types.AttributeValueMemberS{Value: "x"}
	for range levels {
		v = &types.AttributeValueMemberL{Value: []types.AttributeValue{v}}
	}
	return v
}
