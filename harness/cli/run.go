package cli

import (
	"context"
	"errors"
	"runtime"
	"sync"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/report"
	"github.com/stillwater-streams/stillwater/harness/scenario"
	"github.com/stillwater-streams/stillwater/harness/snapshot"
)

type runCommand struct {
	projectFlags
	Names    []string `arg:"" optional:"" help:"Scenarios: names, files or patterns (vulnerabilities/*); all without."`
	Timeline bool     `help:"Show what happened in each run, and its result beside the snapshot."`
	Accept   bool     `help:"Accept changed and new snapshots (refused where CI is set)."`
	Parallel int      `help:"Scenarios that run at the same time." default:"0" placeholder:"N"`
	Engine   string   `help:"What answers as DynamoDB: ${enum}; without, STILLWATER_ENGINE, else auto." enum:"auto,container,memory," default:"" placeholder:"NAME"`
}

// Run implements kong's command.
func (c *runCommand) Run(env *environment, code *int) (err error) {
	l, err := c.load(env, c.Names)
	if err != nil {
		return err
	}
	inCI := snapshot.InCI(env.getenv)
	if c.Accept && inCI {
		return usage{errors.New("--accept: refused where CI is set: accept snapshots where you can look at them")}
	}
	e, err := env.team.Engine(env.ctx, c.Engine, env.progress)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.Close(context.WithoutCancel(env.ctx))) }()
	h, err := harness.Start(env.ctx, l.project, e, harness.Options{ReadOnly: inCI})
	if err != nil {
		return err
	}
	defer func() {
		// With a goroutine left alive the verdict has said so, and this process ends.
		if closing := h.Close(); !errors.Is(closing, harness.ErrAlive) {
			err = errors.Join(err, closing)
		}
	}()

	s := &summary{advice: l.project.Advice()}
	if err := c.runAll(env, h, l.chosen, s); err != nil {
		return err
	}
	if err := s.accept(env, h); err != nil {
		return err
	}
	if l.whole() {
		if s.obsolete, err = h.Obsolete(l.all); err != nil {
			return err
		}
	}
	*code = s.print(env)
	return nil
}

type outcome struct {
	result *harness.Result
	err    error
}

// runAll runs scenarios side by side and prints each as soon as those before it
// are printed.
func (c *runCommand) runAll(env *environment, h *harness.Harness, chosen []*scenario.Scenario, s *summary) error {
	ctx, cancel := context.WithCancel(env.ctx)
	defer cancel()
	parallel := c.Parallel
	if parallel <= 0 {
		parallel = runtime.GOMAXPROCS(0)
	}
	slots := make(chan struct{}, parallel)
	outcomes := make([]chan outcome, len(chosen))
	var wg sync.WaitGroup
	defer wg.Wait()
	for i := range chosen {
		outcomes[i] = make(chan outcome, 1)
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			var o outcome
			o.err = guarded("run "+chosen[i].Name, func() (err error) {
				o.result, err = h.Run(ctx, chosen[i])
				return err
			})
			outcomes[i] <- o
		})
	}
	for i := range outcomes {
		o := <-outcomes[i]
		if o.err != nil {
			cancel()
			return o.err
		}
		if err := c.show(env, o.result, s); err != nil {
			return err
		}
	}
	return nil
}

func (c *runCommand) show(env *environment, r *harness.Result, s *summary) error {
	if c.Accept && r.Outcome == harness.Differs {
		s.proposed = append(s.proposed, r) // accepted when all have run, or none
		return report.Line(env.out, r)
	}
	s.add(r)
	switch {
	case r.Outcome != harness.Passed:
		return report.Failure(env.out, r, c.Timeline)
	case c.Timeline:
		return report.Full(env.out, r)
	}
	return report.Line(env.out, r)
}
