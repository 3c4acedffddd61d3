package conformance

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// The notation of requests and answers. Members of structs are written
// {TableName: single, Limit: 5}, lists [a, b]; text may go without quotes where it
// is one word. Attribute values are written 1.5 (N), "x" (S), 0x01ff (B), true,
// null, [1, "x"] (L), {a: 1} (M), and sets as <1, 2>, <"x">, <0x01>. What the
// service refuses can be written too: N"x", <>, NS<>, BS<>, !null, absent for a
// value without a type and deep:40 for 40 lists in one another. Quoted text may
// hold "${1000:x}" for a long one.
//
// What differs with every run is written by identity: <seq:1>, <shard:1>,
// <iterator:1>, <stream:1>, in the order of appearance within the case. A request
// can use what an answer has named.

// node is a piece of notation: text, a list, a set or an object.
type node struct {
	form    byte   // 'w' word, 's' quoted, 'x' bytes, '[' list, '{' object, '<' set, '$' identity
	kind    string // written before the quotes or the set: "N", "NS", "BS"
	text    string
	members []node
	names   []string // of an object's members
}

// reader reads notation.
type reader struct {
	text string
	at   int
}

// mistake is what reading panics with; [parseNode] returns it.
type mistake struct{ error }

// parseNode reads one piece and returns what follows it.
func parseNode(text string) (n node, rest string, err error) {
	r := &reader{text: text}
	defer func() {
		if m, ok := recover().(mistake); ok {
			err = m.error
		}
	}()
	n = r.node()
	return n, strings.TrimSpace(text[r.at:]), nil
}

func (r *reader) fail(why string) {
	panic(mistake{fmt.Errorf("%s at %.40q", why, r.text[r.at:])})
}

// peek skips spaces and returns the next byte, 0 at the end.
func (r *reader) peek() byte {
	for r.at < len(r.text) && r.text[r.at] == ' ' {
		r.at++
	}
	if r.at == len(r.text) {
		return 0
	}
	return r.text[r.at]
}

func (r *reader) accept(text string) bool {
	r.peek()
	if !strings.HasPrefix(r.text[r.at:], text) {
		return false
	}
	r.at += len(text)
	return true
}

func (r *reader) node() node {
	switch c := r.peek(); {
	case c == '"':
		return node{form: 's', text: r.quoted()}
	case c == '{':
		return r.object()
	case c == '[':
		n := node{form: '['}
		r.list("[", "]", func() { n.members = append(n.members, r.node()) })
		return n
	case c == '<':
		return r.angle("")
	}
	word := r.word()
	if digits, ok := strings.CutPrefix(word, "0x"); ok {
		b, err := hex.DecodeString(digits)
		if err != nil {
			r.fail(err.Error())
		}
		return node{form: 'x', text: string(b)}
	}
	if r.at < len(r.text) && r.text[r.at] == '"' && word == "N" {
		return node{form: 's', kind: word, text: r.quoted()}
	}
	if r.at < len(r.text) && r.text[r.at] == '<' {
		return r.angle(word)
	}
	return node{form: 'w', text: word}
}

func (r *reader) object() node {
	n := node{form: '{'}
	r.list("{", "}", func() {
		name := ""
		if r.peek() == '"' {
			name = r.quoted()
		} else {
			name = r.name()
		}
		if !r.accept(":") {
			r.fail("a colon is missing")
		}
		n.names = append(n.names, name)
		n.members = append(n.members, r.node())
	})
	return n
}

// angle reads a set, or an identity such as <seq:1>.
func (r *reader) angle(kind string) node {
	inside, _, closed := strings.Cut(r.text[r.at+1:], ">")
	if name, number, ok := strings.Cut(inside, ":"); closed && ok && strings.Trim(number, "0123456789") == "" && !strings.ContainsAny(name, `", `) {
		r.at += len(inside) + len("<>")
		return node{form: '$', text: inside}
	}
	n := node{form: '<', kind: kind}
	r.list("<", ">", func() { n.members = append(n.members, r.node()) })
	return n
}

// list reads members between brackets, separated by commas.
func (r *reader) list(open, end string, member func()) {
	if !r.accept(open) {
		r.fail(open + " is missing")
	}
	for first := true; !r.accept(end); first = false {
		if !first && !r.accept(",") {
			r.fail("neither a comma nor " + end)
		}
		member()
	}
}

func (r *reader) quoted() string {
	quoted, err := strconv.QuotedPrefix(r.text[r.at:])
	if err != nil {
		r.fail("no string")
	}
	r.at += len(quoted)
	text, err := strconv.Unquote(quoted)
	if err != nil {
		r.fail("no string")
	}
	return text
}

// name reads the name of a member: a word, with the colon or the hash that
// references begin with.
func (r *reader) name() string {
	prefix := ""
	if c := r.peek(); c == ':' || c == '#' {
		prefix = string(c)
		r.at++
	}
	start := r.at
	for r.at < len(r.text) && !strings.ContainsRune(` :,[]{}<>"`, rune(r.text[r.at])) {
		r.at++
	}
	if r.at == start {
		r.fail("a name is missing")
	}
	return prefix + r.text[start:r.at]
}

func (r *reader) word() string {
	start := r.at
	for r.at < len(r.text) && !strings.ContainsRune(` ,[]{}<>"`, rune(r.text[r.at])) {
		r.at++
	}
	if r.at == start {
		r.fail("something is missing")
	}
	return r.text[start:r.at]
}

// plain tells whether text can stand without quotes as a name.
func plain(text string) bool {
	text = strings.TrimLeft(text, ":#")
	return text != "" && strings.IndexFunc(text, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '_' && r != '.' && r != '-'
	}) < 0
}
