package expression

import (
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/harness/engine/memory/item"
)

// Projection is what of an item a request wants to see. It never changes and
// may be used from several goroutines.
type Projection struct {
	trie *trie
}

// Project returns what the paths lead to, each in the maps and lists that it
// lies in. Elements of lists close up: of a[3] and a[1] a list of two is left,
// in the order of the list. Paths that lead nowhere give nothing.
func (p *Projection) Project(it item.Item) item.Item { return p.trie.projectMap(it) }

// Names returns the attributes that the paths begin with, sorted.
func (p *Projection) Names() []string {
	var names []string
	for _, child := range p.trie.children {
		names = append(names, child.step.name)
	}
	return names
}

// project returns nil if no path leads anywhere.
func (t *trie) project(v types.AttributeValue) types.AttributeValue {
	if t.isLeaf() {
		return v
	}
	switch v := v.(type) {
	case *types.AttributeValueMemberM:
		if m := t.projectMap(v.Value); len(m) > 0 {
			return &types.AttributeValueMemberM{Value: m}
		}
	case *types.AttributeValueMemberL:
		var elements []types.AttributeValue
		for _, child := range t.children {
			if w := child.step.of(v); w != nil {
				if w = child.project(w); w != nil {
					elements = append(elements, w)
				}
			}
		}
		if len(elements) > 0 {
			return &types.AttributeValueMemberL{Value: elements}
		}
	}
	return nil
}

func (t *trie) projectMap(m item.Item) item.Item {
	out := make(item.Item, len(t.children))
	for _, child := range t.children {
		if v := m[child.step.name]; v != nil && !child.step.indexed {
			if v = child.project(v); v != nil {
				out[child.step.name] = v
			}
		}
	}
	return out
}
