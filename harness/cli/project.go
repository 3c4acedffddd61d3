package cli

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/scenario"
)

// projectFlags are those of every command that is about a project.
type projectFlags struct {
	Root string `help:"Folder with scenarios/, snapshots/ and fixtures/; found upwards from here without." type:"existingdir" placeholder:"DIR"`
}

// folder is the root of the project.
func (f projectFlags) folder() (string, error) {
	if f.Root != "" {
		return f.Root, nil
	}
	root, err := findRoot()
	if err != nil {
		return "", usage{err}
	}
	return root, nil
}

// noProject is the error of a command that was not called in a project.
type noProject struct{ start string }

func (n noProject) Error() string {
	return fmt.Sprintf("no folder scenarios/ in %s or above: go to the project, name it with --root, or begin one with stillwater init", n.start)
}

// project reads the project. What is wrong in it is the user's to correct.
func (f projectFlags) project(env *environment) (harness.Project, error) {
	root, err := f.folder()
	if err != nil {
		return harness.Project{}, err
	}
	project, err := env.team.Project(root)
	if err != nil {
		return harness.Project{}, usage{err}
	}
	return project, nil
}

// loaded is a project with its scenarios: all there are, and those that were asked
// for. A file outside scenarios/ is among the chosen only.
type loaded struct {
	project     harness.Project
	all, chosen []*scenario.Scenario
}

// whole tells whether every scenario was asked for, and nothing else.
func (l loaded) whole() bool {
	if len(l.all) != len(l.chosen) {
		return false
	}
	for i := range l.all {
		if l.all[i] != l.chosen[i] {
			return false
		}
	}
	return true
}

// load reads the project and all its scenarios, and chooses.
func (f projectFlags) load(env *environment, names []string) (l loaded, err error) {
	if l.project, err = f.project(env); err != nil {
		return l, err
	}
	if l.all, err = l.project.Load(); err != nil {
		return l, usage{err}
	}
	if l.chosen, err = choose(l.project, l.all, names); err != nil {
		return l, usage{err}
	}
	return l, nil
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
			return "", noProject{start}
		}
	}
}

// choose returns the scenarios that names mean, in order; all for none. A name is
// that of a scenario or of a folder of them, a pattern of path.Match, or a file or
// folder as the shell completes it.
func choose(p harness.Project, all []*scenario.Scenario, names []string) ([]*scenario.Scenario, error) {
	if len(names) == 0 {
		return all, nil
	}
	wanted := map[string]bool{}
	var outside []*scenario.Scenario
	for _, name := range names {
		pattern, elsewhere := patternOf(p.Root, name)
		if elsewhere {
			s, err := scenario.Load(p.Root, name, p.Vocabulary())
			if err != nil {
				return nil, err
			}
			outside = append(outside, s)
			continue
		}
		if err := mark(wanted, all, name, pattern); err != nil {
			return nil, err
		}
	}
	var chosen []*scenario.Scenario
	for _, s := range all {
		if wanted[s.Name] {
			chosen = append(chosen, s)
		}
	}
	return append(chosen, outside...), nil
}

// mark adds the scenarios that a pattern means to wanted.
func mark(wanted map[string]bool, all []*scenario.Scenario, name, pattern string) error {
	found := false
	for _, s := range all {
		match, err := path.Match(pattern, s.Name)
		if err != nil {
			return fmt.Errorf("%q: not a pattern: %w", name, err)
		}
		if match || pattern == "." || strings.HasPrefix(s.Name, pattern+"/") {
			wanted[s.Name], found = true, true
		}
	}
	if !found {
		return fmt.Errorf("no scenario %q; there are:\n  %s", name, strings.Join(namesOf(all), "\n  "))
	}
	return nil
}

// patternOf is what a name on the command line means below scenarios/. elsewhere
// says that it is a file that does not lie there: a reproduction somebody sent.
func patternOf(root, name string) (pattern string, elsewhere bool) {
	if below, ok := belowScenarios(root, name); ok {
		return strings.TrimSuffix(below, ".yaml"), false
	}
	if info, err := os.Stat(name); err == nil && info.Mode().IsRegular() && filepath.Ext(name) == ".yaml" {
		return "", true
	}
	return strings.TrimPrefix(strings.TrimSuffix(filepath.ToSlash(filepath.Clean(name)), ".yaml"), "scenarios/"), false
}

// belowScenarios is the path below scenarios/ of a file or folder that exists there.
func belowScenarios(root, name string) (string, bool) {
	if _, err := os.Stat(name); err != nil {
		return "", false
	}
	base, err := filepath.Abs(filepath.Join(root, "scenarios"))
	if err != nil {
		return "", false
	}
	full, err := filepath.Abs(name)
	if err != nil {
		return "", false
	}
	below, err := filepath.Rel(base, full)
	if err != nil || !filepath.IsLocal(below) {
		return "", false
	}
	return filepath.ToSlash(below), true
}

func namesOf(all []*scenario.Scenario) []string {
	var names []string
	for _, s := range all {
		names = append(names, s.Name)
	}
	return names
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// mistakes tells whether an error is about the content of scenario files.
func mistakes(err error) bool {
	return errors.As(err, new(scenario.Mistakes)) || errors.As(err, new(scenario.Mistake))
}
