package scenarios_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stillwater-streams/stillwater/harness/scenario"
)

// files are the scenarios and fixtures of the project.
func files(t *testing.T) []string {
	t.Helper()
	var all []string
	for _, pattern := range []string{"*.yaml", "*/*.yaml", "../fixtures/*.yaml", "../fixtures/*/*.yaml"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, found...)
	}
	if len(all) < 10 {
		t.Fatalf("only %d files: %v", len(all), all)
	}
	return all
}

// The files of the project are laid out as stillwater fmt does.
func TestFilesAreFormatted(t *testing.T) {
	for _, file := range files(t) {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		formatted, err := scenario.Format(file, src)
		if err != nil {
			t.Error(err)
			continue
		}
		if diff := cmp.Diff(string(src), string(formatted)); diff != "" {
			t.Errorf("%s: run stillwater fmt: - is, + should be:\n%s", file, diff)
		}
	}
}
