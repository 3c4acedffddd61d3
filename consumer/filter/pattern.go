package filter

import (
	"bytes"
	"slices"
)

// branch is an object of a pattern: all its members must hold.
type branch struct {
	members []member
}

// member is one key of a branch. Exactly one of leaf, branch and choice is
// there.
type member struct {
	at     int // offset of the key
	key    string
	leaf   *leaf
	branch *branch
	choice []*branch // of "$or": one of them must hold
}

// leaf is an array of a pattern: any of its tests must hold for any of the
// values at its path.
type leaf struct {
	at    int
	where string // its place in the pattern: "dynamodb.$or[0].NewImage.n.N"
	tests []test
}

// operator is how a test compares.
type operator byte

const (
	equals operator = iota
	anythingBut
	numeric
	prefix
	suffix
	ignoreCase
	present
	absent
)

// test is one element of a leaf.
type test struct {
	at       int // offset of the element
	written  string
	operator operator
	// values are those to compare with: any number of them for anythingBut,
	// one else. numeric and present have none.
	values []operand
	// lower and upper bound numeric.
	lower, upper bound
}

// operand is a scalar of a pattern. A text is decoded, a number parsed.
type operand struct {
	kind   kind
	text   string
	number decimal
}

// bound is one end of a numeric range; the zero bound is none.
type bound struct {
	there, inclusive bool
	number           decimal
}

// isAbsence says that a leaf also holds where nothing is at its path.
func (l *leaf) isAbsence() bool {
	return slices.ContainsFunc(l.tests, func(t test) bool { return t.operator == absent })
}

// holds says whether any test of the leaf holds for the value.
func (l *leaf) holds(v scalar) bool {
	for i := range l.tests {
		if l.tests[i].holds(v) {
			return true
		}
	}
	return false
}

func (t *test) holds(v scalar) bool {
	switch t.operator {
	case present:
		return true
	case absent:
		return false
	case equals:
		return t.values[0].equal(v)
	case anythingBut: // of another kind is anything but, null too
		for i := range t.values {
			if t.values[i].equal(v) {
				return false
			}
		}
		return true
	case numeric:
		return v.kind == number && t.within(v)
	default:
		return v.kind == text && t.likens(v.text())
	}
}

func (t *test) within(v scalar) bool {
	var buf [40]byte
	n := parseDecimal(v.raw, buf[:])
	return t.lower.allows(n, 1) && t.upper.allows(n, -1)
}

// allows says whether n is on the bound's side: 1 above it, -1 below it.
func (b bound) allows(n decimal, side int) bool {
	if !b.there {
		return true
	}
	c := n.compare(b.number)
	return c == side || c == 0 && b.inclusive
}

// likens compares texts by bytes, but for ignoreCase.
func (t *test) likens(v []byte) bool {
	want := t.values[0].text
	switch t.operator {
	case prefix:
		return len(v) >= len(want) && string(v[:len(want)]) == want
	case suffix:
		return len(v) >= len(want) && string(v[len(v)-len(want):]) == want
	default:
		return bytes.EqualFold(v, []byte(want))
	}
}

// equal compares numbers by value and texts by bytes.
func (o *operand) equal(v scalar) bool {
	if o.kind != v.kind {
		return false
	}
	switch o.kind {
	case text:
		return string(v.text()) == o.text
	case number:
		var buf [40]byte
		return parseDecimal(v.raw, buf[:]).compare(o.number) == 0
	default: // true, false and null have one value each
		return true
	}
}
