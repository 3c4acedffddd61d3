package scenario

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// PathPart is one name or index of a path.
type PathPart struct {
	Name  string // "" for an index
	Index int    // -1 for a name
}

// PathParts takes apart a path of [Expect], which is written as snapshots write it:
// "state.status", "owners[0].name", `summary."x.y"`. That of "" is the value itself.
func PathParts(path string) ([]PathPart, error) {
	var parts []PathPart
	for rest := path; rest != ""; {
		part, after, err := cutPath(rest, len(parts) > 0)
		if err != nil {
			return nil, fmt.Errorf("path %s: %w", path, err)
		}
		parts, rest = append(parts, part), after
	}
	return parts, nil
}

// cutPath cuts the first name or index off a path; inner says that others stand
// before it.
func cutPath(path string, inner bool) (part PathPart, rest string, err error) {
	if path[0] == '[' {
		text, rest, ok := strings.Cut(path[1:], "]")
		if !ok {
			return part, "", errors.New("no ] to the [")
		}
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 || text != strconv.Itoa(n) {
			return part, "", fmt.Errorf("[%s] is no index: they count from [0]", text)
		}
		return PathPart{Index: n}, rest, nil
	}
	if inner {
		dot := false
		if path, dot = strings.CutPrefix(path, "."); !dot {
			return part, "", fmt.Errorf("no dot before %s", path)
		}
	}
	if strings.HasPrefix(path, `"`) {
		quoted, err := strconv.QuotedPrefix(path)
		if err != nil {
			return part, "", errors.New("a quote that does not end")
		}
		name, err := strconv.Unquote(quoted)
		return PathPart{Name: name, Index: -1}, path[len(quoted):], err
	}
	end := strings.IndexAny(path, ".[")
	if end < 0 {
		end = len(path)
	}
	if end == 0 {
		return part, "", errors.New("a name is missing before or after a dot")
	}
	return PathPart{Name: path[:end], Index: -1}, path[end:], nil
}

// viewPath is an argument that is a path.
type viewPath string

func (p *viewPath) read(r *reader, e entry) {
	*p = viewPath(r.text(e))
	if _, err := PathParts(string(*p)); err != nil {
		r.wrong(e.at, `write it as snapshots do: state.status, owners[0].name, summary."x.y"`, "%v", err)
	}
}
