package expression

import (
	"errors"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/harness/engine/memory/item"
	"github.com/stillwater-streams/stillwater/harness/engine/memory/number"
	"github.com/stillwater-streams/stillwater/harness/engine/memory/validation"
)

// Update is an update expression, or the AttributeUpdates that say the same. It
// never changes and may be used from several goroutines.
type Update struct {
	actions []action
	trie    *trie // leaf i is the path of action i
	legacy  bool  // from AttributeUpdates
}

// errWrongType is an operand of a kind that its operation does not take.
var errWrongType = errors.New("an operand has an incorrect data type")

// change is what one action does to the place it names.
type change struct {
	v    types.AttributeValue // nil: nothing is there afterwards
	keep bool                 // nothing changes after all
}

// Apply returns the item as the update leaves it. All operands have the values
// that they had before it. The item given is not changed; what is not touched
// is shared with the result. An update without any change returns an item that
// is equal to the one before (item.EqualItems).
//
// Errors are ValidationExceptions. Size and nesting of the result are not
// checked: see item.CheckUpdated.
func (u *Update) Apply(it item.Item) (item.Item, error) {
	if !u.trie.fits(&types.AttributeValueMemberM{Value: it}) {
		return nil, validation.Errorf("The document path provided in the update expression is invalid for update")
	}
	changes := make([]change, len(u.actions))
	for i, a := range u.actions {
		var err error
		if changes[i], err = a.change(it); err != nil {
			return nil, u.worded(err)
		}
	}
	return u.trie.changeMap(it, changes), nil
}

// Project returns what of an item the update names: the attributes of
// UPDATED_OLD and UPDATED_NEW. As in the service, an index means the same
// element before and after: of SET l[9] on a shorter list nothing is new
// (test_returnvalues.py of ScyllaDB's Alternator, run against the service).
func (u *Update) Project(it item.Item) item.Item { return u.trie.projectMap(it) }

// Creates tells whether the update makes an item where there is none: REMOVE
// and DELETE alone do not.
func (u *Update) Creates() bool {
	return slices.ContainsFunc(u.actions, func(a action) bool { return a.verb == set || a.verb == add })
}

// change computes what an action does to an item.
func (a action) change(it item.Item) (change, error) {
	switch a.verb {
	case set:
		v, err := compute(a.operand, it)
		return change{v: v}, err
	case remove:
		return change{}, nil
	}
	old, by := a.path.value(it), a.operand.(operand).value(it)
	if old == nil {
		return change{v: by, keep: a.verb == del}, nil
	}
	v, err := combine(a.verb, old, by)
	return change{v: v}, err
}

// combine is ADD and DELETE where there is a value already.
func combine(verb verb, old, by types.AttributeValue) (types.AttributeValue, error) {
	if verb == del {
		if v, ok := item.Difference(old, by); ok {
			return v, nil
		}
		return nil, errWrongType
	}
	switch by := by.(type) {
	case *types.AttributeValueMemberN:
		return calculate("+", old, by)
	case *types.AttributeValueMemberL: // AttributeUpdates only
		if old, ok := old.(*types.AttributeValueMemberL); ok {
			return &types.AttributeValueMemberL{Value: slices.Concat(old.Value, by.Value)}, nil
		}
	}
	if v, ok := item.Union(old, by); ok {
		return v, nil
	}
	return nil, errWrongType
}

// worded gives an error its words.
func (u *Update) worded(err error) error {
	switch {
	case !errors.Is(err, errWrongType):
		return err
	case u.legacy:
		return validation.Errorf("Type mismatch for attribute to update")
	}
	return validation.Errorf("An operand in the update expression has an incorrect data type")
}

// compute returns the value of what stands on the right side of a SET.
func compute(x assignable, it item.Item) (types.AttributeValue, error) {
	switch x := x.(type) {
	case *arithmetic:
		return x.compute(it)
	case *call:
		if x.function == listAppend {
			return x.appendLists(it)
		}
		// The second operand must be there even if it is not needed.
		v, err := compute(x.args[1], it)
		if first := x.args[0].value(it); first != nil && err == nil {
			v = first
		}
		return v, err
	case operand:
		if v := x.value(it); v != nil {
			return v, nil
		}
	}
	return nil, validation.Errorf("The provided expression refers to an attribute that does not exist in the item")
}

