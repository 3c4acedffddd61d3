package item

import (
	"bytes"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/harness/engine/memory/number"
	"github.com/stillwater-streams/stillwater/harness/engine/memory/validation"
)

// Limits of an item.
const (
	MaxSize     = 400 << 10 // bytes, by [Size]
	maxNameSize = 65535     // bytes of an attribute name
	// maxNesting is how many lists and maps may lie in one another: 32 levels
	// (Limits page), of which the item is one.
	maxNesting = 31
)

// Normal checks the values of an item and returns it as it is stored. What is
// normal already is shared with the result. Errors are ValidationExceptions;
// with several mistakes, the one of the first attribute by name. Size is not
// checked: see [CheckSize].
func Normal(in Item) (Item, error) {
	out, _, err := normalMap(in, 0)
	return out, err
}

// NormalValue is [Normal] for one value of a request, which may be nested one
// level deeper than one of an item. It takes whatever [Take] takes.
func NormalValue(v types.AttributeValue) (types.AttributeValue, error) {
	left := maxValues
	if err := checkHostile(v, maxHostile, &left); err != nil {
		return nil, err
	}
	return normalValue(v, -1)
}

// normalMap returns in itself if nothing in it had to change.
func normalMap(in Item, depth int) (out Item, changed bool, err error) {
	out = in
	for _, name := range slices.Sorted(maps.Keys(in)) {
		if err := checkName(name); err != nil {
			return nil, false, err
		}
		v := in[name]
		normal, err := normalValue(v, depth)
		if err != nil {
			return nil, false, err
		}
		if normal == v {
			continue
		}
		if !changed {
			out, changed = maps.Clone(in), true
		}
		out[name] = normal
	}
	return out, changed, nil
}

// checkName checks the name of an attribute, at any level.
func checkName(name string) error {
	switch {
	case name == "":
		return validation.Errorf("Empty attribute name")
	case len(name) > maxNameSize:
		return validation.Errorf("Attribute name is too large, must be less than %d bytes", maxNameSize+1)
	}
	return nil
}

func normalValue(v types.AttributeValue, depth int) (types.AttributeValue, error) {
	if KindOf(v) == None {
		return nil, validation.Errorf("Supplied AttributeValue is empty, must contain exactly one of the supported datatypes")
	}
	switch v := v.(type) {
	case *types.AttributeValueMemberN:
		return normalNumber(v)
	case *types.AttributeValueMemberNULL:
		if !v.Value {
			return nil, validation.Errorf("One or more parameter values were invalid: Null attribute value types must have the value of true")
		}
	case *types.AttributeValueMemberSS:
		return normalStrings(v)
	case *types.AttributeValueMemberNS:
		return normalNumbers(v)
	case *types.AttributeValueMemberBS:
		return normalBinaries(v)
	case *types.AttributeValueMemberL:
		return normalList(v, depth+1)
	case *types.AttributeValueMemberM:
		if err := checkNesting(depth + 1); err != nil {
			return nil, err
		}
		m, changed, err := normalMap(v.Value, depth+1)
		if err != nil || !changed {
			return v, err
		}
		return &types.AttributeValueMemberM{Value: m}, nil
	}
	return v, nil
}

func checkNesting(depth int) error {
	if depth > maxNesting {
		return tooDeep()
	}
	return nil
}

func tooDeep() error {
	return validation.Errorf("Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit")
}

func normalNumber(v *types.AttributeValueMemberN) (types.AttributeValue, error) {
	text, err := number.Normal(v.Value)
	if err != nil || text == v.Value {
		return v, err
	}
	return &types.AttributeValueMemberN{Value: text}, nil
}

func normalList(v *types.AttributeValueMemberL, depth int) (types.AttributeValue, error) {
	if err := checkNesting(depth); err != nil {
		return nil, err
	}
	out := v
	for i, member := range v.Value {
		normal, err := normalValue(member, depth)
		if err != nil {
			return nil, err
		}
		if normal == member {
			continue
		}
		if out == v {
			out = &types.AttributeValueMemberL{Value: slices.Clone(v.Value)}
		}
		out.Value[i] = normal
	}
	return out, nil
}

func normalStrings(v *types.AttributeValueMemberSS) (types.AttributeValue, error) {
	if len(v.Value) == 0 {
		return nil, validation.Errorf("One or more parameter values were invalid: An string set  may not be empty")
	}
	sorted, unique := sortedSet(v.Value, strings.Compare)
	if !unique {
		return nil, validation.Errorf("One or more parameter values were invalid: Input collection [%s] contains duplicates.", strings.Join(v.Value, ", "))
	}
	if &sorted[0] == &v.Value[0] {
		return v, nil
	}
	return &types.AttributeValueMemberSS{Value: sorted}, nil
}

func normalNumbers(v *types.AttributeValueMemberNS) (types.AttributeValue, error) {
	if len(v.Value) == 0 {
		return nil, validation.Errorf("One or more parameter values were invalid: An number set  may not be empty")
	}
	members := v.Value
	for i, text := range v.Value {
		normal, err := number.Normal(text)
		if err != nil {
			return nil, err
		}
		if normal == text {
			continue
		}
		if &members[0] == &v.Value[0] {
			members = slices.Clone(v.Value)
		}
		members[i] = normal
	}
	sorted, unique := sortedSet(members, number.Compare)
	if !unique {
		return nil, validation.Errorf("Input collection contains duplicates")
	}
	if &sorted[0] == &v.Value[0] {
		return v, nil
	}
	return &types.AttributeValueMemberNS{Value: sorted}, nil
}

func normalBinaries(v *types.AttributeValueMemberBS) (types.AttributeValue, error) {
	if len(v.Value) == 0 {
		return nil, validation.Errorf("One or more parameter values were invalid: Binary sets should not be empty")
	}
	sorted, unique := sortedSet(v.Value, bytes.Compare)
	if !unique {
		return nil, validation.Errorf("One or more parameter values were invalid: Input collection of type BS contains duplicates.")
	}
	if &sorted[0] == &v.Value[0] {
		return v, nil
	}
	return &types.AttributeValueMemberBS{Value: sorted}, nil
}

// sortedSet returns the members in order, the slice itself if it was, and
// whether no two are equal.
func sortedSet[T any](members []T, compare func(a, b T) int) (sorted []T, unique bool) {
	sorted = members
	if !slices.IsSortedFunc(members, compare) {
		sorted = slices.Clone(members)
		slices.SortFunc(sorted, compare)
	}
	for i := 1; i < len(sorted); i++ {
		if compare(sorted[i-1], sorted[i]) == 0 {
			return sorted, false
		}
	}
	return sorted, true
}
