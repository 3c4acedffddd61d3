package harness_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"

	"github.com/stillwater-streams/stillwater/consumer/mapping"
	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/engine/memory"
	"github.com/stillwater-streams/stillwater/harness/scenario"
)

// naming is a mutation with an argument of every common kind.
func naming() harness.Mutation {
	type args struct {
		IDs   []string  `yaml:"ids"`
		Size  int       `yaml:"size"`
		Until time.Time `yaml:"until,omitempty"`
		Loud  bool      `yaml:"loud,omitempty"`
	}
	return harness.NewMutation("name", "puts things", func(ctx context.Context, w harness.Writer, a args) error {
		for _, id := range a.IDs {
			_, err := w.DB.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String(w.Table), Item: map[string]types.AttributeValue{
				"id": text(id), "until": text(fmt.Sprint(a.Until, a.Size, a.Loud)),
			}})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

const asYAML = `title: what there is to write
fixture: {use: [some], items: [put: {item: {id: gone}}]}
start: 2024-09-19T10:00:00Z
triggers: {echo: {batch_size: 2, maximum_retry_attempts: 9}}
needs: [split]
patience: 2h
cold_starts: true
seed: 3
observe: [changed_items, invocations]
steps:
  - name: {ids: [a, "b c"], size: 3, until: 2024-10-01T00:00:00Z, loud: true}
  - put: {item: {id: d, n: 1.50, s: "x\ty", deep: {list: [1, true, null], set: !SS [q, p], ns: !NS [1, 2.5], b: !B aGk=, bs: !BS [aGk=], m: {k: [v]}}}}
  - update: {key: {id: d}, set: {deep.list: 1}, remove: [s]}
  - delete: {key: {id: gone}}
  - transact: [put: {item: {id: e}}, update: {key: {id: f}, set: {x: 1}}]
  - batch: [put: {item: {id: g}}, delete: {key: {id: e}}]
  - together: [name: {ids: [h], size: 1}, put: {item: {id: i}}]
  - backlog:
      - put: {item: {id: j}}
      - kill
      - settle
      - advance: 90m
  - at: 2024-09-21T00:00:00Z
  - fail: {trigger: echo, times: 2}
  - fail_call: {trigger: echo, error: ThrottlingException}
  - put: {item: {id: k}}
  - split
  - snapshot: half way
  - expire: {key: {id: k}}
  - expect: {view: things, of: d, path: n, is: 1.5}
`

func asGo() *harness.Builder {
	n := func(text string) types.AttributeValue { return &types.AttributeValueMemberN{Value: text} }
	item := func(id string) harness.Args { return harness.Args{"item": harness.Args{"id": id}} }
	key := func(id string) harness.Args { return harness.Args{"key": harness.Args{"id": id}} }
	return harness.NewScenario("things/written").Title("what there is to write").
		Fixture("some").Given(harness.Do("put", item("gone"))).
		Start(testStart).Trigger("echo", harness.Args{"batch_size": 2, "maximum_retry_attempts": 9}).
		Needs("split").Patience(2*time.Hour).ColdStarts().Seed(3).Observe("changed_items", "invocations").
		Do("name", harness.Args{"ids": []string{"a", "b c"}, "size": 3, "until": time.Date(2024, 10, 1, 0, 0, 0, 0, time.UTC), "loud": true}).
		Do("put", harness.Args{"item": map[string]any{
			"id": text("d"), "n": n("1.50"), "s": "x\ty",
			"deep": harness.Args{"list": []any{1, true, nil}, "set": &types.AttributeValueMemberSS{Value: []string{"q", "p"}},
				"ns": &types.AttributeValueMemberNS{Value: []string{"1", "2.5"}}, "b": &types.AttributeValueMemberB{Value: []byte("hi")},
				"bs": &types.AttributeValueMemberBS{Value: [][]byte{[]byte("hi")}},
				"m":  &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{"k": &types.AttributeValueMemberL{Value: []types.AttributeValue{text("v")}}}},
			},
		}}).
		Do("update", harness.Args{"key": harness.Args{"id": "d"}, "set": harness.Args{"deep.list": n("1")}, "remove": []string{"s"}}).
		Do("delete", key("gone")).
		Do("transact", []harness.Step{harness.Do("put", item("e")), harness.Do("update", harness.Args{"key": harness.Args{"id": "f"}, "set": harness.Args{"x": 1}})}).
		Do("batch", []harness.Step{harness.Do("put", item("g")), harness.Do("delete", key("e"))}).
		Together(harness.Do("name", harness.Args{"ids": []string{"h"}, "size": 1}), harness.Do("put", item("i"))).
		Backlog(harness.Do("put", item("j")), harness.Do("kill", nil), harness.Do("settle", nil), harness.Do("advance", 90*time.Minute)).
		Do("at", time.Date(2024, 9, 21, 0, 0, 0, 0, time.UTC)).
		Do("fail", harness.Args{"trigger": "echo", "times": 2}).
		Do("fail_call", harness.Args{"trigger": "echo", "error": "ThrottlingException"}).
		Do("put", item("k")).
		Do("split", nil).
		Do("snapshot", "half way").
		Do("expire", key("k")).
		Do("expect", harness.Args{"view": "things", "of": "d", "path": "n", "is": 1.5})
}

// Written in Go or in YAML, it is the same run, but for the places of its steps.
func TestAScenarioMadeInGoIsTheOneOfTheFile(t *testing.T) {
	c := &calls{}
	p := project(t, mapping.Mapping{}, c.build)
	p.Mutations = []harness.Mutation{naming()}
	if err := os.MkdirAll(p.Root+"/fixtures", 0o755); err != nil {
		t.Fatal(err)
	}
	fixture := "items:\n  - put: {item: {id: left}}\n"
	if err := os.WriteFile(p.Root+"/fixtures/some.yaml", []byte(fixture), 0o644); err != nil {
		t.Fatal(err)
	}
	fromFile, err := scenario.Parse("things/written", []byte(asYAML), map[string][]byte{"some": []byte(fixture)}, p.Vocabulary())
	if err != nil {
		t.Fatal(err)
	}
	made, err := asGo().Build(p)
	if err != nil {
		t.Fatal(err)
	}
	h := start(t, p, memory.New(memory.Options{}), harness.Options{})
	a, b := run(t, h, fromFile), run(t, h, made)
	if a.Err != nil || b.Err != nil {
		t.Fatalf("file: %v\nGo: %v", a.Err, b.Err)
	}
	if a.Rendering.Text != b.Rendering.Text || !strings.Contains(a.Rendering.Text, "== half way ==") {
		t.Errorf("- file, + Go:\n%s", cmp.Diff(a.Rendering.Text, b.Rendering.Text))
	}
	place := regexp.MustCompile(`"ref":"[^"]*"`)
	bare := func(r *harness.Result) string { return place.ReplaceAllString(r.Log.Canonical(), "") }
	if diff := cmp.Diff(strings.Split(bare(a), "\n"), strings.Split(bare(b), "\n")); diff != "" {
		t.Errorf("- file, + Go:\n%s", diff)
	}
	if !strings.Contains(b.Log.Canonical(), `"ref":"builder_test.go:`) {
		t.Error("steps made in Go do not name their line")
	}
}

func TestMistakesOfAScenarioMadeInGo(t *testing.T) {
	p := project(t, mapping.Mapping{}, (&calls{}).build)
	_, err := harness.NewScenario("things/wrong").Do("putt", nil).Do("fail", harness.Args{"trigger": "eco"}).Build(p)
	for _, want := range []string{`unknown verb "putt"`, "did you mean put?", `unknown trigger "eco"`, "2 mistakes"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: want %q in it", err, want)
		}
	}
	_, err = harness.NewScenario("things/wrong").Do("put", harness.Args{"item": harness.Args{"id": func() {}}}).Build(p)
	if err == nil || !strings.Contains(err.Error(), "a value of type func() has no form in YAML") {
		t.Error(err)
	}
}

