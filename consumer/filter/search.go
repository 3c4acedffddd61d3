package filter

import (
	"encoding/binary"
	"slices"
)

// place says which element of which array of the record something is in.
type place struct {
	array, index int
}

// search looks for one value per condition, so that all that is inside arrays
// is of the same elements. It takes the conditions in their order and goes back
// when it gets no further; what failed once is not tried again, so that it stays
// short in a record with many long lists.
type search struct {
	found []field
	all   conjunction
	// failed are the ways not to go: how many conditions are satisfied, and in
	// which elements.
	failed map[string]bool
	// arrays are those that matter for the conditions from an index on.
	arrays []map[int]bool
}

// from says whether the conditions from an index on can be satisfied in the
// elements of at.
func (s *search) from(index int, at []place) bool {
	if index == len(s.all) {
		return true
	}
	var room [32]byte
	way := binary.AppendUvarint(room[:0], uint64(index))
	for _, p := range at {
		way = binary.AppendUvarint(way, uint64(p.array))
		way = binary.AppendUvarint(way, uint64(p.index))
	}
	if s.failed[string(way)] {
		return false
	}
	if s.try(index, at) {
		return true
	}
	if s.failed == nil {
		s.failed = map[string]bool{}
	}
	s.failed[string(way)] = true
	return false
}

func (s *search) try(index int, at []place) bool {
	c, there := s.all[index], false
	for i := range s.found {
		v := &s.found[i]
		if v.path != c.path || !agree(at, v.places) {
			continue
		}
		there = true
		if c.leaf.holds(v.value) && s.from(index+1, s.matter(index+1, at, v.places)) {
			return true
		}
	}
	return c.absent && !there && s.from(index+1, s.matter(index+1, at, nil))
}

// matter joins places that agree, as far as they are in arrays that conditions
// from an index on look into: whatever element of another array was taken, they
// do not care.
func (s *search) matter(index int, at, more []place) []place {
	if len(at)+len(more) == 0 || index == len(s.all) {
		return nil
	}
	arrays := s.arraysFrom(index)
	var joined []place
	for _, p := range at {
		if arrays[p.array] {
			joined = append(joined, p)
		}
	}
	for _, p := range more {
		if arrays[p.array] && !slices.Contains(at, p) {
			joined = append(joined, p)
		}
	}
	return joined
}

// arraysFrom are those that hold a value for a condition from an index on.
func (s *search) arraysFrom(index int) map[int]bool {
	if s.arrays == nil {
		s.arrays = make([]map[int]bool, len(s.all))
	}
	if s.arrays[index] != nil {
		return s.arrays[index]
	}
	s.arrays[index] = map[int]bool{}
	for _, v := range s.found {
		if slices.ContainsFunc(s.all[index:], func(c condition) bool { return c.path == v.path }) {
			for _, p := range v.places {
				s.arrays[index][p.array] = true
			}
		}
	}
	return s.arrays[index]
}

// agree says that no array is in both with different elements.
func agree(a, b []place) bool {
	for _, p := range a {
		for _, q := range b {
			if p.array == q.array && p.index != q.index {
				return false
			}
		}
	}
	return true
}
