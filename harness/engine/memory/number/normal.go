package number

import (
	"math"
	"strings"

	"github.com/stillwater-streams/stillwater/harness/engine/memory/validation"
)

// DynamoDB's limits (HowItWorks.NamingRulesDataTypes, "Number").
const (
	maxDigits    = 38
	maxMagnitude = 125  // of the first digit: 9.99…E+125
	minMagnitude = -130 // 1E-130
)

// Normal returns the normal form of a number as a client may write it: a sign,
// leading and trailing zeros, a point at either end and an exponent are fine.
// Anything else is a ValidationException.
func Normal(text string) (string, error) {
	if isNormal(text) {
		return text, nil
	}
	d, ok := scan(text)
	if !ok {
		return "", notNumeric(text)
	}
	return d.normal()
}

// notNumeric says so in the words of the service; DynamoDB Local has others.
func notNumeric(text string) error {
	if text == "" {
		return validation.Errorf("The parameter cannot be converted to a numeric value")
	}
	return validation.Errorf("The parameter cannot be converted to a numeric value: %s", text)
}

// isNormal recognises the common case: a short number that is normal already.
func isNormal(text string) bool {
	if len(text) > maxDigits {
		return false
	}
	_, integer, fraction := split(text)
	if integer == "" || !allDigits(integer) || !allDigits(fraction) {
		return false
	}
	switch {
	case len(integer) > 1 && integer[0] == '0':
		return false
	case fraction == "":
		return text != "-0" && text[len(text)-1] != '.'
	}
	return fraction[len(fraction)-1] != '0'
}

// split takes the normal form apart.
func split(text string) (negative bool, integer, fraction string) {
	text, negative = strings.CutPrefix(text, "-")
	integer, fraction, _ = strings.Cut(text, ".")
	return negative, integer, fraction
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// decimal is ± digits × 10^exponent. digits has no zero at either end; none at
// all is zero.
type decimal struct {
	negative bool
	digits   string
	exponent int64
}

// scan reads what Java's BigDecimal reads, because the service does.
func scan(text string) (decimal, bool) {
	var d decimal
	switch {
	case strings.HasPrefix(text, "-"):
		d.negative, text = true, text[1:]
	case strings.HasPrefix(text, "+"):
		text = text[1:]
	}
	significand, power := text, ""
	if at := strings.IndexAny(text, "eE"); at >= 0 {
		if significand, power = text[:at], text[at+1:]; power == "" {
			return decimal{}, false
		}
	}
	exponent, ok := scanExponent(power)
	if !ok {
		return decimal{}, false
	}
	integer, fraction, _ := strings.Cut(significand, ".")
	d.digits = integer + fraction
	d.exponent = exponent - int64(len(fraction))
	if d.digits == "" || !allDigits(d.digits) || d.exponent < -math.MaxInt32 {
		return decimal{}, false
	}
	d.trim()
	return d, true
}

// scanExponent reads an exponent of 32 bits: beyond it BigDecimal sees no number.
func scanExponent(text string) (int64, bool) {
	negative := strings.HasPrefix(text, "-")
	if negative || strings.HasPrefix(text, "+") {
		if text = text[1:]; text == "" {
			return 0, false
		}
	}
	text = strings.TrimLeft(text, "0")
	if !allDigits(text) || len(text) > len("2147483647") {
		return 0, false
	}
	var n int64
	for i := range len(text) {
		n = 10*n + int64(text[i]-'0')
	}
	if negative {
		n = -n
	}
	return n, n >= math.MinInt32 && n <= math.MaxInt32
}

func (d *decimal) trim() {
	d.digits = strings.TrimLeft(d.digits, "0")
	short := strings.TrimRight(d.digits, "0")
	d.exponent += int64(len(d.digits) - len(short))
	d.digits = short
}

// normal checks the limits and writes the number out.
func (d decimal) normal() (string, error) {
	magnitude := d.exponent + int64(len(d.digits)) - 1
	switch {
	case d.digits == "":
		return "0", nil
	case magnitude > maxMagnitude:
		return "", overflow()
	case magnitude < minMagnitude:
		return "", validation.Errorf("Number underflow. Attempting to store a number with magnitude smaller than supported range")
	case len(d.digits) > maxDigits:
		return "", validation.Errorf("Attempting to store more than 38 significant digits in a Number")
	}
	var b strings.Builder
	if d.negative {
		b.WriteByte('-')
	}
	point := len(d.digits) + int(d.exponent) // how many digits stand before the point
	switch {
	case point <= 0:
		b.WriteString("0.")
		b.WriteString(strings.Repeat("0", -point))
		b.WriteString(d.digits)
	case point >= len(d.digits):
		b.WriteString(d.digits)
		b.WriteString(strings.Repeat("0", point-len(d.digits)))
	default:
		b.WriteString(d.digits[:point])
		b.WriteByte('.')
		b.WriteString(d.digits[point:])
	}
	return b.String(), nil
}

func overflow() error {
	return validation.Errorf("Number overflow. Attempting to store a number with magnitude larger than supported range")
}
