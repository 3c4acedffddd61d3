package filter_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stillwater-streams/stillwater/consumer/filter"
)

// TestParseRefuses has every mistake that a pattern can hold: "offset path:
// message".
func TestParseRefuses(t *testing.T) {
	for _, test := range []struct {
		pattern string
		want    []string
	}{
		{``, []string{
			`0 : not JSON: unexpected end of JSON input: a pattern is an object such as {"eventName": ["INSERT"]}`,
		}},
		{`  `, []string{
			`2 : not JSON: unexpected end of JSON input: a pattern is an object such as {"eventName": ["INSERT"]}`,
		}},
		{`single-string`, []string{
			`0 : not JSON: invalid character 's' looking for beginning of value: a pattern is an object such as {"eventName": ["INSERT"]}`,
		}},
		{`[{"eventName": ["INSERT"=123}]`, []string{
			`24 : not JSON: invalid character '=' after array element: a pattern is an object such as {"eventName": ["INSERT"]}`,
		}},
		{`{"a": ["x"],}`, []string{
			`12 : not JSON: invalid character '}' looking for beginning of object key string: a pattern is an object such as {"eventName": ["INSERT"]}`,
		}},
		{`{"a": ["x"]} {}`, []string{
			`13 : not JSON: invalid character '{' after top-level value: a pattern is an object such as {"eventName": ["INSERT"]}`,
		}},
		{`{'a': ['x']}`, []string{
			`1 : not JSON: invalid character '\'' looking for beginning of object key string: a pattern is an object such as {"eventName": ["INSERT"]}`,
		}},
		{`null`, []string{
			`0 : must be an object such as {"eventName": ["INSERT"]}, not null`,
		}},
		{`"INSERT"`, []string{
			`0 : must be an object such as {"eventName": ["INSERT"]}, not "INSERT"`,
		}},
		{` ["INSERT"]`, []string{
			`1 : must be an object such as {"eventName": ["INSERT"]}, not ["INSERT"]`,
		}},
		{`5`, []string{
			`0 : must be an object such as {"eventName": ["INSERT"]}, not 5`,
		}},
		{`{}`, []string{
			`0 : an empty object matches nothing: name a key, or leave the filter out so that every record matches`,
		}},
		{`{"dynamodb": {"NewImage": {}}}`, []string{
			`26 dynamodb.NewImage: an empty object matches nothing: name a key, or leave the filter out so that every record matches`,
		}},
		{`{"eventName": "INSERT"}`, []string{
			`14 eventName: must be an array of what may match: write ["INSERT"]`,
		}},
		{`{"a": 42}`, []string{
			`6 a: must be an array of what may match: write [42]`,
		}},
		{`{"a": null}`, []string{
			`6 a: must be an array of what may match: write [null]`,
		}},
		{`{"a": {"b": true}}`, []string{
			`12 a.b: must be an array of what may match: write [true]`,
		}},
		{`{"a": []}`, []string{
			`6 a: an empty array matches nothing: list what may match; write [null] for a JSON null and [""] for an empty text`,
		}},
		{`{"a": [["x", "y"]]}`, []string{
			`7 a: an array inside the array: list its values side by side: write ["x","y"]`,
		}},
		{`{"a": [{}]}`, []string{
			`7 a: an empty object is no operator: write one of prefix, suffix, equals-ignore-case, anything-but, numeric, exists`,
		}},
		{`{"a": [{"prefix": "x", "suffix": "y"}]}`, []string{
			`23 a: an object holds one operator: write {"prefix": …}, {"suffix": …} to have either; both at once cannot be had`,
		}},
		{`{"a": [{"EXISTS": true}]}`, []string{
			`8 a: unknown operator "EXISTS": write "exists"`,
		}},
		{`{"a": [{"Prefix": "x"}]}`, []string{
			`8 a: unknown operator "Prefix": write "prefix"`,
		}},
		{`{"a": [{"contains": "x"}]}`, []string{
			`8 a: unknown operator "contains": Lambda has prefix, suffix, equals-ignore-case, anything-but, numeric, exists`,
		}},
		{`{"a": [{"wildcard": "x*"}]}`, []string{
			`8 a: wildcard is EventBridge's, not Lambda's: write {"prefix": "…"} or {"suffix": "…"}, or look for the middle in the function`,
		}},
		{`{"a": [{"cidr": "10.0.0.0/8"}]}`, []string{
			`8 a: cidr is EventBridge's, not Lambda's: write {"prefix": "10.0."} for a block that ends at a point, or compare addresses in the function`,
		}},
		{`{"a": [{"exactly": "x"}]}`, []string{
			`8 a: exactly is event-ruler's, not Lambda's: write the text itself, as in ["x"]`,
		}},
		{`{"a": [{"$or": [{"b": ["x"]}, {"c": ["x"]}]}]}`, []string{
			`8 a: $or stands beside keys, not among values: the values of an array are alternatives already`,
		}},
		{`{"a": [{"S": ["x"]}]}`, []string{
			`8 a: unknown operator "S": if it is a key of the record, write {"S": …} without the brackets around it; operators are prefix, suffix, equals-ignore-case, anything-but, numeric, exists`,
		}},
		{`{"a": [{"prefix": 1}]}`, []string{
			`18 a: prefix takes a text: write "1"`,
		}},
		{`{"a": [{"prefix": ["x", "y"]}]}`, []string{
			`18 a: prefix takes one text: write {"prefix": …} once per text, side by side`,
		}},
		{`{"a": [{"prefix": {"equals-ignore-case": "x"}}]}`, []string{
			`18 a: prefix of an operator is EventBridge's, not Lambda's: write a text, and one {"prefix": …} per spelling that you expect`,
		}},
		{`{"a": [{"suffix": null}]}`, []string{
			`18 a: suffix takes a text: write "null"`,
		}},
		{`{"a": [{"equals-ignore-case": ["x"]}]}`, []string{
			`30 a: equals-ignore-case takes one text: write {"equals-ignore-case": …} once per text, side by side`,
		}},
		{`{"a": [{"anything-but": null}]}`, []string{
			`24 a: anything-but takes texts or numbers, not null: list the values that may match instead`,
		}},
		{`{"a": [{"anything-but": []}]}`, []string{
			`24 a: anything-but of nothing: list texts or numbers; write {"exists": true} for any value`,
		}},
		{`{"a": [{"anything-but": ["x", 1, true]}]}`, []string{
			`30 a: anything-but takes texts or numbers, not both: write 1 as the others are`,
			`33 a: anything-but takes texts or numbers, not true: list the values that may match instead`,
		}},
		{`{"a": [{"anything-but": {"prefix": "x"}}]}`, []string{
			`24 a: anything-but of an operator is EventBridge's, not Lambda's: list the texts themselves, or decide in the function`,
		}},
		{`{"a": [{"anything-but": [["x"]]}]}`, []string{
			`25 a: anything-but takes texts or numbers, not ["x"]: list the values that may match instead`,
		}},
		{`{"a": [{"exists": "true"}]}`, []string{
			`18 a: exists takes true or false: write true without the quotes`,
		}},
		{`{"a": [{"exists": 1}]}`, []string{
			`18 a: exists takes true or false, not 1`,
		}},
		{`{"a": [{"exists": [true]}]}`, []string{
			`18 a: exists takes true or false, not [true]`,
		}},
		{`{"a": [{"numeric": 10}]}`, []string{
			`19 a: numeric takes comparisons: write ["=", 10] or a range as in [">", 0, "<=", 5]`,
		}},
		{`{"a": [{"numeric": []}]}`, []string{
			`19 a: numeric takes comparisons: write ["=", 100] or a range as in [">", 0, "<=", 5]`,
		}},
		{`{"a": [{"numeric": "> 10"}]}`, []string{
			`19 a: numeric takes comparisons: write ["=", 100] or a range as in [">", 0, "<=", 5]`,
		}},
		{`{"a": [{"numeric": ["==", 10]}]}`, []string{
			`20 a: numeric compares with "=", "<", "<=", ">" or ">=", not "=="`,
		}},
		{`{"a": [{"numeric": ["< <=", 10]}]}`, []string{
			`20 a: numeric compares with "=", "<", "<=", ">" or ">=", not "< <="`,
		}},
		{`{"a": [{"numeric": [10]}]}`, []string{
			`20 a: numeric compares with "=", "<", "<=", ">" or ">=", not 10`,
		}},
		{`{"a": [{"numeric": [">", "10"]}]}`, []string{
			`25 a: numeric compares with a number, not "10": write it without quotes`,
		}},
		{`{"a": [{"numeric": [">"]}]}`, []string{
			`20 a: numeric has no number behind ">"`,
		}},
		{`{"a": [{"numeric": [">", 0, "<"]}]}`, []string{
			`28 a: numeric has no number behind "<"`,
		}},
		{`{"a": [{"numeric": [">", 0, ">", 0]}]}`, []string{
			`28 a: a range is a lower and then an upper bound, as in [">", 0, "<=", 5]: ">" cannot follow here`,
		}},
		{`{"a": [{"numeric": ["<", 5, ">", 0]}]}`, []string{
			`28 a: a range is a lower and then an upper bound, as in [">", 0, "<=", 5]: ">" cannot follow here`,
		}},
		{`{"a": [{"numeric": ["=", 5, "<", 9]}]}`, []string{
			`28 a: a range is a lower and then an upper bound, as in [">", 0, "<=", 5]: "<" cannot follow here`,
		}},
		{`{"a": [{"numeric": [">", 0, "<", 5, "<", 6]}]}`, []string{
			`36 a: a range is a lower and then an upper bound, as in [">", 0, "<=", 5]: "<" cannot follow here`,
		}},
		{`{"a": [{"numeric": [">=", 5.0, "<=", 5]}]}`, []string{
			`37 a: the range is empty: its lower bound 5.0 must be less than its upper bound 5`,
		}},
		{`{"a": [{"numeric": [">", 10, "<", 9]}]}`, []string{
			`34 a: the range is empty: its lower bound 10 must be less than its upper bound 9`,
		}},
		{`{"$or": {"a": ["x"]}}`, []string{
			`8 $or: must be an array of at least two objects, as in {"$or": [{"eventName": ["INSERT"]}, {"eventName": ["REMOVE"]}]}, not {"a":["x"]}`,
		}},
		{`{"$or": []}`, []string{
			`8 $or: must be an array of at least two objects, as in {"$or": [{"eventName": ["INSERT"]}, {"eventName": ["REMOVE"]}]}, not []`,
		}},
		{`{"$or": [{"a": ["x"]}]}`, []string{
			`8 $or: must be an array of at least two objects, as in {"$or": [{"eventName": ["INSERT"]}, {"eventName": ["REMOVE"]}]}, not [{"a":["x"]}]`,
		}},
		{`{"$or": ["x", "y"]}`, []string{
			`9 $or[0]: must be an object of keys, not "x": $or chooses between keys; to choose between values of one key list them behind it`,
			`14 $or[1]: must be an object of keys, not "y": $or chooses between keys; to choose between values of one key list them behind it`,
		}},
		{`{"$or": [{"a": ["x"]}, {}]}`, []string{
			`23 $or[1]: an empty object matches nothing: name a key, or leave the filter out so that every record matches`,
		}},
		{`{"$or": [{"a": ["x"]}, {"b": "y"}]}`, []string{
			`29 $or[1].b: must be an array of what may match: write ["y"]`,
		}},
		{`{"$or": [{"prefix": ["x"]}, {"b": {"numeric": ["y"]}}]}`, []string{
			`10 $or[0].prefix: "prefix" is a word of the pattern language and no key inside $or: write the key first, as in {"eventName": [{"prefix": "I"}]}`,
			`35 $or[1].b.numeric: "numeric" is a word of the pattern language and no key inside $or: write the key first, as in {"eventName": [{"prefix": "I"}]}`,
		}},
		{`{"a": {"$or": "x"}}`, []string{
			`14 a.$or: must be an array of at least two objects, as in {"$or": [{"eventName": ["INSERT"]}, {"eventName": ["REMOVE"]}]}, not "x"`,
		}},
		{`{"dynamodb": {"NewImage": {"state": [{"S": ["open"]}]}}}`, []string{
			`38 dynamodb.NewImage.state: unknown operator "S": if it is a key of the record, write {"S": …} without the brackets around it; operators are prefix, suffix, equals-ignore-case, anything-but, numeric, exists`,
		}},
		{`{"a": [{"prefix": "x"}, {"suffix": ["y"]}], "b": {"c": 1}}`, []string{
			`35 a: suffix takes one text: write {"suffix": …} once per text, side by side`,
			`55 b.c: must be an array of what may match: write [1]`,
		}},
		{`{"a": ["x"`, []string{
			`10 : not JSON: unexpected end of JSON input: a pattern is an object such as {"eventName": ["INSERT"]}`,
		}},
		{`{"a": "x", "b": [], "c": {"d": [{"cidr": "x"}], "e": {}}}`, []string{
			`6 a: must be an array of what may match: write ["x"]`,
			`16 b: an empty array matches nothing: list what may match; write [null] for a JSON null and [""] for an empty text`,
			`33 c.d: cidr is EventBridge's, not Lambda's: write {"prefix": "10.0."} for a block that ends at a point, or compare addresses in the function`,
			`53 c.e: an empty object matches nothing: name a key, or leave the filter out so that every record matches`,
		}},
		{"{\"a\":\n\t\"é\",\n\"b\": 1}", []string{
			`7 a: must be an array of what may match: write ["é"]`,
			`18 b: must be an array of what may match: write [1]`,
		}},
	} {
		if diff := cmp.Diff(test.want, mistakes(t, test.pattern)); diff != "" {
			t.Errorf("Parse(%s) (-want +got):\n%s", test.pattern, diff)
		}
	}
}

