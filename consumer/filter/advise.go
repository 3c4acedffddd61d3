package filter

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Advice names what is legal and surely not meant, and what to write instead.
type Advice struct {
	// Pattern says which pattern, from 0.
	Pattern int
	// Offset is where it stands: bytes into the pattern's text.
	Offset int
	// Path is where it stands in the pattern: "dynamodb.NewImage.n.N".
	Path    string
	Message string
}

// Advise names what in the patterns can never match, or is surely a mistake, on
// a stream of the view type, as "NEW_AND_OLD_IMAGES"; an empty one is unknown.
// It is ordered by pattern and by place in it.
func (f *Filter) Advise(viewType string) []Advice {
	if f == nil {
		return nil
	}
	var found []Advice
	for i, p := range f.patterns {
		a := adviser{pattern: i, viewType: viewType, record: recordShape()}
		a.record.narrow(viewType)
		a.branch(p.root, a.record, "")
		a.contradictions(p.rules)
		a.lost(p.lost)
		slices.SortFunc(a.found, inOrder)
		found = append(found, slices.Compact(a.found)...)
	}
	return found
}

func inOrder(x, y Advice) int {
	return cmp.Or(cmp.Compare(x.Offset, y.Offset), cmp.Compare(x.Path, y.Path), cmp.Compare(x.Message, y.Message))
}

// narrow leaves the one StreamViewType that the records of such a stream have.
func (s shape) narrow(viewType string) {
	if viewType != "" {
		s.members["dynamodb"].members["StreamViewType"].slot.domain = []string{viewType}
	}
}

// adviser looks at one pattern.
type adviser struct {
	pattern  int
	viewType string
	record   shape
	found    []Advice
}

func (a *adviser) say(at int, path, format string, args ...any) {
	a.found = append(a.found, Advice{
		Pattern: a.pattern, Offset: at, Path: path, Message: fmt.Sprintf(format, args...),
	})
}

// verdict tells what becomes of a member at which no record has anything.
func (m member) verdict() string {
	if m.optional() {
		return "always matches"
	}
	return "never matches"
}

// optional says that a member holds where nothing is there.
func (m member) optional() bool {
	switch {
	case m.leaf != nil:
		return m.leaf.isAbsence()
	case m.choice != nil:
		return slices.ContainsFunc(m.choice, (*branch).optional)
	default:
		return m.branch.optional()
	}
}

func (b *branch) optional() bool {
	return !slices.ContainsFunc(b.members, func(m member) bool { return !m.optional() })
}

// branch looks at an object of the pattern where the record has the shape.
func (a *adviser) branch(b *branch, s shape, path string) {
	for _, m := range b.members {
		where := below(path, m.key)
		next, known := s.members[m.key]
		switch {
		case m.choice != nil:
			a.choice(m, where, func(b *branch, where string) { a.branch(b, s, where) })
		case !known:
			a.unknown(m, s, where)
		case next.slot != nil:
			a.slot(m, *next.slot, where)
		case m.leaf != nil:
			a.notLeaf(m, where, fmt.Sprintf("{%s: %s}", quote(m.key), next.sample))
		case next.image:
			a.image(m, next, where)
			a.attributes(m.branch, where, m.key == "Keys")
		default:
			a.branch(m.branch, next, where)
		}
	}
}

// choice looks at what an $or offers.
func (a *adviser) choice(m member, where string, look func(*branch, string)) {
	for i, b := range m.choice {
		look(b, fmt.Sprintf("%s[%d]", where, i))
	}
}

func (a *adviser) unknown(m member, s shape, where string) {
	known, elsewhere := s.known(m.key), a.record.find(m.key, "")
	switch {
	case strings.Contains(m.key, "."):
		a.say(m.at, where, "no key of a record has a point in it: write objects in objects, as in %s; "+
			"that AWS may read the points as a path is nowhere promised", nested(m.key))
	case known != "":
		a.say(m.at, where, "this %s: no record has the key %s: write %s", m.verdict(), m.key, quote(known))
	case elsewhere != "":
		a.say(m.at, where, "this %s: a record has %s elsewhere: write %s, from the outermost object on",
			m.verdict(), m.key, nested(elsewhere))
	default:
		a.say(m.at, where, "this %s: no record has the key %s: write one of %s", m.verdict(), m.key,
			strings.Join(s.keys(), ", "))
	}
}

// nested writes a path as objects in objects.
func nested(path string) string {
	keys := strings.Split(path, ".")
	var b strings.Builder
	for _, k := range keys {
		b.WriteString("{" + quote(k) + ": ")
	}
	return b.String() + "…" + strings.Repeat("}", len(keys))
}

// notLeaf is about an array where the record has an object (L8).
func (a *adviser) notLeaf(m member, where, write string) {
	for _, t := range m.leaf.tests {
		switch t.operator {
		case absent:
			a.say(t.at, where, "exists looks at leaves only: this always matches, with %s and without (L8): write %s", m.key, write)
		case present:
			a.say(t.at, where, "exists looks at leaves only: this never matches (L8): write %s", write)
		default:
			a.say(t.at, where, "this never matches: %s is an object in a record: write %s", m.key, write)
		}
	}
}

// image is about one that the view type leaves out.
func (a *adviser) image(m member, s shape, where string) {
	if s.needs == "" || a.viewType == "" || a.viewType == bothImages || a.viewType == s.needs {
		return
	}
	instead := "give the stream the view type " + s.needs + " or " + bothImages + ", or filter on Keys"
	a.say(m.at, where, "this %s: a stream of view type %s has no %s: %s", m.verdict(), a.viewType, m.key, instead)
}

// lost is about leaves that a later one at the same path replaces.
func (a *adviser) lost(leaves []*leaf) {
	for _, l := range leaves {
		a.say(l.at, l.where, "this key comes again later, and where both would apply only the last counts (L3): "+
			"write it once, with all its values in one array")
	}
}

// contradictions are about what the records of an event never have. A leaf is
// named if no choice from the $or can make it match.
func (a *adviser) contradictions(rules []rule) {
	possible, why := map[*leaf]bool{}, map[*leaf]string{}
	for _, r := range rules {
		event := a.onlyEvent(r["eventName"])
		for path, l := range r {
			if w := missing(event, path); w == "" || l.isAbsence() {
				possible[l] = true
			} else {
				why[l] = w
			}
		}
	}
	for l, w := range why {
		if !possible[l] {
			a.say(l.at, l.where, "this never matches: %s", w)
		}
	}
}

// onlyEvent is the one event whose records the leaf lets pass; empty, if it is
// not one.
func (a *adviser) onlyEvent(names *leaf) string {
	if names == nil {
		return ""
	}
	var passing []string
	for _, name := range a.record.members["eventName"].slot.domain {
		if names.holds(scalar{kind: text, raw: []byte(name)}) {
			passing = append(passing, name)
		}
	}
	if len(passing) != 1 {
		return ""
	}
	return passing[0]
}

// missing says why the records of an event have nothing at the path.
func missing(event, path string) string {
	key, _, _ := strings.Cut(strings.TrimPrefix(path, "dynamodb."), ".")
	switch {
	case event == "REMOVE" && key == "NewImage":
		return "the record of a REMOVE has no NewImage: write OldImage or Keys"
	case event == "INSERT" && key == "OldImage":
		return "the record of an INSERT has no OldImage: write NewImage or Keys"
	case (event == "INSERT" || event == "MODIFY") && key == "userIdentity":
		return `only the record of a deletion by TTL has a userIdentity, not that of ` + event + `: write "eventName": ["REMOVE"]`
	default:
		return ""
	}
}
