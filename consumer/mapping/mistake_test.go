package mapping_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/stillwater-streams/stillwater/consumer/mapping"
)

// leastMistakes keeps the collection from shrinking unnoticed.
const leastMistakes = 60

// TestMistakes holds the place and the wording of every mistake:
// testdata/mistakes has one archive each, with the file as a user would have it
// and, under "want", the complete error. STILLWATER_UPDATE=true rewrites the want
// files, never in CI.
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
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			mappings, err := mapping.Parse("triggers.json", archive.Files[0].Data)
			if err == nil {
				t.Fatalf("accepted as %+v", mappings)
			}
			if mappings != nil {
				t.Errorf("mappings beside an error: %+v", mappings)
			}
			var mistake *mapping.Mistake
			if !errors.As(err, &mistake) {
				t.Fatalf("not a mistake of a file: %v", err)
			}
			compare(t, file, archive, []byte(err.Error()+"\n"))
		})
	}
}

// compare holds got to the last file of the archive, "want".
func compare(t *testing.T, file string, archive *txtar.Archive, got []byte) {
	t.Helper()
	want := &archive.Files[len(archive.Files)-1]
	if want.Name != "want" {
		t.Fatalf("%s: the last file is %q, not want", file, want.Name)
	}
	if bytes.Equal(want.Data, got) {
		return
	}
	if !updating(t) {
		t.Fatalf("%s: the text differs (- want, + got; STILLWATER_UPDATE=true accepts it):\n%s",
			file, cmp.Diff(string(want.Data), string(got)))
	}
	want.Data = got
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
