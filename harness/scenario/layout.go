package scenario

import (
	"math"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// layout writes a document anew, in the order of the file, and puts the comments
// back where they were, as go/printer does: each is written before the first value
// that stands after it.
type layout struct {
	*source
	comments []comment // those not written yet
	lines    []outLine
	current  *outLine // the line being written; nil between lines
	last     int      // the line in the file of what was written last
	content  int      // the index in lines of the last line that is no comment
	keyCol   int      // the column in the file of the key whose value is written
	opening  bool     // nothing was written yet in this mapping or list
	keeps    bool     // a block of text ended that keeps its empty lines
}

// outLine is one line of the result.
type outLine struct {
	indent  int
	text    string
	comment string // at the end of the line
	raw     bool   // a line of a block of text: not to be aligned or trimmed
}

// step is how much deeper an inner mapping or list stands.
const indentStep = 2

func (l *layout) document(body ast.Node) {
	l.opening = true
	l.value(body, 0)
	l.endLine()
	l.trailing(math.MaxInt)
	for len(l.comments) > 0 {
		l.ownLine(0)
	}
}

// value writes a node at the end of the current line, or below it.
func (l *layout) value(n ast.Node, indent int) {
	if tag, ok := n.(*ast.TagNode); ok {
		l.add(" " + tag.Start.Value)
		l.last = max(l.last, tag.Start.Position.Line)
		n = tag.Value
	}
	switch n := n.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
		if l.inline(n) {
			l.flow(n)
		} else {
			l.mapping(n, indent)
		}
	case *ast.SequenceNode:
		if l.inline(n) {
			l.flow(n)
		} else {
			l.list(n, indent)
		}
	case *ast.LiteralNode:
		l.literal(n, indent)
	default:
		l.scalar(n)
	}
}

// inline tells whether a mapping or list stands in braces on one line, or is
// empty.
func (l *layout) inline(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.MappingNode:
		return len(n.Values) == 0 || n.IsFlowStyle && l.sameLine(n.Start, n.End)
	case *ast.SequenceNode:
		return len(n.Values) == 0 || n.IsFlowStyle && l.sameLine(n.Start, n.End)
	}
	return false
}

func (l *layout) sameLine(a, b *token.Token) bool {
	return a != nil && b != nil && a.Position.Line == b.Position.Line
}

// mapping writes one key a line. The first one continues a line that has nothing
// but dashes.
func (l *layout) mapping(n ast.Node, indent int) {
	values, _ := mappingValues(n)
	col := l.position(n).Col
	for _, v := range values {
		if _, ok := keyText(v.Key); !ok {
			l.wrong(l.position(v.Key), "write the entries out", "keys are plain words; merge keys, aliases and ? keys are not used here")
			return
		}
		l.entryLine(indent, v.Key.GetToken().Position.Line, l.firstLine(v.Value))
		l.scalar(v.Key)
		l.add(":")
		l.keyCol = l.position(v.Key).Col
		l.inner(v.Value, indent+indentStep)
	}
	l.end(n, col, indent)
}

// inner writes what stands after a colon or a dash.
func (l *layout) inner(n ast.Node, indent int) {
	if absent(n) {
		return
	}
	l.opening = true
	l.value(n, indent)
	l.opening = false
}

// list writes one entry a line, each after a dash.
func (l *layout) list(n *ast.SequenceNode, indent int) {
	col := n.Start.Position.Column
	if col == l.keyCol {
		col++ // a comment in the column of the key is not one of the list
	}
	for i, v := range n.Values {
		if absent(v) {
			l.wrong(l.position(n), "write what is in it, or leave the dash out", "a list has an entry without a value")
			return
		}
		line := l.position(v).Line
		if !n.IsFlowStyle && i < len(n.Entries) && n.Entries[i].Start != nil {
			line = n.Entries[i].Start.Position.Line
		}
		l.entryLine(indent, line, l.leading(v))
		l.add("-")
		l.keyCol = 0
		l.inner(v, indent+indentStep)
	}
	l.end(n, col, indent)
}

// firstLine is where the value of a key begins when it goes to the key's line, so
// that comments between the two come before both; 0 for others.
func (l *layout) firstLine(n ast.Node) int {
	if absent(n) {
		return 0
	}
	if tag, ok := n.(*ast.TagNode); ok && tag.Value != nil {
		n = tag.Value
	}
	switch n.(type) {
	case *ast.MappingNode, *ast.MappingValueNode, *ast.SequenceNode:
		if !l.inline(n) {
			return 0
		}
	case *ast.LiteralNode:
		return 0
	}
	return l.position(n).Line
}

