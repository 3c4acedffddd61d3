package scenario

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"reflect"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// content is what a fixture file says, or the fixture of a scenario: the fixtures
// it builds on, items of its own, and changes to the items of all of them.
type content struct {
	use      []entry // keys are the names
	items    []Step
	override []Step
}

// part is one fixture without those that it uses.
type part struct {
	name  string // "" for what stands in the scenario itself
	items []Step
	// override comes right after the items.
	override []Step
}

// fixture reads the top level of a fixture file.
func (r *reader) fixture(body ast.Node) content {
	return r.content(body, r.position(body), "a fixture")
}

// content reads use, items and override.
func (r *reader) content(n ast.Node, at Position, what string) content {
	var c content
	fields, ok := r.fields(n, at, what, nil, []string{"use", "items", "override"})
	if !ok {
		return c
	}
	if e, given := fields["use"]; given {
		c.use = r.fixtureNames(e)
	}
	if e, given := fields["items"]; given {
		c.items = r.steps(e, fixtureItems)
	} else if _, uses := fields["use"]; !uses && len(r.mistakes) == 0 {
		r.wrong(at, missingHint("items"), "%s lacks the key %q", what, "items")
	}
	if e, given := fields["override"]; given {
		c.override = r.steps(e, fixtureOverride)
		for _, step := range c.override {
			for i := range step.Writes {
				step.Writes[i].Existing = true
			}
		}
	}
	return c
}

// fixtureOf reads the fixture of a scenario: a name, a list of names, or content.
func (r *reader) fixtureOf(e entry) content {
	switch classify(e.value) {
	case kindMap:
		return r.content(e.value, e.at, "the fixture")
	case kindList:
		return content{use: r.fixtureNames(e)}
	default:
		if e.key = r.text(e); e.key == "" {
			return content{}
		}
		return content{use: []entry{e}}
	}
}

// fixtureNames reads a list of names; their entries have them as keys.
func (r *reader) fixtureNames(e entry) []entry {
	items, ok := r.items(e.value, e.at, e.name())
	if ok && len(items) == 0 {
		r.wrong(e.at, "name a fixture", "%s is empty", e.name())
	}
	var out []entry
	for _, item := range items {
		item.key = r.text(item)
		switch {
		case item.key == "":
		case slices.ContainsFunc(out, func(o entry) bool { return o.key == item.key }):
			r.wrong(item.at, "", "fixture %q is named twice", item.key)
		default:
			out = append(out, item)
		}
	}
	return out
}

// fixture makes the fixture of a scenario; nil after a mistake. One that only
// names another is that one, shared.
func (l *loader) fixture(r *reader, d *draft) (*Fixture, error) {
	parts, err := l.parts(r, d.content, nil)
	if err != nil || parts == nil {
		return nil, err
	}
	names := make([]string, 0, len(d.content.use)+1)
	for _, use := range d.content.use {
		names = append(names, use.key)
	}
	own := len(d.content.items)+len(d.content.override) > 0 || len(names) == 0
	if len(names) == 1 && !own {
		return l.fixtures[names[0]], nil
	}
	if own {
		parts = append(parts, part{items: d.content.items, override: d.content.override})
		names = append(names, "inline")
	}
	return &Fixture{Name: strings.Join(names, "+"), Path: d.Path, Steps: l.compose(r, d.content, parts)}, nil
}

// parts lists what a content uses, in order, each fixture once; nil after a
// mistake. within are the fixtures on the way there, against circles.
func (l *loader) parts(r *reader, c content, within []string) ([]part, error) {
	out, good := []part{}, true
	for _, use := range c.use {
		inner, err := l.named(r, use, within)
		if err != nil {
			return nil, err
		}
		good = good && inner != nil
		for _, p := range inner {
			if !slices.ContainsFunc(out, func(o part) bool { return o.name == p.name }) {
				out = append(out, p)
			}
		}
	}
	if !good {
		return nil, nil
	}
	return out, nil
}

// named reads the fixture of that name, once, with all that it uses; nil after a
// mistake.
func (l *loader) named(r *reader, named entry, within []string) ([]part, error) {
	name := named.key
	if slices.Contains(within, name) {
		way := slices.Concat(within[slices.Index(within, name):], []string{name})
		r.wrong(named.at, "take what both need into a third", "fixtures use each other in a circle: %s", strings.Join(way, " → "))
		return nil, nil
	}
	if l.used[name] {
		return l.composed[name], nil
	}
	file := path.Join(fixtureDir, name+extension)
	fr, data, err := l.open(file)
	if errors.Is(err, fs.ErrNotExist) || !fs.ValidPath(file) || !strings.HasPrefix(file, fixtureDir+"/") {
		l.unclear = true
		known, err := l.fixtureNames()
		r.wrong(named.at, suggest(name, known, "fixtures"), "there is no fixture %q (%s)", name, file)
		return nil, err
	}
	if err != nil {
		return nil, fmt.Errorf("load fixture: %w", err)
	}
	l.used[name] = true
	defer func() { l.mistakes = append(l.mistakes, fr.mistakes...) }()
	body := fr.parse(data)
	if body == nil {
		l.unclear = true // it may use others
		return nil, nil
	}
	c := fr.fixture(body)
	parts, err := l.parts(fr, c, slices.Concat(within, []string{name}))
	if err != nil || parts == nil || len(fr.mistakes) > 0 {
		l.unclear = true
		return nil, err
	}
	parts = append(parts, part{name: name, items: c.items, override: c.override})
	l.fixtures[name] = &Fixture{Name: name, Path: file, Steps: l.compose(fr, c, parts)}
	if len(fr.mistakes) > 0 {
		return nil, nil
	}
	l.composed[name] = parts
	return parts, nil
}

// compose puts parts together and reports items that are there twice.
func (l *loader) compose(r *reader, c content, parts []part) []Step {
	var out []Step
	first := map[string]Position{}
	for _, p := range parts {
		for _, step := range p.items {
			for _, id := range r.written(step) {
				if before, twice := first[id]; twice {
					r.itemTwice(c, step, before)
				} else {
					first[id] = step.Pos
				}
			}
		}
		out = append(append(out, p.items...), p.override...)
	}
	return out
}

// itemTwice reports an item that two parts hold: at the second one when it stands
// in this file, else where the file names what it is composed of.
func (r *reader) itemTwice(c content, step Step, before Position) {
	const hint = "leave one out; to change an item, write an update under override"
	if step.Pos.File == r.file {
		r.wrong(step.Pos, hint, "the item of %q is in the fixture already (%s)", step.Text, before)
		return
	}
	at := r.start()
	if len(c.use) > 0 {
		at = c.use[len(c.use)-1].at
	}
	r.wrong(at, hint, "the item of %q is there twice: %s and %s", step.Text, before, step.Pos)
}

// written tells which items an entry of a fixture writes, as far as that is known:
// by the key of a put's table, and by the arguments of a seed that are tagged key.
func (r *reader) written(step Step) []string {
	var out []string
	for _, w := range step.Writes {
		if key := r.keyOf(w); key != nil {
			out = append(out, "put "+w.Table+" "+printKey(key))
		}
	}
	if step.Args == nil {
		return out
	}
	id, tagged := step.Verb, false
	args := reflect.ValueOf(step.Args).Elem()
	for _, f := range fieldsOf(args.Type()) {
		if f.key {
			id, tagged = fmt.Sprintf("%s %q", id, fmt.Sprint(args.FieldByIndex(f.index))), true
		}
	}
	if tagged {
		out = append(out, id)
	}
	return out
}
