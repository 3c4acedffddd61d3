package filter

import (
	"fmt"
	"regexp"
	"strings"
)

// notDelivered says why DynamoDB never delivers an N with this text.
func notDelivered(text string) string {
	why, plain := delivered(text)
	switch {
	case why == "":
		return ""
	case plain == "":
		return why
	default:
		return fmt.Sprintf("%s: write %s", why, quote(plain))
	}
}

// delivered says why DynamoDB never delivers a number with this text, and in
// which text it would: without exponent, leading zeros and trailing zeros behind
// the point (seen on DynamoDB Local; on AWS as its guide says, doc). Both are
// empty for a text that is as it would be.
func delivered(text string) (why, plain string) {
	if !regexp.MustCompile(`^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$`).MatchString(text) {
		return fmt.Sprintf("N holds a number, not %s", shorten(quote(text))), ""
	}
	d := parseDecimal([]byte(text), nil)
	if len(d.digits) > 38 || d.exponent > 126 || d.exponent < -129 {
		return fmt.Sprintf("DynamoDB has no number %s: it has 38 digits and sizes from 1e-130 to 9.9e125", shorten(text)), ""
	}
	if plain = d.plain(); plain == text {
		return "", ""
	}
	return fmt.Sprintf("DynamoDB delivers the number %s as %s", shorten(text), plain), plain
}

// plain writes a decimal without exponent.
func (d decimal) plain() string {
	digits, point := string(d.digits), int(d.exponent)
	switch {
	case digits == "":
		return "0"
	case point <= 0:
		digits = "0." + strings.Repeat("0", -point) + digits
	case point >= len(digits):
		digits += strings.Repeat("0", point-len(digits))
	default:
		digits = digits[:point] + "." + digits[point:]
	}
	if d.negative {
		return "-" + digits
	}
	return digits
}
