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
		"triggers": map[string]any{
			"indicators": map[string]any{
				"handler": "triggers.indicators.Handle", "table": "integrates_vms",
				"batch_size": 100.0, "enabled": true, "timeout": 60.0, "maximum_retry_attempts": 2.0,
				"on_failure": "integrates_streams_dlq",
			},
			"archive": map[string]any{
				"handler": "triggers.archive.Handle", "table": "integrates_vms",
				"filters": []any{
					filter([]any{"REMOVE"}, []string{"FIN#"}, []string{"GROUP#", "STATE#", "VERIFICATION#"}),
					filter([]any{"REMOVE"}, []string{"VULN#"}, []string{"FIN#", "STATE#", "TREATMENT#", "VERIFICATION#", "ZERORISK#"}),
				},
				"maximum_retry_attempts": 2.0, "on_failure": "integrates_streams_dlq",
				"function_response_types": []any{"ReportBatchItemFailures"},
			},
			"webhook": map[string]any{
				"handler": "triggers.webhook.Handle", "table": "integrates_vms",
				"filters":                []any{filter(nil, []string{"VULN#"}, []string{"FIN#"})},
				"maximum_retry_attempts": 2.0, "on_failure": "integrates_streams_dlq",
				"function_response_types": []any{"ReportBatchItemFailures"},
			},
		},
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

// filter takes keys that begin with one of some prefixes each, of some events or all.
func filter(events []any, pk, sk []string) map[string]any {
	begins := func(prefixes []string) map[string]any {
		var list []any
		for _, prefix := range prefixes {
			list = append(list, map[string]any{"prefix": prefix})
		}
		return map[string]any{"S": list}
	}
	f := map[string]any{"dynamodb": map[string]any{"Keys": map[string]any{"pk": begins(pk), "sk": begins(sk)}}}
	if events != nil {
		f["eventName"] = events
	}
	return f
}
