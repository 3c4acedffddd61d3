package scenario

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/token"
)

// Format lays a scenario or fixture file out as all of them are, as gofmt does
// for Go. It changes blanks, line breaks and nothing else:
//
//   - two blanks deeper for what belongs to a key, also for lists
//   - {a: b, c: [d, e]} with one blank after each colon and comma; a mapping or
//     list in braces that spans lines is written one entry a line
//   - a blank line stays, several become one, none at the beginning of a list or
//     mapping
//   - comments stay where they are; those at the ends of successive lines are
//     aligned
//   - texts keep their quotes and numbers their digits
//
// Formatting twice is formatting once. A file that is not YAML, or has what no file
// may have (anchors, aliases, several documents), comes back as [Mistakes], with
// file as their File. The result is compared with src before it is returned: where
// it would mean something else there is [ErrUnusualLayout] and no result.
func Format(file string, src []byte) ([]byte, error) {
	src = bytes.ReplaceAll(src, []byte("\r\n"), []byte("\n"))
	if len(bytes.TrimSpace(src)) == 0 {
		return nil, emptyFile(file, src)
	}
	s := newSource(file, src)
	body := s.parse(src)
	if body == nil {
		return nil, s.mistakes
	}
	l := &layout{source: s}
	l.comments = l.readComments(src)
	l.document(body)
	if len(s.mistakes) > 0 {
		return nil, s.mistakes
	}
	out := l.render()
	if err := sameMeaning(src, out); err != nil {
		return nil, fmt.Errorf("format: %s: %w: %w: lay it out more plainly", file, ErrUnusualLayout, err)
	}
	return out, nil
}

// ErrUnusualLayout says that the formatter could not keep what a file means. No
// file is known that is right and has such a layout.
var ErrUnusualLayout = errors.New("the layout is too unusual to be changed safely")

func emptyFile(file string, src []byte) error {
	s := newSource(file, src)
	s.parse(src)
	return s.mistakes
}

// sameMeaning compares two texts by what a reader of YAML sees in them, and by
// their comments: the formatter must not be able to lose anything.
func sameMeaning(before, after []byte) error {
	was, err := meaning(before)
	if err != nil {
		return err
	}
	is, err := meaning(after)
	if err != nil {
		return fmt.Errorf("the result cannot be read: %w", err)
	}
	if !slices.Equal(was, is) {
		return errors.New("the result would mean something else")
	}
	return nil
}

// meaning lists every value with its kind, its tag and its quoting, and then the
// comments.
func meaning(text []byte) ([]string, error) {
	file, err := parseYAML(text)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, doc := range file.Docs {
		out = append(out, nodeMeaning(doc.Body)...)
	}
	var comments []string
	for _, t := range lexer.Tokenize(string(text)) {
		if t.Type == token.CommentType {
			comments = append(comments, "#"+strings.TrimRight(t.Value, " \t"))
		}
	}
	slices.Sort(comments)
	return append(out, comments...), nil
}

func nodeMeaning(n ast.Node) []string {
	switch n := n.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
		values, _ := mappingValues(n)
		out := []string{fmt.Sprintf("mapping %d", len(values))}
		for _, v := range values {
			out = append(append(out, nodeMeaning(v.Key)...), nodeMeaning(v.Value)...)
		}
		return out
	case *ast.SequenceNode:
		out := []string{fmt.Sprintf("list %d", len(n.Values))}
		for _, v := range n.Values {
			out = append(out, nodeMeaning(v)...)
		}
		return out
	case *ast.TagNode:
		return append([]string{"tag " + n.Start.Value}, nodeMeaning(n.Value)...)
	}
	if absent(n) {
		return []string{"nothing"}
	}
	return []string{classify(n).String() + " " + scalarText(n)}
}
