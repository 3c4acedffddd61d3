package model

import (
	"cmp"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/cockroachdb/apd/v3"
)

// This file is the only one that knows the decimal library.

// Decimal is a number of the table: decimal text, so that no digit is lost
// between DynamoDB and a computation. The zero Decimal is an absent number and
// counts as 0 in Cmp and Add. Two equal numbers are equal under ==.
type Decimal struct {
	text string // canonical: no exponent, no leading or trailing zero, "" = absent
}

// DynamoDB's limits for a number.
const (
	maxDigits   = 38
	maxExponent = 125
	minExponent = -130
)

// ParseDecimal reads a number as DynamoDB accepts it: 38 digits, magnitudes from
// 1E-130 to 9.9E+125.
func ParseDecimal(text string) (Decimal, error) {
	// apd would accept "NaN", "Infinity" and more.
	if text == "" || strings.Trim(text, "0123456789+-.eE") != "" {
		return Decimal{}, fmt.Errorf("number: %q: not a decimal number", text)
	}
	d, _, err := apd.NewFromString(text)
	if err != nil {
		return Decimal{}, fmt.Errorf("number: %q: not a decimal number", text)
	}
	d.Reduce(d)
	exponent := int64(d.Exponent) + d.NumDigits() - 1
	if d.NumDigits() > maxDigits || !d.IsZero() && (exponent > maxExponent || exponent < minExponent) {
		return Decimal{}, fmt.Errorf("number: %q: beyond DynamoDB's %d digits or its range", text, maxDigits)
	}
	return canonical(d), nil
}

// Int returns the Decimal of a whole number.
func Int(n int64) Decimal { return Decimal{text: strconv.FormatInt(n, 10)} }

// Known tells whether the number exists.
func (d Decimal) Known() bool { return d.text != "" }

// String returns the number as it is written to the table, "" if it is absent.
func (d Decimal) String() string { return d.text }

// Equal tells whether two numbers are the same; absent equals only absent.
func (d Decimal) Equal(other Decimal) bool { return d == other }

// Cmp returns -1, 0 or 1 as d is less than, equal to or more than other. It
// compares the canonical texts and allocates nothing.
func (d Decimal) Cmp(other Decimal) int {
	a, negative := strings.CutPrefix(d.text, "-")
	b, otherNegative := strings.CutPrefix(other.text, "-")
	switch {
	case negative && otherNegative:
		return compareMagnitudes(b, a)
	case negative:
		return -1
	case otherNegative:
		return 1
	}
	return compareMagnitudes(a, b)
}

// compareMagnitudes compares canonical numbers without a sign: a longer whole part
// is more, else the digits decide from the left.
func compareMagnitudes(a, b string) int {
	wholeA, fractionA, _ := strings.Cut(cmp.Or(a, "0"), ".")
	wholeB, fractionB, _ := strings.Cut(cmp.Or(b, "0"), ".")
	return cmp.Or(
		cmp.Compare(len(wholeA), len(wholeB)),
		strings.Compare(wholeA, wholeB),
		strings.Compare(fractionA, fractionB))
}

// Add returns d + other.
func (d Decimal) Add(other Decimal) Decimal {
	sum := new(apd.Decimal)
	must(arithmetic().Add(sum, d.number(), other.number()))
	return canonical(sum)
}

// Times returns d * n.
func (d Decimal) Times(n int) Decimal {
	product := new(apd.Decimal)
	must(arithmetic().Mul(product, d.number(), apd.New(int64(n), 0)))
	return canonical(product)
}

// powerOfFour returns 4^(s-4) rounded to 3 decimals, half to even. s is a score,
// 0 to 10, so no operation can fail or overflow.
func powerOfFour(s Decimal) Decimal {
	c, power := arithmetic(), new(apd.Decimal)
	must(c.Sub(power, s.number(), apd.New(4, 0)))
	must(c.Pow(power, apd.New(4, 0), power))
	must(c.Quantize(power, power, -3))
	return canonical(power)
}

// oneDecimal returns a float64 with one decimal exactly as that decimal: 7.3 and
// not 7.29999999999999982. A number with more decimals is an error.
func oneDecimal(f float64) (Decimal, error) {
	tenths := math.Round(f * 10)
	if math.IsNaN(f) || math.Abs(f*10-tenths) > 1e-6 {
		return Decimal{}, fmt.Errorf("number: %v: more than one decimal", f)
	}
	return canonical(apd.New(int64(tenths), -1)), nil
}

// number is the library's form; d was validated when it was made.
func (d Decimal) number() *apd.Decimal {
	if d.text == "" {
		return apd.New(0, 0)
	}
	n, _, err := apd.NewFromString(d.text)
	if err != nil {
		panic(fmt.Sprintf("model: a Decimal holds %q: %v", d.text, err))
	}
	return n
}

func canonical(d *apd.Decimal) Decimal {
	reduced, _ := new(apd.Decimal).Reduce(d)
	if reduced.IsZero() {
		return Decimal{text: "0"} // never "-0"
	}
	return Decimal{text: reduced.Text('f')}
}

// arithmetic computes with DynamoDB's 38 digits and rounds half to even.
func arithmetic() *apd.Context {
	c := apd.BaseContext.WithPrecision(maxDigits)
	c.Rounding = apd.RoundHalfEven
	return c
}

func must(_ apd.Condition, err error) {
	if err != nil {
		panic(fmt.Sprintf("model: decimal arithmetic: %v", err))
	}
}
