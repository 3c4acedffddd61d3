package harness

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/stillwater-streams/stillwater/harness/scenario"
)

// firstStart is the virtual time of the first step of a scenario that does not say.
func firstStart() time.Time { return time.Date(2024, time.January, 1, 0, 0, 0, 0, time.UTC) }

// Args are the arguments of a step by their names, as in YAML.
type Args = map[string]any

// Builder makes a scenario in Go. It writes what the YAML file would say and has it
// parsed, so that the two mean the same, mistakes are found the same way, and both
// give the same trace; only the places of steps are those of the Go source. Make
// one with [NewScenario].
type Builder struct {
	name, title string
	start       time.Time
	fixtures    []string
	items       []Step
	steps       []Step
	observe     []string
	triggers    []trigger
	needs       []string
	patience    time.Duration
	coldStarts  bool
	seed        uint64
}

type trigger struct {
	name      string
	overrides Args
}

// Step is a step made in Go, see [Do].
type Step struct {
	verb  string
	args  any
	steps []Step
	place scenario.Position
}

// Do is a step: the word that it begins with in YAML, a mutation, a raw write or a
// control, and what stands behind that, nil for nothing:
//
//	Do("close_vulnerabilities", Args{"vulnerabilities": []string{"v1"}})
//	Do("put", Args{"item": map[string]types.AttributeValue{…}})
//	Do("fail", Args{"trigger": "indicators", "times": 2})
//	Do("advance", 2*time.Hour)
//	Do("kill", nil)
//
// Values are texts, booleans, numbers, times, durations, attribute values of the
// SDK, and slices and maps of such.
func Do(verb string, args any) Step { return Step{verb: verb, args: args, place: caller()} }

// caller is the place of the caller of the function that calls it.
func caller() scenario.Position {
	_, file, line, _ := runtime.Caller(2)
	return scenario.Position{File: filepath.Base(file), Line: line, Col: 1}
}

// NewScenario begins a scenario. The name is also that of its snapshot:
// "vulnerabilities/closing_one_lowers_the_counts".
func NewScenario(name string) *Builder { return &Builder{name: name} }

// Title is the sentence that says what the scenario shows; without one the name is.
func (b *Builder) Title(text string) *Builder { b.title = text; return b }

// Start is the virtual time of the first step; without it that is the beginning of
// 2024.
func (b *Builder) Start(t time.Time) *Builder { b.start = t; return b }

// Fixture adds fixtures of the project by their names.
func (b *Builder) Fixture(names ...string) *Builder {
	b.fixtures = append(b.fixtures, names...)
	return b
}

// Given adds items to the fixture: seeds and puts.
func (b *Builder) Given(items ...Step) *Builder { b.items = append(b.items, items...); return b }

// Do adds a step, see the function [Do].
func (b *Builder) Do(verb string, args any) *Builder {
	b.steps = append(b.steps, Step{verb: verb, args: args, place: caller()})
	return b
}

// Together adds steps of several writers at once.
func (b *Builder) Together(steps ...Step) *Builder {
	b.steps = append(b.steps, Step{verb: verbTogether, steps: steps, place: caller()})
	return b
}

// Backlog adds steps with no delivery in between.
func (b *Builder) Backlog(steps ...Step) *Builder {
	b.steps = append(b.steps, Step{verb: verbBacklog, steps: steps, place: caller()})
	return b
}

// Observe names the views to show; without any, those of [Project].Observe are.
func (b *Builder) Observe(views ...string) *Builder {
	b.observe = append(b.observe, views...)
	return b
}

// Trigger lets a trigger run, with other values of some parameters of its mapping,
// nil for none; without any, all that are enabled run.
func (b *Builder) Trigger(name string, overrides Args) *Builder {
	b.triggers = append(b.triggers, trigger{name, overrides})
	return b
}

// Needs names what the engine must be able to do.
func (b *Builder) Needs(needs ...string) *Builder { b.needs = append(b.needs, needs...); return b }

// Patience is how much virtual time a settling may take.
func (b *Builder) Patience(d time.Duration) *Builder { b.patience = d; return b }

// ColdStarts makes every invocation one.
func (b *Builder) ColdStarts() *Builder { b.coldStarts = true; return b }

// Seed orders the calls that are made at the same time; see [Options].Seed, which
// comes before it.
func (b *Builder) Seed(n uint64) *Builder { b.seed = n; return b }

// Build makes the scenario, for [Harness.Run]. Its error holds every mistake, with
// the line of YAML that the builder wrote.
func (b *Builder) Build(p Project) (*scenario.Scenario, error) {
	text, err := b.YAML(p)
	if err != nil {
		return nil, err
	}
	fixtures, err := fixtureFiles(filepath.Join(p.Root, "fixtures"))
	if err != nil {
		return nil, fmt.Errorf("scenario %s: %w", b.name, err)
	}
	s, err := scenario.Parse(b.name, text, fixtures, p.Vocabulary())
	if err != nil {
		return nil, err
	}
	place(s.Steps, b.steps)
	return s, nil
}

// YAML is the file that would say the same.
func (b *Builder) YAML(p Project) ([]byte, error) {
	w := &yamlWriter{first: p.keys()}
	if b.title != "" {
		w.key("title", b.title)
	}
	w.line("fixture: " + b.fixture(w))
	w.key("start", cmp.Or(b.start, firstStart()))
	if len(b.triggers) > 0 {
		w.line("triggers:")
		for _, t := range b.triggers {
			w.line("  " + w.flow(t.name) + ": " + w.flow(orEmpty(t.overrides)))
		}
	}
	if b.needs != nil {
		w.key("needs", b.needs)
	}
	if b.patience > 0 {
		w.key("patience", b.patience)
	}
	if b.coldStarts {
		w.key("cold_starts", true)
	}
	if b.seed > 0 {
		w.key("seed", b.seed)
	}
	w.line("steps:")
	for _, s := range b.steps {
		w.line("  - " + w.step(s))
	}
	if b.observe != nil {
		w.key("observe", b.observe)
	}
	if w.err != nil {
		return nil, fmt.Errorf("scenario %s: %w", b.name, w.err)
	}
	return []byte(w.text.String()), nil
}

func orEmpty(a Args) Args {
	if a == nil {
		return Args{}
	}
	return a
}

// fixture is what stands behind the key of that name.
func (b *Builder) fixture(w *yamlWriter) string {
	if len(b.items) == 0 && len(b.fixtures) > 0 {
		return w.flow(b.fixtures)
	}
	items := make([]string, len(b.items))
	for i, s := range b.items {
		items[i] = w.flowStep(s)
	}
	text := "{"
	if len(b.fixtures) > 0 {
		text += "use: " + w.flow(b.fixtures) + ", "
	}
	return text + "items: [" + strings.Join(items, ", ") + "]}"
}

// place gives steps the places at which Go made them.
func place(parsed []scenario.Step, made []Step) {
	for i := range parsed {
		parsed[i].Pos = made[i].place
		place(parsed[i].Steps, made[i].steps)
	}
}

// fixtureFiles are the texts of the fixtures in a folder, by their names. A project
// need not have any.
func fixtureFiles(dir string) (map[string][]byte, error) {
	files := map[string][]byte{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".yaml" {
			return err
		}
		name, err := filepath.Rel(dir, strings.TrimSuffix(path, ".yaml"))
		if err != nil {
			return err
		}
		files[filepath.ToSlash(name)], err = os.ReadFile(path)
		return err
	})
	if errors.Is(err, fs.ErrNotExist) {
		return files, nil
	}
	return files, err
}
