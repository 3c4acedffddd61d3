package filter

import (
	"fmt"
	"slices"
	"strings"
)

// slot looks at a member of a pattern where a record has a scalar.
func (a *adviser) slot(m member, s slot, where string) {
	if m.leaf == nil {
		a.say(m.at, where, "this %s: %s holds %s, not an object: write %s", m.verdict(), m.key, s.what, s.sample(m.key))
		return
	}
	for _, t := range m.leaf.tests {
		if message := s.advise(t); message != "" {
			a.say(t.at, where, "%s", message)
		}
	}
}

// sample writes a pattern for the slot.
func (s slot) sample(key string) string {
	value := `"…"`
	switch {
	case len(s.domain) > 0 && s.kind == text:
		value = quote(s.domain[0])
	case s.kind == number:
		value = `{"numeric": [">", 0]}`
	case s.kind == yes:
		value = "true"
	}
	return fmt.Sprintf("%s: [%s]", quote(key), value)
}

// advise says what is wrong with a test here, if anything is.
func (s slot) advise(t test) string {
	switch t.operator {
	case present, absent:
		return ""
	case equals:
		return never(s.equals(t.values[0]))
	case anythingBut:
		return s.anythingBut(t)
	case numeric:
		if s.kind != number {
			return never(fmt.Sprintf(`numeric compares numbers, and here stands %s: `+
				`list the values that may match, as in ["100", "101"], or compare in the function`, s.what))
		}
		return s.time(t.lower.number, t.upper.number)
	default:
		return never(s.likens(t))
	}
}

func never(why string) string {
	if why == "" {
		return ""
	}
	return "this never matches: " + why
}

// equals says why the value can never be here.
func (s slot) equals(o operand) string {
	if o.kind == null {
		return `a record has null nowhere: write [{"exists": false}] where nothing is, and {"NULL": [true]} for DynamoDB's null`
	}
	switch s.kind {
	case text:
		return s.textEquals(o)
	case number:
		if o.kind != number {
			return fmt.Sprintf("here stands %s, not %s: write a number, without quotes", s.what, o.written())
		}
		return s.time(o.number)
	default:
		return s.truthEquals(o)
	}
}

func (s slot) textEquals(o operand) string {
	if o.kind != text {
		instead := "write " + quote(o.text)
		if why := s.why(o.text); why != "" {
			instead = why
		}
		return fmt.Sprintf("here stands %s, not %s: %s", s.what, o.written(), instead)
	}
	if why := s.why(o.text); why != "" {
		return why
	}
	if len(s.domain) == 0 || slices.Contains(s.domain, o.text) {
		return ""
	}
	if s.meant != nil && s.meant(o.text) != "" {
		return fmt.Sprintf("no record has %s here: write %s", o.written(), quote(s.meant(o.text)))
	}
	return fmt.Sprintf("no record has %s here: write %s", o.written(), oneOf(s.domain))
}

// why asks wrong, if there is one.
func (s slot) why(text string) string {
	if s.wrong == nil {
		return ""
	}
	return s.wrong(text)
}

func (s slot) truthEquals(o operand) string {
	lower := strings.ToLower(o.text)
	switch {
	case len(s.domain) > 0 && o.kind != yes: // NULL
		return fmt.Sprintf("here stands %s, not %s: write [true]", s.what, o.written())
	case o.kind == yes || o.kind == no:
		return ""
	case lower == "true" || lower == "yes" || lower == "1":
		return fmt.Sprintf("here stands %s, not %s: write true", s.what, o.written())
	case lower == "false" || lower == "no" || lower == "0":
		return fmt.Sprintf("here stands %s, not %s: write false", s.what, o.written())
	default:
		return fmt.Sprintf("here stands %s, not %s: write true or false", s.what, o.written())
	}
}

// anythingBut says what a test excludes that is never here.
func (s slot) anythingBut(t test) string {
	for _, o := range t.values {
		if why := s.equals(o); why != "" {
			return "this excludes nothing that is ever here: " + why
		}
	}
	return ""
}

// likens says why no value here is like that.
func (s slot) likens(t test) string {
	if s.kind != text {
		return fmt.Sprintf("%s compares texts, and here stands %s: list the values that may match", t.written, s.what)
	}
	matches := func(v string) bool { return t.likens([]byte(v)) }
	if len(s.domain) > 0 && !slices.ContainsFunc(s.domain, matches) {
		return fmt.Sprintf("no record has %s here: write %s", shorten(t.written), oneOf(s.domain))
	}
	return ""
}

// time finds milliseconds where seconds are meant.
func (s slot) time(numbers ...decimal) string {
	year5138 := parseDecimal([]byte("1e11"), nil)
	for _, n := range numbers {
		if strings.Contains(s.what, "seconds") && n.compare(year5138) > 0 {
			return fmt.Sprintf("here stands %s, and milliseconds were meant, it seems: divide by 1000", s.what)
		}
	}
	return ""
}

// written is the operand as it stands in JSON.
func (o operand) written() string {
	if o.kind == text {
		return shorten(quote(o.text))
	}
	return o.text
}

func oneOf(domain []string) string {
	quoted := make([]string, len(domain))
	for i, d := range domain {
		quoted[i] = quote(d)
	}
	if len(quoted) == 1 {
		return quoted[0]
	}
	return strings.Join(quoted[:len(quoted)-1], ", ") + " or " + quoted[len(quoted)-1]
}
