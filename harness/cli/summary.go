package cli

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/stillwater-streams/stillwater/consumer/mapping"
	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/snapshot"
)

// summary counts outcomes for the end of a run.
type summary struct {
	passed    int
	skipped   map[string][]string // by why
	changed   []string
	missing   []string
	obsolete  []string
	expected  []string // something that was not found
	failed    []string
	unsettled []string
	defaults  []string // triggers whose retries are not Lambda's
	advice    []mapping.Advice
	review    bool // a review follows
}

func (s *summary) add(r *harness.Result) {
	if r.Defaults != nil {
		s.defaults = r.Defaults // the same in every run
	}
	name := r.Scenario.Name
	switch {
	case r.Outcome == harness.Passed:
		s.passed++
	case r.Outcome == harness.Skipped:
		if s.skipped == nil {
			s.skipped = map[string][]string{}
		}
		s.skipped[r.Why] = append(s.skipped[r.Why], name)
	case r.Outcome == harness.Differs && r.Snapshot.Outcome == snapshot.Missing:
		s.missing = append(s.missing, name)
	case r.Outcome == harness.Differs:
		s.changed = append(s.changed, name)
	case r.Outcome == harness.StepFailed && errors.As(r.Err, new(*harness.Unexpected)):
		s.expected = append(s.expected, name)
	case r.Outcome == harness.StepFailed:
		s.failed = append(s.failed, name)
	case r.Outcome == harness.Unsettled:
		s.unsettled = append(s.unsettled, name)
	}
}

// class is scenarios that ended alike: what that is called, and what to do.
type class struct {
	names    []string
	what, do string
	code     int
}

// classes are those of what did not pass, the worst last.
func (s *summary) classes() []class {
	look := "look and accept: stillwater review"
	if s.review {
		look = ""
	}
	return []class{
		{s.changed, "changed", look + accepting(look, s.changed), exitDiffers},
		{s.missing, "without a snapshot", look + accepting(look, s.missing), exitDiffers},
		{s.obsolete, "obsolete: snapshots without a scenario", "bring the scenarios back, or: rm " + files(s.obsolete), exitDiffers},
		{s.expected, "with another value than expected", "correct the trigger, or the expectation", exitDiffers},
		{s.failed, "with a step that cannot be done", "correct the scenario or its fixture", exitUsage},
		{s.unsettled, "not settled", "see what is open above", exitNotSettled},
	}
}

// accepting is the command that accepts a few without looking again.
func accepting(look string, names []string) string {
	if look == "" || len(names) > 3 {
		return ""
	}
	return "; or: stillwater accept " + strings.Join(names, " ")
}

func files(names []string) string {
	var paths []string
	for _, name := range names {
		paths = append(paths, "snapshots/"+name+".snap")
	}
	return strings.Join(paths, " ")
}

// print ends the output: what passed, then for each class of what did not its
// names and what to do about them, the worst class last. It returns the exit
// code, that of the worst.
func (s *summary) print(out io.Writer) int {
	fmt.Fprintln(out)
	for _, name := range s.defaults {
		fmt.Fprintf(out, "%s: a failed batch is retried %d times, not for 24 hours as on Lambda: set maximum_retry_attempts to choose\n",
			name, mapping.DefaultMaximumRetryAttempts)
	}
	for _, a := range s.advice {
		fmt.Fprintf(out, "%s\n", a)
	}
	for _, why := range sortedKeys(s.skipped) {
		fmt.Fprintf(out, "%d skipped: %s\n", len(s.skipped[why]), why)
	}
	fmt.Fprintf(out, "%d passed\n", s.passed)
	code := exitPassed
	for _, c := range s.classes() {
		if len(c.names) == 0 {
			continue
		}
		for _, name := range c.names {
			fmt.Fprintf(out, "  %s\n", name)
		}
		line := fmt.Sprintf("%d %s", len(c.names), c.what)
		if c.do != "" {
			line += ": " + c.do
		}
		fmt.Fprintln(out, line)
		code = c.code
	}
	return code
}
