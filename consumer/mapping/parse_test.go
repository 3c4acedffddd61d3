package mapping_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/stillwater-streams/stillwater/consumer/core"
	"github.com/stillwater-streams/stillwater/consumer/filter"
	"github.com/stillwater-streams/stillwater/consumer/mapping"
)

// everything is a file that gives every key, none of them its default.
const everything = `{
	"$schema": "x.json",
	"triggers": {
		"webhook": {
			"handler": "triggers.webhook.Handle",
			"table": "integrates_vms",
			"enabled": false,
			"timeout": 900,
			"memory_size": 10240,
			"reserved_concurrency": 10,
			"batch_size": 10000,
			"maximum_batching_window_in_seconds": 300,
			"starting_position": "LATEST",
			"parallelization_factor": 10,
			"filters": [{"eventName": ["INSERT"]}, {"eventName": ["REMOVE"]}],
			"tumbling_window_in_seconds": 0,
			"maximum_retry_attempts": -1,
			"maximum_record_age_in_seconds": 604800,
			"bisect_batch_on_function_error": true,
			"function_response_types": ["ReportBatchItemFailures"],
			"on_failure": "integrates_streams_dlq",
			"metrics_config": ["EventCount"]
		},
		"archive": {"handler": "a.b", "table": "vms"}
	},
	"function_prefix": "integrates_streams_"
}`

func TestParse(t *testing.T) {
	got := parse(t, everything)
	ten := 10
	want := []mapping.Mapping{
		{
			Trigger: "archive", FunctionPrefix: "integrates_streams_", Handler: "a.b", Table: "vms", Enabled: true,
			Timeout: time.Minute, MemorySize: 128, BatchSize: 100, StartingPosition: "TRIM_HORIZON",
			ParallelizationFactor: 1, MaximumRetryAttempts: 2, RetryDefaulted: true,
		},
		{
			Trigger: "webhook", FunctionPrefix: "integrates_streams_", Handler: "triggers.webhook.Handle", Table: "integrates_vms",
			Timeout: 15 * time.Minute, MemorySize: 10240, ReservedConcurrency: &ten, BatchSize: 10000,
			MaximumBatchingWindow: 5 * time.Minute, StartingPosition: "LATEST", ParallelizationFactor: 10,
			MaximumRetryAttempts: -1, MaximumRecordAge: 7 * 24 * time.Hour, BisectBatchOnFunctionError: true,
			ReportBatchItemFailures: true, OnFailure: "integrates_streams_dlq", EventCount: true,
		},
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(mapping.Mapping{}, "Filters", "Place", "Given")); diff != "" {
		t.Errorf("Parse (-want +got):\n%s", diff)
	}
	if got, want := got[0].FunctionName(), "integrates_streams_archive"; got != want {
		t.Errorf("FunctionName() = %q, want %q", got, want)
	}
	if got[0].Filters != nil {
		t.Errorf("filters of a trigger without any: %q", got[0].Filters.Patterns())
	}
	if diff := cmp.Diff([]string{`{"eventName": ["INSERT"]}`, `{"eventName": ["REMOVE"]}`}, got[1].Filters.Patterns()); diff != "" {
		t.Errorf("filters (-want +got):\n%s", diff)
	}
}

// TestGiven: what the file gives is known from what is a default, with its place.
func TestGiven(t *testing.T) {
	got := parse(t, everything)
	at := func(line, col int) mapping.Place { return mapping.Place{File: "triggers.json", Line: line, Col: col} }
	if diff := cmp.Diff(map[string]mapping.Place{"handler": at(24, 26), "table": at(24, 42)}, got[0].Given); diff != "" {
		t.Errorf("archive (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(at(24, 3), got[0].Place); diff != "" {
		t.Errorf("place of archive (-want +got):\n%s", diff)
	}
	given := got[1].Given
	for key, want := range map[string]mapping.Place{
		"table": at(6, 13), "maximum_retry_attempts": at(17, 30), "filters": at(15, 15), "filters[0]": at(15, 16), "filters[1]": at(15, 43),
	} {
		if given[key] != want {
			t.Errorf("place of %s: %v, want %v", key, given[key], want)
		}
	}
	if want := 18 + 2; len(given) != want { // 18 keys, 2 patterns
		t.Errorf("%d places, want %d: %v", len(given), want, given)
	}
}

// TestEveryKeyOfEverything keeps the file above up with the schema.
func TestEveryKeyOfEverything(t *testing.T) {
	given := parse(t, everything)[1].Given
	for key := range schemaOf(t) {
		if _, ok := given[key]; !ok {
			t.Errorf("the test file does not give %s", key)
		}
	}
}

// TestExplicitDefaultWins: the value of the default, given, is no default any more.
func TestExplicitDefaultWins(t *testing.T) {
	for members, defaulted := range map[string]bool{
		``: true, `, "maximum_retry_attempts": 2`: false, `, "maximum_retry_attempts": -1`: false,
	} {
		m := parse(t, one(required+members))[0]
		if m.RetryDefaulted != defaulted {
			t.Errorf("%s: RetryDefaulted = %v, want %v", members, m.RetryDefaulted, defaulted)
		}
	}
}

// TestCore: all that a lane honours reaches it, and every mapping that parses is
// one that a lane can have.
func TestCore(t *testing.T) {
	got := parse(t, everything)
	want := core.Config{
		BatchSize: 10000, BatchingWindow: 5 * time.Minute, ParallelizationFactor: 10, MaximumRetryAttempts: -1,
		MaximumRecordAge: 7 * 24 * time.Hour, BisectBatchOnFunctionError: true, ReportBatchItemFailures: true, OnFailure: true,
	}
	if diff := cmp.Diff(want, got[1].Core()); diff != "" {
		t.Errorf("Core() (-want +got):\n%s", diff)
	}
	window := parse(t, one(required+`, "tumbling_window_in_seconds": 900`))[0].Core()
	if window.TumblingWindow != 15*time.Minute || window.OnFailure {
		t.Errorf("Core() of a window without a destination: %+v", window)
	}
	for _, m := range append(got, mapping.Mapping{}) {
		core.New(m.Core(), core.Position{}) // panics on what no lane can do
	}
}

// required are the keys that every trigger has.
const required = `"handler": "h", "table": "vms"`

// one wraps the members of a trigger into a file.
func one(members string) string {
	return `{"triggers": {"t": {` + members + `}}}`
}

func parse(t *testing.T, file string) []mapping.Mapping {
	t.Helper()
	mappings, err := mapping.Parse("triggers.json", []byte(file))
	if err != nil {
		t.Fatal(err)
	}
	return mappings
}

// property is what the schema says of one key of a trigger.
type property struct {
	Type             string
	Minimum, Maximum *int
	Default          any
	Description      string
}

// schemaOf gives the keys of a trigger in the schema.
func schemaOf(t *testing.T) map[string]property {
	t.Helper()
	var schema struct {
		Defs struct {
			Trigger struct{ Properties map[string]property }
		} `json:"$defs"`
	}
	if err := json.Unmarshal(mapping.Schema(), &schema); err != nil {
		t.Fatal(err)
	}
	return schema.Defs.Trigger.Properties
}

// byPatterns compares filters in other tests.
func byPatterns() cmp.Option {
	return cmp.Comparer(func(a, b *filter.Filter) bool { return cmp.Equal(a.Patterns(), b.Patterns()) })
}
