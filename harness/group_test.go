package harness_test

import (
	"cmp"
	"context"
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
	"github.com/stillwater-streams/stillwater/harness/scenario"
	"github.com/stillwater-streams/stillwater/harness/trace"
)

// groupTests run in TestInMemory: groups, time, views, the order of calls.
func groupTests() map[string]func(*testing.T, *databases) {
	return map[string]func(*testing.T, *databases){
		"writers together: the seed decides who loses an update":    testTogether,
		"a writer that fails among others is the one that is named": testTogetherFails,
		"invocations overlap as the seed says":                      testOverlap,
		"a backlog is delivered in one go":                          testBacklog,
		"time moves where steps say":                                testTime,
		"a batch is one call":                                       testBatch,
		"a snapshot in the middle":                                  testMiddle,
		"changed items are those that differ from the fixture":      testChangedItems,
		"changes are a line for each item, by table":                testChanges,
		"a view with nothing to show says so":                       testNothingToShow,
		"a value as expected, and one that is not":                  testExpect,
		"a scenario asks for cold starts":                           testScenarioColdStarts,
		"a scenario has a seed, the run's comes before it":          testScenarioSeed,
	}
}

// adding is a mutation that reads an item and writes it back with one more.
func adding() harness.Mutation {
	type args struct{}
	return harness.NewMutation("add", "adds one", func(ctx context.Context, w harness.Writer, _ args) error {
		key := map[string]types.AttributeValue{"id": text("sum")}
		out, err := w.DB.GetItem(ctx, &dynamodb.GetItemInput{TableName: aws.String("things"), Key: key, ConsistentRead: aws.Bool(true)})
		if err != nil {
			return err
		}
		n := "i"
		if old, ok := out.Item["n"].(*types.AttributeValueMemberS); ok {
			n += old.Value
		}
		_, err = w.DB.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String("things"), Item: map[string]types.AttributeValue{"id": text("sum"), "n": text(n)}})
		return err
	})
}

func together(steps ...scenario.Step) scenario.Step {
	return scenario.Step{Verb: "together", Text: "together", Steps: steps}
}

func backlog(steps ...scenario.Step) scenario.Step {
	return scenario.Step{Verb: "backlog", Text: "backlog", Steps: steps}
}

func testTogether(t *testing.T, e *databases) {
	p := project(t, mapping.Mapping{}, building(idle))
	p.Mutations = []harness.Mutation{adding()}
	add := scenario.Step{Verb: "add", Text: "add", Args: adding().New()}
	sum := func(seed uint64) (n, order string) {
		h := start(t, p, e, harness.Options{Seed: seed})
		defer h.Close()
		r := run(t, h, scenarioOf("things/sum", together(add, add)))
		if r.Err != nil {
			t.Fatal(r.Err)
		}
		_, n, _ = strings.Cut(r.Rendering.Text, `n: "`)
		return strings.TrimSpace(n), r.Log.Canonical()
	}
	if n, _ := sum(0); n != `ii"` {
		t.Errorf("one after the other they add up to %s", n)
	}
	lost := 0
	for seed := uint64(1); seed <= 8; seed++ {
		n, first := sum(seed)
		if n == `i"` {
			lost++
		}
		if _, again := sum(seed); again != first {
			t.Errorf("seed %d: two runs differ", seed)
		}
	}
	if lost == 0 || lost == 8 {
		t.Errorf("%d of 8 seeds lost an update: want some, and some not", lost)
	}
}

func testTogetherFails(t *testing.T, e *databases) {
	p := project(t, mapping.Mapping{}, building(idle))
	wrong := put("b")
	wrong.Pos.Line = 17
	wrong.Writes[0].Item = map[string]types.AttributeValue{"wrong": text("a")}
	r := run(t, start(t, p, e, harness.Options{Seed: 3}), scenarioOf("things/together", together(put("a"), wrong, put("c"))))
	if r.Outcome != harness.StepFailed || !strings.HasPrefix(r.Err.Error(), "scenarios/things.yaml:17:5: put: ") {
		t.Errorf("%v: %v", r.Outcome, r.Err)
	}
	if acks := notesOf(r, trace.MutationAck); len(acks) != 3 || acks[0] != "ok" || acks[2] != "ok" {
		t.Errorf("acknowledged %q", acks)
	}
}

