package expression

import (
	"cmp"
	"slices"
)

// trie holds the paths of an update or a projection by what they have in
// common. No path in it ends within another, and no list is also used as a map.
type trie struct {
	step     step
	children []*trie // in the order of insertion until sorted
	leaf     int     // which path ends here; inner nodes have children instead
	path     *path   // one that leads here or on
}

func (t *trie) insert(p *path, leaf int) error {
	for i, s := range p.steps {
		if i > 0 && len(t.children) == 0 { // a path ends here
			return together("overlap", p, t.path)
		}
		at := slices.IndexFunc(t.children, func(c *trie) bool { return c.step.equal(s) })
		if at >= 0 {
			t = t.children[at]
			continue
		}
		if len(t.children) > 0 && t.children[0].step.indexed != s.indexed {
			return together("conflict", p, t.children[0].path)
		}
		t.grow(p, i, leaf)
		return nil
	}
	return together("overlap", p, t.path)
}

// grow adds the rest of a path, from its step i on.
func (t *trie) grow(p *path, i, leaf int) {
	for _, s := range p.steps[i:] {
		child := &trie{step: s, path: p}
		t.children = append(t.children, child)
		t = child
	}
	t.leaf = leaf
}

func together(how string, one, two *path) error {
	return refuse("Two document paths %s with each other; must remove or rewrite one of these paths; path one: %s, path two: %s", how, one, two)
}

// sort puts indexes in order: that of the elements in the result.
func (t *trie) sort() {
	slices.SortFunc(t.children, func(a, b *trie) int {
		return cmp.Or(cmp.Compare(a.step.index, b.step.index), cmp.Compare(a.step.name, b.step.name))
	})
	for _, child := range t.children {
		child.sort()
	}
}

func (t *trie) isLeaf() bool { return len(t.children) == 0 }
