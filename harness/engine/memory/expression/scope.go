package expression

import (
	"maps"
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

// scope is what the expressions of one request share: names, values, and which
// of them were used.
type scope struct {
	names      map[string]string
	values     map[string]types.AttributeValue // in normal form
	usedNames  map[string]bool
	usedValues map[string]bool
}

// newScope checks the names and values of a request with an expression. Keys
// come before values, and of several mistakes the first by name is reported.
func newScope(r *Request) (*scope, error) {
	s := &scope{
		names:      r.ExpressionAttributeNames,
		values:     make(map[string]types.AttributeValue, len(r.ExpressionAttributeValues)),
		usedNames:  map[string]bool{},
		usedValues: map[string]bool{},
	}
	if err := checkReferences("ExpressionAttributeNames", r.ExpressionAttributeNames, '#'); err != nil {
		return nil, err
	}
	if err := checkReferences("ExpressionAttributeValues", r.ExpressionAttributeValues, ':'); err != nil {
		return nil, err
	}
	if err := s.checkNames(); err != nil {
		return nil, err
	}
	return s, s.addValues(r.ExpressionAttributeValues)
}

// checkReferences checks the keys of a map: nil is fine, empty is not.
func checkReferences[V any](parameter string, m map[string]V, mark byte) error {
	if m != nil && len(m) == 0 {
		return validation.Errorf("%s must not be empty", parameter)
	}
	for _, key := range slices.Sorted(maps.Keys(m)) {
		if !isReference(key, mark) {
			return validation.Errorf(`%s contains invalid key: Syntax error; key: "%s"`, parameter, key)
		}
		if len(key) > maxReference {
			return validation.Errorf("%s contains invalid key: The expression attribute map contains a key that is too long; size of key: %d", parameter, len(key))
		}
	}
	return nil
}

func (s *scope) checkNames() error {
	for _, key := range slices.Sorted(maps.Keys(s.names)) {
		problem := ""
		switch size := len(s.names[key]); {
		case size == 0:
			problem = "Empty attribute name"
		case size > maxNameSize:
			problem = "Attribute name is too large, must be less than 65536 bytes"
		default:
			continue
		}
		return validation.Errorf("ExpressionAttributeNames contains invalid value: %s for key %s", problem, key)
	}
	return nil
}

func (s *scope) addValues(values map[string]types.AttributeValue) error {
	size := 0
	for _, key := range slices.Sorted(maps.Keys(values)) {
		v, err := item.NormalValue(values[key])
		if err != nil {
			return validation.Errorf("ExpressionAttributeValues contains invalid value: %s for key %s", validation.Message(err), key)
		}
		s.values[key] = v
		size += item.ValueSize(v)
	}
	if size > maxValuesBytes {
		return validation.Errorf("ExpressionAttributeValues exceeds max size")
	}
	return nil
}

// checkUsed refuses names and values that no expression mentions.
func (s *scope) checkUsed() error {
	if err := unused("ExpressionAttributeNames", s.names, s.usedNames); err != nil {
		return err
	}
	return unused("ExpressionAttributeValues", s.values, s.usedValues)
}

func unused[V any](parameter string, m map[string]V, used map[string]bool) error {
	if len(used) == len(m) {
		return nil
	}
	var idle []string
	for _, key := range slices.Sorted(maps.Keys(m)) {
		if !used[key] {
			idle = append(idle, key)
		}
	}
	return validation.Errorf("Value provided in %s unused in expressions: keys: {%s}", parameter, strings.Join(idle, ", "))
}