// A scenario in Go: the batch of an order fails once, before its handler is called,
// and so is counted once.
func ExampleNewScenario() {
	root, err := os.MkdirTemp("", "orders")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(root)
	records := 0
	project := harness.Project{
		Root: root, Tables: []*dynamodb.CreateTableInput{things()}, Views: []harness.View{all()},
		Triggers: []harness.Trigger{{
			Mapping: mapping.Mapping{Trigger: "count", Table: "things", Enabled: true, BatchSize: 100, MaximumRetryAttempts: 2},
			New: func(harness.Environment) (any, error) {
				return func(e events.DynamoDBEvent) { records += len(e.Records) }, nil
			},
		}},
	}
	s, err := harness.NewScenario("orders/a_failed_batch_is_counted_once").
		Do("fail", harness.Args{"trigger": "count"}).
		Do("put", harness.Args{"item": harness.Args{"id": "o1", "total": 9.5}}).
		Do("expect", harness.Args{"view": "things", "of": "o1", "path": "total", "is": 9.5}).
		Build(project)
	if err != nil {
		log.Fatal(err) // every mistake, with what to do about it
	}
	h, err := harness.Start(context.Background(), project, memory.New(memory.Options{}), harness.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer h.Close()
	result, err := h.Run(context.Background(), s)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(result.Snapshot.Outcome, records)
	fmt.Print(result.Rendering.Text)
	// Output:
	// missing 1
	// # stillwater snapshot 1
	// # scenario: orders/a_failed_batch_is_counted_once
	//
	// things o1
	//   id: "o1"
	//   total: 9.5
}