func (a *arithmetic) compute(it item.Item) (types.AttributeValue, error) {
	left, err := computeAs(item.N, a.left, it)
	if err != nil {
		return nil, err
	}
	right, err := computeAs(item.N, a.right, it)
	if err != nil {
		return nil, err
	}
	return calculate(a.operator, left, right)
}

// computeAs computes an operand that must be of one kind.
func computeAs(kind item.Kind, x operand, it item.Item) (types.AttributeValue, error) {
	v, err := compute(x, it)
	if err == nil && item.KindOf(v) != kind {
		err = errWrongType
	}
	return v, err
}

func calculate(operator string, left, right types.AttributeValue) (types.AttributeValue, error) {
	x, ok := left.(*types.AttributeValueMemberN)
	if !ok {
		return nil, errWrongType
	}
	y, ok := right.(*types.AttributeValueMemberN)
	if !ok {
		return nil, errWrongType
	}
	operation := number.Add
	if operator == "-" {
		operation = number.Subtract
	}
	text, err := operation(x.Value, y.Value)
	if err != nil {
		return nil, err
	}
	return &types.AttributeValueMemberN{Value: text}, nil
}

func (c *call) appendLists(it item.Item) (types.AttributeValue, error) {
	first, err := computeAs(item.L, c.args[0], it)
	if err != nil {
		return nil, err
	}
	second, err := computeAs(item.L, c.args[1], it)
	if err != nil {
		return nil, err
	}
	return &types.AttributeValueMemberL{Value: slices.Concat(
		first.(*types.AttributeValueMemberL).Value,
		second.(*types.AttributeValueMemberL).Value,
	)}, nil
}

// fits tells whether all that paths lead through is there: maps under names,
// lists under indexes. The last step of a path may lead nowhere.
func (t *trie) fits(v types.AttributeValue) bool {
	if t.isLeaf() {
		return true
	}
	switch v.(type) {
	case *types.AttributeValueMemberM:
		if t.children[0].step.indexed {
			return false
		}
	case *types.AttributeValueMemberL:
		if !t.children[0].step.indexed {
			return false
		}
	default:
		return false
	}
	return !slices.ContainsFunc(t.children, func(c *trie) bool { return !c.fits(c.step.of(v)) })
}

// changeMap returns a copy of a map with the changes below t made.
func (t *trie) changeMap(m item.Item, changes []change) item.Item {
	out := maps.Clone(m)
	if out == nil {
		out = item.Item{}
	}
	for _, child := range t.children {
		switch v, keep := child.change(m[child.step.name], changes); {
		case keep:
		case v == nil:
			delete(out, child.step.name)
		default:
			out[child.step.name] = v
		}
	}
	return out
}

// changeList is the same for a list. Indexes are those before the update:
// elements that are set beyond the end come behind it in order, and those that
// are removed leave no gap.
func (t *trie) changeList(l []types.AttributeValue, changes []change) []types.AttributeValue {
	out := slices.Clone(l)
	for _, child := range t.children {
		at := child.step.index
		var old types.AttributeValue
		if at < len(l) {
			old = l[at]
		}
		switch v, keep := child.change(old, changes); {
		case keep:
		case at < len(l):
			out[at] = v
		case v != nil:
			out = append(out, v)
		}
	}
	return slices.DeleteFunc(out, func(v types.AttributeValue) bool { return v == nil })
}

// change returns what becomes of the value at t, which fits.
func (t *trie) change(v types.AttributeValue, changes []change) (_ types.AttributeValue, keep bool) {
	switch v := v.(type) {
	case *types.AttributeValueMemberM:
		if !t.isLeaf() {
			return &types.AttributeValueMemberM{Value: t.changeMap(v.Value, changes)}, false
		}
	case *types.AttributeValueMemberL:
		if !t.isLeaf() {
			return &types.AttributeValueMemberL{Value: t.changeList(v.Value, changes)}, false
		}
	}
	c := changes[t.leaf]
	return c.v, c.keep
}
