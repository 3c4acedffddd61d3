package harness_test

import (
	"context"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/consumer/mapping"
	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/engine/memory"
	"github.com/stillwater-streams/stillwater/harness/trace"
)

// Two batches: of what the scenario writes, and of what the trigger does.
func TestRedeliver(t *testing.T) {
	for how, want := range map[harness.Redelivery][]string{
		harness.NoRedelivery:    nil,
		harness.Twice:           {"is delivered twice, as every batch", "is delivered twice, as every batch"},
		harness.FailAfterWrites: {"fails after its handler returned, as the first invocation of every batch", "fails after its handler returned, as the first invocation of every batch"},
	} {
		t.Run(how.String(), func(t *testing.T) {
			c := &calls{}
			// Neither a retry nor a destination is there to use up.
			p := project(t, mapping.Mapping{OnFailure: "none", BisectBatchOnFunctionError: true}, c.build)
			r := run(t, start(t, p, memory.New(memory.Options{}), harness.Options{Redeliver: how}), scenarioOf("things/redeliver", put("a", "b")))
			if r.Err != nil || len(r.Dropped) > 0 || r.Redeliver != how {
				t.Fatalf("%v, dropped %v, %v", r.Err, r.Dropped, r.Redeliver)
			}
			if got := notesOf(r, trace.Fault); !slices.Equal(got, want) {
				t.Errorf("the trace says %q, want %q", got, want)
			}
			if times := 2 + len(want); c.invocations != times || c.builds != 1 {
				t.Errorf("%d invocations in %d environments, want %d in 1", c.invocations, c.builds, times)
			}
			has(t, r, `things "seen twice b"`)
		})
	}
}

// What comes again while the consumer runs on: other mappings had their turn.
func TestAFailedBatchWaitsForTheOthers(t *testing.T) {
	var g given
	named := func(name string) func(harness.Environment) (any, error) {
		return building(func(_ context.Context, _ *dynamodb.Client, e events.DynamoDBEvent) error {
			for i := range e.Records {
				e.Records[i].Change.Keys["id"] = events.NewStringAttribute(name)
			}
			g.note(e)
			return nil
		})
	}
	p := project(t, mapping.Mapping{Trigger: "one"}, named("one"))
	p.Triggers = append(p.Triggers, project(t, mapping.Mapping{Trigger: "two"}, named("two")).Triggers...)
	r := run(t, start(t, p, memory.New(memory.Options{}), harness.Options{Redeliver: harness.FailAfterWrites}), scenarioOf("things/two", put("a")))
	if want := []string{"one", "two", "one", "two"}; r.Err != nil || !slices.Equal(g.list, want) {
		t.Errorf("%v: invocations of %q, want %q", r.Err, g.list, want)
	}
}

// What redelivery finds: each of these comes to another result with it.
func TestRedeliveryTells(t *testing.T) {
	set := func(n string) map[string]types.AttributeValue {
		return map[string]types.AttributeValue{":n": &types.AttributeValueMemberN{Value: n}}
	}
	for name, build := range map[string]func(harness.Environment) (any, error){
		"a count that goes up with each record": building(func(ctx context.Context, db *dynamodb.Client, e events.DynamoDBEvent) error {
			if e.Records[0].Change.Keys["id"].String() == "sum" {
				return nil
			}
			_, err := db.UpdateItem(ctx, &dynamodb.UpdateItemInput{
				TableName: aws.String("things"), Key: map[string]types.AttributeValue{"id": text("sum")},
				UpdateExpression: aws.String("ADD n :n"), ExpressionAttributeValues: set("1"),
			})
			return err
		}),
		"the time of the computation": func(env harness.Environment) (any, error) {
			db := dynamodb.NewFromConfig(env.AWS)
			return func(ctx context.Context, e events.DynamoDBEvent) error {
				if e.Records[0].Change.Keys["id"].String() == "last" {
					return nil
				}
				_, err := db.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String("things"), Item: map[string]types.AttributeValue{
					"id": text("last"), "at": text(env.Now().Format(time.RFC3339)),
				}})
				return err
			}, nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			var texts []string
			for _, how := range []harness.Redelivery{harness.NoRedelivery, harness.Twice, harness.FailAfterWrites} {
				h := start(t, project(t, mapping.Mapping{}, build), memory.New(memory.Options{}), harness.Options{Redeliver: how})
				r := run(t, h, scenarioOf("things/wrong", put("a")))
				if err := h.Close(); err != nil || r.Err != nil {
					t.Fatal(err, r.Err)
				}
				texts = append(texts, r.Rendering.Text)
			}
			if texts[1] == texts[0] || texts[2] == texts[0] {
				t.Errorf("redelivery makes no difference to\n%s", texts[0])
			}
		})
	}
}

// A run with redelivery says nothing of what a snapshot should hold.
func TestRedeliveryProposesNothing(t *testing.T) {
	p := project(t, mapping.Mapping{}, building(idle))
	h := start(t, p, memory.New(memory.Options{}), harness.Options{Redeliver: harness.Twice, Update: true})
	r := run(t, h, scenarioOf("things/new", put("a")))
	if r.Outcome != harness.Differs || r.Snapshot.PendingPath != "" || r.Snapshot.Accepted {
		t.Errorf("%v, %+v", r.Outcome, r.Snapshot)
	}
	if left, err := os.ReadDir(p.Root); err != nil || len(left) > 0 {
		t.Errorf("%v: files are left: %v", err, left)
	}
}

func TestRedeliveryNeedsTheDriver(t *testing.T) {
	p := project(t, mapping.Mapping{}, building(idle))
	_, err := harness.Start(context.Background(), p, memory.New(memory.Options{}), harness.Options{Redeliver: harness.Twice, Live: true})
	if err == nil || !strings.Contains(err.Error(), "redeliver twice: only the driver can do this") {
		t.Errorf("%v", err)
	}
}
