package bind

import (
	"cmp"
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/engine"
	"github.com/stillwater-streams/stillwater/harness/report"
	"github.com/stillwater-streams/stillwater/harness/runs"
	"github.com/stillwater-streams/stillwater/harness/scenario"
	"github.com/stillwater-streams/stillwater/harness/snapshot"
)

// Options of [Run]. Project and Engine are required.
type Options struct {
	// Project reads the project.
	Project func() (harness.Project, error)
	// Engine starts the engine. A nil engine skips the test, with progress having
	// said why.
	Engine func(ctx context.Context, progress func(string)) (engine.Engine, error)
	// Harness has further options; Update and ReadOnly are set from the environment
	// (STILLWATER_UPDATE, CI).
	Harness harness.Options
}

// T is what [Run] needs of a *testing.T. Package testing is not imported, so that
// what ships does not carry it.
type T[S any] interface {
	Helper()
	Context() context.Context
	Parallel()
	Run(name string, f func(S)) bool
	Cleanup(f func())
	Log(args ...any)
	Error(args ...any)
	Fatal(args ...any)
	Skip(args ...any)
}

// Run runs every scenario of the project as a parallel subtest of t, which is a
// *testing.T.
func Run[S T[S]](t S, o Options) {
	t.Helper()
	project, err := o.Project()
	if err != nil {
		t.Fatal(err)
	}
	all, err := project.Load()
	if err != nil {
		t.Fatal("\n" + err.Error())
	}
	r := &running{harness: start(t, o, project), runs: cmp.Or(o.Harness.Runs, filepath.Join(project.Root, ".runs"))}
	t.Cleanup(func() { // when all subtests have ended
		if r.fine.Load() == int64(len(all)) {
			obsolete(t, r.harness, all)
		}
	})
	for _, s := range all {
		t.Run(s.Name, func(t S) {
			t.Helper()
			t.Parallel()
			one(t, r, s)
		})
	}
}

// running is a harness and what came of its scenarios.
type running struct {
	harness *harness.Harness
	runs    string       // the folder where runs that did not pass are kept
	fine    atomic.Int64 // scenarios with which nothing is wrong
}

// start starts the engine and the harness, which end with t.
func start[S T[S]](t S, o Options, project harness.Project) *harness.Harness {
	t.Helper()
	ctx := context.WithoutCancel(t.Context()) // t's context ends before its cleanups
	why := "no engine can be had here"
	e, err := o.Engine(ctx, func(line string) {
		why = line
		t.Log(line)
	})
	if err != nil {
		t.Fatal(err)
	}
	if e == nil {
		t.Skip(why)
	}
	t.Cleanup(func() {
		if err := e.Close(ctx); err != nil {
			t.Error(err)
		}
	})
	options := o.Harness
	options.ReadOnly = options.ReadOnly || snapshot.InCI(os.Getenv)
	if options.Update, err = snapshot.UpdateFromEnv(os.Getenv); err != nil {
		t.Fatal(err)
	}
	h, err := harness.Start(ctx, project, e, options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
	return h
}

// one runs a scenario, says as much of it as the command does, and counts it if
// nothing is wrong.
func one[S T[S]](t S, in *running, s *scenario.Scenario) {
	t.Helper()
	r, err := in.harness.Run(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	if err := runs.Write(in.runs, r); err != nil {
		t.Error(err)
	}
	switch r.Outcome {
	case harness.Passed:
		in.fine.Add(1)
		return
	case harness.Skipped:
		in.fine.Add(1)
		t.Skip(r.Why)
	}
	var text strings.Builder
	if err := report.Failure(&text, r, false); err != nil {
		t.Fatal(err)
	}
	t.Error("\n" + text.String())
}

func obsolete[S T[S]](t S, h *harness.Harness, all []*scenario.Scenario) {
	t.Helper()
	names, err := h.Obsolete(all)
	if err != nil {
		t.Error(err)
	}
	if len(names) > 0 {
		t.Error("snapshots without a scenario: delete the files, or bring the scenarios back:\n  " + strings.Join(names, "\n  "))
	}
}
