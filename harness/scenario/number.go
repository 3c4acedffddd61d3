package scenario

import (
	"regexp"
	"strconv"
	"strings"
)

// Numbers are never converted: the text in the file is the text in the table.
// So only one plain notation is taken, the one DynamoDB itself uses. The
// expressions are compiled once and never changed.
var (
	decimalText = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?$`)
	numericText = regexp.MustCompile(`^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$`)
)

// Limits of a DynamoDB number (developer guide, "Data types: number").
const (
	maxDigits   = 38
	maxExponent = 125
	minExponent = -130
)

// looksNumeric tells whether a plain text is a number in some reader's eyes.
func looksNumeric(text string) bool { return numericText.MatchString(text) }

// plainNumber says what is wrong with an untagged number; "" when nothing is.
func plainNumber(text string) (problem, hint string) {
	if !decimalText.MatchString(text) {
		return "the number " + text + " is written in a form that would not be kept",
			"write it in plain decimals (12, -1.50), or quote it if it is a text"
	}
	return numberRange(text)
}

// taggedNumber checks the text after !N, where exponents are meant.
func taggedNumber(text string) (problem, hint string) {
	if !numericText.MatchString(text) {
		return "\"" + shorten(text, 40) + "\" is not a number", "write decimals, with an exponent if need be: 1.5e10"
	}
	return numberRange(text)
}

// numberRange applies DynamoDB's precision and magnitude.
func numberRange(text string) (problem, hint string) {
	mantissa, exponentText, _ := strings.Cut(strings.ToLower(strings.TrimLeft(text, "+-")), "e")
	whole, fraction, _ := strings.Cut(mantissa, ".")
	digits := strings.TrimLeft(whole+fraction, "0")
	significant := strings.TrimRight(digits, "0")
	if significant == "" {
		return "", ""
	}
	if len(significant) > maxDigits {
		return "the number has " + itoa(len(significant)) + " digits; DynamoDB keeps " + itoa(maxDigits), "shorten it, or quote it if it is a text"
	}
	exponent := 0
	if exponentText != "" {
		var err error
		if exponent, err = strconv.Atoi(exponentText); err != nil {
			return "the exponent of " + shorten(text, 40) + " is out of range", "DynamoDB holds 1E-130 to 9.9…E+125"
		}
	}
	// The power of ten of the first significant digit.
	if power := exponent + len(digits) - 1 - len(fraction); power < minExponent || power > maxExponent {
		return "the number " + shorten(text, 40) + " is out of range", "DynamoDB holds 1E-130 to 9.9…E+125"
	}
	return "", ""
}

func itoa(n int) string { return strconv.Itoa(n) }
