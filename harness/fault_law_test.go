package harness_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"pgregory.net/rapid"

	"github.com/stillwater-streams/stillwater/consumer/mapping"
	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/engine/memory"
	"github.com/stillwater-streams/stillwater/harness/scenario"
)

// Whatever goes wrong, every record is handed out at least once, and the first time
// in the order of its item; and the same seed is the same run.
func TestNothingIsLostWhateverGoesWrong(t *testing.T) {
	for _, seed := range []uint64{0, 11} {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			var given []string
			p := project(t, mapping.Mapping{MaximumRetryAttempts: -1}, func(harness.Environment) (any, error) {
				return func(e events.DynamoDBEvent) {
					for _, r := range e.Records {
						given = append(given, r.Change.Keys["id"].String()+" "+r.Change.NewImage["n"].String())
					}
				}, nil
			})
			h := start(t, p, memory.New(memory.Options{}), harness.Options{Seed: seed})
			rapid.Check(t, func(t *rapid.T) {
				s, written := anyFaults(t)
				given = nil
				first, err := h.Run(context.Background(), s)
				if err != nil {
					t.Fatal(err)
				}
				if first.Err != nil && !strings.Contains(first.Err.Error(), "happened") {
					t.Fatal(first.Err)
				}
				for item, values := range written {
					if got := firsts(given, item); !slices.Equal(got, values) {
						t.Errorf("item %s: handed out first as %v, written %v", item, got, values)
					}
				}
				again, err := h.Run(context.Background(), s)
				if err != nil {
					t.Fatal(err)
				}
				if first.Log.Canonical() != again.Log.Canonical() {
					t.Error("two runs differ")
				}
			})
		})
	}
}

// firsts are the values of an item in the order in which they were first given.
func firsts(given []string, item string) []string {
	var values []string
	for _, g := range given {
		id, n, _ := strings.Cut(g, " ")
		if id == item && !slices.Contains(values, n) {
			values = append(values, n)
		}
	}
	return values
}

// anyFaults draws a scenario of puts and faults, and tells what it writes.
func anyFaults(t *rapid.T) (*scenario.Scenario, map[string][]string) {
	written := map[string][]string{}
	step := func() scenario.Step {
		times := rapid.IntRange(1, 2).Draw(t, "times")
		switch rapid.IntRange(0, 9).Draw(t, "step") {
		case 0:
			return does("fail", scenario.Fail{Trigger: "echo", Times: times, AfterWrites: times > 1})
		case 1:
			return does("throttle", scenario.Throttle{Trigger: "echo", Times: times})
		case 2:
			return does("kill", scenario.Kill{Trigger: "echo"})
		case 3:
			return does("kill", scenario.Kill{})
		case 4:
			return does("deliver_again", scenario.DeliverAgain{Trigger: "echo", Times: times})
		}
		id := rapid.SampledFrom([]string{"a", "b", "c", "d"}).Draw(t, "item")
		n := fmt.Sprint(len(written[id]))
		written[id] = append(written[id], n)
		s := put(id)
		s.Writes[0].Item["n"] = text(n)
		return s
	}
	var steps []scenario.Step
	for range rapid.IntRange(1, 6).Draw(t, "steps") {
		if !rapid.Bool().Draw(t, "alone") {
			steps = append(steps, backlog(step(), step(), step()))
			continue
		}
		steps = append(steps, step())
	}
	s := scenarioOf("things/law", steps...)
	s.Patience = 20 * time.Hour
	s.Triggers = []scenario.Trigger{{Name: "echo", Overrides: fmt.Appendf(nil,
		`{"batch_size": %d, "parallelization_factor": %d, "bisect_batch_on_function_error": %t}`,
		rapid.IntRange(1, 4).Draw(t, "batch"), rapid.IntRange(1, 3).Draw(t, "lanes"), rapid.Bool().Draw(t, "bisect"))}}
	return s, written
}
