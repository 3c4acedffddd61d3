package expression

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/harness/engine/memory/item"
)

// function is one of the eight functions. Their names are in lower case only.
type function int

const (
	unknown function = iota
	attributeExists
	attributeNotExists
	attributeType
	beginsWith
	contains
	size
	ifNotExists
	listAppend
)

func functionNamed(name string) function {
	for f := attributeExists; f <= listAppend; f++ {
		if f.String() == name {
			return f
		}
	}
	return unknown
}

func (f function) String() string {
	return [...]string{"", "attribute_exists", "attribute_not_exists", "attribute_type", "begins_with", "contains",
		"size", "if_not_exists", "list_append"}[f]
}

// operands returns how many operands a function takes.
func (f function) operands() int {
	switch f {
	case attributeExists, attributeNotExists, size:
		return 1
	}
	return 2
}

// update tells whether a function belongs in updates, and only there.
func (f function) update() bool { return f == ifNotExists || f == listAppend }

// place is where in an expression something stands.
type place int

const (
	asCondition place = iota
	asOperand
	asAssigned // the whole right side of a SET
)

// fits tells whether a function may stand at a place of its kind of expression.
func (f function) fits(at place) bool {
	switch f {
	case size:
		return at == asOperand
	case ifNotExists:
		return at == asOperand || at == asAssigned
	case listAppend:
		return at == asAssigned
	}
	return at == asCondition
}

// holds evaluates a function that is a condition.
func (c *call) holds(it item.Item) bool {
	v := c.args[0].value(it)
	switch c.function {
	case attributeExists:
		return v != nil
	case attributeNotExists:
		return v == nil
	case attributeType:
		want, _ := c.args[1].value(it).(*types.AttributeValueMemberS)
		return v != nil && want != nil && item.KindOf(v).String() == want.Value
	case beginsWith:
		return hasPrefix(v, c.args[1].value(it))
	case contains:
		return hasMember(v, c.args[1].value(it))
	}
	return false
}

// value evaluates size, the only function that is an operand of a condition:
// UTF-16 units of strings (our measurement), bytes of binaries, members of
// everything else.
func (c *call) value(it item.Item) types.AttributeValue {
	length := 0
	switch v := c.args[0].value(it).(type) {
	case *types.AttributeValueMemberS:
		length = units(v.Value)
	case *types.AttributeValueMemberB:
		length = len(v.Value)
	case *types.AttributeValueMemberSS:
		length = len(v.Value)
	case *types.AttributeValueMemberNS:
		length = len(v.Value)
	case *types.AttributeValueMemberBS:
		length = len(v.Value)
	case *types.AttributeValueMemberL:
		length = len(v.Value)
	case *types.AttributeValueMemberM:
		length = len(v.Value)
	default:
		return nil
	}
	return &types.AttributeValueMemberN{Value: strconv.Itoa(length)}
}

// units returns the length of a string as Java has it.
func units(s string) int {
	n := 0
	for _, r := range s {
		n += utf16.RuneLen(r)
	}
	return n
}

func (c *call) kind() item.Kind {
	if c.function == size {
		return item.N
	}
	return item.None
}

// hasPrefix is begins_with: of two strings or two binaries.
func hasPrefix(v, prefix types.AttributeValue) bool {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		p, ok := prefix.(*types.AttributeValueMemberS)
		return ok && strings.HasPrefix(v.Value, p.Value)
	case *types.AttributeValueMemberB:
		p, ok := prefix.(*types.AttributeValueMemberB)
		return ok && bytes.HasPrefix(v.Value, p.Value)
	}
	return false
}

// hasMember is contains: a part of a string or binary, a member of a set, an
// element of a list.
func hasMember(v, member types.AttributeValue) bool {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		m, ok := member.(*types.AttributeValueMemberS)
		return ok && strings.Contains(v.Value, m.Value)
	case *types.AttributeValueMemberB:
		m, ok := member.(*types.AttributeValueMemberB)
		return ok && bytes.Contains(v.Value, m.Value)
	case *types.AttributeValueMemberL:
		for _, element := range v.Value {
			if item.Equal(element, member) {
				return true
			}
		}
		return false
	}
	return item.Has(v, member)
}
