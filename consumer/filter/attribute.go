package filter

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
)

// descriptors are DynamoDB's types, the only keys that an attribute's value
// has.
func descriptors() []string {
	return []string{"S", "N", "B", "BOOL", "NULL", "M", "L", "SS", "NS", "BS"}
}

// attributes looks at a pattern's object of attributes by name: an image, the
// keys or an M.
func (a *adviser) attributes(b *branch, path string, keys bool) {
	for _, m := range b.members {
		where := below(path, m.key)
		switch {
		case m.choice != nil:
			a.choice(m, where, func(b *branch, where string) { a.attributes(b, where, keys) })
		case m.leaf != nil:
			a.noDescriptor(m, where)
		default:
			a.value(m.branch, where, keys)
		}
	}
}

// noDescriptor is about {"name": ["x"]} (L5), and exists one level too high (L8).
func (a *adviser) noDescriptor(m member, where string) {
	for _, t := range m.leaf.tests {
		switch t.operator {
		case absent:
			a.say(t.at, where, "exists looks at leaves only: this always matches, with the attribute and without (L8): "+
				`write {%s: {"S": [{"exists": false}]}} with the attribute's type`, quote(m.key))
		case present:
			a.say(t.at, where, "exists looks at leaves only: this never matches (L8): "+
				`write {%s: {"S": [{"exists": true}]}} with the attribute's type`, quote(m.key))
		default:
			a.say(t.at, where, "this never matches: the type descriptor is missing (L5): write {%s: %s}",
				quote(m.key), described(t))
		}
	}
}

// described puts a test behind the descriptor that it is probably for.
func described(t test) string {
	written := shorten(t.written)
	if t.operator == numeric {
		return `{"N": ["100"]} with the numbers themselves, as texts`
	}
	switch t.values[0].kind {
	case number:
		return fmt.Sprintf(`{"N": [%s]}`, asTexts(t))
	case yes, no:
		return fmt.Sprintf(`{"BOOL": [%s]}`, written)
	case null:
		return `{"NULL": [true]}`
	default:
		return fmt.Sprintf(`{"S": [%s]}`, written)
	}
}

// asTexts writes a test of numbers as one of texts.
func asTexts(t test) string {
	quoted := make([]string, len(t.values))
	for i, o := range t.values {
		quoted[i] = quote(o.text)
	}
	if list := strings.Join(quoted, ", "); t.operator == anythingBut {
		return fmt.Sprintf(`{"anything-but": [%s]}`, list)
	}
	return quoted[0]
}

// value looks at a pattern's object behind an attribute's name, {"S": …}, or
// behind an L: the elements of an array are its values.
func (a *adviser) value(b *branch, path string, key bool) {
	var types []string
	for _, m := range b.members {
		where := below(path, m.key)
		switch {
		case m.choice != nil:
			a.choice(m, where, func(b *branch, where string) { a.value(b, where, key) })
			continue
		case !slices.Contains(descriptors(), m.key):
			a.unknownDescriptor(m, where)
			continue
		case key && !slices.Contains([]string{"S", "N", "B"}, m.key):
			a.say(m.at, where, "this %s: a key attribute is S, N or B", m.verdict())
		default:
			a.typed(m, where)
		}
		if !m.optional() && !slices.Contains(types, m.key) {
			types = append(types, m.key)
		}
	}
	if len(types) > 1 {
		a.say(b.members[0].at, path, `this never matches: a value has one type, not %s at once: write `+
			`{"$or": [{%s: …}, {%s: …}]}`, strings.Join(types, " and "), quote(types[0]), quote(types[1]))
	}
}

func (a *adviser) unknownDescriptor(m member, where string) {
	for _, d := range descriptors() {
		if strings.EqualFold(d, m.key) || d == "BOOL" && strings.EqualFold(m.key, "boolean") {
			a.say(m.at, where, "this %s: no type descriptor is spelled %s: write %s", m.verdict(), m.key, quote(d))
			return
		}
	}
	instead := fmt.Sprintf(`{"M": {%s: …}} if it is in a map`, quote(m.key))
	if m.leaf != nil && len(m.leaf.tests) > 0 && m.leaf.tests[0].operator < numeric {
		instead = fmt.Sprintf(`{"M": {%s: %s}} if it is in a map`, quote(m.key), described(m.leaf.tests[0]))
	}
	a.say(m.at, where, "this %s: %s is no type descriptor, and one is missing here (L5): write one of %s, or %s",
		m.verdict(), quote(m.key), strings.Join(descriptors(), ", "), instead)
}

// typed looks at what stands behind a descriptor.
func (a *adviser) typed(m member, where string) {
	switch {
	case m.key == "M" && m.leaf != nil:
		a.notLeaf(m, where, `{"M": {"name": {"S": …}}}`)
	case m.key == "L" && m.leaf != nil:
		a.notElements(m, where)
	case m.key == "M":
		a.attributes(m.branch, where, false)
	case m.key == "L":
		a.value(m.branch, where, false)
	default:
		a.slot(m, scalarSlot(m.key), where)
	}
}

// notElements is about {"L": ["x"]}: the elements have types.
func (a *adviser) notElements(m member, where string) {
	for _, t := range m.leaf.tests {
		if t.operator == present || t.operator == absent {
			a.notLeaf(member{key: m.key, leaf: &leaf{tests: []test{t}}}, where, `{"L": {"S": [`+t.written+`]}} with the type of its elements`)
			continue
		}
		a.say(t.at, where, "this never matches: the elements of a list have types too (L5): write {\"L\": %s}", described(t))
	}
}

// scalarSlot is what stands behind the descriptor of a scalar or of a set: the
// elements of a set are looked at one by one.
func scalarSlot(descriptor string) slot {
	switch descriptor {
	case "N", "NS":
		return slot{kind: text, what: "a text (L4)", wrong: notDelivered}
	case "B", "BS":
		return slot{kind: text, what: "base64 text (E1)", wrong: notBase64}
	case "BOOL":
		return slot{kind: yes, what: "true or false"}
	case "NULL":
		return slot{kind: yes, what: "true", domain: []string{"true"}}
	default:
		return slot{kind: text, what: "a text"}
	}
}

func notBase64(text string) string {
	if _, err := base64.StdEncoding.DecodeString(text); err != nil {
		return "it is not base64: write the bytes in base64, " + quote(base64.StdEncoding.EncodeToString([]byte(text)))
	}
	return ""
}
