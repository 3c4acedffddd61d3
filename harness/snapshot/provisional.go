package snapshot

import "strings"

const (
	provisionalPrefix = "# seen on: "
	provisionalSuffix = " only"
)

// mark writes into the header of a text on which engine it was seen, and that it
// was seen nowhere else. For "" the text stays as it is.
func mark(text, engine string) string {
	if engine == "" {
		return text
	}
	first, rest, _ := strings.Cut(text, "\n")
	second, rest, _ := strings.Cut(rest, "\n")
	return first + "\n" + second + "\n" + provisionalPrefix + engine + provisionalSuffix + "\n" + rest
}

// unmark takes the mark out of a text, and returns the engine that it named.
func unmark(text string) (rest, engine string) {
	lines := strings.SplitAfterN(text, "\n", 4)
	if len(lines) < 4 || lines[0] != magic+"\n" {
		return text, ""
	}
	engine, found := strings.CutPrefix(strings.TrimSuffix(lines[2], "\n"), provisionalPrefix)
	if !found {
		return text, ""
	}
	return lines[0] + lines[1] + lines[3], strings.TrimSuffix(engine, provisionalSuffix)
}
