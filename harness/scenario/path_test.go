package scenario_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stillwater-streams/stillwater/harness/scenario"
)

func TestPathParts(t *testing.T) {
	name := func(text string) scenario.PathPart { return scenario.PathPart{Name: text, Index: -1} }
	at := func(n int) scenario.PathPart { return scenario.PathPart{Index: n} }
	for path, want := range map[string][]scenario.PathPart{
		"":                nil,
		"a":               {name("a")},
		"a.b":             {name("a"), name("b")},
		"a[10].b":         {name("a"), at(10), name("b")},
		"[0][1]":          {at(0), at(1)},
		`a."x.y"[2]`:      {name("a"), name("x.y"), at(2)},
		`"VULN#v1 FIN#f"`: {name("VULN#v1 FIN#f")},
	} {
		got, err := scenario.PathParts(path)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%q: %v (-want +got):\n%s", path, err, diff)
		}
	}
	for path, want := range map[string]string{
		"a..b": "path a..b: a name is missing before or after a dot", ".a": "path .a: a name is missing before or after a dot",
		"a.": "path a.: a name is missing before or after a dot", "a[0": "path a[0: no ] to the [",
		"a[x]": "path a[x]: [x] is no index: they count from [0]", "a[-1]": "path a[-1]: [-1] is no index: they count from [0]",
		"a[0]b": "path a[0]b: no dot before b", `"a`: `path "a: a quote that does not end`, `"a"b`: `path "a"b: no dot before b`,
	} {
		if got, err := scenario.PathParts(path); err == nil || err.Error() != want {
			t.Errorf("%q: got %v, %v, want %s", path, got, err, want)
		}
	}
}
