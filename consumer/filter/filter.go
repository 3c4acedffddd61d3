package filter

import (
	"errors"
	"slices"
)

// Filter is the patterns of one mapping. A record matches when any of them
// does. A nil Filter and one without patterns match everything. It may be used
// by several goroutines at once.
type Filter struct {
	patterns []pattern
	paths    *step
	// any of them must hold.
	any []conjunction
}

// pattern is one of them, as given and as read.
type pattern struct {
	text  string
	root  *branch
	rules []rule
	lost  []*leaf
}

// Parse reads all patterns of a mapping, each of them the text of a JSON object.
// None means that everything matches. An error holds every [Mistake] of every
// pattern, one per line, in the order in which they stand there.
func Parse(patterns []string) (*Filter, error) {
	f := &Filter{}
	var mistakes []error
	var rules []rule
	for i, text := range patterns {
		p := parser{pattern: i}
		read := pattern{text: text, root: p.parse(text)}
		if len(p.mistakes) == 0 {
			x := &expansion{}
			read.rules = x.branch([]rule{{}}, read.root, nil)
			read.lost = x.lost
			if x.tooMany {
				p.mistake(0, "", "its $or offer more than %d combinations: split it into several filters", mostRules)
			}
		}
		f.patterns = append(f.patterns, read)
		rules = append(rules, read.rules...)
		mistakes = append(mistakes, p.mistakes...)
	}
	if len(mistakes) > 0 {
		return nil, errors.Join(mistakes...)
	}
	f.paths, f.any = compile(rules)
	return f, nil
}

// Patterns gives the patterns as they were given to [Parse].
func (f *Filter) Patterns() []string {
	if f == nil {
		return nil
	}
	var texts []string
	for _, p := range f.patterns {
		texts = append(texts, p.text)
	}
	return texts
}

// Match says whether Lambda would hand the record to the function. record is
// Lambda's JSON of one record, an object (see consumer.RecordJSON); anything
// else is an error. A filter without patterns does not look at it.
func (f *Filter) Match(record []byte) (bool, error) {
	if f == nil || len(f.patterns) == 0 {
		return true, nil
	}
	var room [16]field // as many as patterns usually ask for, without the heap
	v := fields{scanner: scanner{data: record}, found: room[:0]}
	v.space()
	if v.kind() != object || !v.collect(f.paths) || v.at < len(record) {
		return false, errors.New("filter: record: not a JSON object: match the output of consumer.RecordJSON, one record at a time")
	}
	return slices.ContainsFunc(f.any, func(c conjunction) bool { return v.satisfy(c) }), nil
}
