package runs

import (
	"errors"
	"time"

	"github.com/stillwater-streams/stillwater/consumer/destination"
	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/report"
	"github.com/stillwater-streams/stillwater/harness/scenario"
	"github.com/stillwater-streams/stillwater/harness/settle"
	"github.com/stillwater-streams/stillwater/harness/snapshot"
	"github.com/stillwater-streams/stillwater/harness/trace"
)

// version is that of the form of result.json.
const version = 1

// stored is a result as result.json holds it: all but its trace.
type stored struct {
	Version  int         `json:"version"`
	Scenario scenarioRef `json:"scenario"`
	Outcome  string      `json:"outcome"` // as report.OutcomeWord
	Error    string      `json:"error,omitempty"`

	Open []settle.Obligation `json:"open,omitempty"`
	Why  string              `json:"why,omitempty"`
	Last trace.ID            `json:"last,omitempty"`
	Loop []trace.Event       `json:"loop,omitempty"`

	Rendering  snapshot.Rendering `json:"rendering"`
	Snapshot   snapshot.Result    `json:"snapshot"`
	Sources    []string           `json:"sources,omitempty"`
	Attributes []string           `json:"attributes,omitempty"`

	Settled     []harness.Settling    `json:"settled,omitempty"`
	DeadLetters []destination.Message `json:"dead_letters,omitempty"`
	Dropped     []harness.Dropped     `json:"dropped,omitempty"`
	Defaults    []string              `json:"defaults,omitempty"`
	Seed        uint64                `json:"seed,omitempty"`
	Took        time.Duration         `json:"took"`
}

// scenarioRef is what reports need of a scenario.
type scenarioRef struct {
	Name    string `json:"name"`
	Path    string `json:"path"`
	Title   string `json:"title,omitempty"`
	Fixture string `json:"fixture,omitempty"`
}

func store(r *harness.Result) stored {
	s := stored{
		Version: version, Outcome: report.OutcomeWord(r.Outcome), Loop: r.Loop,
		Scenario:  scenarioRef{Name: r.Scenario.Name, Path: r.Scenario.Path, Title: r.Scenario.Title},
		Rendering: r.Rendering, Snapshot: r.Snapshot, Sources: r.Sources, Attributes: r.Attributes,
		Settled: r.Settled, DeadLetters: r.DeadLetters, Dropped: r.Dropped, Defaults: r.Defaults,
		Seed: r.Seed, Took: r.Took,
	}
	if r.Scenario.Fixture != nil {
		s.Scenario.Fixture = r.Scenario.Fixture.Path
	}
	if r.Err != nil {
		s.Error = r.Err.Error()
	}
	if r.NotSettled != nil {
		s.Open, s.Why, s.Last = r.NotSettled.Open, r.NotSettled.Why, r.NotSettled.Last
	}
	return s
}

func (s stored) result(log *trace.Log) *harness.Result {
	r := &harness.Result{
		Scenario: &scenario.Scenario{
			Name: s.Scenario.Name, Path: s.Scenario.Path, Title: s.Scenario.Title,
			Fixture: &scenario.Fixture{Path: s.Scenario.Fixture},
		},
		Outcome: outcome(s.Outcome), Log: log, Loop: s.Loop,
		Rendering: s.Rendering, Snapshot: s.Snapshot, Sources: s.Sources, Attributes: s.Attributes,
		Settled: s.Settled, DeadLetters: s.DeadLetters, Dropped: s.Dropped, Defaults: s.Defaults,
		Seed: s.Seed, Took: s.Took,
	}
	if s.Error != "" {
		r.Err = errors.New(s.Error)
	}
	if s.Why != "" || len(s.Open) > 0 {
		r.NotSettled = &settle.NotSettled{Open: s.Open, Why: s.Why, Last: s.Last}
	}
	return r
}

// outcome is the one of a word; skipped, which is neither good nor bad, for any other.
func outcome(word string) harness.Outcome {
	for o := harness.Passed; o < harness.Skipped; o++ {
		if report.OutcomeWord(o) == word {
			return o
		}
	}
	return harness.Skipped
}
