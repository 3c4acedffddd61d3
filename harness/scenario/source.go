package scenario

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// source is one file while it is read: its lines and what is wrong with it.
type source struct {
	file     string
	lines    []string
	mistakes Mistakes
}

func newSource(file string, data []byte) *source {
	return &source{file: file, lines: strings.Split(string(data), "\n")}
}

// wrong records a mistake; hint may be empty.
func (s *source) wrong(at Position, hint, format string, args ...any) {
	m := Mistake{File: s.file, Line: at.Line, Col: at.Col, Message: fmt.Sprintf(format, args...), Hint: hint}
	if at.Line >= 1 && at.Line <= len(s.lines) {
		m.Source = strings.TrimRight(s.lines[at.Line-1], "\r")
	}
	s.mistakes = append(s.mistakes, m)
}

// at makes a position of this file. The lexer sometimes points at the blanks
// before a token; the first character of the token is meant.
func (s *source) at(line, col int) Position {
	if line >= 1 && line <= len(s.lines) {
		col = undrift(s.lines[line-1], col)
		runes := []rune(s.lines[line-1])
		for c := col; c >= 1 && c <= len(runes); c++ {
			if runes[c-1] != ' ' {
				col = c
				break
			}
		}
	}
	return Position{File: s.file, Line: line, Col: col}
}

// tagAndBlank is a tag before its value. Compiled once, never changed.
var tagAndBlank = regexp.MustCompile(`(?:^|[\s\[{,])(![A-Za-z]* )`)

// undrift corrects a column of the lexer, which does not count the first blank
// behind a tag: !N 1 shifts everything behind it by one.
func undrift(line string, col int) int {
	for _, at := range tagAndBlank.FindAllStringSubmatchIndex(line, -1) {
		if tag := 1 + utf8.RuneCountInString(line[:at[2]]); col <= tag {
			break
		}
		col++
	}
	return col
}

// start is where mistakes about the file as a whole are shown.
func (s *source) start() Position { return Position{File: s.file, Line: 1, Col: 1} }

// readable checks what a parser would only stumble over: the encoding.
func (s *source) readable(data []byte) bool {
	if bytes.HasPrefix(data, []byte("\xef\xbb\xbf")) {
		s.wrong(s.start(), "save the file as UTF-8 without a byte order mark", "the file begins with a byte order mark")
		return false
	}
	for offset := 0; offset < len(data); {
		r, size := utf8.DecodeRune(data[offset:])
		if r == utf8.RuneError && size == 1 {
			s.wrong(s.offset(data, offset), "save the file as UTF-8", "byte 0x%02x is not UTF-8", data[offset])
			return false
		}
		if r < ' ' && r != '\n' && r != '\t' && r != '\r' || r == 0x7f {
			s.wrong(s.offset(data, offset), `write it as an escape in double quotes, like "\x07"`, "control character 0x%02x", r)
			return false
		}
		offset += size
	}
	return true
}

// offset turns a byte offset into a position.
func (s *source) offset(data []byte, offset int) Position {
	before := data[:offset]
	line := 1 + bytes.Count(before, []byte("\n"))
	col := 1 + utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:])
	return Position{File: s.file, Line: line, Col: col}
}

// tabIndent finds the first line indented with a tab.
func (s *source) tabIndent() (Position, bool) {
	for i, line := range s.lines {
		indent := line[:len(line)-len(strings.TrimLeft(line, " \t"))]
		if tab := strings.IndexByte(indent, '\t'); tab >= 0 && strings.TrimSpace(line) != "" {
			return Position{File: s.file, Line: i + 1, Col: tab + 1}, true
		}
	}
	return Position{}, false
}
