package choose_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stillwater-streams/stillwater/harness/engine"
	"github.com/stillwater-streams/stillwater/harness/engine/choose"
	"github.com/stillwater-streams/stillwater/harness/engine/dynamodblocal"
	"github.com/stillwater-streams/stillwater/harness/engine/memory"
)

// box stands for a container.
type box struct{ *memory.Engine }

func (box) Name() string { return "dynamodblocal" }

func TestStart(t *testing.T) {
	works := func(context.Context, func(string)) (engine.Engine, error) {
		return box{memory.New(memory.Options{})}, nil
	}
	missing := func(context.Context, func(string)) (engine.Engine, error) {
		return nil, fmt.Errorf("docker: no daemon answers: %w", dynamodblocal.ErrEnvironment)
	}
	broken := func(context.Context, func(string)) (engine.Engine, error) { return nil, errors.New("a bug") }
	for _, test := range []struct {
		name      string
		which     string
		env       map[string]string
		container func(context.Context, func(string)) (engine.Engine, error)
		want      string // the engine's name, or what its error says
		says      []string
	}{
		{"container", "container", nil, works, "dynamodblocal", nil},
		{"container without Docker", "container", nil, missing, "no daemon answers", nil},
		{"memory", "memory", nil, broken, "memory", nil},
		{"the variable", "", map[string]string{"STILLWATER_ENGINE": "memory"}, works, "memory", nil},
		{"an argument outweighs the variable", "container", map[string]string{"STILLWATER_ENGINE": "memory"}, works, "dynamodblocal", nil},
		{"auto", "auto", nil, works, "dynamodblocal", []string{"engine: container"}},
		{"nothing is auto", "", nil, works, "dynamodblocal", []string{"engine: container"}},
		{"auto without Docker", "", nil, missing, "memory",
			[]string{"engine: memory, as no container can be had: docker: no daemon answers: the environment cannot run the engine"}},
		{"auto without Docker where the container is required", "auto", map[string]string{"STILLWATER_REQUIRE_CONTAINER": "true"}, missing, "no daemon answers", nil},
		{"auto does not hide bugs", "auto", nil, broken, "a bug", nil},
		{"auto in CI", "", map[string]string{"CI": "true"}, works, "where CI is set", nil},
		{"named auto in CI", "auto", map[string]string{"CI": "1"}, works, "set STILLWATER_ENGINE to container or memory", nil},
		{"CI says no", "", map[string]string{"CI": "false"}, works, "dynamodblocal", []string{"engine: container"}},
		{"memory in CI", "", map[string]string{"CI": "true", "STILLWATER_ENGINE": "memory"}, works, "memory", nil},
		{"a name that is none", "docker", nil, works, `engine "docker": no such engine: name auto, container or memory`, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			var said []string
			e, err := choose.StartWith(t.Context(), test.which, func(name string) string { return test.env[name] },
				func(line string) { said = append(said, line) }, test.container)
			switch {
			case err != nil && !strings.Contains(err.Error(), test.want):
				t.Errorf("error %v, want %s", err, test.want)
			case err == nil && e.Name() != test.want:
				t.Errorf("engine %s, want %s", e.Name(), test.want)
			case err == nil:
				if err := e.Close(t.Context()); err != nil {
					t.Error(err)
				}
			}
			if diff := cmp.Diff(test.says, said); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestMistakesAreTheCallers(t *testing.T) {
	ci := func(name string) string { return map[string]string{"CI": "true"}[name] }
	for _, which := range []string{"", "podman"} {
		if _, err := choose.StartWith(t.Context(), which, ci, nil, nil); !errors.Is(err, choose.ErrName) {
			t.Errorf("%q: %v does not match ErrName", which, err)
		}
	}
}