// Two triggers that each read a sum and write it back: one after the other they
// add up, and some orders lose one.
func testOverlap(t *testing.T, e *databases) {
	builds := 0
	build := func(env harness.Environment) (any, error) {
		builds++
		db := dynamodb.NewFromConfig(env.AWS)
		return func(ctx context.Context, e events.DynamoDBEvent) error {
			if !first(e) {
				return nil
			}
			return adding().Run(ctx, harness.Writer{DB: db}, adding().New())
		}, nil
	}
	p := project(t, mapping.Mapping{Trigger: "one"}, build)
	p.Triggers = append(p.Triggers, project(t, mapping.Mapping{Trigger: "two"}, build).Triggers...)
	sums := map[string]int{}
	for seed := range uint64(9) {
		h := start(t, p, e, harness.Options{Seed: seed})
		r := run(t, h, scenarioOf("things/overlap", put("a")))
		if r.Err != nil {
			t.Fatal(r.Err)
		}
		if again := run(t, h, scenarioOf("things/overlap", put("a"))); again.Log.Canonical() != r.Log.Canonical() {
			t.Errorf("seed %d: two runs differ", seed)
		}
		h.Close()
		_, n, _ := strings.Cut(r.Rendering.Text, `n: "`)
		n = strings.TrimSpace(n)
		if seed == 0 && n != `ii"` {
			t.Errorf("one after the other they add up to %s", n)
		}
		sums[n]++
	}
	if sums[`i"`] == 0 || sums[`ii"`] < 2 {
		t.Errorf("sums by seed: %v; want some that lost an update, and some not", sums)
	}
}

func testBacklog(t *testing.T, e *databases) {
	var sizes []int
	var arrivals []time.Time
	p := project(t, mapping.Mapping{}, func(harness.Environment) (any, error) {
		return func(e events.DynamoDBEvent) {
			sizes = append(sizes, len(e.Records))
			for _, r := range e.Records {
				arrivals = append(arrivals, r.Change.ApproximateCreationDateTime.UTC())
			}
		}, nil
	})
	r := run(t, start(t, p, e, harness.Options{}), scenarioOf("things/backlog",
		backlog(put("a"), put("b"), does("settle", scenario.Settle{}), put("c"), does("advance", scenario.Advance{For: time.Hour}), put("d")), put("e")))
	if r.Err != nil || !slices.Equal(sizes, []int{2, 2, 1}) {
		t.Errorf("%v: batches of %v, want a and b at the settle, c and d at the end, then e", r.Err, sizes)
	}
	for i, after := range []time.Duration{0, time.Minute, 2 * time.Minute, 63 * time.Minute, 64 * time.Minute} {
		if want := testStart.Add(after); !arrivals[i].Equal(want) {
			t.Errorf("record %d is of %v, want %v", i+1, arrivals[i], want)
		}
	}
}

func testTime(t *testing.T, e *databases) {
	var nows []time.Time
	p := project(t, mapping.Mapping{}, func(env harness.Environment) (any, error) {
		return func(events.DynamoDBEvent) { nows = append(nows, env.Now()) }, nil
	})
	h := start(t, p, e, harness.Options{})
	at := testStart.Add(48 * time.Hour)
	r := run(t, h, scenarioOf("things/time", put("a"), does("advance", scenario.Advance{For: 2 * time.Hour}), put("b"), does("at", scenario.At{Time: at}), put("c")))
	if want := []time.Time{testStart, testStart.Add(121 * time.Minute), at}; r.Err != nil || !slices.EqualFunc(nows, want, time.Time.Equal) {
		t.Errorf("%v: the trigger ran at %v, want %v", r.Err, nows, want)
	}
	century := does("advance", scenario.Advance{For: 2_500_000 * time.Hour})
	far := scenarioOf("things/time", put("a"))
	for range 30 {
		far.Steps = append(far.Steps, century)
	}
	r = run(t, h, far)
	if r.Outcome != harness.StepFailed || !strings.Contains(r.Err.Error(), "the virtual clock cannot reach the year") {
		t.Errorf("a clock beyond the end of time: %v: %v", r.Outcome, r.Err)
	}
	r = run(t, h, scenarioOf("things/time", put("a"), does("at", scenario.At{Time: testStart})))
	if want := "scenarios/things.yaml:9:5: at: the virtual clock is at 2024-09-19T10:01:00Z by then"; r.Outcome != harness.StepFailed || !strings.HasPrefix(r.Err.Error(), want) {
		t.Errorf("%v: %v", r.Outcome, r.Err)
	}
}

