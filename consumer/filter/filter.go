package filter

import (
	"encoding/json"
	"errors"
	"slices"
)

// Filter is the patterns of one mapping. A record matches when any of them
// does. A nil Filter and one without patterns match everything.
type Filter struct {
	patterns []string
}

// Parse reads all patterns of a mapping, each of them the text of a JSON object.
// None means that everything matches. An error holds every [Mistake] of every
// pattern, one per line.
func Parse(patterns []string) (*Filter, error) {
	var mistakes []error
	for i, p := range patterns {
		if !json.Valid([]byte(p)) {
			mistakes = append(mistakes, &Mistake{Pattern: i, Message: "not JSON"})
		}
	}
	if len(mistakes) > 0 {
		return nil, errors.Join(mistakes...)
	}
	return &Filter{patterns: slices.Clone(patterns)}, nil
}

// Patterns gives the patterns as they were given to [Parse].
func (f *Filter) Patterns() []string {
	if f == nil {
		return nil
	}
	return slices.Clone(f.patterns)
}

// Match says whether Lambda would hand the record to the function. record is
// Lambda's JSON of one record; an error means that it is not JSON.
func (f *Filter) Match(record []byte) (bool, error) {
	if f == nil || len(f.patterns) == 0 {
		return true, nil
	}
	return false, errors.New("match: patterns are not matched yet")
}
