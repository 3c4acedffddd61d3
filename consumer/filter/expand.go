package filter

import (
	"maps"
	"slices"
	"strings"
)

// mostRules is how many combinations of its $or a pattern may have. Each is
// looked at for every record.
const mostRules = 1000

// rule is one combination of what the $or of a pattern offer: the leaf of every
// path, keys joined with points.
type rule map[string]*leaf

// expansion turns a pattern into rules, any of which may hold, as event-ruler
// does: key after key as they stand, a path that a rule has already being
// overwritten.
type expansion struct {
	tooMany bool
	// lost are leaves that were overwritten somewhere.
	lost []*leaf
}

func (x *expansion) branch(rules []rule, b *branch, keys []string) []rule {
	for _, m := range b.members {
		path := append(slices.Clip(keys), m.key)
		switch {
		case m.choice != nil:
			rules = x.choice(rules, m.choice, keys)
		case m.branch != nil:
			rules = x.branch(rules, m.branch, path)
		case m.leaf != nil:
			x.leaf(rules, m.leaf, strings.Join(path, "."))
		}
	}
	return rules
}

func (x *expansion) choice(rules []rule, choice []*branch, keys []string) []rule {
	var all []rule
	for _, b := range choice {
		copies := make([]rule, 0, len(rules))
		for _, r := range rules {
			copies = append(copies, maps.Clone(r))
		}
		all = append(all, x.branch(copies, b, keys)...)
		if len(all) > mostRules {
			x.tooMany = true
			return rules
		}
	}
	return all
}

func (x *expansion) leaf(rules []rule, l *leaf, path string) {
	for _, r := range rules {
		if lost := r[path]; lost != nil && !slices.Contains(x.lost, lost) {
			x.lost = append(x.lost, lost)
		}
		r[path] = l
	}
}
