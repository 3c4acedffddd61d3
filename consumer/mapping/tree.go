package mapping

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Mistake is one thing wrong in a file. [Parse] returns all of a file's, joined.
type Mistake struct {
	File string
	// Line and Col count from 1, Col in characters.
	Line, Col int
	Message   string
}

func (m *Mistake) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s", m.File, m.Line, m.Col, m.Message)
}

// source is a file being parsed, and what was found wrong in it so far.
type source struct {
	name     string
	data     []byte
	mistakes []error
}

func (s *source) mistake(at int, format string, args ...any) {
	p := s.place(at)
	s.mistakes = append(s.mistakes, &Mistake{File: p.File, Line: p.Line, Col: p.Col, Message: fmt.Sprintf(format, args...)})
}

// place turns an offset into the file into a line and a column.
func (s *source) place(at int) Place {
	start := Place{File: s.name, Line: 1, Col: 1}
	return start.behind(string(s.data[:min(at, len(s.data))]))
}

// node is one JSON value and where it stands: encoding/json keeps neither
// positions nor duplicate keys.
type node struct {
	at   int    // offset of its first byte
	text string // as written
	// value is string, json.Number, bool or nil; []member of an object; an
	// array is []node.
	value any
}

type member struct {
	at   int // offset of the key
	key  string
	node node
}

// tree parses the whole file; false, with a mistake, if it is not JSON.
func (s *source) tree() (node, bool) {
	if !s.isText() {
		return node{}, false
	}
	var any any
	if err := json.Unmarshal(s.data, &any); err != nil {
		at := len(s.data)
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) && int(syntax.Offset) <= len(s.data) && syntax.Offset > 0 {
			at = int(syntax.Offset) - 1 // the offset is behind the offending byte
		}
		s.mistake(at, "not JSON: %v", err)
		return node{}, false
	}
	p := treeParser{json.NewDecoder(bytes.NewReader(s.data)), string(s.data)}
	p.UseNumber()
	return p.node(), true
}

// isText refuses what encoding/json stumbles over without saying why, or changes
// without saying it.
func (s *source) isText() bool {
	if bytes.HasPrefix(s.data, []byte("\ufeff")) {
		s.mistake(0, "not JSON: begins with a byte order mark: save it as UTF-8 without one")
		return false
	}
	for at := 0; at < len(s.data); {
		r, size := utf8.DecodeRune(s.data[at:])
		if r == utf8.RuneError && size == 1 {
			s.mistake(at, "not JSON: byte %#x is not UTF-8: save it as UTF-8", s.data[at])
			return false
		}
		at += size
	}
	return true
}

// treeParser walks the tokens of valid JSON, so no token is an error.
type treeParser struct {
	*json.Decoder
	data string
}

// next is the offset of the next token.
func (p treeParser) next() int {
	at := int(p.InputOffset())
	for at < len(p.data) && strings.IndexByte(" \t\r\n,:", p.data[at]) >= 0 {
		at++
	}
	return at
}

func (p treeParser) node() node {
	n := node{at: p.next()}
	token, _ := p.Token()
	switch token {
	case json.Delim('{'):
		members := []member{}
		for p.More() {
			m := member{at: p.next()}
			key, _ := p.Token()
			m.key = key.(string)
			m.node = p.node()
			members = append(members, m)
		}
		_, _ = p.Token()
		n.value = members
	case json.Delim('['):
		elements := []node{}
		for p.More() {
			elements = append(elements, p.node())
		}
		_, _ = p.Token()
		n.value = elements
	default:
		n.value = token
	}
	n.text = p.data[n.at:p.InputOffset()]
	return n
}
