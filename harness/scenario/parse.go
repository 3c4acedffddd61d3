package scenario

import (
	"errors"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// parse turns the text into the one document a file may hold; nil after a
// mistake. A file with a syntax error shows that one only: what follows it
// cannot be told.
func (s *source) parse(data []byte) ast.Node {
	if !s.readable(data) {
		return nil
	}
	file, err := parseYAML(data)
	if err != nil {
		s.syntax(err)
		return nil
	}
	docs := file.Docs
	if len(docs) > 0 {
		if directive, ok := docs[0].Body.(*ast.DirectiveNode); ok {
			s.wrong(s.position(directive), "leave the line out", "YAML directives are not used here")
			return nil
		}
	}
	if len(docs) > 1 {
		s.wrong(s.documentStart(docs[1]), "one file holds one scenario or fixture: make two files", "a second YAML document begins here")
		return nil
	}
	if len(docs) == 0 || docs[0].Body == nil {
		s.wrong(s.start(), "begin with title, fixture, start and steps (a fixture: items)", "the file is empty")
		return nil
	}
	return docs[0].Body
}

// parseYAML keeps duplicate keys, which are reported with everything else, and
// turns a panic of the parser (it has had several on odd input) into an error:
// a typo must not take the test binary down.
func parseYAML(data []byte) (file *ast.File, err error) {
	defer func() {
		if p := recover(); p != nil {
			file, err = nil, fmt.Errorf("the YAML parser failed: %v", p)
		}
	}()
	return parser.ParseBytes(data, 0, parser.AllowDuplicateMapKey())
}

func (s *source) documentStart(doc *ast.DocumentNode) Position {
	if doc.Start != nil {
		return s.at(doc.Start.Position.Line, doc.Start.Position.Column)
	}
	if doc.Body != nil {
		return s.position(doc.Body)
	}
	return s.start()
}

// syntax words an error of the YAML parser.
func (s *source) syntax(err error) {
	message, at := err.Error(), s.start()
	var syntax *yaml.SyntaxError
	if errors.As(err, &syntax) {
		message = syntax.Message
		if t := syntax.Token; t != nil && t.Position != nil {
			at = s.at(t.Position.Line, t.Position.Column)
		}
	}
	if strings.Contains(message, "tab character") || strings.Contains(message, `'\t'`) || strings.Contains(message, "'\t'") {
		if tab, ok := s.tabIndent(); ok {
			s.wrong(tab, "indent with blanks", "a tab in the indentation")
			return
		}
	}
	s.wrong(at, syntaxHint(message), "not YAML: %s", message)
}

// syntaxHint says what usually lies behind a message of the parser.
func syntaxHint(message string) string {
	for _, known := range []struct{ part, hint string }{
		{"mapping value is not allowed", `a text with ": " in it must be quoted`},
		{"reserved character", "a text that begins with this character must be quoted"},
		{"unknown escape character", `in double quotes a backslash is written \\; single quotes keep it as it is`},
		{"could not find end character", "close the quote"},
		{"must be specified", "close the bracket or add the comma"},
		{"end token", "close the bracket"},
		{"non-map value", `here a "key: value" was expected (with a blank after the colon)`},
		{"value is not allowed in this context", "look at the indentation: entries of one level begin in the same column"},
		{"unexpected key name", "look at the indentation: entries of one level begin in the same column"},
		{"block sequence entries are not allowed", `begin the list on the next line, or write it as [a, b]`},
	} {
		if strings.Contains(message, known.part) {
			return known.hint
		}
	}
	return ""
}
