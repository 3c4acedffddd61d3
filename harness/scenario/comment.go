package scenario

import (
	"strings"

	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/token"
)

// comment is one comment of the file.
type comment struct {
	text      string // with its #
	line, col int
	trailing  bool // something stands before it in its line
	previous  int  // the line of the token before it; 0 for none
	blank     bool // an empty line stands before it
}

// readComments lists the comments in the order of the file.
func (s *source) readComments(src []byte) []comment {
	var out []comment
	previous := 0
	for _, t := range lexer.Tokenize(string(src)) {
		if t.Type != token.CommentType {
			previous = t.Position.Line
			continue
		}
		line, col := t.Position.Line, t.Position.Column
		before := ""
		if line <= len(s.lines) {
			if runes := []rune(s.lines[line-1]); col-1 <= len(runes) {
				before = string(runes[:col-1])
			}
		}
		out = append(out, comment{
			text: strings.TrimRight("#"+t.Value, " \t"), line: line, col: col, previous: previous,
			trailing: strings.TrimSpace(before) != "", blank: s.blankBefore(line),
		})
	}
	return out
}

// blankBefore tells whether the line above is empty.
func (s *source) blankBefore(line int) bool {
	return line >= 2 && line-2 < len(s.lines) && strings.TrimSpace(s.lines[line-2]) == ""
}

// commentsBefore writes the comments that stand above a line of the file.
func (l *layout) commentsBefore(line, indent int) {
	for len(l.comments) > 0 && l.comments[0].line < line {
		l.ownLine(indent)
	}
}

// ownLine writes the next comment on a line of its own.
func (l *layout) ownLine(indent int) {
	c := l.comments[0]
	l.comments = l.comments[1:]
	if c.blank && c.line > l.last {
		l.blank()
	}
	l.lines = append(l.lines, outLine{indent: indent, text: c.text})
	l.opening = false
	l.keeps = false
}

// blank writes an empty line, where there may be one.
func (l *layout) blank() {
	if l.opening || l.keeps || len(l.lines) == 0 {
		return
	}
	if before := l.lines[len(l.lines)-1]; before.text == "" && !before.raw {
		return
	}
	l.lines = append(l.lines, outLine{})
}

// trailing puts the comment at the end of the line that was written last there,
// unless the next entry stands in that line of the file too and so is nearer.
func (l *layout) trailing(next int) {
	for len(l.comments) > 0 && len(l.lines) > 0 {
		c := l.comments[0]
		if !c.trailing || c.line > l.last || c.line >= next || l.lines[l.content].comment != "" {
			return
		}
		l.lines[l.content].comment = c.text
		l.comments = l.comments[1:]
	}
}
