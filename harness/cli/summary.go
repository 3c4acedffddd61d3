package cli

import (
	"fmt"

	"github.com/stillwater-streams/stillwater/consumer/mapping"
	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/report"
)

// summary counts outcomes for the end of a run.
type summary struct {
	passed, accepted int
	differ           []string
	failed           []string
	unsettled        []string
	obsolete         []string
	defaults         []string // triggers whose retries are not Lambda's
	proposed         []*harness.Result
	advice           []mapping.Advice
}

// accept makes what is pending the snapshots, and prints what that changes.
func (s *summary) accept(env *environment, h *harness.Harness) error {
	for _, r := range s.proposed {
		if err := h.Accept(r.Scenario.Name); err != nil {
			return err
		}
		r.Outcome, r.Snapshot.Accepted = harness.Passed, true
		s.add(r)
		if err := report.Accepted(env.out, r); err != nil {
			return err
		}
	}
	return nil
}

func (s *summary) add(r *harness.Result) {
	s.defaults = r.Defaults // the same in every run
	switch r.Outcome {
	case harness.Passed:
		s.passed++
		if r.Snapshot.Accepted {
			s.accepted++
		}
	case harness.Differs:
		s.differ = append(s.differ, r.Scenario.Name)
	case harness.StepFailed:
		s.failed = append(s.failed, r.Scenario.Name)
	case harness.Unsettled:
		s.unsettled = append(s.unsettled, r.Scenario.Name)
	}
}

// print ends the output: what passed, then for each class of what did not its
// names and what to do about them, the worst class last. It returns the exit
// code, that of the worst.
func (s *summary) print(env *environment) int {
	fmt.Fprintln(env.out)
	for _, name := range s.defaults {
		fmt.Fprintf(env.out, "%s: a failed batch is retried %d times, not for 24 hours as on Lambda: set maximum_retry_attempts to choose\n",
			name, mapping.DefaultMaximumRetryAttempts)
	}
	for _, a := range s.advice {
		fmt.Fprintf(env.out, "%s\n", a)
	}
	fmt.Fprintf(env.out, "%d passed", s.passed)
	if s.accepted > 0 {
		fmt.Fprintf(env.out, ", %d of them with a snapshot accepted now: review with git diff snapshots", s.accepted)
	}
	fmt.Fprintln(env.out)
	code := exitPassed
	for _, class := range []struct {
		names []string
		what  string
		code  int
	}{
		{s.differ, "not as in the snapshot: intended? stillwater run --accept", exitDiffers},
		{s.obsolete, "snapshots without a scenario: delete the files, or bring the scenarios back", exitDiffers},
		{s.failed, "with a step that cannot be done: correct the scenario or its fixture", exitUsage},
		{s.unsettled, "not settled: see what is open above", exitNotSettled},
	} {
		if len(class.names) == 0 {
			continue
		}
		for _, name := range class.names {
			fmt.Fprintf(env.out, "  %s\n", name)
		}
		fmt.Fprintf(env.out, "%d %s\n", len(class.names), class.what)
		code = class.code
	}
	return code
}
