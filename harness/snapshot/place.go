package snapshot

import "strings"

// Place is where a line of a snapshot stands, also of one that no rendering has
// any more.
type Place struct {
	// At is the name of the moment as [Moment] words it; "" in a text without.
	At string
	// Heading is the text of the section's heading ("indicators FIN#f1"), "" for
	// the header, empty lines and names of moments.
	Heading string
	// Path is as in Line.
	Path string
}

// Label is the part of a heading that says whose value it is: "FIN#f1".
func (p Place) Label() string {
	end := wordLength(p.Heading)
	if end >= len(p.Heading) {
		return ""
	}
	return strings.Trim(p.Heading[end+1:], `"`)
}

// View is the part of a heading before its label: "indicators".
func (p Place) View() string { return strings.Trim(p.Heading[:wordLength(p.Heading)], `"`) }

// Moment is how a text names a moment of a scenario; that of no name is its end.
func Moment(name string) string {
	return strings.TrimSuffix(strings.TrimPrefix(moment(name), "== "), " ==")
}

// Places gives the place of each line of a diff: of those that are gone in the
// old text, of all others in the new one.
func Places(diff []DiffLine) []Place {
	out := make([]Place, len(diff))
	for _, gone := range []byte{'+', '-'} { // the old text first
		var l locator
		for i, d := range diff {
			if d.Op == gone {
				continue
			}
			if place := l.line(d.Text); d.Op == '-' || gone == '-' {
				out[i] = place
			}
		}
	}
	return out
}

// locator follows a text line by line.
type locator struct {
	at, heading string
	open        []container // from the section's value inwards
}

// container is a map or a list whose lines begin at a column.
type container struct {
	column int
	path   string
	next   int // index of the next element, if it is a list
}

func (l *locator) line(text string) Place {
	switch {
	case text == "" || strings.HasPrefix(text, "# "):
		l.heading = ""
	case strings.HasPrefix(text, "== ") && strings.HasSuffix(text, " =="):
		l.at, l.heading = text[3:max(3, len(text)-3)], ""
	case text[0] != ' ':
		l.heading = text
		l.open = []container{{column: len(indent)}}
	default:
		return Place{l.at, l.heading, l.inside(text)}
	}
	return Place{At: l.at, Heading: l.heading}
}

// inside is the path of a line of a value.
func (l *locator) inside(text string) string {
	rest := strings.TrimLeft(text, " ")
	column := len(text) - len(rest)
	for len(l.open) > 1 && l.open[len(l.open)-1].column > column {
		l.open = l.open[:len(l.open)-1]
	}
	if len(l.open) == 0 {
		return "" // edited by hand
	}
	path := l.open[len(l.open)-1].path
	for strings.HasPrefix(rest, "- ") {
		list := &l.open[len(l.open)-1]
		path = element(list.path, list.next)
		list.next++
		column, rest = column+len(indent), rest[2:]
		l.open = append(l.open, container{column: column, path: path})
	}
	name := keyOf(rest)
	if name == "" {
		return path
	}
	path = member(path, name)
	if len(rest) == len(name)+1 { // "key:", its value on lines of its own
		l.open = append(l.open, container{column: column + len(indent), path: path})
	}
	return path
}

// keyOf is the key that a line of a map begins with, as it stands there; "" for a
// line that has none.
func keyOf(text string) string {
	n := wordLength(text)
	if n == 0 || n >= len(text) || text[n] != ':' || n+1 < len(text) && text[n+1] != ' ' {
		return ""
	}
	return text[:n]
}

// wordLength is how many bytes of text are its first word, as word writes it.
func wordLength(text string) int {
	if !strings.HasPrefix(text, `"`) {
		skip := 0
		if strings.HasPrefix(text, "!S ") {
			skip = len("!S ")
		}
		if end := strings.IndexAny(text[skip:], ": "); end >= 0 {
			return skip + end
		}
		return len(text)
	}
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(text)
}
