package filter_test

import (
	"strings"
	"testing"

	"github.com/stillwater-streams/stillwater/consumer/filter"
)

// at puts tests at the path "v".
func at(tests string) string { return `{"v": [` + tests + `]}` }

// TestOperators has for every operator the values that it takes and those that
// it does not, each the value of "v"; "-" is none.
func TestOperators(t *testing.T) {
	for _, test := range []struct{ tests, matches, others string }{
		{`"a"`, `"a" "\u0061"`, `"A" "ab" "" 1 null true -`},
		{`""`, `""`, `"a" null -`},
		{`null`, `null`, `"null" "" 0 false -`},
		{`true`, `true`, `"true" false 1`},
		{`false`, `false`, `"false" true 0 null`},
		{`"été🚀"`, `"été🚀" "\u00e9t\u00e9\ud83d\ude80"`, `"ete🚀" "été"`},
		{`"a\"\\\n\u0001"`, `"a\"\\\n\u0001" "\u0061\u0022\u005C\u000a\u0001"`, `"a"`},
		{`1`, `1 1.0 10e-1 0.1e1 1.000`, `"1" 1.1 -1 10 true`},
		{`0`, `0 -0 0.0 0e9 -0.0e-9`, `"0" "" false null 1e-400`},
		{`-1.5`, `-1.5 -15e-1 -1.50`, `1.5 -1.49 "-1.5"`},
		{`9007199254740993`, `9007199254740993 9007199254740993.0`, `9007199254740992 9007199254740994`},
		{`0.1`, `0.1 1e-1`, `0.1000000000000000055511151231257827 0.11`},
		{`1e400`, `1e400 10e399`, `1e401 1e399 "1e400"`},
		{`{"numeric": [">", 1]}`, `10e9223372036854775807 100e99999999999999999999`, `0.01e-9223372036854775807 -10e9223372036854775807`},
		{`1e-99999999999999999999`, `1e-99999999999999999999`, `0 1`},
		{`"a", 1, null`, `"a" 1 null`, `"b" 2 true -`},
		{`{"prefix": "ab"}`, `"ab" "abc"`, `"a" "Ab" "" 1 null -`},
		{`{"prefix": ""}`, `"" "a"`, `1 null true -`},
		{`{"prefix": "1"}`, `"1" "12"`, `1 12`},
		{`{"suffix": ".go"}`, `".go" "a.go"`, `".Go" "go" 1 null -`},
		{`{"suffix": ""}`, `"" "a"`, `1 null -`},
		{`{"equals-ignore-case": "ÉtÉ"}`, `"été" "ÉTÉ"`, `"ete" "étés" 1 -`},
		{`{"equals-ignore-case": ""}`, `""`, `"a" null -`},
		{`{"anything-but": "a"}`, `"b" "A" "" 1 null true`, `"a" -`},
		{`{"anything-but": ["a", "b"]}`, `"c" 1 null false`, `"a" "b" -`},
		{`{"anything-but": 1}`, `2 "1" null true`, `1 1.0 -`},
		{`{"anything-but": [1, 2e0]}`, `3 "2" "a"`, `1 2 2.0 -`},
		{`{"numeric": ["=", 3.018e2]}`, `301.8 3.018e2`, `301 "301.8" null true -`},
		{`{"numeric": ["<", 10]}`, `9.99 -5 -1e9`, `10 10.0 11 "9" null -`},
		{`{"numeric": ["<=", 10]}`, `9.99 10 1e1`, `10.0001 "9"`},
		{`{"numeric": [">", -1]}`, `-0.99 0 1e100`, `-1 -1.0 -2`},
		{`{"numeric": [">=", -1]}`, `-1 0`, `-1.01 -1e400`},
		{`{"numeric": [">", 0, "<=", 5]}`, `0.1 5 5.0`, `0 -0 5.01 -3`},
		{`{"numeric": [">=", 0, "<", 0.5]}`, `0 0.49`, `0.5 -1e-9`},
		{`{"numeric": [">", 9007199254740992]}`, `9007199254740993`, `9007199254740992`},
		{`{"exists": true}`, `"a" "" 1 null false`, `-`},
		{`{"exists": false}`, `-`, `"a" "" 1 null false`},
		{`{"exists": false}, "a"`, `- "a"`, `"b" null`},
		{`{"anything-but": "a"}, {"exists": false}`, `- "b"`, `"a"`},
	} {
		for _, v := range strings.Fields(test.matches) {
			checkValue(t, test.tests, v, true)
		}
		for _, v := range strings.Fields(test.others) {
			checkValue(t, test.tests, v, false)
		}
	}
}

func checkValue(t *testing.T, tests, value string, want bool) {
	t.Helper()
	record := `{"v": ` + value + `}`
	if value == "-" {
		record = `{}`
	}
	if got := match(t, record, at(tests)); got != want {
		t.Errorf("[%s] matches %s: %v, want %v", tests, record, got, want)
	}
}

