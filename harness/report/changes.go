package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/stillwater-streams/stillwater/harness/trace"
)

const (
	// shownChanges is how many attributes a record's line names at most, and
	// shownWidth how long all but the first may make it: a line of a terminal.
	shownChanges, shownWidth = 3, 60
	// shownRunes is how much of a value it shows.
	shownRunes = 24
	// tellingRunes is how much two values must share at an end before that is left out.
	tellingRunes = 8
)

// changed words the changes of a record: "  open 2→1, closed 0→1, +4 more", the
// shortest first, which tell most: statuses and counts before dates and keys.
// What all paths begin with says nothing, and goes.
func changed(list []trace.Change) string {
	if len(list) == 0 {
		return ""
	}
	prefix := list[0].Path[:strings.LastIndexByte(list[0].Path, '.')+1]
	for _, c := range list {
		for !strings.HasPrefix(c.Path, prefix) {
			prefix = prefix[:strings.LastIndexByte(strings.TrimSuffix(prefix, "."), '.')+1]
		}
	}
	size := func(c trace.Change) int { return len(c.Path) + len(c.From) + len(c.To) }
	list = slices.SortedStableFunc(slices.Values(list), func(a, b trace.Change) int { return cmp.Compare(size(a), size(b)) })
	text := ""
	for i, c := range list {
		part := "  " + strings.TrimPrefix(c.Path, prefix) + " " + fromTo([]rune(c.From), []rune(c.To))
		if i > 0 {
			part = "," + part[1:]
		}
		if i == shownChanges || i > 0 && utf8.RuneCountInString(text+part) > shownWidth {
			return text + fmt.Sprintf(", +%d more", len(list)-i)
		}
		text += part
	}
	return text
}

// fromTo words two values, "VULNERABLE→SAFE". Of long ones it leaves out what
// they share at either end, by whole words: VULN#f1#STATE#vulnerable#v1 and
// VULN#f1#STATE#safe#v1 are "…vulnerable…→…safe…".
func fromTo(from, to []rune) string {
	if max(len(from), len(to)) <= shownRunes {
		return shorten(from, "", "") + "→" + shorten(to, "", "")
	}
	if slices.Equal(from, to) { // the trace keeps the beginning of a value only
		return "changed behind its first " + plural(len(from)-1, "character")
	}
	before, after := "", ""
	if n := shared(from, to); n >= tellingRunes {
		from, to, before = from[n:], to[n:], "…"
	}
	if n := sharedEnd(from, to); n >= tellingRunes {
		from, to, after = from[:len(from)-n], to[:len(to)-n], "…"
	}
	return shorten(from, before, after) + "→" + shorten(to, before, after)
}

// shared is the length of what two values begin with, up to the end of a
// separator such as # or -.
func shared(a, b []rune) int {
	whole := 0
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			break
		}
		if !unicode.IsLetter(a[i]) && !unicode.IsDigit(a[i]) {
			whole = i + 1
		}
	}
	return whole
}

// sharedEnd is the length of what two values end with, from a separator on.
func sharedEnd(a, b []rune) int {
	a, b = slices.Clone(a), slices.Clone(b)
	slices.Reverse(a)
	slices.Reverse(b)
	return shared(a, b)
}

// shorten keeps a value readable in a list of changes, between marks of what was
// left out; absent is "∅".
func shorten(value []rune, before, after string) string {
	if len(value) == 0 && before+after == "" {
		return "∅"
	}
	if len(value) > shownRunes {
		value, after = value[:shownRunes-1], "…"
	}
	return before + string(value) + after
}