// mistakes gives those of one pattern, one text each.
func mistakes(t *testing.T, pattern string) []string {
	t.Helper()
	f, err := filter.Parse([]string{pattern})
	if err == nil {
		t.Errorf("%s is accepted: %q", pattern, f.Patterns())
		return nil
	}
	var got []string
	for _, m := range all(t, err) {
		got = append(got, strings.TrimSpace(fmt.Sprintf("%d %s: %s", m.Offset, m.Path, m.Message)))
	}
	return got
}

// all takes a joined error apart.
func all(t *testing.T, err error) []*filter.Mistake {
	t.Helper()
	var mistakes []*filter.Mistake
	for _, e := range err.(interface{ Unwrap() []error }).Unwrap() {
		var m *filter.Mistake
		if !errors.As(e, &m) {
			t.Fatalf("%v is no Mistake", e)
		}
		mistakes = append(mistakes, m)
	}
	return mistakes
}

func TestParseTellsAllMistakesOfAllPatterns(t *testing.T) {
	_, err := filter.Parse([]string{`{"a": 1}`, `{"b": ["fine"]}`, `nothing`, `{"c": [], "d": []}`})
	var places []string
	for _, m := range all(t, err) {
		places = append(places, fmt.Sprintf("%d@%d", m.Pattern, m.Offset))
	}
	if diff := cmp.Diff([]string{"0@6", "2@1", "3@6", "3@15"}, places); diff != "" {
		t.Errorf("mistakes (-want +got):\n%s", diff)
	}
	want := `filters[0]: a: must be an array of what may match: write [1]: Lambda answers "Invalid filter pattern definition."`
	if got, _, _ := strings.Cut(err.Error(), "\n"); got != want {
		t.Errorf("first line: %s\nwant:       %s", got, want)
	}
}

