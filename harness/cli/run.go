package cli

import (
	"context"
	"errors"
	"path/filepath"
	"runtime"
	"sync"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/report"
	"github.com/stillwater-streams/stillwater/harness/runs"
	"github.com/stillwater-streams/stillwater/harness/scenario"
	"github.com/stillwater-streams/stillwater/harness/snapshot"
)

type runCommand struct {
	projectFlags
	engineFlag
	Names     []string `arg:"" optional:"" help:"Scenarios: names, files, folders or patterns (vulnerabilities/*); all without."`
	Timeline  bool     `help:"Show what happened in each run, and its result beside the snapshot."`
	Format    string   `help:"How to print: ${enum}." enum:"text,json,junit,github" default:"text" placeholder:"FORMAT"`
	Seed      uint64   `help:"Order of calls that are made at the same time; 0 is that of the scenario, else one after the other." default:"0" placeholder:"N"`
	Redeliver string   `help:"Hand batches out more often than they must be: ${enum}." enum:"none,twice,fail-after-writes" default:"none" placeholder:"HOW"`
	Parallel  int      `help:"Scenarios that run at the same time; 0 is one for each processor." default:"0" placeholder:"N"`
	Watch     bool     `short:"w" help:"Run again what a change of scenarios/, fixtures/ or snapshots/ affects, until stopped."`
	Review    bool     `help:"Then review what is pending: on a screen, or as a list where there is no terminal."`
}

// engineFlag chooses an engine.
type engineFlag struct {
	Engine string `help:"What answers as DynamoDB: auto, container or memory; without, what STILLWATER_ENGINE says, else auto." enum:"auto,container,memory," default:"" placeholder:"NAME"`
}

// Run implements kong's command.
func (c *runCommand) Run(env *environment, code *int) (err error) {
	if err := c.check(env); err != nil {
		return err
	}
	l, err := c.load(env, c.Names)
	if err != nil {
		return err
	}
	e, err := env.team.Engine(env.ctx, c.Engine, env.progress)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.Close(context.WithoutCancel(env.ctx))) }()
	h, err := harness.Start(env.ctx, l.project, e, c.options(env))
	if err != nil {
		return err
	}
	defer func() {
		// With a goroutine left alive the verdict has said so, and this process ends.
		if closing := h.Close(); !errors.Is(closing, harness.ErrAlive) {
			err = errors.Join(err, closing)
		}
	}()
	defer openOnSignal(env.err, h)()
	if c.Watch {
		return c.watch(env, h, l)
	}
	if *code, err = c.once(env, h, l); err != nil || !c.Review {
		return err
	}
	return c.review(env, h, l, code)
}

func (c *runCommand) options(env *environment) harness.Options {
	o := harness.Options{ReadOnly: snapshot.InCI(env.getenv), Seed: c.Seed}
	for _, r := range []harness.Redelivery{harness.Twice, harness.FailAfterWrites} {
		if c.Redeliver == r.String() {
			o.Redeliver = r
		}
	}
	return o
}

// check refuses flags that do not go together.
func (c *runCommand) check(env *environment) error {
	switch {
	case c.Watch && c.Format != "text":
		return usage{errors.New("--watch: prints for people only: leave --format out")}
	case c.Watch && c.Review:
		return usage{errors.New("--watch: runs until stopped, so that there is no review after it: use stillwater review in another terminal")}
	case c.Review && c.Format != "text":
		return usage{errors.New("--review: is for people only: leave --format out")}
	case c.Review && c.Redeliver != harness.NoRedelivery.String():
		return usage{errors.New("--review: a run with --redeliver proposes no snapshot: leave one of them out")}
	case c.Review && snapshot.InCI(env.getenv):
		return usage{errors.New("--review: refused where CI is set: accept snapshots where you can look at them")}
	}
	return nil
}

// review has a person look at what the run proposed. The exit code is that of what
// is left, pending or obsolete.
func (c *runCommand) review(env *environment, h *harness.Harness, l loaded, code *int) error {
	if *code != exitDiffers {
		return nil // nothing to look at, or nothing before that is corrected
	}
	left := exitPassed
	if err := (&reviewCommand{projectFlags: c.projectFlags, quiet: true}).Run(env, &left); err != nil || left != exitPassed || !l.whole() {
		*code = left
		return err
	}
	names, err := h.Obsolete(l.all)
	if len(names) == 0 {
		*code = exitPassed
	}
	return err
}

// once runs the chosen scenarios and prints what came of it. It returns the exit
// code.
func (c *runCommand) once(env *environment, h *harness.Harness, l loaded) (int, error) {
	format, done, err := c.format(env, l.project)
	if err != nil {
		return 0, err
	}
	s := &summary{advice: l.project.Advice(), review: c.Review}
	if err := errors.Join(c.runAll(env, h, l, format, s), done()); err != nil {
		return 0, err
	}
	if l.whole() {
		if s.obsolete, err = h.Obsolete(l.all); err != nil {
			return 0, err
		}
		if c.Format != "text" { // for people the summary says it
			if err := format.Obsolete(s.obsolete); err != nil {
				return 0, err
			}
		}
	}
	if err := format.Close(); err != nil {
		return 0, err
	}
	out := env.out
	if c.Format == "json" || c.Format == "junit" { // those are for programs, from the first byte to the last
		out = env.err
	}
	return s.print(out), nil
}

type outcome struct {
	result *harness.Result
	err    error
}

// runAll runs scenarios side by side and hands each to format as soon as those
// before it are.
func (c *runCommand) runAll(env *environment, h *harness.Harness, l loaded, format report.Format, s *summary) error {
	ctx, cancel := context.WithCancel(env.ctx)
	defer cancel()
	parallel := c.Parallel
	if parallel <= 0 {
		parallel = runtime.GOMAXPROCS(0)
	}
	bar := newBar(env, len(l.chosen), c.Format == "text")
	defer bar.clear()
	outcomes := make([]chan outcome, len(l.chosen))
	for i := range outcomes {
		outcomes[i] = make(chan outcome, 1)
	}
	var wg sync.WaitGroup
	defer wg.Wait()
	wg.Go(func() { // they begin in order, so that the first results come soon
		slots := make(chan struct{}, parallel)
		for i, sc := range l.chosen {
			slots <- struct{}{}
			wg.Go(func() {
				defer func() { <-slots }()
				bar.began(sc.Name)
				o := play(ctx, h, l.project.Root, sc)
				bar.ended(sc.Name)
				outcomes[i] <- o
			})
		}
	})
	for i := range outcomes {
		o := <-outcomes[i]
		if o.err != nil {
			cancel()
			return o.err
		}
		s.add(o.result)
		if err := bar.above(func() error { return format.Add(o.result) }); err != nil {
			return err
		}
	}
	return nil
}

// play runs one scenario and keeps the run if it did not pass.
func play(ctx context.Context, h *harness.Harness, root string, sc *scenario.Scenario) (o outcome) {
	o.err = guarded("run "+sc.Name, func() (err error) {
		if o.result, err = h.Run(ctx, sc); err != nil {
			return err
		}
		return runs.Write(runsDir(root), o.result)
	})
	return o
}

// runsDir is the folder of runs of a project.
func runsDir(root string) string { return filepath.Join(root, ".runs") }
