package review

import (
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/report"
	"github.com/stillwater-streams/stillwater/harness/runs"
	"github.com/stillwater-streams/stillwater/harness/scenario"
	"github.com/stillwater-streams/stillwater/harness/snapshot"
)

// Options say where a project is; the zero value is the working directory.
type Options struct {
	// Root is the folder that holds scenarios/ and snapshots/.
	Root string
	// Runs is the folder of pending snapshots and of runs; "" means .runs under the
	// root, as in harness.Options.
	Runs string
	// ReadOnly refuses to accept: for CI.
	ReadOnly bool
}

func (o Options) runs() string {
	if o.Runs == "" {
		return filepath.Join(o.Root, ".runs")
	}
	return o.Runs
}

func (o Options) store() snapshot.Store {
	return snapshot.Store{Dir: filepath.Join(o.Root, "snapshots"), Pending: o.runs(), ReadOnly: o.ReadOnly}
}

// Change is one pending snapshot.
type Change struct {
	// Name of the scenario, and so of the snapshot.
	Name string
	// Result is the run that proposed it. Where none is kept it has the comparison
	// only, and no line has a cause.
	Result *harness.Result
	// Text is what accepting makes the snapshot.
	Text string
}

// Lines are the changed lines, with their causes.
func (c Change) Lines() []report.ChangedLine { return report.Changes(c.Result) }

// Pending lists what can be accepted or rejected, by name, compared with the
// snapshots as they are at this moment. What agrees with its snapshot by now is
// left out.
func Pending(o Options) ([]Change, error) {
	names, err := o.store().PendingNames()
	if err != nil {
		return nil, fmt.Errorf("review: %w", err)
	}
	var list []Change
	for _, name := range names {
		c, err := o.change(name)
		if err != nil {
			return nil, fmt.Errorf("review: %w", err)
		}
		if c.Result.Snapshot.Outcome != snapshot.Match {
			list = append(list, c)
		}
	}
	return list, nil
}

// change reads one pending snapshot and the run it is from, if that is kept.
func (o Options) change(name string) (Change, error) {
	compared, rendering, err := o.store().Proposed(name)
	if err != nil {
		return Change{}, err
	}
	c := Change{Name: name, Text: rendering.Text}
	c.Result, err = runs.Open(o.runs(), name)
	if err != nil || c.Result.Rendering.Text != rendering.Text {
		// None is kept, or one of another result: the comparison is all there is.
		c.Result = &harness.Result{
			Scenario:  &scenario.Scenario{Name: name, Path: path.Join("scenarios", name+".yaml")},
			Outcome:   harness.Differs,
			Rendering: rendering,
		}
	}
	c.Result.Snapshot = compared
	return c, nil
}

// Source is the YAML of the change's scenario; what cannot be read is said in its
// place.
func (o Options) Source(c Change) string {
	text, err := os.ReadFile(filepath.Join(o.Root, filepath.FromSlash(c.Result.Scenario.Path)))
	if err != nil {
		return "the scenario cannot be read: " + err.Error()
	}
	return string(text)
}

// ErrReplaced is matched by the error of accepting a change whose pending text is
// another one by now.
var ErrReplaced = errors.New("a run has proposed another text since: look at it first")

// Accept makes pending texts the snapshots of the scenarios that the arguments
// mean: names, patterns ("vulnerabilities/*"), folders, or files of the scenario,
// the snapshot or the pending text. It returns their names. An argument that means
// nothing pending is an error, and then nothing is accepted.
func Accept(o Options, arguments ...string) ([]string, error) {
	return o.each("accept", arguments, o.store().Accept)
}

// Reject drops the pending texts that the arguments mean, as in [Accept]; the
// snapshots stay as they are.
func Reject(o Options, arguments ...string) ([]string, error) {
	return o.each("reject", arguments, o.store().Reject)
}

func (o Options) each(verb string, arguments []string, do func(name string) error) ([]string, error) {
	pending, err := o.store().PendingNames()
	if err != nil {
		return nil, fmt.Errorf("review: %s: %w", verb, err)
	}
	names, err := o.choose(pending, arguments)
	if err != nil {
		return nil, fmt.Errorf("review: %s: %w", verb, err)
	}
	for i, name := range names {
		if err := do(name); err != nil {
			return names[:i], fmt.Errorf("review: %w", err)
		}
	}
	return names, nil
}

// choose returns the pending names that arguments mean, sorted.
func (o Options) choose(pending, arguments []string) ([]string, error) {
	if len(arguments) == 0 {
		return nil, errors.New(`name what is meant: a scenario, a pattern ("vulnerabilities/*") or a file`)
	}
	var chosen []string
	for _, argument := range arguments {
		pattern := o.pattern(argument)
		found := false
		for _, name := range pending {
			match, err := path.Match(pattern, name)
			if err != nil {
				return nil, fmt.Errorf("%q: not a pattern: %w", argument, err)
			}
			if match || strings.HasPrefix(name, pattern+"/") {
				chosen, found = append(chosen, name), true
			}
		}
		if !found && len(pending) == 0 {
			return nil, fmt.Errorf("%q: nothing is pending: run the scenario first", argument)
		}
		if !found {
			return nil, fmt.Errorf("%q: it is not pending; pending: %s", argument, strings.Join(pending, ", "))
		}
	}
	slices.Sort(chosen)
	return slices.Compact(chosen), nil
}

// pattern is the name that an argument means: files of a scenario, a snapshot or a
// pending text are those of its name, from wherever they are typed.
func (o Options) pattern(argument string) string {
	name := filepath.Clean(argument)
	for _, folder := range []string{
		o.runs(), filepath.Join(o.Root, "snapshots"), filepath.Join(o.Root, "scenarios"),
		".runs", "snapshots", "scenarios",
	} {
		if inside, err := filepath.Rel(folder, name); err == nil && inside != "." && !strings.HasPrefix(inside, "..") {
			name = inside
			break
		}
	}
	name = filepath.ToSlash(name)
	for _, extension := range []string{".snap.new", ".snap", ".yaml"} {
		name = strings.TrimSuffix(name, extension)
	}
	return name
}

// acceptShown accepts a change if its pending text is still the one that it shows.
func (o Options) acceptShown(c Change) error {
	_, rendering, err := o.store().Proposed(c.Name)
	if err == nil && rendering.Text != c.Text {
		err = fmt.Errorf("review: accept %s: %w", c.Name, ErrReplaced)
	}
	if err != nil {
		return err
	}
	return o.store().Accept(c.Name)
}
