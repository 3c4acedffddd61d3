package expression

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/harness/engine/memory/item"
	"github.com/stillwater-streams/stillwater/harness/engine/memory/validation"
)

// Limits of names and values.
const (
	maxReference   = 255     // bytes of "#name" and ":value"
	maxNameSize    = 65535   // bytes of an attribute name
	maxValuesBytes = 2 << 20 // of all values together
)

// scope is what the expressions of one request share: its names and values.
type scope struct {
	names  references[string]
	values references[types.AttributeValue] // in normal form
}

// references are the names or the values of a request, by key. Requests have
// few of them, so a slice serves better than maps.
type references[V any] []reference[V]

type reference[V any] struct {
	key  string
	v    V
	used bool
}

// use finds what a key means and notes that an expression needs it.
func (r references[V]) use(key string) (v V, ok bool) {
	i, ok := slices.BinarySearchFunc(r, key, func(x reference[V], key string) int { return strings.Compare(x.key, key) })
	if ok {
		r[i].used = true
		v = r[i].v
	}
	return v, ok
}

// newScope checks the names and values of a request with an expression. Keys
// come before values, and of several mistakes the first by name is reported.
func newScope(r *Request) (*scope, error) {
	names, err := newReferences("ExpressionAttributeNames", r.ExpressionAttributeNames, '#')
	if err != nil {
		return nil, err
	}
	values, err := newReferences("ExpressionAttributeValues", r.ExpressionAttributeValues, ':')
	if err != nil {
		return nil, err
	}
	if err := checkNames(names); err != nil {
		return nil, err
	}
	return &scope{names: names, values: values}, normalise(values)
}

// newReferences checks the keys of a map: nil is fine, empty is not.
func newReferences[V any](parameter string, m map[string]V, mark byte) (references[V], error) {
	if m != nil && len(m) == 0 {
		return nil, validation.Errorf("%s must not be empty", parameter)
	}
	r := make(references[V], 0, len(m))
	for key, v := range m {
		r = append(r, reference[V]{key: key, v: v})
	}
	slices.SortFunc(r, func(a, b reference[V]) int { return strings.Compare(a.key, b.key) })
	for _, x := range r {
		if !isReference(x.key, mark) {
			return nil, validation.Errorf(`%s contains invalid key: Syntax error; key: "%s"`, parameter, x.key)
		}
		if len(x.key) > maxReference {
			return nil, validation.Errorf("%s contains invalid key: The expression attribute map contains a key that is too long; size of key: %d", parameter, len(x.key))
		}
	}
	return r, nil
}

func checkNames(names references[string]) error {
	for _, name := range names {
		problem := ""
		switch size := len(name.v); {
		case size == 0:
			problem = "Empty attribute name"
		case size > maxNameSize:
			problem = "Attribute name is too large, must be less than 65536 bytes"
		default:
			continue
		}
		return validation.Errorf("ExpressionAttributeNames contains invalid value: %s for key %s", problem, name.key)
	}
	return nil
}

// normalise checks values and brings them into normal form.
func normalise(values references[types.AttributeValue]) error {
	size := 0
	for i, value := range values {
		v, err := item.NormalValue(value.v)
		if err != nil {
			return validation.Errorf("ExpressionAttributeValues contains invalid value: %s for key %s", validation.Message(err), value.key)
		}
		values[i].v = v
		size += item.ValueSize(v)
	}
	if size > maxValuesBytes {
		return validation.Errorf("ExpressionAttributeValues exceeds max size")
	}
	return nil
}

// checkUsed refuses names and values that no expression mentions.
func (s *scope) checkUsed() error {
	if err := s.names.checkUsed("ExpressionAttributeNames"); err != nil {
		return err
	}
	return s.values.checkUsed("ExpressionAttributeValues")
}

func (r references[V]) checkUsed(parameter string) error {
	var idle []string
	for _, x := range r {
		if !x.used {
			idle = append(idle, x.key)
		}
	}
	if len(idle) == 0 {
		return nil
	}
	return validation.Errorf("Value provided in %s unused in expressions: keys: {%s}", parameter, strings.Join(idle, ", "))
}
