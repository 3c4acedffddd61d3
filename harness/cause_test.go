package harness_test

import (
	"context"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"

	"github.com/stillwater-streams/stillwater/consumer/filter"
	"github.com/stillwater-streams/stillwater/consumer/mapping"
	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/engine"
	"github.com/stillwater-streams/stillwater/harness/engine/memory"
	"github.com/stillwater-streams/stillwater/harness/scenario"
	"github.com/stillwater-streams/stillwater/harness/snapshot"
)

// counting is a trigger that counts on the item "total" what is put; it misses
// what it is told to, and panics at what it is told to. That is how most triggers
// are wrong.
type counting struct{ misses, panics string }

func (c counting) build(env harness.Environment) (any, error) {
	db := dynamodb.NewFromConfig(env.AWS)
	return func(ctx context.Context, e events.DynamoDBEvent) error {
		for _, r := range e.Records {
			id := r.Change.Keys["id"].String()
			if id == "total" || id == c.misses {
				continue
			}
			if id == c.panics {
				panic("poison")
			}
			_, err := db.UpdateItem(ctx, &dynamodb.UpdateItemInput{
				TableName: aws.String("things"), Key: map[string]types.AttributeValue{"id": text("total")},
				UpdateExpression:          aws.String("ADD seen :one"),
				ExpressionAttributeValues: map[string]types.AttributeValue{":one": &types.AttributeValueMemberN{Value: "1"}},
			})
			if err != nil {
				return err
			}
		}
		return nil
	}, nil
}

// at moves a step to a line.
func at(line int, s scenario.Step) scenario.Step {
	s.Pos.Line = line
	s.Pos.File = "scenarios/a/total.yaml"
	return s
}

// What a wrong trigger does to a snapshot that a right one made: each changed line
// names its cause.
func TestCausesOfPlantedFaults(t *testing.T) {
	e := memory.New(memory.Options{})
	defer func() {
		if err := e.Close(context.Background()); err != nil {
			t.Error(err)
		}
	}()
	onlyTotals, err := filter.Parse([]string{`{"dynamodb":{"Keys":{"id":{"S":["total"]}}}}`})
	if err != nil {
		t.Fatal(err)
	}
	inFixture := put("first")
	inFixture.Pos = scenario.Position{File: "fixtures/some.yaml", Line: 3, Col: 3}
	for _, tt := range []struct {
		name  string
		m     mapping.Mapping
		wrong counting
		steps []scenario.Step
		want  []string
	}{
		{
			name: "a write that is not made", wrong: counting{misses: "b"},
			steps: []scenario.Step{at(7, put("b"))},
			want:  []string{"+seen: 1 ← not written: i1 of echo received r1: ok, nothing written"},
		},
		{
			name: "a handler that panics", wrong: counting{panics: "b"},
			steps: []scenario.Step{at(7, put("b"))},
			want: []string{
				"+seen: 1 ← not written: i1 of echo received r1: panic: poison at PLACE, nothing written; +1 more",
				`+on_failure "message 1" ← i1 ← r1 ← m1 yaml:7`,
				`+attempts: 1 ← i1 ← r1 ← m1 yaml:7`, `+condition: "RetryAttemptsExhausted" ← i1 ← r1 ← m1 yaml:7`,
				`+function: "echo" ← i1 ← r1 ← m1 yaml:7`, `+records: 1 ← i1 ← r1 ← m1 yaml:7`,
			},
		},
		{
			name: "filters that turn away what matters", m: mapping.Mapping{Filters: onlyTotals},
			steps: []scenario.Step{at(7, put("b"))},
			want: []string{
				"-things total ← not written: nobody received r1: the filters of echo turn it away", `-id: "total" ← not written: nobody received r1: the filters of echo turn it away`, "-seen: 2 ← not written: nobody received r1: the filters of echo turn it away",
			},
		},
		{
			name: "no fault at all", wrong: counting{},
			steps: []scenario.Step{at(7, put("b")), at(8, put("c"))},
			want:  nil,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := scenarioOf("a/total", tt.steps...)
			s.Fixture.Steps = []scenario.Step{inFixture}
			right := project(t, mapping.Mapping{}, counting{}.build)
			if r := once(t, right, e, harness.Options{Update: true}, s); r.Outcome != harness.Passed {
				t.Fatal(r.Outcome, r.Err)
			}
			wrong := project(t, tt.m, tt.wrong.build)
			wrong.Root = right.Root
			r := once(t, wrong, e, harness.Options{}, s)
			if diff := cmp.Diff(tt.want, explained(r)); diff != "" {
				t.Errorf("(-want +got):\n%s\n%s", diff, r.Rendering.Text)
			}
		})
	}
}

// once runs a scenario on a harness of its own.
func once(t *testing.T, p harness.Project, e engine.Engine, o harness.Options, s *scenario.Scenario) *harness.Result {
	t.Helper()
	h, err := harness.Start(t.Context(), p, e, o)
	if err != nil {
		t.Fatal(err)
	}
	r := run(t, h, s)
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	return r
}

// explained are the changed lines of a result that have a cause.
func explained(r *harness.Result) []string {
	place := regexp.MustCompile(` at \S+ \(\S+\)`)
	var out []string
	causes := r.Causes()
	for i, d := range r.Snapshot.Diff {
		if d.Op != ' ' && causes[i].Kind != harness.NoCause {
			out = append(out, string(d.Op)+strings.TrimSpace(d.Text)+" "+place.ReplaceAllString(causes[i].String(), " at PLACE"))
		}
	}
	return out
}

// A scrubber of the project replaces what differs, and one that finds nothing is
// known after the run.
func TestScrubbersOfAProject(t *testing.T) {
	p := project(t, mapping.Mapping{}, counting{}.build)
	p.Scrub = []snapshot.Scrubber{
		{Name: "id", Pattern: regexp.MustCompile(`[0-9a-f]{8}`)}, {Name: "unused", Pattern: regexp.MustCompile("never")},
	}
	h := start(t, p, memory.New(memory.Options{}), harness.Options{})
	r := run(t, h, scenarioOf("a/scrubbed", put("order 0123abcd")))
	if !strings.Contains(r.Rendering.Text, "# scrubbed: id\n") || !strings.Contains(r.Rendering.Text, `things "order <id:1>"`) {
		t.Errorf("the snapshot is\n%s", r.Rendering.Text)
	}
	if got := p.UnusedScrubbers([]*harness.Result{r}); len(got) != 1 || got[0] != "unused" {
		t.Errorf("unused: %q", got)
	}
	p.Scrub[0].Pattern = nil
	if _, err := harness.Start(t.Context(), p, memory.New(memory.Options{}), harness.Options{}); err == nil || !strings.Contains(err.Error(), "it has no pattern") {
		t.Errorf("started with a scrubber that has no pattern: %v", err)
	}
}
