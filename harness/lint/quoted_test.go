package lint_test

import (
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// checkReadmeFailure: a failure in the README is what the tool prints, word for
// word: package report keeps it as a golden.
func checkReadmeFailure(t *tree) []finding {
	readme, err := fs.ReadFile(t.fs, "README.md")
	if err != nil {
		return []finding{{"README.md", 0, err.Error()}}
	}
	blocks := regexp.MustCompile("(?ms)^```[a-z]*\n(✗.*?)^```").FindAllStringSubmatch(string(readme), -1)
	if len(blocks) == 0 {
		return []finding{{"README.md", 0, "shows no failure: a block that begins with ✗, copied from harness/report/testdata"}}
	}
	names, err := fs.Glob(t.fs, "harness/report/testdata/*.txt")
	if err != nil {
		return []finding{{"harness/report/testdata", 0, err.Error()}}
	}
	var goldens []string
	for _, name := range names {
		text, err := fs.ReadFile(t.fs, name)
		if err != nil {
			return []finding{{name, 0, err.Error()}}
		}
		goldens = append(goldens, string(text))
	}
	var found []finding
	for _, block := range blocks {
		if !slices.ContainsFunc(goldens, func(golden string) bool { return strings.Contains(golden, block[1]) }) {
			line, _, _ := strings.Cut(block[1], "\n")
			found = append(found, finding{"README.md", 0, "the failure that begins with " + line + " is in no file of harness/report/testdata"})
		}
	}
	return found
}

// checkNamedScenarios: a scenario that a person is told to run is there.
func checkNamedScenarios(t *tree) []finding {
	files := []string{"README.md", "Makefile"}
	for _, file := range t.files {
		if strings.HasPrefix(file.path, "harness/cmd/") && file.base() == "doc.go" {
			files = append(files, file.path)
		}
	}
	var found []finding
	for _, name := range files {
		text, err := fs.ReadFile(t.fs, name)
		if err != nil {
			found = append(found, finding{name, 0, err.Error()})
			continue
		}
		for _, scenario := range namedScenarios(t.fs, string(text)) {
			if _, err := fs.Stat(t.fs, path.Join("scenarios", scenario+".yaml")); err != nil {
				found = append(found, finding{name, 0, "names the scenario " + scenario + ", which is not in scenarios/"})
			}
		}
	}
	return found
}

// namedScenarios returns what a text says to run or to demonstrate, and every
// path into a folder of scenarios, sorted.
func namedScenarios(fsys fs.FS, text string) []string {
	var names []string
	for _, m := range regexp.MustCompile(`(?:stillwater run (?:--[a-z]+ )*|SCENARIO\s*\?=\s*|SCENARIO=)([a-z_]+/[a-z_0-9]+)`).FindAllStringSubmatch(text, -1) {
		names = append(names, m[1])
	}
	for _, m := range regexp.MustCompile(`(?:^|[\s(])([a-z_]+)/([a-z_0-9]+)\b`).FindAllStringSubmatch(text, -1) {
		if info, err := fs.Stat(fsys, "scenarios/"+m[1]); err == nil && info.IsDir() {
			names = append(names, m[1]+"/"+m[2])
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func TestReadmeFailureRuleCanFail(t *testing.T) {
	readme := "# x\n```sh\nls\n```\n```\n✗ a   differs\n  1 step\n```\n"
	golden := "harness/report/testdata/a.txt"
	prove(t, checkReadmeFailure, []proof{
		{"kept", []string{"README.md", readme, golden, "✗ a   differs\n  1 step\n\n  rerun\n"}, nil},
		{"other words", []string{"README.md", readme, golden, "✗ a   differs\n  2 steps\n"}, []string{"begins with ✗ a   differs is in no file"}},
		{"no golden", []string{"README.md", readme}, []string{"is in no file of harness/report/testdata"}},
		{"none shown", []string{"README.md", "```\n✓ a\n```\n"}, []string{"shows no failure"}},
		{"no README", nil, []string{"README.md: open README.md"}},
	})
}

func TestNamedScenariosRuleCanFail(t *testing.T) {
	there := []string{"scenarios/s/a.yaml", "title: a\n", "README.md", "", "Makefile", ""}
	with := func(pairs ...string) []string { return append(slices.Clone(there), pairs...) }
	prove(t, checkNamedScenarios, []proof{
		{"kept", with("README.md", "`stillwater run --timeline s/a`, see harness/doc.go\n", "Makefile", "SCENARIO ?= s/a\n"), nil},
		{"Makefile", with("Makefile", "SCENARIO ?= s/b\n"), []string{"Makefile: names the scenario s/b"}},
		{"another folder", with("README.md", "make demo SCENARIO=z/b\n"), []string{"README.md: names the scenario z/b"}},
		{"a flag before", with("README.md", "stillwater run --timeline --accept z/b\n"), []string{"names the scenario z/b"}},
		{"a report", with("README.md", "✗ s/b   differs\n"), []string{"names the scenario s/b"}},
		{"a command", with("harness/cmd/x/doc.go", "// Start with `x run s/b`.\npackage main\n"), []string{"harness/cmd/x/doc.go: names the scenario s/b"}},
		{"no Makefile", []string{"README.md", ""}, []string{"Makefile: open Makefile"}},
	})
}
