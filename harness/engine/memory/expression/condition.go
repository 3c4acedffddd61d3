package expression

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/harness/engine/memory/item"
)

// Condition is a condition or filter expression, or what a legacy parameter
// says instead. It never changes and may be used from several goroutines.
type Condition struct {
	root      condition
	paths     []*path
	parameter string // the legacy parameter it comes from; "" for an expression
}

// Match tells whether an item meets the condition. The item is in normal form;
// nil is an item that does not exist. There are no errors: an operand that is
// absent or of another type makes a comparison false, and <> true.
func (c *Condition) Match(it item.Item) bool { return c.root.holds(it) }

// Names returns the attributes that the condition's paths begin with, sorted.
func (c *Condition) Names() []string {
	var names []string
	for _, p := range c.paths {
		names = append(names, p.top())
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// value walks along the path.
func (p *path) value(it item.Item) types.AttributeValue {
	v := it[p.steps[0].name]
	for _, s := range p.steps[1:] {
		v = s.of(v)
	}
	return v
}

// of returns what a step leads to, nil if it leads nowhere.
func (s step) of(v types.AttributeValue) types.AttributeValue {
	switch v := v.(type) {
	case *types.AttributeValueMemberM:
		if !s.indexed {
			return v.Value[s.name]
		}
	case *types.AttributeValueMemberL:
		if s.indexed && s.index < len(v.Value) {
			return v.Value[s.index]
		}
	}
	return nil
}

func (l *literal) value(item.Item) types.AttributeValue { return l.v }

func (x *comparison) holds(it item.Item) bool {
	left, right := x.left.value(it), x.right.value(it)
	switch x.operator {
	case "=":
		return left != nil && item.Equal(left, right)
	case "<>":
		return left == nil || !item.Equal(left, right)
	}
	order, ok := item.Compare(left, right)
	if !ok {
		return false
	}
	switch x.operator {
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	}
	return order >= 0
}

func (x *between) holds(it item.Item) bool {
	v := x.x.value(it)
	low, ok := item.Compare(x.low.value(it), v)
	if !ok || low > 0 {
		return false
	}
	high, ok := item.Compare(v, x.high.value(it))
	return ok && high <= 0
}

func (x *in) holds(it item.Item) bool {
	v := x.x.value(it)
	if v == nil {
		return false
	}
	for _, y := range x.list {
		if item.Equal(v, y.value(it)) {
			return true
		}
	}
	return false
}

func (x *and) holds(it item.Item) bool {
	for _, term := range x.terms {
		if !term.holds(it) {
			return false
		}
	}
	return true
}

func (x *or) holds(it item.Item) bool {
	for _, term := range x.terms {
		if term.holds(it) {
			return true
		}
	}
	return false
}

func (x *not) holds(it item.Item) bool { return !x.term.holds(it) }
