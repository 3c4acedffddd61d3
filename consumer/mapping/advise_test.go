package mapping_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stillwater-streams/stillwater/consumer/mapping"
)

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
