package item

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/harness/engine/memory/number"
	"github.com/stillwater-streams/stillwater/harness/engine/memory/validation"
)

// Size returns the bytes of an item as they count for the limit of 400 KB, for
// capacity and for the SizeBytes of a stream record (the sum over its keys and
// images): the UTF-8 bytes of all names plus the values' sizes
// (CapacityUnitCalculations; exact numbers by our measurement of SizeBytes).
func Size(it Item) int {
	size := 0
	for name, v := range it {
		size += len(name) + ValueSize(v)
	}
	return size
}

// ValueSize returns the bytes of one value without its name.
func ValueSize(v types.AttributeValue) int {
	const collection = 3 // of each list and map, empty or not; 1 for each entry
	size := 0
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		size = len(v.Value)
	case *types.AttributeValueMemberN:
		size = number.Size(v.Value)
	case *types.AttributeValueMemberB:
		size = len(v.Value)
	case *types.AttributeValueMemberBOOL, *types.AttributeValueMemberNULL:
		size = 1
	case *types.AttributeValueMemberSS:
		for _, s := range v.Value {
			size += len(s)
		}
	case *types.AttributeValueMemberNS:
		for _, n := range v.Value {
			size += number.Size(n)
		}
	case *types.AttributeValueMemberBS:
		for _, b := range v.Value {
			size += len(b)
		}
	case *types.AttributeValueMemberL:
		size = collection + len(v.Value)
		for _, member := range v.Value {
			size += ValueSize(member)
		}
	case *types.AttributeValueMemberM:
		size = collection + len(v.Value) + Size(v.Value)
	}
	return size
}

const tooLarge = "Item size has exceeded the maximum allowed size"

// CheckSize refuses an item to be put that is larger than [MaxSize].
func CheckSize(it Item) error {
	if exceeds(it) {
		return validation.Errorf(tooLarge)
	}
	return nil
}

// exceeds tells whether an item is larger than [MaxSize]. It counts no further: an
// update can set one large value many times.
func exceeds(it Item) bool {
	size := 0
	for name, v := range it {
		if size += len(name) + ValueSize(v); size > MaxSize {
			return true
		}
	}
	return false
}

// CheckUpdated refuses what an update made of an item: too large, or nested too
// deeply.
func CheckUpdated(it Item) error {
	if exceeds(it) {
		return validation.Errorf("Item size to update has exceeded the maximum allowed size")
	}
	for _, v := range it {
		if !nestsWithin(v, maxNesting) {
			return validation.Errorf("Nesting Levels have exceeded supported limits")
		}
	}
	return nil
}

// nestsWithin tells whether at most so many lists and maps lie in one another.
func nestsWithin(v types.AttributeValue, levels int) bool {
	tooDeep := func(member types.AttributeValue) bool { return !nestsWithin(member, levels-1) }
	switch v := v.(type) {
	case *types.AttributeValueMemberL:
		return v == nil || levels > 0 && !slices.ContainsFunc(v.Value, tooDeep)
	case *types.AttributeValueMemberM:
		if v == nil {
			return true
		}
		if levels == 0 {
			return false
		}
		for _, member := range v.Value {
			if tooDeep(member) {
				return false
			}
		}
	}
	return true
}