func TestArrays(t *testing.T) {
	const history = `"history": {"L": {"M": `
	check(t, record1, []row{
		{image(`"tags": {"SS": ["web"]}`), true},
		{image(`"tags": {"SS": ["mobile"]}`), false},
		{image(`"tags": {"SS": ["mobile", "internal"]}`), true},
		{image(`"tags": {"SS": [{"anything-but": "web"}]}`), true}, // internal is
		{image(`"tags": {"SS": [{"anything-but": ["web", "internal"]}]}`), false},
		{image(`"ports": {"NS": ["443"]}`), true},
		{image(`"tags": {"SS": [{"exists": false}]}`), false},
		// Keys that reach into one array must hold for one element.
		{image(history + `{"by": {"S": ["ana"]}}}}`), true},
		{image(history + `{"by": {"S": ["ana"]}, "to": {"S": ["open"]}}}}`), true},
		{image(history + `{"by": {"S": ["ana"]}, "to": {"S": ["closed"]}}}}`), false},
		{image(history + `{"$or": [{"by": {"S": ["ana"]}}, {"to": {"S": ["gone"]}}]}}}`), true},
		// What must be absent is looked for in the elements that keys before it
		// in the alphabet matched, else in all.
		{image(history + `{"by": {"S": ["ana"]}, "why": {"S": [{"exists": false}]}}}}`), true},
		{image(history + `{"by": {"S": [{"exists": false}]}}}}`), false},
	})
	const mixed = `{"l": [{"b": 1}, {"a": 2, "c": 3}, [{"b": 4}, {"a": 5, "b": 6}], 7, [8, [9]]]}`
	check(t, mixed, []row{
		{`{"l": {"b": [1, 4]}}`, true},
		{`{"l": {"b": [6], "a": [5]}}`, true},
		{`{"l": {"b": [4], "a": [5]}}`, false},
		{`{"l": {"b": [1], "a": [{"exists": false}]}}`, false}, // a comes before b
		{`{"l": {"b": [1], "c": [{"exists": false}]}}`, true},
		{`{"l": [7]}`, true},
		{`{"l": [8, 0]}`, true},
		{`{"l": [9]}`, true},
		{`{"l": [7], "l.b": [1]}`, true}, // a scalar is in no element
		{`{"l": [9], "l.b": [1]}`, false},
		{`{"l": [{"exists": true}]}`, true},
	})
	// What does not do with one element may do with another.
	check(t, `{"l": [{"a": 1}, {"a": 1, "b": 2}, {"b": 3}]}`, []row{
		{`{"l": {"a": [1], "b": [2]}}`, true},
		{`{"l": {"a": [1], "b": [3]}}`, false},
	})
	// 7 is in no element, so b is looked for in all; 8 is in one without b.
	check(t, `{"l": [7, [8], {"b": 1}]}`, []row{
		{`{"l": [7], "l.b": [{"exists": false}]}`, false},
		{`{"l": [8], "l.b": [{"exists": false}]}`, true},
		{`{"l": [7, 8], "l.b": [{"exists": false}]}`, true},
	})
}

// TestManyLongLists would not end if every element of one list were tried with
// every element of the others.
func TestManyLongLists(t *testing.T) {
	list := strings.Repeat(`{"x": 1, "y": 2},`, 300) + `{"x": 3}`
	record := `{"a": [` + list + `], "b": [` + list + `], "c": [` + list + `], "d": [` + list + `]}`
	check(t, record, []row{
		{`{"a": {"x": [1], "y": [2]}, "b": {"x": [1], "y": [2]}, "c": {"x": [1], "y": [2]}, "d": {"x": [3], "y": [2]}}`, false},
		{`{"a": {"x": [1], "y": [2]}, "b": {"x": [1], "y": [2]}, "c": {"x": [1], "y": [2]}, "d": {"x": [3], "y": [{"exists": false}]}}`, true},
	})
}

