package lease

import (
	"maps"
	"reflect"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// item is a row in DynamoDB's terms. Values are shared and never changed.
type item = map[string]types.AttributeValue

// edit is one conditional write to single attributes of a row. That it names
// only those it changes is what keeps all others.
type edit struct {
	equal  item     // condition: attributes with these values
	absent []string // condition: attributes that are not there
	set    item
	remove []string
}

// permits tells whether a row meets the conditions.
func (e edit) permits(row item) bool {
	for name, want := range e.equal {
		if !same(row[name], want) {
			return false
		}
	}
	return !hasAny(row, e.absent)
}

// made tells whether a row is what the edit leaves behind.
func (e edit) made(row item) bool {
	for name, want := range e.set {
		if !same(row[name], want) {
			return false
		}
	}
	return !hasAny(row, e.remove)
}

func hasAny(row item, names []string) bool {
	return slices.ContainsFunc(names, func(name string) bool { return row[name] != nil })
}

// applied returns the row as it is after the edit.
func (e edit) applied(row item) item {
	row = maps.Clone(row)
	maps.Copy(row, e.set)
	for _, name := range e.remove {
		delete(row, name)
	}
	return row
}

// same compares values as DynamoDB does: the order of a set does not matter.
func same(a, b types.AttributeValue) bool {
	if a, ok := a.(*types.AttributeValueMemberSS); ok {
		b, ok := b.(*types.AttributeValueMemberSS)
		return ok && slices.Equal(sorted(a.Value), sorted(b.Value))
	}
	return reflect.DeepEqual(a, b)
}

func sorted(set []string) []string { return slices.Sorted(slices.Values(set)) }
