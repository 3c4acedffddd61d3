package scenario

import (
	"math"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// literal writes a block of text, its lines indented anew.
func (l *layout) literal(n *ast.LiteralNode, indent int) {
	header := n.Start.Value
	l.last = max(l.last, n.Start.Position.Line)
	if strings.ContainsAny(header, "123456789") {
		// The digit counts from an indentation that may change.
		l.add(" " + strconv.Quote(n.Value.Value))
		l.last = max(l.last, n.Value.Token.Position.Line)
		return
	}
	if header = strings.TrimRight(header, "+-"); !strings.HasSuffix(n.Value.Value, "\n") {
		header += "-" // the file may end without a line break, the result does not
	} else if strings.Contains(n.Start.Value, "+") {
		header += "+"
	}
	l.add(" " + header)
	l.endLine()
	l.trailing(math.MaxInt)
	lines := strings.Split(n.Value.Token.Origin, "\n")
	margin := -1
	for _, line := range lines {
		if strings.TrimSpace(line) != "" {
			margin = len(line) - len(strings.TrimLeft(line, " "))
			break
		}
	}
	for len(lines) > 0 && strings.TrimSpace(lines[len(lines)-1]) == "" {
		lines = lines[:len(lines)-1]
	}
	if margin < 0 {
		lines = nil
	}
	for _, line := range lines {
		text := line[min(margin, len(line)-len(strings.TrimLeft(line, " "))):]
		l.lines = append(l.lines, outLine{indent: max(indent, indentStep), text: text, raw: true})
	}
	if strings.Contains(header, "+") {
		for range strings.Count(n.Value.Value, "\n") - len(lines) {
			l.lines = append(l.lines, outLine{raw: true})
		}
		l.keeps = true
	}
	l.last = max(l.last, n.Value.Token.Position.Line)
}
