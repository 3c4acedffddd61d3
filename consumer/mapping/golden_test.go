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

// TestMistakes holds the place and the wording of every mistake:
// testdata/mistakes has the files as a user would have them and the complete
// errors.
func TestMistakes(t *testing.T) {
	goldens(t, "mistakes", 62, func(t *testing.T, file []byte) string {
		mappings, err := mapping.Parse("triggers.json", file)
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
		return err.Error() + "\n"
	})
}

// TestAdvice holds the place and the wording of every advice: testdata/advice
// has the files as a user would have them and all that is advised. The table vms
// has both images, the table keys has keys only, others are unknown.
func TestAdvice(t *testing.T) {
	views := map[string]string{"vms": "NEW_AND_OLD_IMAGES", "keys": "KEYS_ONLY"}
	goldens(t, "advice", 22, func(t *testing.T, file []byte) string {
		var got strings.Builder
		for _, a := range mapping.Advise(parse(t, string(file)), views) {
			got.WriteString(a.String() + "\n")
		}
		return got.String()
	})
}

// goldens runs the archives of a folder, at least so many: the first file goes
// in, and what comes out must be the last, "want". STILLWATER_UPDATE=true
// rewrites that, never in CI.
func goldens(t *testing.T, folder string, least int, run func(*testing.T, []byte) string) {
	t.Helper()
	archives, err := filepath.Glob(filepath.Join("testdata", folder, "*.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	if len(archives) < least {
		t.Fatalf("testdata/%s: %d archives, want at least %d", folder, len(archives), least)
	}
	for _, file := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			compare(t, file, archive, []byte(run(t, archive.Files[0].Data)))
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
