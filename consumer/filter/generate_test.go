package filter_test

import (
	"strings"

	"pgregory.net/rapid"
)

// The generators draw from few keys and few values, so that patterns and
// records meet. All of them give JSON text.

func keys() *rapid.Generator[string] {
	return rapid.SampledFrom([]string{"a", "b", "c", "d", "a.b", "L", ""})
}

func scalars() *rapid.Generator[string] {
	return rapid.SampledFrom([]string{
		`"x"`, `"y"`, `""`, `"X"`, `"xy"`, `"\u0078"`, `"é"`, `"É"`, `"1"`, `"null"`, `"true"`,
		`1`, `1.0`, `10`, `1e1`, `-1`, `0`, `-0.0`, `0.5`, `true`, `false`, `null`,
	})
}

// values are those of a record, depth levels deep at most.
func values(depth int) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		kind := rapid.IntRange(0, 9).Draw(t, "kind")
		switch {
		case depth > 0 && kind < 4:
			return objects(depth-1).Draw(t, "object")
		case depth > 0 && kind < 7:
			list := rapid.SliceOfN(values(depth-1), 0, 3).Draw(t, "list")
			return "[" + strings.Join(list, ",") + "]"
		default:
			return scalars().Draw(t, "scalar")
		}
	})
}

// objects have each key once.
func objects(depth int) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		names := rapid.SliceOfNDistinct(keys(), 0, 4, rapid.ID[string]).Draw(t, "keys")
		var members []string
		for _, name := range names {
			members = append(members, `"`+name+`":`+values(depth).Draw(t, name))
		}
		return "{" + strings.Join(members, ",") + "}"
	})
}

func records() *rapid.Generator[string] { return objects(3) }

// patterns are legal ones; keys come twice now and then. One $or per object
// keeps them below the limit of combinations.
func patterns(depth int) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		var members []string
		or := false
		for range rapid.IntRange(1, 3).Draw(t, "members") {
			kind := rapid.IntRange(0, 9).Draw(t, "kind")
			switch {
			case depth > 0 && kind < 2 && !or:
				or = true
				choice := rapid.SliceOfN(patterns(depth-1), 2, 3).Draw(t, "or")
				members = append(members, `"$or":[`+strings.Join(choice, ",")+`]`)
			case depth > 0 && kind < 6:
				members = append(members, `"`+keys().Draw(t, "key")+`":`+patterns(depth-1).Draw(t, "object"))
			default:
				members = append(members, `"`+keys().Draw(t, "key")+`":`+leaves().Draw(t, "leaf"))
			}
		}
		return "{" + strings.Join(members, ",") + "}"
	})
}

func leaves() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		return "[" + strings.Join(rapid.SliceOfN(tests(), 1, 2).Draw(t, "tests"), ",") + "]"
	})
}

// tests are one element of a leaf.
func tests() *rapid.Generator[string] {
	return rapid.OneOf(
		scalars(),
		rapid.Just(`{"exists":false}`),
		rapid.SampledFrom([]string{
			`{"exists":true}`, `{"prefix":"x"}`, `{"prefix":""}`, `{"suffix":"y"}`, `{"suffix":""}`,
			`{"equals-ignore-case":"x"}`, `{"equals-ignore-case":"É"}`, `{"equals-ignore-case":""}`,
			`{"anything-but":"x"}`, `{"anything-but":["x","y",""]}`, `{"anything-but":1}`, `{"anything-but":[1,10]}`,
			`{"numeric":["=",1]}`, `{"numeric":["<",1]}`, `{"numeric":["<=",1.00]}`, `{"numeric":[">",0.5]}`,
			`{"numeric":[">=",1e1]}`, `{"numeric":[">",0,"<=",5]}`, `{"numeric":[">=",-1,"<",1]}`,
		}),
	)
}
