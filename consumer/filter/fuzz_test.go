package filter_test

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stillwater-streams/stillwater/consumer/filter"
)

// FuzzMatch: nothing panics, mistakes and advice stand inside the pattern, and
// what is a pattern and a record matches as the twin says.
func FuzzMatch(f *testing.F) {
	for _, seed := range []struct{ pattern, record string }{
		{`{"eventName": ["INSERT"]}`, record1},
		{`{"$or": [{"a": [{"exists": false}]}, {"b": {"c": [{"prefix": "x"}, null, 1.0]}}]}`, `{"b": [{"c": "xy"}, {"c": null}]}`},
		{`{"a.b": [{"numeric": [">=", -1e3, "<", 5]}, {"anything-but": ["x", ""]}]}`, `{"a": {"b": [1, "\u00e9"]}}`},
		{`{"a": [{"equals-ignore-case": "É"}, {"suffix": ""}, {"anything-but": 5}, {"exists": true}]}`, `{"a": [[]]}`},
		{`{"a": "x", "b": [], "c": {"d": [{"cidr": "x"}], "e": {}}}`, `{`},
		{image(`"n": {"N": [1, "1.50", {"numeric": ["=", 1]}], "S": {"x": [true]}}, "L": {"L": ["x"]}`), deletion},
	} {
		f.Add(seed.pattern, seed.record)
	}
	// big.Rat writes such numbers out.
	huge := regexp.MustCompile(`[eE][+-]?\d{4}`)
	f.Fuzz(func(t *testing.T, pattern, record string) {
		parsed, err := filter.Parse([]string{pattern})
		for _, m := range mistakes(err) {
			if m.Offset < 0 || m.Offset > len(pattern) {
				t.Errorf("%s: offset %d of %d: %v", pattern, m.Offset, len(pattern), m)
			}
		}
		if err != nil {
			return
		}
		for _, a := range parsed.Advise("KEYS_ONLY") {
			if a.Offset < 0 || a.Offset >= len(pattern) || a.Path == "" {
				t.Errorf("%s: %+v", pattern, a)
			}
		}
		got, err := parsed.Match([]byte(record))
		if err != nil || huge.MatchString(pattern+record) || !utf8.ValidString(pattern+record) || manyArrays(record) {
			return
		}
		if want := twin(pattern, record); got != want {
			t.Errorf("pattern %s\nrecord  %s\nmatches: %v, twin: %v", pattern, record, got, want)
		}
	})
}

// manyArrays keeps the twin from trying too many ways.
func manyArrays(record string) bool { return strings.Count(record, "[") > 6 }
