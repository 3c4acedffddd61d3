package scenario

import (
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// kind is what a YAML node is to this grammar.
type kind int

const (
	kindText   kind = iota
	kindNumber      // a number, in whatever notation
	kindBool
	kindNull
	kindMap
	kindList
	kindTagged
	kindForbidden // anchors, aliases, merge keys: never part of a file
)

// String names a kind as messages do: "a list".
func (k kind) String() string {
	return [...]string{"a text", "a number", "true or false", "null", "a mapping", "a list", "a tagged value", "an anchor or alias"}[k]
}

// classify tells the kind of a node. The parser's own node types do not do for
// numbers: it calls 1e5 and integers beyond 64 bits strings.
func classify(n ast.Node) kind {
	switch n := n.(type) {
	case *ast.StringNode:
		if n.Token != nil && n.Token.Type == token.StringType && looksNumeric(n.Value) {
			return kindNumber
		}
		return kindText
	case *ast.LiteralNode:
		return kindText
	case *ast.IntegerNode, *ast.FloatNode, *ast.InfinityNode, *ast.NanNode:
		return kindNumber
	case *ast.BoolNode:
		return kindBool
	case *ast.NullNode, nil:
		return kindNull
	case *ast.MappingNode, *ast.MappingValueNode:
		return kindMap
	case *ast.SequenceNode:
		return kindList
	case *ast.TagNode:
		return kindTagged
	default:
		return kindForbidden
	}
}

// scalarText is the text of a scalar: unquoted, otherwise as it stands in the file.
func scalarText(n ast.Node) string {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value
	case *ast.LiteralNode:
		return n.Value.Value
	case nil:
		return ""
	default:
		return n.GetToken().Value
	}
}

// position is where a node begins. The token of a block mapping is its first
// colon; its first key is meant.
func (s *source) position(n ast.Node) Position {
	switch m := n.(type) {
	case *ast.MappingNode:
		if !m.IsFlowStyle && len(m.Values) > 0 {
			return s.position(m.Values[0].Key)
		}
	case *ast.MappingValueNode:
		return s.position(m.Key)
	}
	t := n.GetToken()
	if t == nil || t.Position == nil {
		return s.start()
	}
	return s.at(t.Position.Line, t.Position.Column)
}

// entry is one key of a mapping and its value.
type entry struct {
	key   string
	keyAt Position
	value ast.Node
	at    Position // of the value; of the key when nothing stands there
}

// entries lists a mapping in the order of the file. It reports anything that is
// not a mapping (described by what), keys that are no text and keys given twice,
// of which the first counts.
func (s *source) entries(n ast.Node, at Position, what string) ([]entry, bool) {
	values, ok := mappingValues(n)
	if !ok {
		s.wrong(at, mappingHint(n), "%s must be a mapping, not %s", what, describe(n))
		return nil, false
	}
	var out []entry
	first := map[string]Position{}
	for _, v := range values {
		keyAt := s.position(v.Key)
		key, ok := keyText(v.Key)
		if !ok {
			s.wrong(keyAt, "write the entries out", "keys are plain words; merge keys, aliases and ? keys are not used here")
			continue
		}
		if before, twice := first[key]; twice {
			s.wrong(keyAt, "the first one is in line "+itoa(before.Line), "key %q is given twice", key)
			continue
		}
		first[key] = keyAt
		out = append(out, s.entry(key, keyAt, v.Value))
	}
	return out, true
}

// entry finds where the value stands: a missing one has a token behind the end
// of its line, where a caret would point at nothing.
func (s *source) entry(key string, keyAt Position, value ast.Node) entry {
	e := entry{key: key, keyAt: keyAt, value: value, at: keyAt}
	if !absent(value) {
		e.at = s.position(value)
	}
	return e
}

// items lists a sequence; empty ones are the caller's business.
func (s *source) items(n ast.Node, at Position, what string) ([]entry, bool) {
	seq, ok := n.(*ast.SequenceNode)
	if !ok {
		s.wrong(at, "write a list: [a, b], or one entry a line after \"- \"", "%s must be a list, not %s", what, describe(n))
		return nil, false
	}
	out := make([]entry, len(seq.Values))
	for i, v := range seq.Values {
		out[i] = entry{value: v, at: s.position(v)}
	}
	return out, true
}

func mappingValues(n ast.Node) ([]*ast.MappingValueNode, bool) {
	switch m := n.(type) {
	case *ast.MappingNode:
		return m.Values, true
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{m}, true
	}
	return nil, false
}

func keyText(key ast.MapKeyNode) (string, bool) {
	switch k := key.(type) {
	case *ast.StringNode, *ast.LiteralNode, *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.NullNode:
		return scalarText(k), true
	}
	return "", false
}

// absent tells whether nothing stands where a value is expected ("fixture:").
func absent(n ast.Node) bool {
	null, ok := n.(*ast.NullNode)
	return n == nil || ok && null.Token != nil && null.Token.Type == token.ImplicitNullType
}

// describe names what stands somewhere, for "must be a list, not …".
func describe(n ast.Node) string {
	if absent(n) {
		return "nothing"
	}
	k := classify(n)
	if k == kindText {
		return `the text "` + shorten(scalarText(n), 40) + `"`
	}
	if k == kindNumber || k == kindBool {
		return scalarText(n)
	}
	return k.String()
}

// mappingHint recognises "key:value", which YAML reads as one text.
func mappingHint(n ast.Node) string {
	if classify(n) == kindText && strings.Contains(scalarText(n), ":") {
		return "put a blank after the colon"
	}
	return ""
}
