package harness_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/consumer/mapping"
	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/engine/memory"
	"github.com/stillwater-streams/stillwater/harness/scenario"
	"github.com/stillwater-streams/stillwater/harness/trace"
)

// What scenarios do is the same on the memory engine, and there it takes no
// container; what only that engine can do is tested here alone.
func TestInMemory(t *testing.T) {
	e := &databases{Engine: memory.New(memory.Options{})}
	for _, tests := range []map[string]func(*testing.T, *databases){faultTests(), groupTests(), shardTests(), requestTests()} {
		for name, test := range tests {
			t.Run(name, func(t *testing.T) { test(t, e) })
		}
	}
}

func shardTests() map[string]func(*testing.T, *databases) {
	return map[string]func(*testing.T, *databases){
		"a shard that splits or closes loses nothing":        testShardChanges,
		"records that were trimmed before they were read":    testTrim,
		"a read from the past is what a trigger has to bear": testStaleReads,
		"stale reads that nobody made":                       testStaleReadsNeverMade,
		"a kill after a split goes on in the children":       testKillAfterSplit,
	}
}

func shards(kind string) scenario.Step {
	return does(kind, scenario.ShardChange{Kind: kind, Table: "things"})
}

func testShardChanges(t *testing.T, e *databases) {
	for _, kind := range []string{"split", "close_shard", "expire_iterators"} {
		c := &calls{}
		h := start(t, project(t, mapping.Mapping{}, c.build), e, harness.Options{})
		r := run(t, h, scenarioOf("things/"+kind, put("seen 1", "seen 2"),
			backlog(put("seen 3"), shards(kind), put("seen 4", "seen 5")), shards(kind), put("seen 6")))
		h.Close()
		var ids []string
		for _, record := range c.records {
			ids = append(ids, record.Change.Keys["id"].String())
		}
		slices.Sort(ids) // children have no order among each other
		if want := []string{"seen 1", "seen 2", "seen 3", "seen 4", "seen 5", "seen 6"}; r.Err != nil || !slices.Equal(ids, want) {
			t.Errorf("%s: %v: delivered %q, want each once", kind, r.Err, ids)
		}
		if got := faults(r); len(got) != 2 || got[0] != kind+": the stream of things" {
			t.Errorf("faults %q", got)
		}
	}
}

func testTrim(t *testing.T, e *databases) {
	c := &calls{}
	h := start(t, project(t, mapping.Mapping{}, c.build), e, harness.Options{})
	r := run(t, h, scenarioOf("things/trim", put("seen 1"), backlog(put("seen 2"), shards("trim"), put("seen 3")), put("seen 4")))
	if r.Err != nil || c.invocations != 3 || len(c.records) != 3 {
		t.Errorf("%v: %d records in %d invocations, want all but that of the trimmed one", r.Err, len(c.records), c.invocations)
	}
	if got := faults(r); len(got) != 1 || got[0] != "trim: the stream of things; echo loses 1 record that it has not read" {
		t.Errorf("faults %q", got)
	}
}

// A trigger that reads eventually consistently computes from what was.
func testStaleReads(t *testing.T, e *databases) {
	var found []bool
	p := project(t, mapping.Mapping{}, building(func(ctx context.Context, db *dynamodb.Client, e events.DynamoDBEvent) error {
		out, err := db.GetItem(ctx, &dynamodb.GetItemInput{
			TableName: aws.String("things"), Key: map[string]types.AttributeValue{"id": text(e.Records[0].Change.Keys["id"].String())},
		})
		found = append(found, err == nil && out.Item != nil)
		return err
	}))
	r := run(t, start(t, p, e, harness.Options{}), scenarioOf("things/stale", does("stale_reads", scenario.StaleReads{Times: 1}), put("a"), put("b")))
	if r.Err != nil || !slices.Equal(found, []bool{false, true}) {
		t.Errorf("%v: items found %v, want the first read to miss its item", r.Err, found)
	}
}

func testKillAfterSplit(t *testing.T, e *databases) {
	c := &calls{}
	h := start(t, project(t, mapping.Mapping{BatchSize: 1}, c.build), e, harness.Options{})
	r := run(t, h, scenarioOf("things/kill", put("seen 1"), shards("split"), does("kill", scenario.Kill{Trigger: "echo"}), put("seen 2"), does("kill", scenario.Kill{}), put("seen 3")))
	if r.Err != nil || c.invocations != 4 || c.builds != 3 {
		t.Errorf("%v: %d invocations, %d environments; want 4 and 3: the second comes twice, and the parent is not read again", r.Err, c.invocations, c.builds)
	}
	if n := len(notesOf(r, trace.RecordOrphan)); n > 0 || strings.Contains(r.Rendering.Text, "dropped") {
		t.Errorf("%d orphans", n)
	}
}

// A scenario of stale reads is not about a run whose reads were all consistent.
func testStaleReadsNeverMade(t *testing.T, e *databases) {
	h := start(t, project(t, mapping.Mapping{}, building(idle)), e, harness.Options{})
	r := run(t, h, scenarioOf("things/stale", does("stale_reads", scenario.StaleReads{Times: 1}), put("a")))
	const want = "scenarios/things.yaml:9:5: stale_reads: never happened: nobody made more eventually consistent reads, or reads of an index, after this step"
	if r.Outcome != harness.StepFailed || r.Err.Error() != want {
		t.Errorf("%v: %v\nwant %s", r.Outcome, r.Err, want)
	}
}
