package filter_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/stillwater-streams/stillwater/consumer/filter"
)

// match parses and matches; patterns and record must be legal.
func match(t rapid.TB, record string, patterns ...string) bool {
	t.Helper()
	f, err := filter.Parse(patterns)
	if err != nil {
		t.Fatal(err)
	}
	matches, err := f.Match([]byte(record))
	if err != nil {
		t.Fatalf("Match(%s): %v", record, err)
	}
	return matches
}

// TestTwinAgrees draws thousands of pairs: 100, as rapid does by itself, rarely
// have an array that matters.
func TestTwinAgrees(t *testing.T) {
	for range 20 {
		rapid.Check(t, func(t *rapid.T) {
			pattern, record := patterns(2).Draw(t, "pattern"), records().Draw(t, "record")
			if got, want := match(t, record, pattern), twin(pattern, record); got != want {
				t.Fatalf("pattern %s\nrecord  %s\nmatches: %v, twin: %v", pattern, record, got, want)
			}
		})
	}
}

func TestOwnLeafMatches(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		record := records().Draw(t, "record")
		all := flatten(decode(record)).all
		if len(all) == 0 {
			return
		}
		f := rapid.SampledFrom(all).Draw(t, "leaf")
		value, _ := json.Marshal(f.value)
		pattern := "[" + string(value) + "]"
		for _, key := range slices.Backward(strings.Split(f.path, ".")) {
			pattern = fmt.Sprintf(`{%q:%s}`, key, pattern)
		}
		if !match(t, record, pattern) {
			t.Fatalf("%s does not match its own %s", record, pattern)
		}
	})
}

func TestPatternsAreOr(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, q, record := patterns(2).Draw(t, "p"), patterns(2).Draw(t, "q"), records().Draw(t, "record")
		want := match(t, record, p) || match(t, record, q)
		if got := match(t, record, p, q); got != want {
			t.Fatalf("two patterns: %v, one after the other: %v", got, want)
		}
		if got := match(t, record, `{"$or":[`+p+`,`+q+`]}`); got != want {
			t.Fatalf("$or: %v, two patterns: %v", got, want)
		}
	})
}

func TestValuesAreOr(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x, y, record := tests().Draw(t, "x"), tests().Draw(t, "y"), records().Draw(t, "record")
		both := fmt.Sprintf(`{"a":{"b":[%s,%s]}}`, x, y)
		want := match(t, record, fmt.Sprintf(`{"a":{"b":[%s]}}`, x)) || match(t, record, fmt.Sprintf(`{"a":{"b":[%s]}}`, y))
		if got := match(t, record, both); got != want {
			t.Fatalf("%s: %v, one after the other: %v", both, got, want)
		}
	})
}

// Keys are and wherever they do not reach into the same array.
func TestKeysAreAnd(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, q, record := patterns(1).Draw(t, "p"), patterns(1).Draw(t, "q"), records().Draw(t, "record")
		one, other := `"c":`+p, `"d":`+q
		want := match(t, record, "{"+one+"}") && match(t, record, "{"+other+"}")
		if got := match(t, record, "{"+one+","+other+"}"); got != want {
			t.Fatalf("both: %v, one after the other: %v", got, want)
		}
	})
}

// De Morgan, for a single value: what is anything but x is not x, and so on.
func TestOppositesOfOneValue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		record := `{"a":` + scalars().Draw(t, "value") + `}`
		is := func(tests string) bool { return match(t, record, `{"a":[`+tests+`]}`) }
		x := rapid.SampledFrom([]string{`"x"`, `"1"`, `""`, `1`, `10`, `0`}).Draw(t, "x")
		if is(x) == is(`{"anything-but":`+x+`}`) {
			t.Fatalf("%s: %s and anything but it alike", record, x)
		}
		if is(`"x","y"`) == is(`{"anything-but":["x","y"]}`) {
			t.Fatalf("%s: a list and anything but it alike", record)
		}
		if is(`{"exists":true}`) == is(`{"exists":false}`) {
			t.Fatalf("%s: exists and exists not", record)
		}
		if less, more := is(`{"numeric":["<",1]}`), is(`{"numeric":[">=",1]}`); less && more {
			t.Fatalf("%s: less than 1 and not less", record)
		}
		bounds := is(`{"numeric":[">=",0]}`) && is(`{"numeric":["<",10]}`)
		if is(`{"numeric":[">=",0,"<",10]}`) != bounds {
			t.Fatalf("%s: a range is not its two bounds", record)
		}
	})
}

// Space and escapes in a record change nothing, nor does the order of its keys.
func TestSpellingOfTheRecord(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pattern, record := patterns(2).Draw(t, "pattern"), records().Draw(t, "record")
		want := match(t, record, pattern)
		if got := match(t, spell(t, decode(record)), pattern); got != want {
			t.Fatalf("spelled otherwise: %v, not %v", got, want)
		}
	})
}

// spell writes a value with keys in any order, with space, and texts in escapes.
func spell(t *rapid.T, value any) string {
	space := rapid.SampledFrom([]string{"", " ", "\n\t", "\r\n"}).Draw(t, "space")
	switch value := value.(type) {
	case []pair:
		var members []string
		for _, p := range rapid.Permutation(value).Draw(t, "order") {
			members = append(members, spell(t, p.key)+space+":"+spell(t, p.value))
		}
		return space + "{" + space + strings.Join(members, ",") + "}" + space
	case []any:
		var elements []string
		for _, v := range value {
			elements = append(elements, spell(t, v))
		}
		return "[" + space + strings.Join(elements, space+",") + "]" + space
	case string:
		var b strings.Builder
		for _, r := range value {
			fmt.Fprintf(&b, `\u%04X`, r)
		}
		return space + `"` + b.String() + `"` + space
	default:
		text, _ := json.Marshal(value)
		return space + string(text) + space
	}
}

// Match takes as JSON what encoding/json takes, as far as it is an object.
func TestMatchTakesJSON(t *testing.T) {
	f, err := filter.Parse([]string{`{"a":[1]}`})
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		record := []byte(records().Draw(t, "record"))
		at := rapid.IntRange(0, len(record)).Draw(t, "at")
		broken := slices.Clone(record[:at])
		broken = append(broken, rapid.StringMatching(`[]{}",:0-9eE+.\\ \x00u-]?`).Draw(t, "with")...)
		broken = append(broken, record[min(at+rapid.IntRange(0, 1).Draw(t, "cut"), len(record)):]...)
		_, err := f.Match(broken)
		want := json.Valid(broken) && strings.HasPrefix(strings.TrimSpace(string(broken)), "{")
		if (err == nil) != want {
			t.Fatalf("%s: valid %v, Match says %v", broken, want, err)
		}
	})
}
