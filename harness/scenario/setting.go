package scenario

import (
	"bytes"
	"encoding/json"
	"slices"

	"github.com/goccy/go-yaml/ast"
)

// settings reads the keys of a scenario that say how it runs; false after a
// mistake in them.
func (r *reader) settings(d *draft, fields map[string]entry) bool {
	before := len(r.mistakes)
	if e, given := fields["triggers"]; given {
		d.Triggers = r.triggers(e)
	}
	if e, given := fields["needs"]; given {
		d.Needs = r.needs(e)
	}
	if e, given := fields["patience"]; given {
		d.Patience = r.duration(e)
	}
	if e, given := fields["cold_starts"]; given {
		d.ColdStarts = r.bool(e)
	}
	if e, given := fields["seed"]; given {
		var n count
		n.read(r, e)
		d.Seed = uint64(n)
	}
	return len(r.mistakes) == before
}

// triggers reads a list of names, or a mapping from names to overrides.
func (r *reader) triggers(e entry) []Trigger {
	if classify(e.value) == kindMap {
		return r.triggersWithOverrides(e)
	}
	items, ok := r.items(e.value, e.at, e.name())
	if ok && len(items) == 0 {
		r.wrong(e.at, "leave the key out to run every trigger", "%s is empty", e.name())
	}
	var out []Trigger
	for _, item := range items {
		name := r.text(item)
		switch {
		case name == "" || !r.isTrigger(name, item.at):
		case slices.ContainsFunc(out, func(t Trigger) bool { return t.Name == name }):
			r.wrong(item.at, "", "trigger %q is named twice", name)
		default:
			out = append(out, Trigger{Pos: item.at, Name: name})
		}
	}
	return out
}

func (r *reader) triggersWithOverrides(e entry) []Trigger {
	entries, _ := r.entries(e.value, e.at, e.name())
	if len(entries) == 0 {
		r.wrong(e.at, "leave the key out to run every trigger", "%s is empty", e.name())
	}
	var out []Trigger
	for _, named := range entries {
		if !r.isTrigger(named.key, named.keyAt) {
			continue
		}
		t := Trigger{Pos: named.keyAt, Name: named.key}
		if classify(named.value) != kindNull {
			t.Overrides = r.overrides(named)
		}
		out = append(out, t)
	}
	return out
}

func (r *reader) isTrigger(name string, at Position) bool {
	if slices.Contains(r.vocab.Triggers, name) {
		return true
	}
	r.wrong(at, suggest(name, r.vocab.Triggers, "triggers"), "unknown trigger %q", name)
	return false
}

// overrides reads parameters of a mapping as JSON; nil for none.
func (r *reader) overrides(e entry) []byte {
	entries, ok := r.entries(e.value, e.at, "the overrides of "+e.key)
	if !ok || len(entries) == 0 {
		return nil
	}
	var b bytes.Buffer
	if !r.json(&b, e) {
		return nil
	}
	if r.vocab.CheckMapping != nil {
		if err := r.vocab.CheckMapping(e.key, b.Bytes()); err != nil {
			r.wrong(e.keyAt, "", "the mapping of %s: %v", e.key, err)
			return nil
		}
	}
	return b.Bytes()
}

// json writes a value as JSON, keys in the order of the file, numbers as they
// stand there.
func (r *reader) json(b *bytes.Buffer, e entry) bool {
	switch classify(e.value) {
	case kindText:
		return quoteJSON(b, scalarText(e.value))
	case kindNumber:
		text := scalarText(e.value)
		if problem, hint := plainNumber(text); problem != "" {
			r.wrong(e.at, hint, "%s", problem)
			return false
		}
		b.WriteString(text)
	case kindBool:
		b.WriteString(map[bool]string{true: "true", false: "false"}[e.value.(*ast.BoolNode).Value])
	case kindNull:
		b.WriteString("null")
	case kindMap:
		return r.jsonObject(b, e)
	case kindList:
		return r.jsonArray(b, e)
	default:
		r.wrong(e.at, "write the value out", "%s cannot be %s", e.name(), describe(e.value))
		return false
	}
	return true
}

func (r *reader) jsonObject(b *bytes.Buffer, e entry) bool {
	entries, ok := r.entries(e.value, e.at, e.name())
	b.WriteByte('{')
	for i, member := range entries {
		if i > 0 {
			b.WriteByte(',')
		}
		ok = quoteJSON(b, member.key) && ok
		b.WriteByte(':')
		ok = r.json(b, member) && ok
	}
	b.WriteByte('}')
	return ok
}

func (r *reader) jsonArray(b *bytes.Buffer, e entry) bool {
	items, ok := r.items(e.value, e.at, e.name())
	b.WriteByte('[')
	for i, item := range items {
		if i > 0 {
			b.WriteByte(',')
		}
		ok = r.json(b, item) && ok
	}
	b.WriteByte(']')
	return ok
}

func quoteJSON(b *bytes.Buffer, text string) bool {
	quoted, err := json.Marshal(text)
	b.Write(quoted)
	return err == nil
}

// needs reads what an engine must be able to do.
func (r *reader) needs(e entry) []string {
	items, ok := r.items(e.value, e.at, e.name())
	if ok && len(items) == 0 {
		r.wrong(e.at, "leave the key out", "%s is empty", e.name())
	}
	var out []string
	for _, item := range items {
		need := r.text(item)
		switch {
		case need == "":
		case !slices.Contains(Needs(), need):
			r.wrong(item.at, suggest(need, Needs(), "needs"), "unknown need %q", need)
		case slices.Contains(out, need):
			r.wrong(item.at, "", "need %q is named twice", need)
		case !slices.ContainsFunc(r.seen.needs, func(used entry) bool { return used.key == need }):
			r.wrong(item.at, "no step does it: leave it out, or the scenario is skipped for nothing", "nothing here needs %q", need)
		default:
			out = append(out, need)
		}
	}
	return out
}

// agree compares what the steps refer to with what the scenario says of itself.
func (r *reader) agree(d *draft) {
	for _, used := range r.seen.needs {
		if !slices.Contains(d.Needs, used.key) {
			r.wrong(used.keyAt, "add needs: ["+used.key+"]: engines that cannot do it then skip the scenario", "%s is not among the needs of the scenario", used.key)
		}
	}
	if d.Triggers == nil {
		return
	}
	for _, used := range r.seen.triggers {
		if !slices.ContainsFunc(d.Triggers, func(t Trigger) bool { return t.Name == used.key }) {
			r.wrong(used.at, "add it to triggers, or name one that runs", "trigger %q does not run in this scenario", used.key)
		}
	}
}
