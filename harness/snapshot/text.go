package snapshot

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Constants in all but the keyword: nothing assigns to them.
var (
	wordPattern   = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_#@/-]*$`)
	titlePattern  = regexp.MustCompile(`^[A-Za-z0-9_]+( [A-Za-z0-9_#@/.,:-]+)*$`)
	numberPattern = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?$`)
)

// isTitle tells whether text is words with single blanks between, which need no
// quotes in a line of their own.
func isTitle(text string) bool { return titlePattern.MatchString(text) }

func isNumber(text string) bool { return numberPattern.MatchString(text) }

// word is a key, a view or a label: plain when it cannot be mistaken for anything
// else, quoted otherwise. A dot is not plain, because paths use it.
func word(text string) string {
	if wordPattern.MatchString(text) {
		return text
	}
	return quote(text)
}

// quote writes text as a JSON string in which everything that an editor or a
// reviewer could not see is escaped: control characters, zero-width and
// direction marks, unusual blanks. Text that is not UTF-8 cannot be a JSON
// string and is shown as !S with base64.
func quote(text string) string {
	if !utf8.ValidString(text) {
		return "!S " + base64.StdEncoding.EncodeToString([]byte(text))
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case unicode.IsPrint(r):
			b.WriteRune(r)
		case r > 0xFFFF:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// set renders a set in one line, sorted: DynamoDB returns sets in any order.
func set[T any](mark string, elements []T, compare func(a, b T) int, text func(T) string) string {
	sorted := slices.SortedFunc(slices.Values(elements), compare)
	parts := make([]string, len(sorted))
	for i, e := range sorted {
		parts[i] = text(e)
	}
	return mark + " [" + strings.Join(parts, ", ") + "]"
}

func compareText(a, b string) int { return cmp.Compare(a, b) }

func compareBytes(a, b []byte) int { return bytes.Compare(a, b) }

// compareNumbers orders by value, then by text ("1" before "1.0"), with texts
// that are no numbers last. 256 bits hold more than the 38 digits of DynamoDB.
func compareNumbers(a, b string) int {
	x, y := parseNumber(a), parseNumber(b)
	switch {
	case x == nil && y == nil:
		return cmp.Compare(a, b)
	case x == nil:
		return 1
	case y == nil:
		return -1
	}
	return cmp.Or(x.Cmp(y), cmp.Compare(a, b))
}

func parseNumber(text string) *big.Float {
	if !isNumber(text) {
		return nil
	}
	f, _, err := big.ParseFloat(text, 10, 256, big.ToNearestEven)
	if err != nil {
		return nil
	}
	return f
}
