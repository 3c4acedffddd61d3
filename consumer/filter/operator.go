package filter

import (
	"slices"
	"strings"
)

// operator reads an object inside a leaf, {"prefix": "a"}, into t.
func (p *parser) operator(e element, where string, t *test) {
	if len(e.keys) == 0 {
		p.mistake(e.at, where, "an empty object is no operator: write one of %s", operators)
		return
	}
	key, value := e.keys[0], e.values[0]
	if len(e.keys) > 1 && isOperator(key.text) {
		p.mistake(e.keys[1].at, where, "an object holds one operator: write {%s: …}, {%s: …} to have either; "+
			"both at once cannot be had", quote(key.text), quote(e.keys[1].text))
		return
	}
	switch key.text {
	case "prefix", "suffix", "equals-ignore-case":
		p.likeness(key.text, value, where, t)
	case "anything-but":
		p.anythingBut(value, where, t)
	case "numeric":
		p.numeric(value, where, t)
	case "exists":
		p.exists(value, where, t)
	default:
		p.mistake(key.at, where, "%s", unknownOperator(key.text, value.kind))
	}
}

func isOperator(name string) bool {
	return slices.Contains(strings.Split(operators, ", "), name)
}

const operators = "prefix, suffix, equals-ignore-case, anything-but, numeric, exists"

// unknownOperator says what to write instead of one whose argument is of the
// kind.
func unknownOperator(name string, argument kind) string {
	meant := meantOperator(name)
	switch {
	case name == "wildcard":
		return `wildcard is EventBridge's, not Lambda's: write {"prefix": "…"} or {"suffix": "…"}, ` +
			`or look for the middle in the function`
	case name == "cidr":
		return `cidr is EventBridge's, not Lambda's: write {"prefix": "10.0."} for a block that ends at a point, ` +
			`or compare addresses in the function`
	case name == "exactly":
		return `exactly is event-ruler's, not Lambda's: write the text itself, as in ["x"]`
	case name == or:
		return `$or stands beside keys, not among values: the values of an array are alternatives already`
	case meant != "":
		return "unknown operator " + quote(name) + ": write " + quote(meant)
	case argument == array || argument == object:
		return "unknown operator " + quote(name) + ": if it is a key of the record, write {" + quote(name) +
			": …} without the brackets around it; operators are " + operators
	default:
		return "unknown operator " + quote(name) + ": Lambda has " + operators
	}
}

// meantOperator gives the operator that a wrong name stands for; empty if nobody
// knows.
func meantOperator(name string) string {
	letters := strings.NewReplacer("-", "", "_", "").Replace(strings.ToLower(name))
	for _, known := range strings.Split(operators, ", ") {
		if strings.ReplaceAll(known, "-", "") == letters {
			return known
		}
	}
	switch letters {
	case "startswith", "beginswith":
		return "prefix"
	case "endswith":
		return "suffix"
	case "not", "notequals", "isnot":
		return "anything-but"
	}
	return ""
}

func (p *parser) likeness(name string, value element, where string, t *test) {
	t.operator = map[string]operator{"prefix": prefix, "suffix": suffix, "equals-ignore-case": ignoreCase}[name]
	t.values = []operand{newOperand(value)}
	switch {
	case value.kind == text:
	case value.kind == object:
		p.mistake(value.at, where, "%s with an operator in it is EventBridge's, not Lambda's: "+
			"write a text, and one {%s: …} per spelling that you expect", name, quote(name))
	case value.kind == array:
		p.mistake(value.at, where, "%s takes one text: write {%s: …} once per text, side by side", name, quote(name))
	default:
		p.mistake(value.at, where, "%s takes a text: write %s", name, quote(value.written))
	}
}

func (p *parser) anythingBut(value element, where string, t *test) {
	t.operator = anythingBut
	values := []element{value}
	switch value.kind {
	case array:
		values = value.values
	case object:
		p.mistake(value.at, where, "anything-but with an operator in it is EventBridge's, not Lambda's: "+
			"list the texts themselves, or decide in the function")
		return
	}
	if len(values) == 0 {
		p.mistake(value.at, where, `anything-but of nothing: list texts or numbers; write {"exists": true} for any value`)
	}
	for _, v := range values {
		if v.kind != text && v.kind != number {
			p.mistake(v.at, where, "anything-but takes texts or numbers, not %s: list the values that may match instead",
				shorten(v.written))
			continue
		}
		t.values = append(t.values, newOperand(v))
		if v.kind != t.values[0].kind {
			p.mistake(v.at, where, "anything-but takes texts or numbers, not both: write %s as the others are",
				shorten(v.written))
		}
	}
}

func (p *parser) exists(value element, where string, t *test) {
	t.operator = present
	switch {
	case value.kind == no:
		t.operator = absent
	case value.kind == text && (value.text == "true" || value.text == "false"):
		p.mistake(value.at, where, "exists takes true or false: write %s without the quotes", value.text)
	case value.kind != yes:
		p.mistake(value.at, where, "exists takes true or false, not %s", shorten(value.written))
	}
}

// numeric reads ["=", 1], ["<", 1] and the like, and ranges: [">", 0, "<=", 5].
func (p *parser) numeric(e element, where string, t *test) {
	t.operator = numeric
	if e.kind != array || len(e.values) == 0 {
		p.mistake(e.at, where, `numeric takes comparisons: write ["=", %s] or a range as in [">", 0, "<=", 5]`, sample(e))
		return
	}
	for i := 0; i < len(e.values); i += 2 {
		if !p.comparison(e, i, where, t) {
			return
		}
	}
	if t.lower.there && t.upper.there && e.values[0].text != "=" && t.lower.number.compare(t.upper.number) >= 0 {
		p.mistake(e.values[3].at, where, "the range is empty: its lower bound %s must be less than its upper bound %s",
			e.values[1].text, e.values[3].text)
	}
}

func sample(e element) string {
	if e.kind == number {
		return e.text
	}
	return "100"
}

// comparison reads the operator at i and the number behind it; false after a
// mistake.
func (p *parser) comparison(e element, i int, where string, t *test) bool {
	sign := e.values[i]
	if sign.kind != text || !slices.Contains([]string{"=", "<", "<=", ">", ">="}, sign.text) {
		p.mistake(sign.at, where, `numeric compares with "=", "<", "<=", ">" or ">=", not %s`, shorten(sign.written))
		return false
	}
	if i > 0 && (t.upper.there || sign.text[0] != '<') {
		p.mistake(sign.at, where, `a range is a lower and then an upper bound, as in [">", 0, "<=", 5]: `+
			`%s cannot follow here`, sign.written)
		return false
	}
	if i+1 == len(e.values) {
		p.mistake(sign.at, where, "numeric has no number behind %s", sign.written)
		return false
	}
	value := e.values[i+1]
	if value.kind != number {
		p.mistake(value.at, where, "numeric compares with a number, not %s: write it without quotes", shorten(value.written))
		return false
	}
	b := bound{there: true, inclusive: strings.Contains(sign.text, "="), number: newOperand(value).number}
	if sign.text[0] != '<' {
		t.lower = b
	}
	if sign.text[0] != '>' {
		t.upper = b
	}
	return true
}
