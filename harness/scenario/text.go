package scenario

import (
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// The one-line rendering of steps. It depends on what the step says, never on
// how the file lays it out, and fits beside a time and an id in a timeline.

// longestText bounds the rendering of a step, in characters.
const longestText = 100

// verbText renders a mutation or seed: the first argument bare, since it says
// what is changed, the others by name, in the order of the struct.
func verbText(verb string, given []entry) string {
	parts := []string{verb}
	for i, e := range given {
		text := brief(e.value)
		if i > 0 {
			text = e.key + "=" + text
		}
		parts = append(parts, text)
	}
	return shorten(strings.Join(parts, " "), longestText)
}

// writeText renders a raw write: its key, and for an update the paths.
func writeText(w Write, shown []entry, withTable bool) string {
	parts := []string{w.Op}
	if withTable {
		parts = append(parts, w.Table)
	}
	for _, e := range shown {
		parts = append(parts, brief(e.value))
	}
	sets := make([]string, 0, len(w.Set))
	for path := range w.Set {
		sets = append(sets, path)
	}
	slices.Sort(sets)
	if len(sets) > 0 {
		parts = append(parts, "set "+strings.Join(sets, ","))
	}
	if len(w.Remove) > 0 {
		parts = append(parts, "remove "+strings.Join(w.Remove, ","))
	}
	return shorten(strings.Join(parts, " "), longestText)
}

// listText renders a step that holds others: "transact [put a, delete b]".
func listText(verb string, inner []string) string {
	return shorten(verb+" ["+strings.Join(inner, ", ")+"]", longestText)
}

// brief renders a value: lists as a,b and mappings as {a=b}.
func brief(n ast.Node) string {
	switch classify(n) {
	case kindList:
		var parts []string
		for _, v := range n.(*ast.SequenceNode).Values {
			parts = append(parts, brief(v))
		}
		return strings.Join(parts, ",")
	case kindMap:
		values, _ := mappingValues(n)
		parts := make([]string, 0, len(values))
		for _, v := range values {
			key, _ := keyText(v.Key)
			parts = append(parts, key+"="+brief(v.Value))
		}
		return "{" + strings.Join(parts, " ") + "}"
	case kindTagged:
		return brief(n.(*ast.TagNode).Value)
	case kindForbidden:
		return "?"
	default:
		return strings.Join(strings.Fields(scalarText(n)), " ")
	}
}

func plural(n int, noun string) string {
	if n == 1 {
		return noun
	}
	return noun + "s"
}

// shorten cuts a text to so many characters, the last one an ellipsis.
func shorten(text string, most int) string {
	runes := []rune(text)
	if len(runes) <= most {
		return text
	}
	return string(runes[:most-1]) + "…"
}
