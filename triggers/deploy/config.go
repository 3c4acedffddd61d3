package deploy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
)

// config is triggers.json, as far as a template needs it: consumer/mapping, which
// triggers must not import, is the one that checks it. A test compares the defaults.
type config struct {
	Schema         string             `json:"$schema"`
	FunctionPrefix string             `json:"function_prefix"`
	Triggers       map[string]trigger `json:"triggers"`
}

// trigger is one entry. What is nil is left to Lambda, or to default.
type trigger struct {
	name string

	Handler                        string            `json:"handler"`
	Table                          string            `json:"table"`
	Enabled                        *bool             `json:"enabled"`
	Timeout                        int               `json:"timeout"`
	MemorySize                     int               `json:"memory_size"`
	ReservedConcurrency            *int              `json:"reserved_concurrency"`
	BatchSize                      int               `json:"batch_size"`
	MaximumBatchingWindowInSeconds *int              `json:"maximum_batching_window_in_seconds"`
	StartingPosition               string            `json:"starting_position"`
	ParallelizationFactor          *int              `json:"parallelization_factor"`
	Filters                        []json.RawMessage `json:"filters"`
	TumblingWindowInSeconds        *int              `json:"tumbling_window_in_seconds"`
	MaximumRetryAttempts           *int              `json:"maximum_retry_attempts"`
	MaximumRecordAgeInSeconds      *int              `json:"maximum_record_age_in_seconds"`
	BisectBatchOnFunctionError     *bool             `json:"bisect_batch_on_function_error"`
	FunctionResponseTypes          []string          `json:"function_response_types"`
	OnFailure                      string            `json:"on_failure"`
	MetricsConfig                  []string          `json:"metrics_config"`
}

// parse reads triggers.json and returns its triggers by name, with the defaults of
// consumer/mapping.
func parse(text []byte) (prefix string, triggers []trigger, err error) {
	var c config
	strict := json.NewDecoder(bytes.NewReader(text))
	strict.DisallowUnknownFields()
	if err := strict.Decode(&c); err != nil {
		return "", nil, fmt.Errorf("triggers.json: %w", err)
	}
	if len(c.Triggers) == 0 {
		return "", nil, errors.New("triggers.json: no triggers")
	}
	for _, name := range slices.Sorted(maps.Keys(c.Triggers)) {
		t := c.Triggers[name]
		t.name = name
		t.setDefaults()
		triggers = append(triggers, t)
	}
	return c.FunctionPrefix, triggers, nil
}

func (t *trigger) setDefaults() {
	for _, d := range []struct {
		of    *int
		value int
	}{{&t.Timeout, 60}, {&t.MemorySize, 128}, {&t.BatchSize, 100}} {
		if *d.of == 0 {
			*d.of = d.value
		}
	}
	if t.StartingPosition == "" {
		t.StartingPosition = "TRIM_HORIZON"
	}
	if t.MaximumRetryAttempts == nil {
		two := 2
		t.MaximumRetryAttempts = &two
	}
}

// id is a part of the logical ids of a trigger or a table: letters and digits only.
func id(name string) string {
	var b strings.Builder
	upper := true
	for _, r := range name {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			upper = true
			continue
		}
		if upper {
			r = unicode.ToUpper(r)
		}
		upper = false
		b.WriteRune(r)
	}
	return b.String()
}
