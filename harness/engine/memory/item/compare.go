package item

import (
	"bytes"
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/harness/engine/memory/number"
)

// Equal tells whether two values are of the same kind and mean the same. Both
// are in normal form. Nil equals only nil.
func Equal(a, b types.AttributeValue) bool {
	if a == b {
		return true
	}
	switch a := a.(type) {
	case *types.AttributeValueMemberS:
		b, ok := b.(*types.AttributeValueMemberS)
		return ok && a.Value == b.Value
	case *types.AttributeValueMemberN:
		b, ok := b.(*types.AttributeValueMemberN)
		return ok && a.Value == b.Value
	case *types.AttributeValueMemberB:
		b, ok := b.(*types.AttributeValueMemberB)
		return ok && bytes.Equal(a.Value, b.Value)
	case *types.AttributeValueMemberBOOL:
		b, ok := b.(*types.AttributeValueMemberBOOL)
		return ok && a.Value == b.Value
	case *types.AttributeValueMemberNULL:
		return KindOf(b) == NULL
	}
	return equalCollections(a, b)
}

func equalCollections(a, b types.AttributeValue) bool {
	switch a := a.(type) {
	case *types.AttributeValueMemberSS:
		b, ok := b.(*types.AttributeValueMemberSS)
		return ok && slices.Equal(a.Value, b.Value)
	case *types.AttributeValueMemberNS:
		b, ok := b.(*types.AttributeValueMemberNS)
		return ok && slices.Equal(a.Value, b.Value)
	case *types.AttributeValueMemberBS:
		b, ok := b.(*types.AttributeValueMemberBS)
		return ok && slices.EqualFunc(a.Value, b.Value, bytes.Equal)
	case *types.AttributeValueMemberL:
		b, ok := b.(*types.AttributeValueMemberL)
		return ok && slices.EqualFunc(a.Value, b.Value, Equal)
	case *types.AttributeValueMemberM:
		b, ok := b.(*types.AttributeValueMemberM)
		return ok && EqualItems(a.Value, b.Value)
	}
	return false
}

// EqualItems tells whether two items are the same: a write that leaves an item
// equal to what it was is a no-op and makes no stream record.
func EqualItems(a, b Item) bool { return maps.EqualFunc(a, b, Equal) }

// Compare orders two values of the same ordered kind: numbers by value, strings
// by their UTF-8 bytes, binaries by unsigned bytes. ok is false for all others.
func Compare(a, b types.AttributeValue) (order int, ok bool) {
	switch a := a.(type) {
	case *types.AttributeValueMemberS:
		if b, ok := b.(*types.AttributeValueMemberS); ok {
			return strings.Compare(a.Value, b.Value), true
		}
	case *types.AttributeValueMemberN:
		if b, ok := b.(*types.AttributeValueMemberN); ok {
			return number.Compare(a.Value, b.Value), true
		}
	case *types.AttributeValueMemberB:
		if b, ok := b.(*types.AttributeValueMemberB); ok {
			return bytes.Compare(a.Value, b.Value), true
		}
	}
	return 0, false
}

// Has tells whether a set has a member: a string, number or binary as the set
// is. False for everything else.
func Has(set, member types.AttributeValue) bool {
	switch set := set.(type) {
	case *types.AttributeValueMemberSS:
		m, ok := member.(*types.AttributeValueMemberS)
		return ok && has(set.Value, m.Value, cmp.Compare[string])
	case *types.AttributeValueMemberNS:
		m, ok := member.(*types.AttributeValueMemberN)
		return ok && has(set.Value, m.Value, number.Compare)
	case *types.AttributeValueMemberBS:
		m, ok := member.(*types.AttributeValueMemberB)
		return ok && has(set.Value, m.Value, bytes.Compare)
	}
	return false
}

func has[T any](sorted []T, member T, compare func(a, b T) int) bool {
	_, found := slices.BinarySearchFunc(sorted, member, compare)
	return found
}

// Union returns the members of two sets of one kind; ok is false for all else.
func Union(a, b types.AttributeValue) (union types.AttributeValue, ok bool) {
	return combine(a, b, true)
}

// Difference returns the members of the set a that are not in the set b: nil if
// none is left, because there are no empty sets. ok is false if they are not
// two sets of one kind.
func Difference(a, b types.AttributeValue) (difference types.AttributeValue, ok bool) {
	return combine(a, b, false)
}

func combine(a, b types.AttributeValue, union bool) (types.AttributeValue, bool) {
	if KindOf(a) != KindOf(b) {
		return nil, false
	}
	switch a := a.(type) {
	case *types.AttributeValueMemberSS:
		if s := merge(a.Value, b.(*types.AttributeValueMemberSS).Value, cmp.Compare[string], union); len(s) > 0 {
			return &types.AttributeValueMemberSS{Value: s}, true
		}
	case *types.AttributeValueMemberNS:
		if s := merge(a.Value, b.(*types.AttributeValueMemberNS).Value, number.Compare, union); len(s) > 0 {
			return &types.AttributeValueMemberNS{Value: s}, true
		}
	case *types.AttributeValueMemberBS:
		if s := merge(a.Value, b.(*types.AttributeValueMemberBS).Value, bytes.Compare, union); len(s) > 0 {
			return &types.AttributeValueMemberBS{Value: s}, true
		}
	default:
		return nil, false
	}
	return nil, true
}

// merge walks two ordered sets: their union, or what is in a only.
func merge[T any](a, b []T, compare func(a, b T) int, union bool) []T {
	out := make([]T, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		switch order := compare(a[0], b[0]); {
		case order < 0:
			out, a = append(out, a[0]), a[1:]
		case order > 0 && union:
			out, b = append(out, b[0]), b[1:]
		case order > 0:
			b = b[1:]
		case union:
			b = b[1:]
		default:
			a, b = a[1:], b[1:]
		}
	}
	out = append(out, a...)
	if union {
		out = append(out, b...)
	}
	return out
}
