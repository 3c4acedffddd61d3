package mapping

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/stillwater-streams/stillwater/consumer/core"
	"github.com/stillwater-streams/stillwater/consumer/destination"
)

// Advice is about a mapping that Lambda accepts and that surely does not do
// what was meant.
type Advice struct {
	Trigger string
	// Place is where the file says it, or where the trigger stands that does not
	// say it; zero for a mapping that comes from no file.
	Place Place
	// Message is one sentence that ends with what to do.
	Message string
}

// String is the advice on one line: "triggers.json:7:21: trigger indicators: …".
func (a Advice) String() string {
	if a.Place.File == "" {
		return fmt.Sprintf("trigger %s: %s", a.Trigger, a.Message)
	}
	return fmt.Sprintf("%s:%d:%d: trigger %s: %s", a.Place.File, a.Place.Line, a.Place.Col, a.Trigger, a.Message)
}

// Advise looks for what is legal and surely a mistake, mapping by mapping, each in
// the order of its file. viewTypes gives the StreamViewType of each table, as
// far as it is known.
func Advise(mappings []Mapping, viewTypes map[string]string) []Advice {
	var all []Advice
	readers := map[string]int{}
	for _, m := range mappings {
		a := adviser{mapping: m}
		if m.Enabled {
			readers[m.Table]++
			a.readers(readers[m.Table])
		}
		a.loss()
		a.age()
		a.filters(viewTypes[m.Table])
		a.start()
		a.concurrency()
		a.single()
		a.window()
		slices.SortStableFunc(a.found, func(x, y Advice) int {
			return cmp.Or(cmp.Compare(x.Place.Line, y.Place.Line), cmp.Compare(x.Place.Col, y.Place.Col))
		})
		all = append(all, a.found...)
	}
	return all
}

type adviser struct {
	mapping Mapping
	found   []Advice
}

// say adds advice about a key of the mapping.
func (a *adviser) say(key, format string, args ...any) {
	place, given := a.mapping.Given[key]
	if !given {
		place = a.mapping.Place
	}
	a.found = append(a.found, Advice{Trigger: a.mapping.Trigger, Place: place, Message: fmt.Sprintf(format, args...)})
}

// readers is about a stream that this mapping is the nth to read.
func (a *adviser) readers(nth int) {
	const most = 2 // D3, of a table that is not global
	if nth > most {
		a.say("table", "this is reader %d of the stream of %s, and DynamoDB throttles more than %d of a shard: "+
			"let one function do the work of several, or pass the records on from it", nth, a.mapping.Table, most)
	}
}

// loss is about records that nobody will see again.
func (a *adviser) loss() {
	m := a.mapping
	endless, why := a.endless()
	if m.OnFailure == "" {
		if endless {
			a.say("maximum_retry_attempts", "%s, and there is no on_failure: a batch that fails blocks its shard for up to 24 hours, "+
				"then its records are gone without a trace: set on_failure, and maximum_retry_attempts or maximum_record_age_in_seconds", why)
			return
		}
		a.say("maximum_retry_attempts", "there is no on_failure: a batch that is given up is gone without a trace, "+
			`but for DroppedEventCount with metrics_config ["EventCount"]: set on_failure`)
		return
	}
	target, err := destination.ParseTarget(m.OnFailure)
	if endless && err == nil && target.Kind != destination.S3 {
		a.say("on_failure", "%s, and the message to %s holds only positions in the stream, whose records are trimmed by then: "+
			"set maximum_record_age_in_seconds below 86400, or make on_failure an S3 bucket, which gets the records", why, m.OnFailure)
	}
}

// endless tells whether Lambda tries a batch until its records expire, and why.
func (a *adviser) endless() (endless bool, why string) {
	m := a.mapping
	if m.MaximumRecordAge > 0 && m.MaximumRecordAge < core.Retention {
		return false, ""
	}
	if m.RetryDefaulted {
		return true, fmt.Sprintf("maximum_retry_attempts is not set, which is %d here and on Lambda until the records expire", m.MaximumRetryAttempts)
	}
	return m.MaximumRetryAttempts < 0, "maximum_retry_attempts -1 is until the records expire"
}

func (a *adviser) age() {
	if age := a.mapping.MaximumRecordAge; age >= core.Retention {
		a.say("maximum_record_age_in_seconds", "maximum_record_age_in_seconds %d does nothing, a stream keeps its records for 24 hours: "+
			"set it below 86400, or remove it", int(age/time.Second))
	}
}

func (a *adviser) filters(viewType string) {
	if n := len(a.mapping.Filters.Patterns()); n > filterQuota {
		a.say("filters", "%d filters are more than the %d that AWS gives a mapping without asking: merge some, or have the quota raised, to %d at most",
			n, filterQuota, maxFilters)
	}
	patterns := a.mapping.Filters.Patterns()
	for _, f := range a.mapping.Filters.Advise(viewType) {
		path := f.Path
		if path != "" {
			path += ": "
		}
		key := "filters" + part(f.Pattern)
		a.say(key, "%s: %s%s", key, path, f.Message)
		if _, given := a.mapping.Given[key]; given {
			said := &a.found[len(a.found)-1]
			said.Place = said.Place.behind(patterns[f.Pattern][:f.Offset])
		}
	}
}

func (a *adviser) start() {
	if a.mapping.StartingPosition == Latest {
		a.say("starting_position", "starting_position LATEST misses what is written in the minutes that Lambda takes to create a mapping: "+
			"use TRIM_HORIZON, or write nothing until the mapping is enabled")
	}
}

// concurrency is about invocations that are throttled. Throttles use up no
// retries, but the records get older (P6).
func (a *adviser) concurrency() {
	reserved, factor := a.mapping.ReservedConcurrency, a.mapping.ParallelizationFactor
	switch {
	case reserved == nil:
	case *reserved == 0:
		a.say("reserved_concurrency", "reserved_concurrency 0 throttles every invocation until the records expire: "+
			"to pause the mapping set enabled to false, which keeps its position")
	case *reserved < factor:
		a.say("reserved_concurrency", "reserved_concurrency %d is less than the parallelization_factor of %d, so batches of one shard throttle each other and grow old: "+
			"raise it to %d for each shard, or lower the factor", *reserved, factor, factor)
	}
}

// single is about what a batch of one record makes pointless.
func (a *adviser) single() {
	m := a.mapping
	if m.BatchSize != 1 {
		return
	}
	if m.MaximumBatchingWindow > 0 {
		a.say("maximum_batching_window_in_seconds", "maximum_batching_window_in_seconds %d does nothing with a batch_size of 1, a batch is full at once: "+
			"raise batch_size, or remove the window", int(m.MaximumBatchingWindow/time.Second))
	}
	if m.BisectBatchOnFunctionError {
		a.say("bisect_batch_on_function_error", "bisect_batch_on_function_error does nothing with a batch_size of 1, there is nothing to split: "+
			"raise batch_size, or remove it")
	}
}

// window is about a tumbling window that one invocation can outlast.
func (a *adviser) window() {
	m := a.mapping
	if m.TumblingWindow > 0 && m.Timeout > m.TumblingWindow {
		a.say("tumbling_window_in_seconds", "tumbling_window_in_seconds %d is shorter than the timeout of %d seconds, so one slow invocation holds up the windows after its own: "+
			"lower timeout, or make the window longer", int(m.TumblingWindow/time.Second), int(m.Timeout/time.Second))
	}
}