// leading is where the first word of an entry of a list stands.
func (l *layout) leading(n ast.Node) int {
	if absent(n) {
		return 0
	}
	if seq, ok := n.(*ast.SequenceNode); ok && len(seq.Values) > 0 && !l.inline(n) {
		return l.leading(seq.Values[0])
	}
	if values, ok := mappingValues(n); ok && len(values) > 0 && !l.inline(n) {
		return max(l.position(n).Line, l.firstLine(values[0].Value))
	}
	return l.position(n).Line
}

// entryLine begins the line of an entry that stands in a line of the file, after
// the comments before it.
func (l *layout) entryLine(indent, line, first int) {
	if l.current != nil && onlyDashes(l.current.text) {
		l.add(" ")
	} else {
		l.endLine()
		l.trailing(line)
		l.commentsBefore(line, indent)
		if l.blankBefore(line) && line > l.last {
			l.blank()
		}
		l.last = max(l.last, line)
		l.commentsBefore(first, indent)
		l.current = &outLine{indent: indent}
	}
	l.last = max(l.last, line)
	l.opening, l.keeps = false, false
}

func onlyDashes(text string) bool { return strings.Trim(text, "- ") == "" && text != "" }

// end finishes a mapping or list: the comments right after its last entry that are
// indented like it belong to it, or, in braces, those before the closing one.
func (l *layout) end(n ast.Node, col, indent int) {
	l.endLine()
	closing := 0
	switch n := n.(type) {
	case *ast.MappingNode:
		closing = closingLine(n.IsFlowStyle, n.End)
	case *ast.SequenceNode:
		closing = closingLine(n.IsFlowStyle, n.End)
	}
	if closing > 0 {
		l.trailing(closing)
	} else {
		l.trailing(math.MaxInt)
	}
	for len(l.comments) > 0 {
		c := l.comments[0]
		if closing > 0 && c.line >= closing || closing == 0 && (c.col < col || c.previous > l.last) {
			break
		}
		l.ownLine(indent)
	}
	l.last = max(l.last, closing)
}

// closingLine is where the closing bracket of a mapping or list in braces stands;
// 0 without one.
func closingLine(flow bool, end *token.Token) int {
	if !flow || end == nil {
		return 0
	}
	return end.Position.Line
}

// add continues the current line; a blank comes between a word and the next.
func (l *layout) add(text string) {
	if l.current == nil {
		l.current = &outLine{}
	}
	if l.current.text == "" {
		text = strings.TrimPrefix(text, " ")
	}
	if strings.HasSuffix(l.current.text, " ") {
		text = strings.TrimPrefix(text, " ")
	}
	l.current.text += text
}

// endLine finishes the current line.
func (l *layout) endLine() {
	if l.current == nil {
		return
	}
	l.current.text = strings.TrimRight(l.current.text, " ")
	l.content = len(l.lines)
	l.lines = append(l.lines, *l.current)
	l.current = nil
}

// scalar writes a text, number or the like as it stands in the file.
func (l *layout) scalar(n ast.Node) {
	if absent(n) {
		return
	}
	if classify(n) == kindForbidden {
		l.wrong(l.position(n), "write the value out", "anchors and aliases are not used here")
		return
	}
	t := n.GetToken()
	l.last = max(l.last, t.Position.Line+strings.Count(strings.TrimSpace(t.Origin), "\n"))
	text := l.sourceText(n)
	if l.current == nil || l.current.text == "" || strings.HasSuffix(l.current.text, " ") {
		l.add(text)
		return
	}
	l.add(" " + text)
}

// render puts the lines together, comments at their ends aligned.
func (l *layout) render() []byte {
	var b strings.Builder
	for i := 0; i < len(l.lines); {
		end := i + 1
		if l.lines[i].comment != "" {
			for end < len(l.lines) && l.lines[end].comment != "" && l.lines[end].indent == l.lines[i].indent {
				end++
			}
		}
		width := 0
		for _, line := range l.lines[i:end] {
			width = max(width, utf8.RuneCountInString(line.text))
		}
		for _, line := range l.lines[i:end] {
			text := line.text
			if line.comment != "" {
				text += strings.Repeat(" ", width-utf8.RuneCountInString(text)+1) + line.comment
			}
			if text != "" {
				b.WriteString(strings.Repeat(" ", line.indent) + text)
			}
			b.WriteByte('\n')
		}
		i = end
	}
	return []byte(b.String())
}
