package mapping

import (
	"cmp"
	_ "embed"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

//go:embed triggers.schema.json
var schema string

// Schema returns the JSON Schema of triggers.json, for editors and for a file
// beside it.
func Schema() []byte { return []byte(schema) }

// Parse reads triggers.json; name is what errors call it. Mappings come sorted
// by trigger, those that are not enabled too. An error holds every [Mistake] of
// the file, one per line.
func Parse(name string, data []byte) ([]Mapping, error) {
	s := &source{name: name, data: data}
	root, ok := s.tree()
	if !ok {
		return nil, errors.Join(s.mistakes...)
	}
	mappings := s.file(root)
	if len(s.mistakes) > 0 {
		slices.SortStableFunc(s.mistakes, inOrder)
		return nil, errors.Join(s.mistakes...)
	}
	slices.SortFunc(mappings, func(a, b Mapping) int { return cmp.Compare(a.Trigger, b.Trigger) })
	return mappings, nil
}

func inOrder(a, b error) int {
	x, y := a.(*Mistake), b.(*Mistake)
	return cmp.Or(cmp.Compare(x.Line, y.Line), cmp.Compare(x.Col, y.Col))
}

// file reads the whole file. The prefix is needed before the triggers are
// looked at, wherever it stands.
func (s *source) file(root node) []Mapping {
	members, ok := s.object(root, "the file", []string{"$schema", "function_prefix", "triggers"}, nil)
	if !ok {
		return nil
	}
	prefix := ""
	s.optional(members, "function_prefix", "a text of up to 63 letters, digits, - and _", text(&prefix, `^[A-Za-z0-9_-]{0,63}$`))
	s.optional(members, "$schema", "a text", text(new(string), ``))
	triggers, ok := members["triggers"]
	if !ok {
		s.mistake(root.at, `"triggers" is missing: an object with one member per trigger`)
		return nil
	}
	list, ok := triggers.value.([]member)
	if !ok {
		s.mistake(triggers.at, "triggers: must be an object with one member per trigger, not %s", shorten(triggers.text))
		return nil
	}
	return s.triggers(list, prefix)
}

func (s *source) optional(members map[string]node, key, accepts string, set func(node) []objection) {
	if n, given := members[key]; given && set(n) != nil {
		s.mistake(n.at, "%s: must be %s, not %s", key, accepts, shorten(n.text))
	}
}

func (s *source) triggers(list []member, prefix string) []Mapping {
	functionName := regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)
	seen := make(map[string]bool, len(list))
	var mappings []Mapping
	for _, m := range list {
		if seen[m.key] {
			s.mistake(m.at, "trigger %q is there twice", m.key)
			continue
		}
		seen[m.key] = true
		mapping := Mapping{Trigger: m.key, FunctionPrefix: prefix, Place: s.place(m.at)}
		if m.key == "" || !functionName.MatchString(mapping.FunctionName()) {
			s.mistake(m.at, "trigger %q: its function would be called %q: Lambda takes 1 to 64 letters, digits, - and _",
				m.key, mapping.FunctionName())
		}
		s.trigger(m, &mapping)
		mappings = append(mappings, mapping)
	}
	return mappings
}

// trigger fills the mapping from its member, field by field in the order of
// their documentation. A value that is refused leaves its default, so that what
// is checked between fields is checked all the same.
func (s *source) trigger(m member, mapping *Mapping) {
	fields := triggerFields(mapping)
	keys, lambda := make([]string, 0, len(fields)), make(map[string]string, len(fields))
	for _, f := range fields {
		keys = append(keys, f.key)
		lambda[f.key] = f.lambda
	}
	members, ok := s.object(m.node, "trigger "+m.key, keys, lambda)
	if !ok {
		return
	}
	mapping.Given = make(map[string]Place, len(members))
	for _, f := range fields {
		n, given := members[f.key]
		if f.preset != nil {
			f.preset()
		} else if !given {
			s.mistake(m.at, "trigger %s: %q is missing: %s", m.key, f.key, f.accepts)
		}
		if given {
			s.give(mapping, f.key, n)
			s.set(m.key, f, n)
		}
	}
	_, given := members["maximum_retry_attempts"]
	mapping.RetryDefaulted = !given
	s.combination(members, mapping)
}

// give notes where the value of a key stands, and where each pattern does.
func (s *source) give(mapping *Mapping, key string, n node) {
	mapping.Given[key] = s.place(n.at)
	if patterns, ok := n.value.([]node); ok && key == "filters" {
		for i, p := range patterns {
			mapping.Given[key+part(i)] = s.place(p.at)
		}
	}
}

func (s *source) set(trigger string, f field, n node) {
	for _, o := range f.set(n) {
		why := o.why
		if why == "" {
			why = fmt.Sprintf("must be %s, not %s", f.accepts, shorten(n.text))
		}
		if o.lambda != "" {
			why += " (Lambda: " + o.lambda + ")"
		}
		s.mistake(o.at, "trigger %s: %s%s: %s", trigger, f.key, o.part, why)
	}
}

// combination refuses values that go alone but not together. Tumbling windows
// are one lane per shard: each holds one state (W2), and Lambda is reported to
// refuse more (P10).
func (s *source) combination(members map[string]node, mapping *Mapping) {
	if mapping.TumblingWindow > 0 && mapping.ParallelizationFactor > 1 {
		window, factor := members["tumbling_window_in_seconds"], members["parallelization_factor"]
		s.mistake(window.at, "trigger %s: tumbling_window_in_seconds: %s needs a parallelization_factor of 1, not %s: "+
			"a shard has one window at a time, with one state", mapping.Trigger, window.text, factor.text)
	}
}

// object gives the members of an object by key; those unknown and those given
// twice are mistakes. what names the object; lambda gives Lambda's names of keys.
func (s *source) object(n node, what string, keys []string, lambda map[string]string) (map[string]node, bool) {
	list, ok := n.value.([]member)
	if !ok {
		s.mistake(n.at, "%s must be an object, not %s", what, shorten(n.text))
		return nil, false
	}
	members := make(map[string]node, len(list))
	for _, m := range list {
		_, twice := members[m.key]
		switch {
		case !slices.Contains(keys, m.key):
			s.mistake(m.at, "%s", unknown(m.key, what, keys, lambda))
		case twice:
			s.mistake(m.at, "key %q is there twice", m.key)
		default:
			members[m.key] = m.node
		}
	}
	return members, true
}

// shorten keeps a quoted value on one line.
func shorten(text string) string {
	const longest = 40
	text = strings.Join(strings.Fields(text), " ")
	if runes := []rune(text); len(runes) > longest {
		return string(runes[:longest]) + "…"
	}
	return text
}
