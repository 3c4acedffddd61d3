package number

import (
	"cmp"
	"strings"
)

// Compare returns -1, 0 or 1 as a is less than, equal to or more than b. Both
// are in normal form. It makes no garbage: conditions compare millions of times.
func Compare(a, b string) int {
	if a == b {
		return 0
	}
	aNegative, aInteger, aFraction := split(a)
	bNegative, bInteger, bFraction := split(b)
	if aNegative != bNegative {
		if aNegative {
			return -1
		}
		return 1
	}
	// Without leading zeros the longer integer is the greater one; without
	// trailing zeros fractions order as texts.
	c := cmp.Or(
		cmp.Compare(len(aInteger), len(bInteger)),
		strings.Compare(aInteger, bInteger),
		strings.Compare(aFraction, bFraction),
	)
	if aNegative {
		return -c
	}
	return c
}

// Size returns the bytes that a number in normal form counts for in an item:
// one, one for each pair of digits (pairs start at the decimal point), and one
// if it is negative. Measured through the SizeBytes of stream records; the
// documentation says "approximately".
func Size(text string) int {
	if text == "0" {
		return 1
	}
	negative, integer, fraction := split(text)
	// first and last are the powers of ten of the outermost digits.
	first, last := len(integer)-1, -len(fraction)
	if integer == "0" {
		first = -1 - (len(fraction) - len(strings.TrimLeft(fraction, "0")))
	}
	if fraction == "" {
		last = len(integer) - len(strings.TrimRight(integer, "0"))
	}
	size := 1 + (first >> 1) - (last >> 1) + 1
	if negative {
		size++
	}
	return size
}