func testBatch(t *testing.T, e *databases) {
	p := project(t, mapping.Mapping{}, building(idle))
	batch := put("a", "b")
	batch.Verb = "batch"
	batch.Writes = append(batch.Writes, scenario.Write{Op: "delete", Table: "things", Key: map[string]types.AttributeValue{"id": text("c")}})
	r := run(t, start(t, p, e, harness.Options{}), scenarioOf("things/batch", put("c"), batch))
	if w, ok := r.Log.Find("w2"); r.Err != nil || !ok || w.Op != "BatchWriteItem" || w.N != 3 {
		t.Errorf("%v: the write is %+v, want one of 3 records", r.Err, w)
	}
}

func testMiddle(t *testing.T, e *databases) {
	p := project(t, mapping.Mapping{}, building(idle))
	r := run(t, start(t, p, e, harness.Options{}), scenarioOf("things/middle", put("a"), does("snapshot", scenario.Snapshot{Name: "before b"}), put("b")))
	want := "# scenario: things/middle\n\n== before b ==\n\nthings a\n  id: \"a\"\n\n== end ==\n\nthings a\n  id: \"a\"\n\nthings b\n  id: \"b\"\n"
	if r.Err != nil || !strings.HasSuffix(r.Rendering.Text, want) {
		t.Errorf("%v\n%s", r.Err, r.Rendering.Text)
	}
	if len(r.Sources) != 3 || r.Sources[0] != "things a" {
		t.Errorf("sources %q", r.Sources)
	}
}

func testChangedItems(t *testing.T, e *databases) {
	p := project(t, mapping.Mapping{}, building(idle))
	s := scenarioOf("things/changed", put("same"),
		scenario.Step{Verb: "delete", Writes: []scenario.Write{{Op: "delete", Table: "things", Key: map[string]types.AttributeValue{"id": text("gone")}}}}, put("new"))
	s.Fixture = &scenario.Fixture{Name: "some", Steps: []scenario.Step{put("same", "gone", "left")}}
	s.Observe = []string{"changed_items", "items"}
	r := run(t, start(t, p, e, harness.Options{}), s)
	want := "\n\nchanged_items gone\n  absent\n\nchanged_items new\n  id: \"new\"\n\nitems left\n  id: \"left\"\n\nitems new\n  id: \"new\"\n\nitems same\n  id: \"same\"\n"
	if r.Err != nil || !strings.HasSuffix(r.Rendering.Text, want) {
		t.Errorf("%v\n%s", r.Err, r.Rendering.Text)
	}
}

func testNothingToShow(t *testing.T, e *databases) {
	p := project(t, mapping.Mapping{}, building(idle))
	s := scenarioOf("things/nothing", does("settle", scenario.Settle{}))
	s.Observe = []string{"on_failure", "invocations", "changed_items", "changes"}
	r := run(t, start(t, p, e, harness.Options{}), s)
	if want := "\n\non_failure\n  []\n\ninvocations\n  []\n\nchanged_items\n  []\n\nchanges\n  []\n"; !strings.HasSuffix(r.Rendering.Text, want) {
		t.Error(r.Rendering.Text)
	}
}

