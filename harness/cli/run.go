package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/report"
	"github.com/stillwater-streams/stillwater/harness/scenario"
	"github.com/stillwater-streams/stillwater/harness/snapshot"
)

type runCommand struct {
	Names    []string `arg:"" optional:"" help:"Scenarios: names, files or patterns (vulnerabilities/*); all without."`
	Timeline bool     `help:"Show what happened in each run, and its result beside the snapshot."`
	Accept   bool     `help:"Accept changed and new snapshots (refused where CI is set)."`
	Parallel int      `help:"Scenarios that run at the same time." default:"0" placeholder:"N"`
	Root     string   `help:"Folder with scenarios/, snapshots/ and fixtures/; found upwards from here without." type:"existingdir" placeholder:"DIR"`
}

// Run implements kong's command.
func (c *runCommand) Run(env *environment, code *int) (err error) {
	project, scenarios, chosen, err := c.load(env)
	if err != nil {
		return err
	}
	inCI := snapshot.InCI(env.getenv)
	if c.Accept && inCI {
		return usage{errors.New("--accept: refused where CI is set: accept snapshots where you can look at them")}
	}
	e, err := env.team.Engine(env.ctx, env.progress)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.Close(context.WithoutCancel(env.ctx))) }()
	h, err := harness.Start(env.ctx, project, e, harness.Options{ReadOnly: inCI})
	if err != nil {
		return err
	}
	defer func() {
		// With a goroutine left alive the verdict has said so, and this process ends.
		if closing := h.Close(); !errors.Is(closing, harness.ErrAlive) {
			err = errors.Join(err, closing)
		}
	}()

	s := &summary{advice: project.Advice()}
	if err := c.runAll(env, h, chosen, s); err != nil {
		return err
	}
	if err := s.accept(env, h); err != nil {
		return err
	}
	if len(chosen) == len(scenarios) {
		if s.obsolete, err = h.Obsolete(scenarios); err != nil {
			return err
		}
	}
	*code = s.print(env)
	return nil
}

func (c *runCommand) load(env *environment) (harness.Project, []*scenario.Scenario, []*scenario.Scenario, error) {
	root := c.Root
	if root == "" {
		var err error
		if root, err = findRoot(); err != nil {
			return harness.Project{}, nil, nil, usage{err}
		}
	}
	project, err := env.team.Project(root)
	if err != nil {
		return project, nil, nil, usage{err}
	}
	all, err := project.Load()
	if err != nil {
		return project, nil, nil, usage{err}
	}
	chosen, err := choose(all, c.Names)
	if err != nil {
		return project, nil, nil, usage{err}
	}
	return project, all, chosen, nil
}

// findRoot looks for the project upwards from the working directory. The path is
// relative, so that what is printed can be read, and typed again.
func findRoot() (string, error) {
	start, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for dir := start; ; dir = filepath.Dir(dir) {
		if info, err := os.Stat(filepath.Join(dir, "scenarios")); err == nil && info.IsDir() {
			return filepath.Rel(start, dir)
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("no folder scenarios/ in %s or above: go to the project, or name it with --root", start)
		}
	}
}

// choose returns the scenarios that names mean, in order; all for none.
func choose(all []*scenario.Scenario, names []string) ([]*scenario.Scenario, error) {
	if len(names) == 0 {
		return all, nil
	}
	wanted := map[string]bool{}
	for _, name := range names {
		pattern := strings.TrimPrefix(strings.TrimSuffix(filepath.ToSlash(filepath.Clean(name)), ".yaml"), "scenarios/")
		found := false
		for _, s := range all {
			match, err := path.Match(pattern, s.Name)
			if err != nil {
				return nil, fmt.Errorf("%q: not a pattern: %w", name, err)
			}
			if match || strings.HasPrefix(s.Name, pattern+"/") {
				wanted[s.Name], found = true, true
			}
		}
		if !found {
			return nil, fmt.Errorf("no scenario %q; there are:\n  %s", name, strings.Join(namesOf(all), "\n  "))
		}
	}
	var chosen []*scenario.Scenario
	for _, s := range all {
		if wanted[s.Name] {
			chosen = append(chosen, s)
		}
	}
	return chosen, nil
}

func namesOf(all []*scenario.Scenario) []string {
	var names []string
	for _, s := range all {
		names = append(names, s.Name)
	}
	return names
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
