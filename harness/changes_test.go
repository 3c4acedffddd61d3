package harness_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"

	"github.com/stillwater-streams/stillwater/consumer/mapping"
	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/scenario"
)

// Every line has the cause of its item, also one that is not there any more.
func testChanges(t *testing.T, e *databases) {
	p := project(t, mapping.Mapping{}, building(idle))
	p.Tables = append(p.Tables, &dynamodb.CreateTableInput{
		TableName: aws.String("others"), BillingMode: types.BillingModePayPerRequest, KeySchema: p.Tables[0].KeySchema,
		AttributeDefinitions: p.Tables[0].AttributeDefinitions, StreamSpecification: p.Tables[0].StreamSpecification,
	})
	p.Observe = []string{"changes"}
	write := func(table, op, id string, names ...string) scenario.Step {
		w := scenario.Write{Op: op, Table: table, Key: map[string]types.AttributeValue{"id": text(id)}, Set: map[string]types.AttributeValue{}}
		for _, name := range names {
			w.Set[name] = text("new")
		}
		return scenario.Step{Verb: op, Writes: []scenario.Write{w}}
	}
	s := scenarioOf("things/changes", at(10, write("things", "update", "with blank", "b", "a")), at(11, write("others", "update", "far", "a")),
		at(12, write("things", "delete", "gone")), at(13, write("things", "delete", "restored")), at(14, put("restored", "new")))
	s.Fixture = &scenario.Fixture{Name: "some", Steps: []scenario.Step{put("with blank", "gone", "left", "restored")}}
	s.Observe = p.Vocabulary().Observe
	r := once(t, p, e.Engine, harness.Options{Update: true}, s)
	want := "\n\nchanges\n  gone: \"removed\"\n  new: \"inserted\"\n  \"with blank\": \"a, b\"\n\nchanges others\n  far: \"inserted\"\n"
	if !strings.HasSuffix(r.Rendering.Text, want) {
		t.Error(r.Rendering.Text)
	}
	if c := r.Cause(1, "far").String(); c != "← w2 ← m2 total.yaml:11" {
		t.Errorf("the cause in another table: %s", c)
	}
	s.Steps = append(s.Steps[3:], at(15, write("things", "update", "odd \"key\"", "a")))
	causes := []string{
		`-gone: "removed" ← fixture things.yaml:4`,
		`-"with blank": "a, b" ← fixture things.yaml:4`,
		`-far: "inserted" ← not written: no step changed anything that names it`,
		`+"odd \"key\"": "inserted" ← w4 ← m3 total.yaml:15`,
	}
	if diff := cmp.Diff(causes, explained(once(t, p, e.Engine, harness.Options{}, s))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
