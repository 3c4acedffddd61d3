package mapping_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/stillwater-streams/stillwater/consumer/mapping"
	"github.com/stillwater-streams/stillwater/harness/golden"
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
// in, and what comes out must be the last, "want".
func goldens(t *testing.T, folder string, least int, run func(*testing.T, []byte) string) {
	t.Helper()
	golden.Archives(t, "testdata/"+folder, least, func(t *testing.T, archive *txtar.Archive) string {
		return run(t, archive.Files[0].Data)
	})
}
