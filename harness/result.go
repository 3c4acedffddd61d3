package harness

import (
	"slices"
	"strings"
	"time"

	"github.com/stillwater-streams/stillwater/consumer/destination"
	"github.com/stillwater-streams/stillwater/harness/scenario"
	"github.com/stillwater-streams/stillwater/harness/settle"
	"github.com/stillwater-streams/stillwater/harness/snapshot"
	"github.com/stillwater-streams/stillwater/harness/trace"
)

// Outcome of a run.
type Outcome int

// The outcomes, best first.
const (
	// Passed: settled, and the snapshot agrees.
	Passed Outcome = iota
	// Differs: settled, and the snapshot is another one or missing.
	Differs
	// StepFailed: a step of the scenario or an entry of its fixture could not be
	// done, so the scenario asks for what its data does not allow.
	StepFailed
	// Unsettled: the triggers did not come to rest; nothing was compared.
	Unsettled
	// Skipped: nothing was run, since the engine cannot do what the scenario needs,
	// or the hand cannot ([Options].Live). It is neither good nor bad.
	Skipped
)

// String names the outcome.
func (o Outcome) String() string {
	return [...]string{"passed", "snapshot differs", "step failed", "not settled", "skipped"}[o]
}

// Failed reports whether a person has something to do about it.
func (o Outcome) Failed() bool { return o != Passed && o != Skipped }

// Result is what a run gave.
type Result struct {
	Scenario *scenario.Scenario
	Outcome  Outcome
	// Log is the trace of the run.
	Log *trace.Log
	// Err says what went wrong for StepFailed and Unsettled.
	Err error
	// Why says why nothing was run, for Skipped.
	Why string
	// Seed of the order of calls: [Options].Seed, else that of the scenario.
	Seed uint64
	// Redeliver is what the run added: [Options].Redeliver.
	Redeliver Redelivery
	// NotSettled is the verdict, for Unsettled.
	NotSettled *settle.NotSettled
	// Loop is the part of the chain of causes that repeats, oldest first, when a
	// budget ran out because triggers cause each other.
	Loop []trace.Event
	// Rendering is the canonical text, for Passed and Differs; Snapshot is how it
	// compares. Sources says which item each of its sections shows ("" for none; a
	// table alone where each line shows an item of it), and Attributes which of its
	// attributes ("" for the item itself).
	Rendering  snapshot.Rendering
	Snapshot   snapshot.Result
	Sources    []string
	Attributes []string
	// Settled has an entry for each settling, the fixture's first; the last is one
	// that did not end well if the outcome is Unsettled.
	Settled []Settling
	// DeadLetters are the messages that went to the on-failure destination.
	DeadLetters []destination.Message
	// Requests are those that triggers made over HTTP since the fixture was settled,
	// in their order.
	Requests []Request
	// Dropped are the batches that were given up without one.
	Dropped []Dropped
	// FailedJobs are the jobs that failed, in the order in which they ended.
	FailedJobs []FailedJob
	// Defaults names the triggers that run with fewer retries than Lambda's
	// default because their mapping does not say.
	Defaults []string
	// Took is real time.
	Took time.Duration
}

// Settling is one verdict.
type Settling struct {
	settle.Verdict
	// After is the real time from the end of the last handler (or, without one,
	// of the last write) to the verdict.
	After time.Duration
	// Records that were delivered.
	Records int
}

// UnusedScrubbers are the names of the project's scrubbers that found nothing in
// any of the results. It says something only for those of a full, unfiltered run
// that compared every snapshot; then each is a mistake, as an obsolete snapshot is.
func (p Project) UnusedScrubbers(results []*Result) []string {
	var renderings []snapshot.Rendering
	for _, r := range results {
		renderings = append(renderings, r.Rendering)
	}
	return snapshot.UnusedScrubbers(p.Scrub, renderings)
}

// touches reports whether a record changed the attribute that a path names, a
// part of it, or what it is a part of.
func touches(e trace.Event, path string) bool {
	path, _, _ = strings.Cut(path, "[") // lists are compared as a whole
	if path == "" || len(e.Changes) == 0 {
		return true
	}
	within := func(inner, outer string) bool { return strings.HasPrefix(inner+".", outer+".") }
	return slices.ContainsFunc(e.Changes, func(c trace.Change) bool {
		return within(c.Path, path) || within(path, c.Path)
	})
}

// loop finds the part that repeats at the end of the chain of causes of last.
func loop(log *trace.Log, last trace.ID) []trace.Event {
	var chain []trace.Event // oldest first: record, batch, invocation, write …
	for _, e := range log.Chain(last) {
		if e.Kind == trace.Write || e.Kind == trace.InvokeStart || e.Kind == trace.JobSubmitted {
			chain = append([]trace.Event{e}, chain...)
		}
	}
	same := func(a, b trace.Event) bool {
		return a.Kind == b.Kind && a.Actor == b.Actor && a.Op == b.Op && a.Key == b.Key
	}
	for period := 1; period <= len(chain)/2; period++ {
		repeats := true
		for i := len(chain) - period; i < len(chain); i++ {
			repeats = repeats && same(chain[i], chain[i-period])
		}
		if repeats {
			return chain[len(chain)-period:]
		}
	}
	return chain
}
