package mutations_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/engine/memory"
	"github.com/stillwater-streams/stillwater/harness/scenario"
	"github.com/stillwater-streams/stillwater/scenarios"
	"github.com/stillwater-streams/stillwater/triggers/model"
)

// The same walks as scenarios on the memory engine, with the consumer and the trigger
// as they ship: what the table holds after every step is what the oracle says. Some
// twenty of a hundred walks are played.
func TestTheTriggerAgreesWithTheOracleOnRandomWalks(t *testing.T) {
	p, err := scenarios.Project(root)
	if err != nil {
		t.Fatal(err)
	}
	h, err := harness.Start(t.Context(), p, memory.New(memory.Options{}), harness.Options{ReadOnly: true, Runs: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
	start := withoutHistory(busyGroups(t))
	rapid.Check(t, func(rt *rapid.T) {
		w := newWalk(t, rt, start)
		expected := &paper{recorder: w.table}
		sc := &scenario.Scenario{Name: "walk", Title: "a walk", Start: w.at, Fixture: putAll(start), Observe: []string{"indicators"}}
		for n := range rapid.IntRange(1, 6).Draw(rt, "steps") {
			at := w.at
			step := w.step()
			if step == nil {
				continue
			}
			name := fmt.Sprintf("step %d: %s", n, step.Verb)
			if w.at.After(at) {
				sc.Steps = append(sc.Steps, scenario.Step{Verb: "at", Control: scenario.At{Time: w.at}, Text: "at"})
			}
			sc.Steps = append(sc.Steps, *step, scenario.Step{Verb: "snapshot", Control: scenario.Snapshot{Name: name}, Text: name})
			expected.observe(t, name)
		}
		expected.observe(t, "")
		if w.index("played", 8) == 0 { // few of them: this costs a hundred times as much
			compareRun(rt, h, sc, expected)
		}
	})
}

func compareRun(t *rapid.T, h *harness.Harness, sc *scenario.Scenario, expected *paper) {
	r, err := h.Run(context.Background(), sc)
	if err != nil {
		t.Fatal(err)
	}
	if r.Err != nil {
		t.Fatalf("%v: %v", r.Outcome, r.Err)
	}
	if diff := cmp.Diff(indicatorParts(expected.document.Render().Text), indicatorParts(r.Rendering.Text)); diff != "" {
		t.Fatalf("indicators (-oracle +table):\n%s", diff)
	}
}

// withoutHistory leaves out what makes a fixture long and no indicator differ.
func withoutHistory(items []model.Item) []model.Item {
	return slices.DeleteFunc(items, func(item model.Item) bool {
		sk := textOf(item["sk"])
		return slices.ContainsFunc([]string{"STATE#", "TREATMENT#", "VERIFICATION#", "ZERORISK#"}, func(kind string) bool {
			return strings.HasPrefix(sk, kind)
		})
	})
}

// putAll is a fixture of raw puts.
func putAll(items []model.Item) *scenario.Fixture {
	f := &scenario.Fixture{Name: "walk", Path: "walk"}
	for _, item := range items {
		f.Steps = append(f.Steps, scenario.Step{
			Verb: "put", Text: "put", Writes: []scenario.Write{{Op: "put", Table: "integrates_vms", Item: item}},
		})
	}
	return f
}
