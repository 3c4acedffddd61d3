package filter

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
)

// element is one JSON value of a pattern and where it stands: encoding/json
// keeps neither offsets nor duplicate keys.
type element struct {
	at      int
	kind    kind
	text    string // decoded, of a text; else as written
	written string // on one line
	keys    []element
	values  []element // of an object one per key; of an array its elements
}

// readElement reads the text of a pattern, which must be JSON.
func readElement(pattern string) element {
	r := elementReader{scanner{data: []byte(pattern)}}
	r.space()
	return r.element()
}

// notJSON says why a text is not JSON, and at which byte.
func notJSON(text string) (offset int, err error) {
	var raw json.RawMessage
	if err := json.Unmarshal([]byte(text), &raw); err != nil {
		return offending(err, text), err
	}
	return 0, nil
}

// offending is the offset of the byte that makes the text no JSON; the end of
// the text, if more was expected.
func offending(err error, text string) int {
	var syntax *json.SyntaxError
	if !errors.As(err, &syntax) || strings.HasPrefix(err.Error(), "unexpected end") {
		return len(text)
	}
	return int(syntax.Offset) - 1 // encoding/json's is behind the byte
}

// elementReader reads valid JSON, so nothing that it reads can fail.
type elementReader struct {
	scanner
}

func (r *elementReader) element() element {
	e := element{at: r.at, kind: r.kind()}
	switch e.kind {
	case object:
		empty, _ := r.open('}')
		for more := !empty; more; {
			key := element{at: r.at, kind: text}
			name, _ := r.key()
			key.text = string(name.text())
			e.keys = append(e.keys, key)
			e.values = append(e.values, r.element())
			more, _ = r.more('}')
		}
	case array:
		empty, _ := r.open(']')
		for more := !empty; more; {
			e.values = append(e.values, r.element())
			more, _ = r.more(']')
		}
	default:
		v, _ := r.scalar()
		e.text = string(v.text())
	}
	e.written = compact(string(r.data[e.at:r.at]))
	return e
}

// compact takes the space out of JSON.
func compact(written string) string {
	var b bytes.Buffer
	_ = json.Compact(&b, []byte(written)) // it is JSON
	return b.String()
}

// shorten keeps a quoted value readable.
func shorten(written string) string {
	const longest = 40
	if runes := []rune(written); len(runes) > longest {
		return strings.TrimSpace(string(runes[:longest])) + "…"
	}
	return written
}

// quote writes a text as JSON does.
func quote(s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a text always can be
	return strings.TrimSuffix(b.String(), "\n")
}
