package filter

import (
	"bytes"
	"maps"
	"slices"
	"strings"
)

// condition is one path that a record must satisfy.
type condition struct {
	path   int // in the filter's paths
	leaf   *leaf
	absent bool // also holds where nothing is at the path
}

// conjunction is conditions that must all hold, sorted by path: the order in
// which event-ruler looks at them, which decides where inside an array
// something must be absent.
type conjunction []condition

// step is one key of the paths that a filter looks at, all patterns' in one
// tree.
type step struct {
	key  string
	path int // which path ends here; -1: none
	next []*step
}

func (s *step) child(key []byte) *step {
	if s == nil {
		return nil
	}
	for _, n := range s.next {
		if string(key) == n.key {
			return n
		}
	}
	return nil
}

// member finds the step of a record's key. A key with points in it is as many
// steps: event-ruler joins keys with points and sees no difference.
func (s *step) member(key scalar) *step {
	if s == nil {
		return nil
	}
	name := key.text()
	for {
		head, rest, more := bytes.Cut(name, []byte("."))
		s = s.child(head)
		if !more || s == nil {
			return s
		}
		name = rest
	}
}

// add makes the steps of a path; number is its number if it is a new one.
func (s *step) add(path string, number int) (known int) {
	for key := range strings.SplitSeq(path, ".") {
		n := s.child([]byte(key))
		if n == nil {
			n = &step{key: key, path: -1}
			s.next = append(s.next, n)
		}
		s = n
	}
	if s.path < 0 {
		s.path = number
	}
	return s.path
}

// compile numbers the paths of the rules and sorts their conditions.
func compile(rules []rule) (*step, []conjunction) {
	root, paths := &step{path: -1}, 0
	conjunctions := make([]conjunction, 0, len(rules))
	for _, r := range rules {
		c := make(conjunction, 0, len(r))
		for _, path := range slices.Sorted(maps.Keys(r)) {
			number := root.add(path, paths)
			paths = max(paths, number+1)
			c = append(c, condition{path: number, leaf: r[path], absent: r[path].isAbsence()})
		}
		conjunctions = append(conjunctions, c)
	}
	return root, conjunctions
}

// field is one value of the record that a condition may look at.
type field struct {
	path   int
	value  scalar
	places []place
}

// fields is what a filter wants to know of one record.
type fields struct {
	scanner
	found  []field
	arrays int     // so far
	inside []place // where the scanner is
	store  []place // behind the places of all found
}

// here copies the places where the scanner is.
func (f *fields) here() []place {
	before := len(f.store)
	f.store = append(f.store, f.inside...)
	return f.store[before:len(f.store):len(f.store)]
}

// collect reads the value that comes next and keeps the scalars on the paths
// below s. A nil s keeps none.
func (f *fields) collect(s *step) bool {
	switch f.kind() {
	case object:
		return f.object(s)
	case array:
		return f.array(s)
	}
	v, ok := f.scalar()
	if ok && s != nil && s.path >= 0 {
		f.found = append(f.found, field{path: s.path, value: v, places: f.here()})
	}
	return ok
}

func (f *fields) object(s *step) bool {
	empty, ok := f.open('}')
	for more := !empty; ok && more; {
		var key scalar
		if key, ok = f.key(); !ok || !f.collect(s.member(key)) {
			return false
		}
		more, ok = f.more('}')
	}
	return ok
}

// array treats every element as the value of the array. Only elements that hold
// others get a place: a text in an array has nothing beside it that would have
// to be of the same element.
func (f *fields) array(s *step) bool {
	id, index := f.arrays, 0
	f.arrays++
	empty, ok := f.open(']')
	for more := !empty; ok && more; index++ {
		depth := len(f.inside)
		if k := f.kind(); k == object || k == array {
			f.inside = append(f.inside, place{id, index})
		}
		if !f.collect(s) {
			return false
		}
		f.inside = f.inside[:depth]
		more, ok = f.more(']')
	}
	return ok
}

// satisfy says whether the fields satisfy the conditions.
func (f *fields) satisfy(c conjunction) bool {
	if slices.ContainsFunc(f.found, func(v field) bool { return len(v.places) > 0 }) {
		s := search{found: f.found, all: c}
		return s.from(0, nil)
	}
	return !slices.ContainsFunc(c, func(one condition) bool { return !f.alone(one) })
}

// alone says whether a condition is satisfied where nothing is inside an array.
func (f *fields) alone(c condition) bool {
	there := false
	for i := range f.found {
		if v := &f.found[i]; v.path == c.path {
			if c.leaf.holds(v.value) {
				return true
			}
			there = true
		}
	}
	return c.absent && !there
}
