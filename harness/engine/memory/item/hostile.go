package item

import (
	"iter"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/harness/engine/memory/validation"
)

// What a caller in this process can hand in and nobody could send over a network:
// lists that hold themselves, and lists that hold one list twice which holds one
// list twice, and so on, with more values than anybody counts.
const (
	// maxHostile is how deep lists and maps may lie in one another to be looked at
	// at all. Above [maxNesting], so that what is merely too deep is refused in its
	// turn.
	maxHostile = 100
	// maxValues is how many values are looked at: the values of a request have at
	// most 2 MB, and hardly one of them is shorter than a byte.
	maxValues = 2 << 20
)

// Take copies an item that a caller hands in, and gives it the form in which it is
// stored: [Clone], then [Normal]. However deep its values are, if they hold
// themselves, or if they are too many to be counted, that is an error and never a
// crash.
func Take(in Item) (Item, error) {
	out, err := TakeRaw(in)
	if err != nil {
		return nil, err
	}
	return Normal(out)
}

// TakeRaw is Take without Normal, for values that are checked elsewhere.
func TakeRaw(in Item) (Item, error) {
	left := maxValues
	for _, v := range in {
		if err := checkHostile(v, maxHostile, &left); err != nil {
			return nil, err
		}
	}
	return Clone(in), nil
}

// checkHostile refuses lists and maps that lie deeper in one another than so many
// levels, and more values than are left.
func checkHostile(v types.AttributeValue, levels int, left *int) error {
	if *left--; *left < 0 {
		return validation.Errorf(tooLarge)
	}
	var members iter.Seq[types.AttributeValue]
	switch v := v.(type) {
	case *types.AttributeValueMemberL:
		if v != nil {
			members = slices.Values(v.Value)
		}
	case *types.AttributeValueMemberM:
		if v != nil {
			members = maps.Values(v.Value)
		}
	}
	switch {
	case members == nil:
		return nil
	case levels == 0:
		return tooDeep()
	}
	for member := range members {
		if err := checkHostile(member, levels-1, left); err != nil {
			return err
		}
	}
	return nil
}
