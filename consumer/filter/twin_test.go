package filter_test

import (
	"encoding/json"
	"math/big"
	"slices"
	"strings"
)

// The twin says what matches as dumbly as possible: it decodes everything,
// tries every way of choosing from every $or, and every way of choosing one
// value per path. It knows the grammar's operators, not its mistakes.

// pair is one member of a JSON object. A decoded object is []pair: the order of
// keys counts, and so do duplicates.
type pair struct {
	key   string
	value any
}

func decode(text string) any {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	return decodeNext(d)
}

func decodeNext(d *json.Decoder) any {
	token, err := d.Token()
	if err != nil {
		panic(err)
	}
	switch token {
	case json.Delim('{'):
		object := []pair{}
		for d.More() {
			key, _ := d.Token()
			object = append(object, pair{key.(string), decodeNext(d)})
		}
		_, _ = d.Token()
		return object
	case json.Delim('['):
		list := []any{}
		for d.More() {
			list = append(list, decodeNext(d))
		}
		_, _ = d.Token()
		return list
	}
	return token
}

// found is a value of a record, its path, and which element of which array it
// is in.
type found struct {
	path    string
	value   any
	element map[int]int
}

// record is a decoded one as the list of its values.
type record struct {
	all    []found
	arrays int
}

func flatten(value any) *record {
	r := &record{}
	r.add(value, nil, map[int]int{})
	return r
}

func (r *record) add(value any, path []string, element map[int]int) {
	switch value := value.(type) {
	case []pair:
		for _, p := range value {
			r.add(p.value, append(slices.Clone(path), p.key), element)
		}
	case []any:
		r.arrays++
		id := r.arrays
		for i, v := range value {
			inside := map[int]int{}
			for k, n := range element {
				inside[k] = n
			}
			switch v.(type) {
			case []pair, []any:
				inside[id] = i
			}
			r.add(v, path, inside)
		}
	default:
		r.all = append(r.all, found{strings.Join(path, "."), value, element})
	}
}

// twin says whether the record matches the pattern.
func twin(pattern, rec string) bool {
	return twinMatches(decode(pattern), flatten(decode(rec)))
}

// twinMatches goes through all ways of choosing from every $or, as an odometer:
// chosen says what to take from the first ones met, zero beyond.
func twinMatches(pattern any, rec *record) bool {
	for chosen := []int{}; ; {
		sizes, met := []int{}, 0
		flat := map[string][]any{}
		choose := func(size int) int {
			sizes = append(sizes, size)
			met++
			if met <= len(chosen) {
				return chosen[met-1]
			}
			return 0
		}
		flattenPattern(pattern, nil, flat, choose)
		if holds(flat, rec) {
			return true
		}
		chosen = append(chosen, make([]int, len(sizes)-len(chosen))...)
		at := len(chosen) - 1
		for at >= 0 && chosen[at] == sizes[at]-1 {
			at--
		}
		if at < 0 {
			return false
		}
		chosen[at]++
		chosen = chosen[:at+1]
	}
}

// flattenPattern writes the tests of every path, what comes later over what
// came before.
func flattenPattern(pattern any, path []string, into map[string][]any, choose func(int) int) {
	for _, p := range pattern.([]pair) {
		below := append(slices.Clone(path), p.key)
		list, isList := p.value.([]any)
		switch {
		case p.key == "$or":
			flattenPattern(list[choose(len(list))], path, into, choose)
		case isList:
			into[strings.Join(below, ".")] = list
		default:
			flattenPattern(p.value, below, into, choose)
		}
	}
}

func holds(flat map[string][]any, rec *record) bool {
	var paths []string
	for path := range flat {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	return holdsFrom(paths, flat, rec, nil)
}

func holdsFrom(paths []string, flat map[string][]any, rec *record, taken []found) bool {
	if len(paths) == 0 {
		return true
	}
	var here []found
	for _, f := range rec.all {
		if f.path == paths[0] && !slices.ContainsFunc(taken, func(t found) bool { return contradict(t, f) }) {
			here = append(here, f)
		}
	}
	for _, test := range flat[paths[0]] {
		if len(here) == 0 && isAbsence(test) && holdsFrom(paths[1:], flat, rec, taken) {
			return true
		}
		for _, f := range here {
			if passes(test, f.value) && holdsFrom(paths[1:], flat, rec, append(slices.Clone(taken), f)) {
				return true
			}
		}
	}
	return false
}

// contradict says that two values are in different elements of one array.
func contradict(a, b found) bool {
	for id, i := range a.element {
		if j, both := b.element[id]; both && i != j {
			return true
		}
	}
	return false
}

func isAbsence(test any) bool {
	object, ok := test.([]pair)
	return ok && object[0].key == "exists" && object[0].value == false
}

func passes(test, value any) bool {
	object, ok := test.([]pair)
	if !ok {
		return same(test, value)
	}
	argument := object[0].value
	text, isText := value.(string)
	switch object[0].key {
	case "exists":
		return argument == true
	case "prefix":
		return isText && strings.HasPrefix(text, argument.(string))
	case "suffix":
		return isText && strings.HasSuffix(text, argument.(string))
	case "equals-ignore-case":
		return isText && strings.EqualFold(text, argument.(string))
	case "anything-but":
		list, isList := argument.([]any)
		if !isList {
			list = []any{argument}
		}
		return !slices.ContainsFunc(list, func(v any) bool { return same(v, value) })
	case "numeric":
		n, isNumber := value.(json.Number)
		return isNumber && within(argument.([]any), rational(n))
	}
	panic("unknown operator " + object[0].key)
}

func within(comparisons []any, n *big.Rat) bool {
	for i := 0; i < len(comparisons); i += 2 {
		c := n.Cmp(rational(comparisons[i+1].(json.Number)))
		ok := map[any]bool{"=": c == 0, "<": c < 0, "<=": c <= 0, ">": c > 0, ">=": c >= 0}[comparisons[i]]
		if !ok {
			return false
		}
	}
	return true
}

func same(a, b any) bool {
	x, okX := a.(json.Number)
	y, okY := b.(json.Number)
	if okX && okY {
		return rational(x).Cmp(rational(y)) == 0
	}
	return a == b
}

func rational(n json.Number) *big.Rat {
	r, ok := new(big.Rat).SetString(n.String())
	if !ok {
		panic("not a number: " + n.String())
	}
	return r
}
