package mapping

import (
	"fmt"
	"strings"

	"github.com/stillwater-streams/stillwater/consumer/filter"
)

const (
	// maxFilters is the most that AWS raises the quota to (P11).
	maxFilters = 10
	// filterQuota is what a mapping has without asking (P11).
	filterQuota = 5
)

// filters takes the patterns of a mapping as they are, not quoted as Lambda's
// API wants them.
func filters(m *Mapping) func(node) []objection {
	return func(n node) []objection {
		list, ok := n.value.([]node)
		if !ok || len(list) > maxFilters {
			return []objection{{at: n.at, why: tooMany(len(list))}}
		}
		patterns := make([]string, 0, len(list))
		for _, element := range list {
			patterns = append(patterns, element.text)
		}
		parsed, err := filter.Parse(patterns)
		switch {
		case err != nil:
			return patternObjections(err, list)
		case len(patterns) > 0:
			m.Filters = parsed
		}
		return nil
	}
}

// patternObjections turns the mistakes of patterns into objections. A pattern is
// parsed as it is written, so an offset in it counts from its first byte.
func patternObjections(err error, list []node) []objection {
	var objections []objection
	for _, m := range patternMistakes(err) {
		element := list[m.Pattern]
		o := objection{at: element.at + m.Offset, part: part(m.Pattern), why: misshapen(element)}
		if o.why == "" {
			o.why, o.lambda = m.Message, "Invalid filter pattern definition."
			if m.Path != "" {
				o.part += ": " + m.Path
			}
		}
		objections = append(objections, o)
	}
	return objections
}

// patternMistakes takes apart what filter.Parse has joined.
func patternMistakes(err error) []*filter.Mistake {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []*filter.Mistake{err.(*filter.Mistake)}
	}
	var mistakes []*filter.Mistake
	for _, e := range joined.Unwrap() {
		mistakes = append(mistakes, patternMistakes(e)...)
	}
	return mistakes
}

func part(i int) string { return fmt.Sprintf("[%d]", i) }

func tooMany(n int) string {
	if n <= maxFilters {
		return ""
	}
	return fmt.Sprintf("must be an array of 0 to %d filter patterns, not %d of them: merge some, the values of an array are alternatives", maxFilters, n)
}

// misshapen says what to do about a pattern in a shape that another place wants;
// "" when this is none.
func misshapen(n node) string {
	members, isObject := n.value.([]member)
	quoted, isText := n.value.(string)
	switch {
	case isText && strings.HasPrefix(strings.TrimSpace(quoted), "{"):
		return "must be a filter pattern, not one quoted as a text: write " + shorten(quoted) + " without the quotes, this file is JSON already"
	case !isObject:
		return `must be a filter pattern, an object such as {"eventName": ["INSERT"]}, not ` + shorten(n.text)
	case len(members) == 1 && strings.EqualFold(members[0].key, "pattern"):
		return fmt.Sprintf("must be a filter pattern itself, not a member %q that holds one: write what it holds, without quotes", members[0].key)
	}
	return ""
}
