package scenario_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/stillwater-streams/stillwater/harness/scenario"
)

// leastMistakes keeps the collection from shrinking unnoticed.
const leastMistakes = 110

// TestMistakes holds the wording of every mistake: testdata/mistakes has one
// archive each, with the files as a user would have them and, under "want", the
// complete error. STILLWATER_UPDATE=true rewrites the want files, never in CI.
func TestMistakes(t *testing.T) {
	archives, err := filepath.Glob("testdata/mistakes/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	if len(archives) < leastMistakes {
		t.Fatalf("testdata/mistakes: %d archives, want at least %d", len(archives), leastMistakes)
	}
	for _, file := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			root, want := unpack(t, archive)
			_, err = scenario.LoadAll(root, mistakenWords(filepath.Base(file)))
			if err == nil {
				t.Fatal("the files loaded without a mistake")
			}
			var mistake scenario.Mistake
			if !errors.As(err, &mistake) {
				t.Fatalf("not a mistake of a file: %v", err)
			}
			compare(t, file, archive, want, []byte(err.Error()+"\n"))
		})
	}
}

// mistakenWords are the words for an archive: those whose names begin with key_
// are about the keys of tables, which the others know nothing of.
func mistakenWords(archive string) scenario.Vocabulary {
	v := words()
	v.Triggers = []string{"archive", "counter"}
	v.CheckMapping = func(trigger string, overrides []byte) error {
		if bytes.Contains(overrides, []byte(`"batch_size":0`)) {
			return errors.New("batch_size must be between 1 and 10000, not 0")
		}
		return nil
	}
	if strings.HasPrefix(archive, "key_") {
		v.Keys = map[string][]string{"house": {"pk", "sk"}}
	}
	return v
}

// unpack writes the files of an archive to a folder of their own. An archive
// without fixtures gets a small one, so that it holds nothing but its mistake.
func unpack(t *testing.T, archive *txtar.Archive) (root string, want []byte) {
	t.Helper()
	root = t.TempDir()
	files := txtar.Archive{}
	hasFixture := false
	for _, f := range archive.Files {
		if f.Name == "want" {
			want = f.Data
			continue
		}
		hasFixture = hasFixture || strings.HasPrefix(f.Name, "fixtures/")
		files.Files = append(files.Files, f)
	}
	if !hasFixture {
		files.Files = append(files.Files, txtar.File{
			Name: "fixtures/one_group.yaml",
			Data: []byte("items:\n  - put: {item: {pk: a, sk: b}}\n"),
		})
	}
	if err := txtar.Write(&files, root); err != nil {
		t.Fatal(err)
	}
	return root, want
}

func compare(t *testing.T, file string, archive *txtar.Archive, want, got []byte) {
	t.Helper()
	if bytes.Equal(want, got) {
		return
	}
	if !updating(t) {
		t.Fatalf("%s: the error differs (- want, + got; STILLWATER_UPDATE=true accepts it):\n%s",
			file, cmp.Diff(string(want), string(got)))
	}
	kept := archive.Files[:0]
	for _, f := range archive.Files {
		if f.Name != "want" {
			kept = append(kept, f)
		}
	}
	archive.Files = append(kept, txtar.File{Name: "want", Data: got})
	if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
		t.Fatal(err)
	}
}

// updating tells whether goldens are to be rewritten: only on a plain true, and
// never in CI, where a golden that changed is a failure.
func updating(t *testing.T) bool {
	t.Helper()
	value := os.Getenv("STILLWATER_UPDATE")
	switch {
	case value == "":
		return false
	case value != "true" && value != "1":
		t.Fatalf("STILLWATER_UPDATE=%s: only true or 1 update", value)
	case os.Getenv("CI") != "":
		t.Fatal("STILLWATER_UPDATE is not honoured while CI is set")
	}
	return true
}
