package lint_test

import (
	"io/fs"
	"path"
	"slices"
	"strings"
	"testing"
)

// topLevel is fixed by the design: a newcomer sees the whole house at a glance.
func topLevel() []string {
	return []string{"go.mod", "go.sum", "harness", "scenarios", "snapshots", "fixtures",
		"triggers", "consumer", "Makefile", "README.md", "LICENSE"}
}

// checkTopLevel lets nothing else lie there but dotfiles and what git ignores.
func checkTopLevel(t *tree) []finding {
	entries, err := fs.ReadDir(t.fs, ".")
	if err != nil {
		return []finding{{".", 0, err.Error()}}
	}
	ignored := ignoredNames(t.fs)
	var found []finding
	for _, entry := range entries {
		name := entry.Name()
		if strings.HasPrefix(name, ".") || slices.Contains(topLevel(), name) || ignored(name) {
			continue
		}
		found = append(found, finding{name, 0,
			"is not part of the house: move it into one of " + strings.Join(topLevel()[2:8], ", ") + ", or ignore it in .gitignore"})
	}
	return found
}

// ignoredNames reads the simple patterns of .gitignore, those of one element.
func ignoredNames(fsys fs.FS) func(string) bool {
	text, _ := fs.ReadFile(fsys, ".gitignore") // no such file: nothing is ignored
	var patterns []string
	for line := range strings.Lines(string(text)) {
		pattern := strings.Trim(strings.TrimSpace(line), "/")
		if pattern != "" && !strings.HasPrefix(pattern, "#") && !strings.Contains(pattern, "/") {
			patterns = append(patterns, pattern)
		}
	}
	return func(name string) bool {
		return slices.ContainsFunc(patterns, func(p string) bool {
			ok, err := path.Match(p, name)
			return ok && err == nil
		})
	}
}

func TestTopLevelRuleCanFail(t *testing.T) {
	prove(t, checkTopLevel, []proof{
		{"kept", []string{"README.md", "", ".ci/run", "", "consumer/x.txt", ""}, nil},
		{"a new room", []string{"docs/a.md", ""}, []string{"docs: is not part of the house"}},
		{"ignored", []string{".gitignore", "# x\n/cover.out\n*.prof\n", "cover.out", "", "cpu.prof", ""}, nil},
		{"not ignored", []string{".gitignore", "#docs\na/docs\n", "docs/a.md", ""}, []string{"docs: is not"}},
	})
}
