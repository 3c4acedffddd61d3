package lint_test

import (
	"os"
	"path/filepath"
	"testing"
)

// rule is one habit of the house, checked over the whole repository.
type rule struct {
	name string
	// check returns what breaks the rule, in the order of the files.
	check func(*tree) []finding
}

func rules() []rule {
	return []rule{
		{"imports", checkImports},
		{"sole importers", checkSoleImporters},
		{"clock", checkClock},
		{"randomness", checkRandomness},
		{"package state", checkState},
		{"package docs", checkDocs},
		{"package names", checkNames},
		{"file length", checkLength},
		{"top level", checkTopLevel},
		{"make targets", checkMakeTargets},
		{"readme scenario", checkReadmeScenario},
		{"readme failure", checkReadmeFailure},
		{"named scenarios", checkNamedScenarios},
	}
}

// TestRepository checks every rule over the files of this repository.
func TestRepository(t *testing.T) {
	repository := load(t, os.DirFS(root(t)))
	for _, r := range rules() {
		t.Run(r.name, func(t *testing.T) {
			for _, f := range r.check(repository) {
				t.Error(f)
			}
		})
	}
}

// root is the folder of go.mod above this package.
func root(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			t.Fatal("lint: no go.mod above the test's folder")
		}
		dir = parent
	}
}
