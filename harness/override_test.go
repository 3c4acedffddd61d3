package harness_test

import (
	"context"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/consumer/mapping"
	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/engine/memory"
	"github.com/stillwater-streams/stillwater/harness/scenario"
)

// An override changes items that the fixture has, and says so when it misses.
func TestOverrides(t *testing.T) {
	nothing := func(harness.Environment) (any, error) { return func(context.Context) error { return nil }, nil }
	h := start(t, project(t, mapping.Mapping{}, nothing), memory.New(memory.Options{}), harness.Options{})
	override := func(op, id string) scenario.Step {
		w := scenario.Write{Op: op, Table: "things", Key: map[string]types.AttributeValue{"id": text(id)}, Existing: true}
		if op == "update" {
			w.Set = map[string]types.AttributeValue{"colour": text("red")}
		}
		return scenario.Step{Pos: scenario.Position{File: "fixtures/f.yaml", Line: 7, Col: 5}, Verb: op, Text: op + " " + id, Writes: []scenario.Write{w}}
	}
	for name, c := range map[string]struct {
		override scenario.Step
		failure  string
	}{
		"update":           {override("update", "a"), ""},
		"delete":           {override("delete", "a"), ""},
		"update of a miss": {override("update", "b"), "fixtures/f.yaml:7:5: update: the fixture has no item with this key"},
		"delete of a miss": {override("delete", "b"), "fixtures/f.yaml:7:5: delete: the fixture has no item with this key"},
	} {
		s := scenarioOf("overrides", put("c"))
		s.Fixture = &scenario.Fixture{Name: "f", Steps: []scenario.Step{put("a"), c.override}}
		r := run(t, h, s)
		if failed := r.Outcome == harness.StepFailed; failed != (c.failure != "") {
			t.Errorf("%s: %v: %v", name, r.Outcome, r.Err)
		}
		if c.failure != "" && (r.Err == nil || !strings.HasPrefix(r.Err.Error(), c.failure)) {
			t.Errorf("%s: got %v, want %s…", name, r.Err, c.failure)
		}
	}
}
