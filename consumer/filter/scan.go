package filter

import (
	"bytes"
	"encoding/json"
)

// scanner reads JSON once, from left to right, and takes exactly what
// json.Valid takes. Every method that reads says false where the text is not
// JSON; nothing may be read after that.
type scanner struct {
	data  []byte
	at    int
	depth int
}

// deepest is how deep values may be nested, as in encoding/json.
const deepest = 10_000

// kind is what sort of JSON value something is.
type kind byte

const (
	invalid kind = iota
	text
	number
	yes
	no
	null
	object
	array
)

// scalar is a JSON value that holds no other.
type scalar struct {
	kind kind
	// escaped says that a text has escapes, so that raw is not yet the text.
	escaped bool
	// raw is a number as written, a text without its quotes.
	raw []byte
}

// text gives the bytes of a text, without a copy where it has no escapes.
func (s scalar) text() []byte {
	if !s.escaped {
		return s.raw
	}
	quoted := append(append(make([]byte, 0, len(s.raw)+2), '"'), s.raw...)
	var decoded string
	_ = json.Unmarshal(append(quoted, '"'), &decoded) // the scanner has checked it
	return []byte(decoded)
}

func (s *scanner) space() {
	for s.at < len(s.data) {
		switch s.data[s.at] {
		case ' ', '\t', '\n', '\r':
			s.at++
		default:
			return
		}
	}
}

// kind tells by its first byte what comes next.
func (s *scanner) kind() kind {
	if s.at == len(s.data) {
		return invalid
	}
	switch c := s.data[s.at]; c {
	case '"':
		return text
	case '{':
		return object
	case '[':
		return array
	case 't':
		return yes
	case 'f':
		return no
	case 'n':
		return null
	default:
		if c == '-' || '0' <= c && c <= '9' {
			return number
		}
		return invalid
	}
}

// take passes the byte c and the space behind it, if c is next.
func (s *scanner) take(c byte) bool {
	if s.at == len(s.data) || s.data[s.at] != c {
		return false
	}
	s.at++
	s.space()
	return true
}

// open enters an object or array; empty says that it has been left again.
func (s *scanner) open(end byte) (empty, ok bool) {
	s.at++
	s.depth++
	s.space()
	if s.take(end) {
		s.depth--
		return true, true
	}
	return false, s.depth <= deepest
}

// more goes on to the next element; false with ok says that the end is passed.
func (s *scanner) more(end byte) (more, ok bool) {
	if s.take(',') {
		return true, true
	}
	if s.take(end) {
		s.depth--
		return false, true
	}
	return false, false
}

// key reads the name of a member and its colon.
func (s *scanner) key() (scalar, bool) {
	if s.kind() != text {
		return scalar{}, false
	}
	k, ok := s.scalar()
	return k, ok && s.take(':')
}

// scalar reads one, and the space behind it.
func (s *scanner) scalar() (scalar, bool) {
	v := scalar{kind: s.kind()}
	ok := false
	switch v.kind {
	case text:
		v.raw, v.escaped, ok = s.quoted()
	case number:
		v.raw, ok = s.number()
	case yes:
		v.raw, ok = s.word("true")
	case no:
		v.raw, ok = s.word("false")
	case null:
		v.raw, ok = s.word("null")
	}
	s.space()
	return v, ok
}

func (s *scanner) word(w string) ([]byte, bool) {
	rest := s.data[s.at:]
	if len(rest) < len(w) || string(rest[:len(w)]) != w {
		return nil, false
	}
	s.at += len(w)
	return rest[:len(w)], true
}

func (s *scanner) quoted() (raw []byte, escaped, ok bool) {
	start := s.at + 1
	for i := start; i < len(s.data); i++ {
		switch c := s.data[i]; {
		case c == '"':
			s.at = i + 1
			return s.data[start:i], escaped, true
		case c == '\\':
			escaped = true
			length := escape(s.data[i+1:])
			if length == 0 {
				return nil, false, false
			}
			i += length
		case c < ' ':
			return nil, false, false
		}
	}
	return nil, false, false
}

// escape is how many bytes behind a backslash belong to it; 0: not an escape.
func escape(rest []byte) int {
	if len(rest) == 0 {
		return 0
	}
	if bytes.IndexByte([]byte(`"\/bfnrt`), rest[0]) >= 0 {
		return 1
	}
	if rest[0] != 'u' || len(rest) < 5 {
		return 0
	}
	for _, c := range rest[1:5] {
		if !('0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f') {
			return 0
		}
	}
	return 5
}

func (s *scanner) number() ([]byte, bool) {
	start := s.at
	if s.data[s.at] == '-' {
		s.at++
	}
	if s.at < len(s.data) && s.data[s.at] == '0' {
		s.at++
	} else if !s.digits() {
		return nil, false
	}
	if s.at < len(s.data) && s.data[s.at] == '.' {
		s.at++
		if !s.digits() {
			return nil, false
		}
	}
	if s.at < len(s.data) && s.data[s.at]|0x20 == 'e' {
		s.at++
		if s.at < len(s.data) && (s.data[s.at] == '+' || s.data[s.at] == '-') {
			s.at++
		}
		if !s.digits() {
			return nil, false
		}
	}
	return s.data[start:s.at], true
}

// digits passes at least one.
func (s *scanner) digits() bool {
	start := s.at
	for s.at < len(s.data) && '0' <= s.data[s.at] && s.data[s.at] <= '9' {
		s.at++
	}
	return s.at > start
}
