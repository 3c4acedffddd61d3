package triggers_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stillwater-streams/stillwater/triggers"
)

func TestConfigIsTheAgreedJSON(t *testing.T) {
	var got map[string]any
	if err := json.Unmarshal(triggers.Config(), &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"$schema":         "../consumer/mapping/triggers.schema.json",
		"function_prefix": "integrates_streams_",
		"triggers": map[string]any{"indicators": map[string]any{
			"handler": "triggers.indicators.Handle", "table": "integrates_vms",
			"batch_size": 100.0, "enabled": true, "timeout": 60.0, "maximum_retry_attempts": 2.0,
			"on_failure": "integrates_streams_dlq",
		}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("triggers.json (-want +got):\n%s", diff)
	}
}

func TestConfigCannotBeChangedByItsReader(t *testing.T) {
	triggers.Config()[0] = 'x'
	if triggers.Config()[0] != '{' {
		t.Error("a reader changed the configuration for everyone")
	}
}