func testExpect(t *testing.T, e *databases) {
	p := project(t, mapping.Mapping{}, building(idle))
	thing := put("a")
	thing.Writes[0].Item["size"] = &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{
		"x.y": &types.AttributeValueMemberN{Value: "1.50"}, "tags": &types.AttributeValueMemberSS{Value: []string{"q", "p"}},
		"list": &types.AttributeValueMemberL{Value: []types.AttributeValue{text("zero"), text("one")}},
	}}
	h := start(t, p, e, harness.Options{})
	expect := func(of, path string, is types.AttributeValue) error {
		return run(t, h, scenarioOf("things/expect", thing, does("expect", scenario.Expect{View: "things", Of: of, Path: path, Is: is, Absent: is == nil}))).Err
	}
	for path, is := range map[string]types.AttributeValue{
		`size."x.y"`: &types.AttributeValueMemberN{Value: "1.5"}, "size.tags": &types.AttributeValueMemberSS{Value: []string{"p", "q"}},
		"size.list[1]": text("one"), "id": text("a"), "size.list[2]": nil, "size.depth": nil, "none": nil,
	} {
		if err := expect("a", path, is); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
	if err := expect("b", "id", nil); err != nil {
		t.Errorf("an item that is not there: %v", err)
	}
	for _, test := range []struct {
		of, path string
		is       types.AttributeValue
		want     string
	}{
		{"a", "size.list[1]", text("two"), "things a size.list[1] is not as expected\n  wanted: \"two\"\n  found:  \"one\"\n  ← w1 ← m1 things.yaml:4"},
		{"a", "id", nil, "things a id is not as expected\n  wanted: absent\n  found:  \"a\"\n  ← w1 ← m1 things.yaml:4"},
		{"b", "id", text("b"), "nothing is called b in things; there are: a"},
		{"a", "size[0", text("b"), "path size[0: no ] to the ["},
		{"a", "size.none.at.all", nil, "size.none.at.all is absent, and so is what it would be a part of: is the path misspelt? Else demand that of none"},
		{"a", "size.lst", nil, "size.lst is absent, and in this run nothing was ever called lst: did you mean list?"},
	} {
		want := "scenarios/things.yaml:9:5: expect: " + test.want
		if err := expect(test.of, test.path, test.is); err == nil || err.Error() != want {
			t.Errorf("got %v\nwant %s", err, want)
		}
	}
}

func testScenarioColdStarts(t *testing.T, e *databases) {
	c := &calls{}
	s := scenarioOf("things/cold", put("seen 1"), put("seen 2"))
	s.ColdStarts = true
	run(t, start(t, project(t, mapping.Mapping{}, c.build), e, harness.Options{}), s)
	if c.builds != 2 {
		t.Errorf("%d environments for 2 invocations", c.builds)
	}
}

func testScenarioSeed(t *testing.T, e *databases) {
	p := project(t, mapping.Mapping{}, building(idle))
	p.Mutations = []harness.Mutation{adding()}
	add := scenario.Step{Verb: "add", Text: "add", Args: adding().New()}
	of := func(ofRun, own uint64) (trace string) {
		s := scenarioOf("things/sum", together(add, add, add))
		s.Seed = own
		h := start(t, p, e, harness.Options{Seed: ofRun})
		defer h.Close()
		r := run(t, h, s)
		if want := cmp.Or(ofRun, own); r.Err != nil || r.Seed != want {
			t.Fatalf("run's %d, scenario's %d: ran with seed %d: %v", ofRun, own, r.Seed, r.Err)
		}
		return r.Log.Canonical()
	}
	distinct := map[string]bool{}
	for seed := range uint64(5) {
		distinct[of(seed, 0)] = true
		if of(0, seed) != of(seed, 0) {
			t.Errorf("seed %d of the scenario is not the order of that seed of a run", seed)
		}
		if seed > 0 && of(seed, 9) != of(seed, 0) {
			t.Errorf("seed %d of the run does not come before that of the scenario", seed)
		}
	}
	if len(distinct) < 2 {
		t.Error("no seed changes the order: this shows nothing")
	}
}