func TestParseRefusesTooMuch(t *testing.T) {
	long := func(n int) string { return `{"a":["` + strings.Repeat("é", n-10) + `"]}` }
	if _, err := filter.Parse([]string{" " + long(4096) + "\n"}); err != nil {
		t.Errorf("4096 characters: %v", err)
	}
	want := []string{`0 : has 4097 characters without its spaces, Lambda takes 4096: split it into several filters, any of which may match`}
	if diff := cmp.Diff(want, mistakes(t, long(4097))); diff != "" {
		t.Errorf("4097 characters (-want +got):\n%s", diff)
	}
	// Each $or of two doubles the combinations.
	ors := func(n int) string {
		var members []string
		for i := range n {
			members = append(members, fmt.Sprintf(`"k%d":{"$or":[{"a":[1]},{"b":[1]}]}`, i))
		}
		return "{" + strings.Join(members, ",") + "}"
	}
	if _, err := filter.Parse([]string{ors(9)}); err != nil {
		t.Errorf("512 combinations: %v", err)
	}
	want = []string{`0 : its $or offer more than 1000 combinations: split it into several filters`}
	for _, n := range []int{10, 60} {
		if diff := cmp.Diff(want, mistakes(t, ors(n))); diff != "" {
			t.Errorf("2^%d combinations (-want +got):\n%s", n, diff)
		}
	}
}
