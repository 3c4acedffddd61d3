package mapping_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/stillwater-streams/stillwater/consumer/filter"
	"github.com/stillwater-streams/stillwater/consumer/mapping"
)

const overridden = `{"triggers": {"echo": {
	"handler": "a.Handle", "table": "things", "filters": [{"eventName": ["INSERT"]}], "on_failure": "things_dlq",
	"function_response_types": ["ReportBatchItemFailures"], "metrics_config": ["EventCount"], "reserved_concurrency": 3,
	"bisect_batch_on_function_error": true, "batch_size": 7
}}}`

func echo(t *testing.T, text string) mapping.Mapping {
	t.Helper()
	list, err := mapping.Parse("triggers.json", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return list[0]
}

// An override is what the file would have said: overriding every parameter of a
// bare trigger gives what parsing them all gives.
func TestOverrideSaysWhatTheFileWouldHaveSaid(t *testing.T) {
	full := echo(t, overridden)
	bare := echo(t, `{"triggers": {"echo": {"handler": "a.Handle", "table": "things"}}}`)
	_, parameters, _ := strings.Cut(overridden, `"table": "things",`)
	got, err := bare.Override([]byte("{" + strings.TrimSuffix(strings.TrimSpace(parameters), "}}")))
	if err != nil {
		t.Fatal(err)
	}
	same := cmp.Options{cmpopts.IgnoreFields(mapping.Mapping{}, "Place", "Given", "Filters")}
	if diff := cmp.Diff(full, got, same); diff != "" {
		t.Errorf("- parsed, + overridden:\n%s", diff)
	}
	for _, m := range []mapping.Mapping{full, got} {
		if matches, err := m.Filters.Match([]byte(`{"eventName":"MODIFY"}`)); err != nil || matches {
			t.Errorf("its filter takes a MODIFY: %v", err)
		}
	}
	again, err := full.Override([]byte(`{"function_response_types": ["ReportBatchItemFailures"], "metrics_config": ["EventCount"]}`))
	if err != nil {
		t.Errorf("a parameter that has the value already: %v", err)
	}
	if diff := cmp.Diff(full, again, same, cmp.AllowUnexported(filter.Filter{})); diff != "" {
		t.Errorf("it changed:\n%s", diff)
	}
}

func TestOverrideWithNullIsTheDefault(t *testing.T) {
	full := echo(t, overridden)
	got, err := full.Override([]byte(`{"filters": null, "on_failure": null, "function_response_types": null, "metrics_config": null,
		"reserved_concurrency": null, "bisect_batch_on_function_error": null, "batch_size": null, "maximum_retry_attempts": 5}`))
	if err != nil {
		t.Fatal(err)
	}
	want := echo(t, `{"triggers": {"echo": {"handler": "a.Handle", "table": "things", "maximum_retry_attempts": 5}}}`)
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(mapping.Mapping{}, "Place", "Given", "Filters")); diff != "" {
		t.Errorf("- want, + got:\n%s", diff)
	}
	if full.BatchSize != 7 || full.OnFailure == "" {
		t.Error("the mapping itself was changed")
	}
	timed, err := got.Override([]byte(`{"timeout": 3, "maximum_record_age_in_seconds": 60}`))
	if err != nil || timed.Timeout != 3*time.Second || timed.MaximumRecordAge != time.Minute {
		t.Errorf("%v: timeout %v, age %v", err, timed.Timeout, timed.MaximumRecordAge)
	}
}

func TestOverrideNamesTheParameterAndItsRange(t *testing.T) {
	m := echo(t, overridden)
	for data, want := range map[string]string{
		`{"batch_size": 0}`:   "trigger echo: batch_size: must be a whole number from 1 to 10000, not 0 (Lambda: Value '0' at 'batchSize' failed to satisfy constraint: Member must have value greater than or equal to 1)",
		`{"batchSize": 1}`:    `unknown key "batchSize": it is called batch_size here`,
		`{"table": "others"}`: "trigger echo: table: cannot be overridden: it says which function this is",
		`{"batch_size": 1, "timeout": 0, "filters": 1}`: "trigger echo: timeout: must be a whole number from 1 to 900 seconds, not 0 (Lambda: Value '0' at 'timeout' failed to satisfy constraint: Member must have value greater than or equal to 1)\n" +
			"trigger echo: filters: must be an array of 0 to 10 filter patterns, not 1",
		`{"tumbling_window_in_seconds": 60, "parallelization_factor": 2}`: "trigger echo: tumbling_window_in_seconds: 1m0s needs a parallelization_factor of 1, not 2: a shard has one window at a time, with one state",
		`[]`: "trigger echo must be an object, not []",
		`{`:  "not JSON: unexpected end of JSON input",
	} {
		if _, err := m.Override([]byte(data)); err == nil || err.Error() != want {
			t.Errorf("%s: got %v\nwant %s", data, err, want)
		}
	}
}
