package mapping_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/stillwater-streams/stillwater/consumer/mapping"
)

// leastAdvice keeps the collection from shrinking unnoticed.
const leastAdvice = 20

// TestAdvice holds the place and the wording of every advice: testdata/advice
// has one archive each, with the file as a user would have it and, under "want",
// all that is advised. The tables of the archives have both images but for
// "keys", which has keys only, and "unknown".
func TestAdvice(t *testing.T) {
	archives, err := filepath.Glob("testdata/advice/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	if len(archives) < leastAdvice {
		t.Fatalf("testdata/advice: %d archives, want at least %d", len(archives), leastAdvice)
	}
	views := map[string]string{"vms": "NEW_AND_OLD_IMAGES", "keys": "KEYS_ONLY"}
	for _, file := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var got strings.Builder
			for _, a := range mapping.Advise(parse(t, string(archive.Files[0].Data)), views) {
				got.WriteString(a.String() + "\n")
			}
			compare(t, file, archive, []byte(got.String()))
		})
	}
}

// TestAdviceWithoutFile: a mapping that comes from no file has no place.
func TestAdviceWithoutFile(t *testing.T) {
	got := mapping.Advise([]mapping.Mapping{{
		Trigger: "t", BatchSize: 100, MaximumRetryAttempts: 1, OnFailure: "dlq", StartingPosition: mapping.Latest,
		Filters: parse(t, one(required+`, "filters": [{"dynamodb": {"NewImage": {"n": {"N": [{"numeric": [">", 1]}]}}}}]`))[0].Filters,
	}}, nil)
	var lines []string
	for _, a := range got {
		if a.Trigger != "t" || a.Place != (mapping.Place{}) {
			t.Errorf("%+v: want no place", a)
		}
		line, _, _ := strings.Cut(a.String(), ":")
		lines = append(lines, line)
	}
	if diff := cmp.Diff([]string{"trigger t", "trigger t"}, lines); diff != "" {
		t.Errorf("advice (-want +got):\n%s\n%v", diff, got)
	}
}
