package harness_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/stillwater-streams/stillwater/consumer/mapping"
	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/engine/memory"
	"github.com/stillwater-streams/stillwater/harness/scenario"
	"github.com/stillwater-streams/stillwater/harness/trace"
)

// Whatever the mapping and the faults of a scenario, redelivery changes nothing of
// what an idempotent trigger comes to, and nothing of the scenario's own course: the
// same attempts, the same batches given up, each fault as often.
func TestRedeliveryLeavesTheScenarioAsItIs(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s, _ := anyFaults(rt)
		m := anyMapping(rt, s)
		s.Observe = append(s.Observe, "invocations", "metrics")
		plain := redelivered(t, rt, m, s, harness.NoRedelivery)
		for _, how := range []harness.Redelivery{harness.Twice, harness.FailAfterWrites} {
			r := redelivered(t, rt, m, s, how)
			if diff := cmp.Diff(verdictOf(plain), verdictOf(r)); diff != "" {
				rt.Fatalf("%v (-plain +redelivered):\n%s\n%s", how, diff, r.Log.Canonical())
			}
		}
	})
}

// anyMapping draws what bears on retries, and puts it into the scenario. The mapping
// it returns says how the handler has to answer.
func anyMapping(rt *rapid.T, s *scenario.Scenario) mapping.Mapping {
	m := mapping.Mapping{
		ReportBatchItemFailures: rapid.Bool().Draw(rt, "report"),
		MaximumRetryAttempts:    rapid.IntRange(0, 3).Draw(rt, "retries"),
	}
	lanes, more := rapid.IntRange(1, 3).Draw(rt, "lanes"), ""
	if lanes == 1 && rapid.Bool().Draw(rt, "tumbling") {
		m.TumblingWindow = 10 * time.Minute
		more = `, "tumbling_window_in_seconds": 600`
	}
	if m.ReportBatchItemFailures {
		more += `, "function_response_types": ["ReportBatchItemFailures"]`
	}
	s.Triggers[0].Overrides = fmt.Appendf(nil,
		`{"batch_size": %d, "parallelization_factor": %d, "bisect_batch_on_function_error": %t, "maximum_retry_attempts": %d%s}`,
		rapid.IntRange(1, 4).Draw(rt, "batch"), lanes, rapid.Bool().Draw(rt, "bisect"), m.MaximumRetryAttempts, more)
	return m
}

// verdict is what must not depend on redelivery.
type verdict struct {
	Outcome  harness.Outcome
	Err      string
	Text     string
	Messages int
	Faults   []string
}

func verdictOf(r *harness.Result) verdict {
	v := verdict{Outcome: r.Outcome, Text: r.Rendering.Text, Messages: len(r.DeadLetters)}
	if r.Err != nil {
		v.Err = r.Err.Error()
	}
	for _, note := range notesOf(r, trace.Fault) {
		if !strings.Contains(note, "every batch") {
			v.Faults = append(v.Faults, note)
		}
	}
	return v
}

// redelivered is a run with a handler that keeps each value of an item, and cannot
// deal with the second of d.
func redelivered(t *testing.T, rt *rapid.T, m mapping.Mapping, s *scenario.Scenario, how harness.Redelivery) *harness.Result {
	h, err := harness.Start(context.Background(), project(t, m, keeping(m)), memory.New(memory.Options{}), harness.Options{Redeliver: how})
	if err != nil {
		rt.Fatal(err)
	}
	r, err := h.Run(context.Background(), s)
	if err := errors.Join(err, h.Close()); err != nil {
		rt.Fatal(err)
	}
	if r.Err != nil && !strings.Contains(r.Err.Error(), "happened") {
		rt.Fatal(r.Err)
	}
	return r
}

func keeping(m mapping.Mapping) func(harness.Environment) (any, error) {
	return func(env harness.Environment) (any, error) {
		db := dynamodb.NewFromConfig(env.AWS)
		return func(ctx context.Context, e events.DynamoDBEvent) (any, error) {
			response := map[string]any{}
			if m.TumblingWindow > 0 {
				response["state"] = map[string]string{}
			}
			for _, r := range e.Records {
				id, n := r.Change.Keys["id"].String(), r.Change.NewImage["n"].String()
				switch {
				case strings.HasPrefix(id, "kept"):
					continue
				case id+n == "d1" && m.ReportBatchItemFailures:
					response["batchItemFailures"] = []map[string]string{{"itemIdentifier": r.Change.SequenceNumber}}
					return response, nil
				case id+n == "d1":
					return nil, errors.New("d 1 is poison")
				}
				if err := putItem(ctx, db, "kept "+id+" "+n); err != nil {
					return nil, err
				}
			}
			return response, nil
		}, nil
	}
}
