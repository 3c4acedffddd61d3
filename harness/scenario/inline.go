package scenario

import (
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// sourceText is a scalar as it stands in the file, on one line.
func (l *layout) sourceText(n ast.Node) string {
	t := n.GetToken()
	if t.Type == token.SingleQuoteType || t.Type == token.DoubleQuoteType {
		if text, ok := l.quoted(l.position(n), scalarText(n)); ok {
			return text
		}
		return strconv.Quote(scalarText(n))
	}
	text := scalarText(n)
	if strings.Contains(text, "\n") || strings.Contains(text, ": ") {
		return strconv.Quote(text) // the parser takes more in braces than outside
	}
	return text
}

// quoted is the text in quotes about a place of the file that means value, if it
// ends in the same line. The parser's tokens do not keep escapes, and their columns
// drift behind single quotes: the place is where to begin looking.
func (s *source) quoted(at Position, value string) (string, bool) {
	if at.Line > len(s.lines) {
		return "", false
	}
	runes := []rune(s.lines[at.Line-1])
	best, distance := "", len(runes)+1
	for i := 0; i < len(runes); i++ {
		length, ok := quotedLength(runes[i:])
		if !ok {
			continue
		}
		text := string(runes[i : i+length])
		if off := max(i-at.Col+1, at.Col-1-i); off < distance && unquoted(text) == value {
			best, distance = text, off
		}
	}
	return best, best != ""
}

// quotedLength is how many characters of a line the text in quotes has that it
// begins with.
func quotedLength(runes []rune) (int, bool) {
	quote := runes[0]
	if quote != '"' && quote != '\'' {
		return 0, false
	}
	for i := 1; i < len(runes); i++ {
		switch {
		case runes[i] == '\\' && quote == '"':
			i++
		case runes[i] == quote && quote == '\'' && i+1 < len(runes) && runes[i+1] == quote:
			i++
		case runes[i] == quote:
			return i + 1, true
		}
	}
	return 0, false
}

// unquoted is what a text in quotes means, for the escapes that Go knows too; those
// that only YAML has are written anew.
func unquoted(text string) string {
	if text[0] == '\'' {
		return strings.ReplaceAll(text[1:len(text)-1], "''", "'")
	}
	value, err := strconv.Unquote(text)
	if err != nil {
		return ""
	}
	return value
}

// flow writes a mapping or list in braces.
func (l *layout) flow(n ast.Node) {
	l.add(" " + l.flowText(n))
	switch n := n.(type) {
	case *ast.MappingNode:
		l.last = max(l.last, n.End.Position.Line)
	case *ast.SequenceNode:
		l.last = max(l.last, n.End.Position.Line)
	}
}

func (l *layout) flowText(n ast.Node) string {
	switch n := n.(type) {
	case *ast.TagNode:
		return strings.TrimRight(n.Start.Value+" "+l.flowText(n.Value), " ")
	case *ast.SequenceNode:
		parts := make([]string, len(n.Values))
		for i, v := range n.Values {
			parts[i] = l.flowText(v)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case *ast.MappingNode:
		parts := make([]string, len(n.Values))
		for i, v := range n.Values {
			parts[i] = l.flowText(v)
		}
		if n.Start != nil && n.Start.Type != token.MappingStartType {
			return strings.Join(parts, ", ") // one pair in a list, without braces
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case *ast.MappingValueNode:
		return l.flowText(n.Key) + ":" + prefixed(l.flowText(n.Value))
	}
	if absent(n) {
		return ""
	}
	if classify(n) == kindForbidden {
		l.wrong(l.position(n), "write the value out", "anchors and aliases are not used here")
		return ""
	}
	return l.sourceText(n)
}

func prefixed(text string) string {
	if text == "" {
		return ""
	}
	return " " + text
}
