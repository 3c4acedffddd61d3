package scenario_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stillwater-streams/stillwater/harness/scenario"
)

// The words of these tests. They belong to no domain on purpose: a door, a lamp.

type openArgs struct {
	Door string   `yaml:"door"`
	By   []string `yaml:"by,omitempty"`
}

type paintArgs struct {
	Doors  []string         `yaml:"doors"`
	Colour colour           `yaml:"colour"`
	Coats  int              `yaml:"coats,omitempty"`
	Dry    bool             `yaml:"dry,omitempty"`
	Until  time.Time        `yaml:"until,omitempty"`
	Share  *scenario.Number `yaml:"share,omitempty"`
	Frame  frame            `yaml:"frame,omitempty"`
	Size   size             `yaml:"size,omitempty"`
}

type frame struct {
	Wood string `yaml:"wood"`
}

type colour string

func (colour) Choices() []string { return []string{"RED", "GREEN", "BLUE"} }

// size reads "3x4", as a type of the standard library might.
type size struct{ Width, Height int }

func (s *size) UnmarshalText(text []byte) error {
	if _, err := fmt.Sscanf(string(text), "%dx%d", &s.Width, &s.Height); err != nil {
		return fmt.Errorf("%q is no size: write 3x4", text)
	}
	return nil
}

type pauseArgs struct{}

type lampArgs struct {
	ID string `yaml:"id,key"`
}

func words() scenario.Vocabulary {
	return scenario.Vocabulary{
		Mutations: []scenario.Verb{
			{Name: "open_door", New: func() any { return new(openArgs) }},
			{Name: "paint_doors", New: func() any { return new(paintArgs) }},
			{Name: "pause", New: func() any { return new(pauseArgs) }},
		},
		Seeds:  []scenario.Verb{{Name: "lamp", New: func() any { return new(lampArgs) }}},
		Views:  []string{"doors", "lamps"},
		Tables: []string{"house"},
	}
}

func TestVocabularyMistakesAreErrorsOfTheProgram(t *testing.T) {
	verb := func(name string, args any) scenario.Verb {
		return scenario.Verb{Name: name, New: func() any { return args }}
	}
	for name, c := range map[string]struct {
		verbs []scenario.Verb
		want  string
	}{
		"name of a raw write": {[]scenario.Verb{verb("put", new(pauseArgs))}, `mutation "put": the name is taken by a raw write`},
		"name taken twice":    {[]scenario.Verb{verb("a", new(pauseArgs)), verb("a", new(pauseArgs))}, `mutation "a": the name is taken by a mutation`},
		"no name":             {[]scenario.Verb{verb("", new(pauseArgs))}, `mutation "": it has no name`},
		"no New":              {[]scenario.Verb{{Name: "a"}}, `it has no New function`},
		"not a pointer":       {[]scenario.Verb{verb("a", pauseArgs{})}, `not a pointer to a struct`},
		"unknown field type": {[]scenario.Verb{verb("a", new(struct {
			X map[string]string `yaml:"x"`
		}))}, `argument "x": fields of type map[string]string cannot be filled from YAML`},
		"argument twice": {[]scenario.Verb{verb("a", new(struct {
			X string `yaml:"x"`
			Y string `yaml:"x"`
		}))}, `argument "x" has two fields`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := scenario.LoadAll(t.TempDir(), scenario.Vocabulary{Mutations: c.verbs})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want …%s…", err, c.want)
			}
		})
	}
}

// What a scenario observes that does not say is the project's to choose.
func TestObservedWithoutSaying(t *testing.T) {
	v := words()
	parse := func() (*scenario.Scenario, error) {
		return scenario.Parse("a", []byte("fixture: {items: []}\nstart: 2024-09-19T10:00:00Z\nsteps:\n  - pause: {}\n"), nil, v)
	}
	for _, c := range []struct{ observe, want []string }{
		{nil, []string{"doors", "lamps"}},
		{[]string{"lamps", "changes"}, []string{"lamps", "changes"}},
	} {
		v.Observe = c.observe
		if sc, err := parse(); err != nil || !slices.Equal(sc.Observe, c.want) {
			t.Errorf("%q: got %v, %v", c.observe, sc, err)
		}
	}
	v.Observe = []string{"windows"}
	if _, err := parse(); err == nil || !strings.Contains(err.Error(), `observe: unknown view "windows": views there are: changed_items, changes, doors,`) {
		t.Errorf("got %v", err)
	}
}
