package scenario_test

import (
	"bytes"
	"errors"
	"path"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/stillwater-streams/stillwater/harness/golden"
	"github.com/stillwater-streams/stillwater/harness/scenario"
)

// leastMistakes keeps the collection from shrinking unnoticed.
const leastMistakes = 110

// TestMistakes holds the wording of every mistake: testdata/mistakes has one
// archive each, with the files as a user would have them and, under "want", the
// complete error.
func TestMistakes(t *testing.T) {
	golden.Archives(t, "testdata/mistakes", leastMistakes, func(t *testing.T, archive *txtar.Archive) string {
		_, err := scenario.LoadAll(unpack(t, archive), mistakenWords(path.Base(t.Name())))
		if err == nil {
			t.Fatal("the files loaded without a mistake")
		}
		var mistake scenario.Mistake
		if !errors.As(err, &mistake) {
			t.Fatalf("not a mistake of a file: %v", err)
		}
		return err.Error() + "\n"
	})
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
func unpack(t *testing.T, archive *txtar.Archive) (root string) {
	t.Helper()
	root = t.TempDir()
	files := txtar.Archive{}
	hasFixture := false
	for _, f := range archive.Files {
		if f.Name == "want" {
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
	return root
}