func TestOr(t *testing.T) {
	const or = `{"a": ["x"], "$or": [{"b": [1]}, {"c": [2], "d": [3]}]}`
	for _, test := range []struct {
		pattern, record string
		want            bool
	}{
		{or, `{"a": "x", "b": 1}`, true},
		{or, `{"a": "x", "c": 2, "d": 3}`, true},
		{or, `{"a": "x", "c": 2}`, false},
		{or, `{"a": "y", "b": 1}`, false},
		{or, `{"b": 1}`, false},
		{`{"a": {"$or": [{"b": [1]}, {"c": [2]}]}}`, `{"a": {"c": 2}}`, true},
		{`{"a": {"$or": [{"b": [1]}, {"c": [2]}]}}`, `{"c": 2}`, false},
		{`{"$or": [{"a": [1]}, {"b": [1]}], "c": {"$or": [{"d": [1]}, {"e": [1]}]}}`, `{"b": 1, "c": {"e": 1}}`, true},
		{`{"$or": [{"a": [1]}, {"b": [1]}], "c": {"$or": [{"d": [1]}, {"e": [1]}]}}`, `{"b": 1, "c": {"f": 1}}`, false},
		{`{"$or": [{"a": [1], "$or": [{"b": [1]}, {"c": [1]}]}, {"d": [1]}]}`, `{"a": 1, "c": 1}`, true},
		{`{"$or": [{"a": [1], "$or": [{"b": [1]}, {"c": [1]}]}, {"d": [1]}]}`, `{"a": 1, "e": 1}`, false},
		{`{"$or": [{"a": [{"exists": false}]}, {"b": [1]}]}`, `{}`, true},
		// The same key inside and beside: the last in the text wins.
		{`{"a": [1], "$or": [{"a": [2]}, {"b": [3]}]}`, `{"a": 2}`, true},
		{`{"a": [1], "$or": [{"a": [2]}, {"b": [3]}]}`, `{"a": 1}`, false},
		{`{"$or": [{"a": [2]}, {"b": [3]}], "a": [1]}`, `{"a": 1}`, true},
		{`{"$or": [{"a": [2]}, {"b": [3]}], "a": [1]}`, `{"a": 2, "b": 3}`, false},
	} {
		if got := match(t, test.record, test.pattern); got != test.want {
			t.Errorf("%s matches %s: %v, want %v", test.pattern, test.record, got, test.want)
		}
	}
}

// A point in a key is a step, in pattern and record.
func TestPointsInKeys(t *testing.T) {
	for _, test := range []struct {
		pattern, record string
		want            bool
	}{
		{`{"a.b": ["x"]}`, `{"a": {"b": "x"}}`, true},
		{`{"a": {"b": ["x"]}}`, `{"a.b": "x"}`, true},
		{`{"a": {"b.c": ["x"]}}`, `{"a.b": {"c": "x"}}`, true},
		{`{"a.b": {"b": ["x"]}}`, `{"a": {"b": "x"}}`, false},
		{`{"a": {"b": ["x"]}}`, `{"a.b": {"b": "x"}}`, false},
		{`{".": ["x"]}`, `{"": {"": "x"}}`, true},
		{`{"": ["x"]}`, `{"": "x"}`, true},
		{`{"": ["x"]}`, `{".": "x"}`, false},
		{`{"": {"a": ["x"]}}`, `{"": {"a": "x"}}`, true},
		{`{"": {"a": ["x"]}}`, `{"a": "x"}`, false},
		{`{"dynamodb": {"NewImage": {"v1.2": {"S": ["x"]}}}}`, `{"dynamodb": {"NewImage": {"v1.2": {"S": "x"}}}}`, true},
	} {
		if got := match(t, test.record, test.pattern); got != test.want {
			t.Errorf("%s matches %s: %v, want %v", test.pattern, test.record, got, test.want)
		}
	}
}

// A key is compared as its text, however it is written, byte by byte.
func TestKeysAreTexts(t *testing.T) {
	check(t, `{"\u0061\"": 1, "B": 2, "é": 3}`, []row{
		{`{"a\"": [1]}`, true},
		{`{"a\u0022": [1]}`, true},
		{`{"b": [2]}`, false},
		{`{"\u00e9": [3]}`, true},
	})
}

func TestMatchRefuses(t *testing.T) {
	f, err := filter.Parse([]string{`{"a": {"b": [1]}}`})
	if err != nil {
		t.Fatal(err)
	}
	for _, record := range []string{
		``, ` `, `1`, `"a"`, `null`, `[]`, `[{"a": {"b": 1}}]`, `{`, `{"a"`, `{"a":`, `{"a":1`, `{"a":1,`, `{"a":1,}`, `{"a" 1}`, `{a:1}`,
		`{"a":1}}`, `{"a":1} x`, `{"a":01}`, `{"a":1.}`, `{"a":.5}`, `{"a":+1}`, `{"a":-}`, `{"a":1e}`, `{"a":tru}`, `{"a":True}`, `{"a":nul}`,
		`{"a":"` + "\n" + `"}`, `{"a":"\x"}`, `{"a":"\u12g4"}`, `{"a":"\u12"}`, `{"a":"`, `{"a":"\`, `{"a":[1,]}`, `{"a":[1 2]}`, `{"a":[}`,
		`{"other":{"deep":[1,{"x":}]}}`, "\ufeff{}",
		`{"a":` + strings.Repeat("[", 10_001) + strings.Repeat("]", 10_001) + `}`,
	} {
		if ok, err := f.Match([]byte(record)); err == nil {
			t.Errorf("Match(%.60s) = %v", record, ok)
		}
	}
}

func TestPatternsAreAsGiven(t *testing.T) {
	given := []string{` {"a" : [1]} `, `{"b":[2]}`}
	f, err := filter.Parse(given)
	if err != nil {
		t.Fatal(err)
	}
	got := f.Patterns()
	got[0] = "changed"
	if got := f.Patterns(); strings.Join(got, "|") != strings.Join(given, "|") {
		t.Errorf("Patterns() = %q, given %q", got, given)
	}
}
