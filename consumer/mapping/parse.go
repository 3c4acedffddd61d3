package mapping

import (
	"cmp"
	_ "embed"
	"errors"
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
	members, ok := s.object(root, "the file", []string{"$schema", "function_prefix", "triggers"})
	if !ok {
		return nil
	}
	prefix := ""
	for key, n := range members {
		text, isText := n.value.(string)
		switch {
		case key == "triggers":
		case !isText:
			s.mistake(n.at, "%s: must be a text, not %s", key, n.text)
		case key == "function_prefix":
			prefix = text
		}
	}
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
		mapping := Mapping{Trigger: m.key, FunctionPrefix: prefix}
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
// their documentation.
func (s *source) trigger(m member, mapping *Mapping) {
	fields := triggerFields(mapping)
	var keys []string
	for _, f := range fields {
		keys = append(keys, f.key)
	}
	members, ok := s.object(m.node, "trigger "+m.key, keys)
	if !ok {
		return
	}
	for _, f := range fields {
		n, given := members[f.key]
		switch {
		case !given && f.missing != nil:
			f.missing()
		case !given:
			s.mistake(m.at, "trigger %s: %q is missing: %s", m.key, f.key, f.accepts)
		case !f.set(n.value):
			s.mistake(n.at, "trigger %s: %s: must be %s, not %s", m.key, f.key, f.accepts, shorten(n.text))
		}
	}
}

// object gives the members of an object by key; those unknown and those given
// twice are mistakes. what names the object.
func (s *source) object(n node, what string, keys []string) (map[string]node, bool) {
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
			s.mistake(m.at, "unknown key %q: %s may have %s", m.key, what, strings.Join(keys, ", "))
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
