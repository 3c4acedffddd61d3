package filter

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// longest is how many characters Lambda takes as a pattern (API_Filter, doc).
const longest = 4096

// or is the one key that is an operator.
const or = "$or"

// parser reads one pattern and keeps what is wrong in it.
type parser struct {
	pattern  int
	mistakes []error
}

func (p *parser) mistake(at int, where, format string, args ...any) {
	p.mistakes = append(p.mistakes, &Mistake{
		Pattern: p.pattern, Offset: at, Path: where, Message: fmt.Sprintf(format, args...),
	})
}

// parse reads the text of a pattern; nil, with mistakes, if it is not one.
func (p *parser) parse(pattern string) *branch {
	at, err := notJSON(pattern)
	if err != nil {
		p.mistake(at, "", `not JSON: %v: a pattern is an object such as {"eventName": ["INSERT"]}`, err)
		return nil
	}
	if n := utf8.RuneCountInString(compact(pattern)); n > longest {
		p.mistake(0, "", "has %d characters without its spaces, Lambda takes %d: "+
			"split it into several filters, any of which may match", n, longest)
		return nil
	}
	e := readElement(pattern)
	if e.kind != object {
		p.mistake(e.at, "", `must be an object such as {"eventName": ["INSERT"]}, not %s`, shorten(e.written))
		return nil
	}
	return p.branch(e, "", false)
}

// branch reads an object of the pattern that stands at where.
func (p *parser) branch(e element, where string, inOr bool) *branch {
	b := &branch{}
	if len(e.keys) == 0 {
		p.mistake(e.at, where, "an empty object matches nothing: name a key, "+
			"or leave the filter out so that every record matches")
	}
	for i, key := range e.keys {
		m := member{at: key.at, key: key.text}
		path := below(where, key.text)
		value := e.values[i]
		switch {
		case key.text == or:
			m.choice = p.choice(value, path)
		case inOr && reserved(key.text):
			p.mistake(key.at, path, `%s is a word of the pattern language and no key inside $or: `+
				`write the key first, as in {"eventName": [{"prefix": "I"}]}`, quote(key.text))
		case value.kind == object:
			m.branch = p.branch(value, path, inOr)
		case value.kind == array:
			m.leaf = p.leaf(value, path)
		default:
			p.mistake(value.at, path, "must be an array of what may match: write [%s]", shorten(value.written))
		}
		b.members = append(b.members, m)
	}
	return b
}

func (p *parser) choice(e element, where string) []*branch {
	if e.kind != array || len(e.values) < 2 {
		p.mistake(e.at, where, `must be an array of at least two objects, as in `+
			`{"$or": [{"eventName": ["INSERT"]}, {"eventName": ["REMOVE"]}]}, not %s`, shorten(e.written))
		return nil
	}
	var choice []*branch
	for i, value := range e.values {
		path := fmt.Sprintf("%s[%d]", where, i)
		if value.kind != object {
			p.mistake(value.at, path, `must be an object of keys, not %s: $or chooses between keys; `+
				`to choose between values of one key list them behind it`, shorten(value.written))
			continue
		}
		choice = append(choice, p.branch(value, path, true))
	}
	return choice
}

// reserved are the keys that event-ruler refuses inside $or
// (RESERVED_FIELD_NAMES_IN_OR_RELATIONSHIP, src).
func reserved(key string) bool {
	return slices.Contains([]string{
		"exactly", "equals-ignore-case", "prefix", "suffix", "anything-but", "exists", "wildcard", "numeric", "cidr",
		"=", "<", "<=", ">", ">=", "regex", "not-wildcard", "not-equals-ignore-case",
		"date-after", "date-on-or-after", "date-before", "date-on-or-before", "in-date-range",
		"ip-address-in-range", "ip-address-not-in-range",
	}, key)
}

func (p *parser) leaf(e element, where string) *leaf {
	l := &leaf{at: e.at, where: where}
	if len(e.values) == 0 {
		p.mistake(e.at, where, "an empty array matches nothing: list what may match; "+
			`write [null] for a JSON null and [""] for an empty text`)
	}
	for _, value := range e.values {
		t := test{at: value.at, written: value.written}
		switch value.kind {
		case array:
			p.mistake(value.at, where, "an array inside the array: list its values side by side: write %s",
				shorten(value.written))
		case object:
			p.operator(value, where, &t)
		default:
			t.values = []operand{newOperand(value)}
		}
		l.tests = append(l.tests, t)
	}
	return l
}

func newOperand(e element) operand {
	o := operand{kind: e.kind, text: e.text}
	if e.kind == number {
		o.number = parseDecimal([]byte(e.text), nil)
	}
	return o
}

// below is how the place of a key is called, in what is called path.
func below(path, key string) string {
	if key == "" {
		key = `""`
	}
	return strings.TrimPrefix(path+"."+key, ".")
}
