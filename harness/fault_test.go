package harness_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"

	"github.com/stillwater-streams/stillwater/consumer/filter"
	"github.com/stillwater-streams/stillwater/consumer/mapping"
	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/scenario"
	"github.com/stillwater-streams/stillwater/harness/trace"
)

// faultTests run in TestInMemory.
func faultTests() map[string]func(*testing.T, *databases) {
	return map[string]func(*testing.T, *databases){
		"a failed invocation is retried without its handler":           testFail,
		"an invocation fails after its writes":                         testFailAfterWrites,
		"a record that a full lane has no room for is read later":      testFullLane,
		"a throttled function is tried again and uses up no attempt":   testThrottleFault,
		"a call is answered with an error of the service":              testFailCall,
		"each error of the service has its type":                       testServiceErrors,
		"an invocation times out at its second call":                   testTimeOut,
		"a consumer killed before its checkpoint delivers again":       testKill,
		"a kill keeps what was checkpointed":                           testKillKeepsCheckpoints,
		"a batch is delivered again in a warm environment":             testDeliverAgain,
		"an item that expires is a REMOVE by the service":              testExpire,
		"a fault that never happens is an error at its line":           testNeverHappened,
		"faults of one trigger happen in the order of their steps":     testOrderOfFaults,
		"a run with every fault is the same run again":                 testFaultsRepeat,
		"a batch to deliver again when the consumer dies":              testKillAmongOthers,
		"a fault of a trigger that does not run is refused":            testFaultOfNobody,
		"a trigger that is left out gets nothing":                      testTriggers,
		"overrides of a mapping hold for their scenario":               testOverrides,
		"what is under way can be asked for":                           testOpen,
		"a settling takes as much virtual time as its scenario allows": testPatience,
	}
}

// does is a step of a control.
func does(verb string, c scenario.Control) scenario.Step {
	return scenario.Step{Pos: scenario.Position{File: "scenarios/things.yaml", Line: 9, Col: 5}, Verb: verb, Control: c, Text: verb}
}

// calls is a trigger that counts its invocations and environments, and writes
// an item "seen" for whatever is not one.
type calls struct {
	builds, invocations int
	records             []events.DynamoDBEventRecord
	errors              []error
}

func (c *calls) build(env harness.Environment) (any, error) {
	c.builds++
	db := dynamodb.NewFromConfig(env.AWS)
	return func(ctx context.Context, e events.DynamoDBEvent) error {
		c.invocations++
		c.records = append(c.records, e.Records...)
		for _, r := range e.Records {
			id := r.Change.Keys["id"].String()
			if strings.HasPrefix(id, "seen") || r.EventName == "REMOVE" {
				continue
			}
			if err := putItem(ctx, db, "seen "+id); err != nil {
				c.errors = append(c.errors, err)
				return err
			}
			if err := putItem(ctx, db, "seen twice "+id); err != nil {
				c.errors = append(c.errors, err)
				return err
			}
		}
		return nil
	}, nil
}

// settled runs a scenario that has to settle.
func settled(t *testing.T, e *databases, c *calls, m mapping.Mapping, steps ...scenario.Step) *harness.Result {
	t.Helper()
	s := scenarioOf("things/fault", steps...)
	s.Observe = []string{"things", "invocations", "metrics"}
	r := run(t, start(t, project(t, m, c.build), e, harness.Options{}), s)
	if r.Err != nil {
		t.Fatal(r.Err)
	}
	return r
}

// faults are the notes of what a scenario made go wrong.
func faults(r *harness.Result) []string { return notesOf(r, trace.Fault) }

func has(t *testing.T, r *harness.Result, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(r.Rendering.Text, want) {
			t.Errorf("the snapshot does not show %q:\n%s", want, r.Rendering.Text)
		}
	}
}

func testFail(t *testing.T, e *databases) {
	c := &calls{}
	r := settled(t, e, c, mapping.Mapping{MaximumRetryAttempts: 5}, does("fail", scenario.Fail{Trigger: "echo", Times: 2}), put("a"))
	if c.invocations != 2 { // of a, and of what it wrote
		t.Errorf("the handler was called %d times", c.invocations)
	}
	want := []string{"fails before its handler is called (1 of 2)", "fails before its handler is called (2 of 2)"}
	if got := faults(r); !slices.Equal(got, want) {
		t.Errorf("faults %q", got)
	}
	has(t, r, "things \"seen a\"", "- attempt: 3\n    ended: \"ok\"\n    records:\n      - \"INSERT things a\"", "FailedInvokeEventCount: 2", "InvokedEventCount: 5", "PolledEventCount: 3")
	if f, ok := r.Log.Find("f1"); !ok || f.Ref != "things.yaml:9" || f.Actor != "echo" || f.Cause[0] != "i1" {
		t.Errorf("the fault is %+v", f)
	}
}

func testFailAfterWrites(t *testing.T, e *databases) {
	c := &calls{}
	r := settled(t, e, c, mapping.Mapping{MaximumRetryAttempts: 5}, does("fail", scenario.Fail{Trigger: "echo", AfterWrites: true}), put("a"))
	if c.invocations != 3 {
		t.Errorf("the handler was called %d times, want twice for a and once for what it wrote", c.invocations)
	}
	has(t, r, "ended: \"fault f1: it fails after its handler returned\"")
}

// The lane has a batch to retry and another waiting: there is no room to read what
// the handler wrote. Its retry makes no call, so that since the clock moved nothing
// was written, and yet not all is read.
func testFullLane(t *testing.T, e *databases) {
	var g given
	h := start(t, project(t, mapping.Mapping{BatchSize: 1, MaximumRetryAttempts: 1}, building(func(ctx context.Context, db *dynamodb.Client, e events.DynamoDBEvent) error {
		if g.note(e); len(g.list) > 1 {
			return nil
		}
		return putItem(ctx, db, "c")
	})), e, harness.Options{})
	r := run(t, h, scenarioOf("things/full", does("fail", scenario.Fail{Trigger: "echo", AfterWrites: true}), backlog(put("a"), put("b"))))
	if want := []string{"a", "a", "b", "c"}; r.Err != nil || !slices.Equal(g.list, want) {
		t.Errorf("%v: invocations with %q, want %q", r.Err, g.list, want)
	}
}

func testThrottleFault(t *testing.T, e *databases) {
	c := &calls{}
	r := settled(t, e, c, mapping.Mapping{MaximumRetryAttempts: 1}, does("throttle", scenario.Throttle{Trigger: "echo", Times: 4}), put("a"))
	if got := notesOf(r, trace.Throttled); len(got) != 4 || got[0] != "throttled: by fault f1" {
		t.Errorf("throttled %q", got)
	}
	has(t, r, "things \"seen a\"", "- attempt: 1\n    ended: \"ok\"")
	if len(r.DeadLetters) > 0 {
		t.Error("a throttled batch was given up")
	}
}

func testFailCall(t *testing.T, e *databases) {
	c := &calls{}
	r := settled(t, e, c, mapping.Mapping{MaximumRetryAttempts: 5},
		does("fail_call", scenario.FailCall{Trigger: "echo", Operation: "PutItem", Error: "ProvisionedThroughputExceededException", Times: 1}),
		does("fail_call", scenario.FailCall{Trigger: "echo", Error: "AccessDeniedException", Times: 1}), put("a"))
	throughput := (*types.ProvisionedThroughputExceededException)(nil)
	if len(c.errors) != 2 || !errors.As(c.errors[0], &throughput) || !strings.Contains(c.errors[1].Error(), "api error AccessDeniedException") {
		t.Errorf("the handler got %v", c.errors)
	}
	want := []string{"PutItem is answered with ProvisionedThroughputExceededException", "PutItem is answered with AccessDeniedException"}
	if got := faults(r); !slices.Equal(got, want) {
		t.Errorf("faults %q", got)
	}
	has(t, r, "things \"seen a\"")
}

// Each code is the error that the SDK would return, typed where it has a type.
func testServiceErrors(t *testing.T, e *databases) {
	c := &calls{}
	codes := []string{
		"ConditionalCheckFailedException", "ProvisionedThroughputExceededException", "ThrottlingException", "RequestLimitExceeded",
		"InternalServerError", "ItemCollectionSizeLimitExceededException", "ResourceNotFoundException", "TransactionCanceledException",
		"TransactionConflictException", "TransactionInProgressException", "IdempotentParameterMismatchException",
		"LimitExceededException", "ReplicatedWriteConflictException", "ValidationException",
	}
	var steps []scenario.Step
	for _, code := range codes {
		steps = append(steps, does("fail_call", scenario.FailCall{Trigger: "echo", Error: code}))
	}
	s := scenarioOf("things/errors", append(steps, put("a"))...)
	s.Patience = 20 * time.Hour
	if r := run(t, start(t, project(t, mapping.Mapping{MaximumRetryAttempts: 99}, c.build), e, harness.Options{}), s); r.Err != nil {
		t.Fatal(r.Err)
	}
	for i, code := range codes {
		var api smithy.APIError
		var response *awshttp.ResponseError
		if !errors.As(c.errors[i], &api) || api.ErrorCode() != code || !errors.As(c.errors[i], &response) {
			t.Errorf("%s: the handler got %v", code, c.errors[i])
			continue
		}
		status := 400
		if code == "InternalServerError" {
			status = 500
		}
		if got := response.HTTPStatusCode(); got != status {
			t.Errorf("%s: status %d", code, got)
		}
		if typed := strings.HasSuffix(fmt.Sprintf("%T", api), "types."+code); typed != (code != "ValidationException") {
			t.Errorf("%s is a %T", code, api)
		}
	}
}

func testTimeOut(t *testing.T, e *databases) {
	c := &calls{}
	r := settled(t, e, c, mapping.Mapping{MaximumRetryAttempts: 5}, does("time_out", scenario.TimeOut{Trigger: "echo", Call: 2}), put("a"))
	if c.builds != 2 {
		t.Errorf("%d environments, want 2: a timeout ends one", c.builds)
	}
	if notes := notesOf(r, trace.InvokeEnd); notes[0] != "Task timed out after 60.00 seconds" {
		t.Errorf("invocations ended with %q", notes)
	}
	if got := faults(r); len(got) != 1 || got[0] != "times out at call 2, PutItem" {
		t.Errorf("faults %q", got)
	}
	has(t, r, "things \"seen twice a\"")
}

func testKill(t *testing.T, e *databases) {
	c := &calls{}
	r := settled(t, e, c, mapping.Mapping{}, does("kill", scenario.Kill{Trigger: "echo"}), put("a"))
	if c.builds != 2 || c.invocations != 2 {
		t.Errorf("%d environments, %d invocations; want 2 and 2: a, and then a again with what it had written", c.builds, c.invocations)
	}
	has(t, r, "PolledEventCount: 4")
	if got := faults(r); len(got) != 1 || got[0] != "the consumer is killed before its checkpoint, and starts again" {
		t.Errorf("faults %q", got)
	}
}

func testKillKeepsCheckpoints(t *testing.T, e *databases) {
	c := &calls{}
	backlog := scenario.Step{Verb: "backlog", Steps: []scenario.Step{put("seen 1", "seen 2"), does("settle", scenario.Settle{}), put("seen 3"), does("kill", scenario.Kill{})}}
	r := settled(t, e, c, mapping.Mapping{BatchSize: 1}, backlog)
	var ids []string
	for _, record := range c.records {
		ids = append(ids, record.Change.Keys["id"].String())
	}
	if want := []string{"seen 1", "seen 2", "seen 3"}; !slices.Equal(ids, want) {
		t.Errorf("delivered %q, want each once: their checkpoints were there", ids)
	}
	if c.builds != 2 {
		t.Errorf("%d environments, want 2", c.builds)
	}
	if got := faults(r); len(got) != 1 || got[0] != "the consumer is killed and starts again at its checkpoints" {
		t.Errorf("faults %q", got)
	}
}

func testDeliverAgain(t *testing.T, e *databases) {
	c := &calls{}
	r := settled(t, e, c, mapping.Mapping{}, does("deliver_again", scenario.DeliverAgain{Trigger: "echo", Times: 2}), put("a"))
	if c.builds != 1 || c.invocations != 4 {
		t.Errorf("%d environments, %d invocations; want 1 and 4: two batches, each twice", c.builds, c.invocations)
	}
	if got := faults(r); len(got) != 2 || got[1] != "is delivered again (2 of 2)" {
		t.Errorf("faults %q", got)
	}
	has(t, r, "InvokedEventCount: 6", "PolledEventCount: 3")
}

func testExpire(t *testing.T, e *databases) {
	c := &calls{}
	expired, err := filter.Parse([]string{`{"userIdentity": {"type": ["Service"]}}`})
	if err != nil {
		t.Fatal(err)
	}
	expire := func(id string) scenario.Step {
		return does("expire", scenario.Expire{Table: "things", Key: map[string]types.AttributeValue{"id": text(id)}})
	}
	remove := scenario.Step{Verb: "delete", Writes: []scenario.Write{{Op: "delete", Table: "things", Key: map[string]types.AttributeValue{"id": text("b")}}}}
	h := start(t, project(t, mapping.Mapping{Filters: expired}, c.build), e, harness.Options{})
	run(t, h, scenarioOf("things/fault", put("a", "b"), expire("a"), remove))
	if len(c.records) != 1 {
		t.Fatalf("%d records passed the filter, want that of the item that expired", len(c.records))
	}
	r := c.records[0]
	if r.EventName != "REMOVE" || r.UserIdentity == nil || r.UserIdentity.Type != "Service" || r.UserIdentity.PrincipalID != "dynamodb.amazonaws.com" {
		t.Errorf("it is a %s by %+v", r.EventName, r.UserIdentity)
	}
	if r := run(t, h, scenarioOf("things/fault", expire("nobody"))); r.Outcome != harness.StepFailed || !strings.Contains(r.Err.Error(), "there is no such item") {
		t.Errorf("%v: %v", r.Outcome, r.Err)
	}
}

func testNeverHappened(t *testing.T, e *databases) {
	for _, test := range []struct {
		control scenario.Control
		want    string
	}{
		{scenario.Fail{Trigger: "echo", Times: 3}, "happened 1 of 3 times: there were no more invocations of echo after this step"},
		{scenario.FailCall{Trigger: "echo", Operation: "GetItem", Error: "ThrottlingException", Times: 1}, "never happened: echo made no more GetItem calls after this step"},
		{scenario.TimeOut{Trigger: "echo", Call: 7}, "never happened: no invocation of echo after this step made 7 calls"},
		{scenario.DeliverAgain{Trigger: "echo", Times: 9}, "happened 2 of 9 times: no more batches of echo succeeded after this step"},
	} {
		c := &calls{}
		h := start(t, project(t, mapping.Mapping{MaximumRetryAttempts: 0}, c.build), e, harness.Options{})
		r := run(t, h, scenarioOf("things/fault", does("fault", test.control), put("a")))
		h.Close()
		if want := "scenarios/things.yaml:9:5: fault: " + test.want; r.Outcome != harness.StepFailed || r.Err.Error() != want {
			t.Errorf("%v: %v\nwant %s", r.Outcome, r.Err, want)
		}
	}
}

func testOrderOfFaults(t *testing.T, e *databases) {
	c := &calls{}
	r := settled(t, e, c, mapping.Mapping{MaximumRetryAttempts: 9},
		does("time_out", scenario.TimeOut{Trigger: "echo", Call: 1}),
		does("throttle", scenario.Throttle{Trigger: "echo", Times: 1}),
		does("fail", scenario.Fail{Trigger: "echo", Times: 1}), put("a"))
	want := []string{"times out at call 1, PutItem", "is throttled", "fails before its handler is called"}
	if got := faults(r); !slices.Equal(got, want) {
		t.Errorf("faults %q, want %q", got, want)
	}
}

// every fault, in one scenario.
func testFaultsRepeat(t *testing.T, e *databases) {
	steps := []scenario.Step{
		does("fail", scenario.Fail{Trigger: "echo", Times: 1}), put("a"),
		does("fail", scenario.Fail{Trigger: "echo", Times: 1, AfterWrites: true}), put("b"),
		does("throttle", scenario.Throttle{Trigger: "echo", Times: 2}), put("c"),
		does("fail_call", scenario.FailCall{Trigger: "echo", Error: "ThrottlingException", Times: 1}), put("d"),
		does("time_out", scenario.TimeOut{Trigger: "echo", Call: 2}), put("e"),
		does("kill", scenario.Kill{Trigger: "echo"}), put("f"), does("kill", scenario.Kill{}),
		does("deliver_again", scenario.DeliverAgain{Trigger: "echo", Times: 1}), put("g"),
		does("expire", scenario.Expire{Table: "things", Key: map[string]types.AttributeValue{"id": text("a")}}),
	}
	for _, seed := range []uint64{0, 7} {
		var traces []string
		for range 2 {
			c := &calls{}
			h := start(t, project(t, mapping.Mapping{MaximumRetryAttempts: 9, ParallelizationFactor: 3}, c.build), e, harness.Options{Seed: seed})
			r := run(t, h, scenarioOf("things/fault", steps...))
			h.Close()
			if r.Err != nil || r.Seed != seed {
				t.Fatal(seed, r.Seed, r.Err)
			}
			traces = append(traces, r.Log.Canonical())
		}
		if traces[0] != traces[1] {
			t.Errorf("seed %d: two runs differ:\n%s\n%s", seed, traces[0], traces[1])
		}
	}
}

// One lane is to deliver again while another dies with the consumer.
func testKillAmongOthers(t *testing.T, e *databases) {
	for seed := uint64(1); seed <= 12; seed++ {
		c := &calls{}
		h := start(t, project(t, mapping.Mapping{ParallelizationFactor: 4}, c.build), e, harness.Options{Seed: seed})
		r := run(t, h, scenarioOf("things/fault", does("deliver_again", scenario.DeliverAgain{Trigger: "echo", Times: 1}),
			does("kill", scenario.Kill{Trigger: "echo"}), put("seen 1", "seen 2", "seen 3", "seen 4", "seen 5", "seen 6")))
		h.Close()
		if r.Err != nil {
			t.Errorf("seed %d: %v", seed, r.Err)
		}
	}
}

func testFaultOfNobody(t *testing.T, e *databases) {
	c := &calls{}
	h := start(t, project(t, mapping.Mapping{}, c.build), e, harness.Options{})
	r := run(t, h, scenarioOf("things/fault", does("fail", scenario.Fail{Trigger: "other"}), put("a")))
	if r.Outcome != harness.StepFailed || !strings.Contains(r.Err.Error(), "trigger other does not run in this scenario") {
		t.Errorf("%v: %v", r.Outcome, r.Err)
	}
}

func testLiveSkips(t *testing.T, e *databases) {
	c := &calls{}
	h := start(t, project(t, mapping.Mapping{}, c.build), e, harness.Options{Live: true})
	for what, s := range map[string]*scenario.Scenario{
		"kill": scenarioOf("things/fault", does("kill", scenario.Kill{})), "advance": scenarioOf("things/fault", does("advance", scenario.Advance{For: time.Hour})),
		"backlog": scenarioOf("things/fault", scenario.Step{Verb: "backlog", Steps: []scenario.Step{put("a")}}),
	} {
		r := run(t, h, s)
		if want := "only the driver can do this: " + what; r.Outcome != harness.Skipped || r.Why != want {
			t.Errorf("%v, %q; want it skipped, %q", r.Outcome, r.Why, want)
		}
	}
	s := scenarioOf("things/live", scenario.Step{Verb: "together", Steps: []scenario.Step{put("a"), put("b")}},
		does("snapshot", scenario.Snapshot{Name: "half way"}), put("c"))
	r := run(t, h, s)
	if r.Err != nil {
		t.Fatal(r.Err)
	}
	has(t, r, "== half way ==", "== end ==", "things c")
}

func testNeedsSkip(t *testing.T, e *databases) {
	c := &calls{}
	h := start(t, project(t, mapping.Mapping{}, c.build), e, harness.Options{})
	s := scenarioOf("things/split", does("split", scenario.ShardChange{Kind: "split", Table: "things"}), does("stale_reads", scenario.StaleReads{Times: 1}))
	s.Needs = []string{"split"}
	r := run(t, h, s)
	if want := "the engine dynamodblocal cannot do what the scenario needs: split, stale_reads"; r.Outcome != harness.Skipped || r.Why != want {
		t.Errorf("%v, %q", r.Outcome, r.Why)
	}
}

func testTriggers(t *testing.T, e *databases) {
	one, two := &calls{}, &calls{}
	p := project(t, mapping.Mapping{Trigger: "one"}, one.build)
	p.Triggers = append(p.Triggers, project(t, mapping.Mapping{Trigger: "two"}, two.build).Triggers...)
	p.Triggers[1].Mapping.Enabled = false
	h := start(t, p, e, harness.Options{})
	s := scenarioOf("things/triggers", put("seen"))
	run(t, h, s)
	s.Triggers = []scenario.Trigger{{Name: "two"}}
	run(t, h, s)
	if one.invocations != 1 || two.invocations != 1 {
		t.Errorf("one got %d, two %d; want one for the enabled trigger, then one for the trigger that the scenario names", one.invocations, two.invocations)
	}
}

func testOverrides(t *testing.T, e *databases) {
	c := &calls{}
	h := start(t, project(t, mapping.Mapping{}, c.build), e, harness.Options{})
	s := scenarioOf("things/overrides", put("seen 1", "seen 2", "seen 3"))
	s.Triggers = []scenario.Trigger{{Name: "echo", Overrides: []byte(`{"batch_size": 1}`)}}
	run(t, h, s)
	if c.invocations != 3 {
		t.Errorf("%d invocations of 3 records with a batch size of 1", c.invocations)
	}
	s.Triggers[0].Overrides = []byte(`{"batch_size": 0}`)
	if r := run(t, h, s); r.Outcome != harness.StepFailed || !strings.Contains(r.Err.Error(), "batch_size: must be a whole number from 1 to 10000, not 0") {
		t.Errorf("%v: %v", r.Outcome, r.Err)
	}
}

func testOpen(t *testing.T, e *databases) {
	var h *harness.Harness
	var open []string
	seen := map[trace.Kind]int{}
	p := project(t, mapping.Mapping{MaximumRetryAttempts: 1}, func(harness.Environment) (any, error) {
		return func(events.DynamoDBEvent) error {
			open = h.Open()
			return fmt.Errorf("attempt failed")
		}, nil
	})
	h = start(t, p, e, harness.Options{Observe: func(name string, e trace.Event) {
		if name != "things/open" {
			t.Errorf("an event of %s", name)
		}
		seen[e.Kind]++
	}})
	run(t, h, scenarioOf("things/open", put("a")))
	if len(open) != 2 || !strings.HasPrefix(open[0], "things/open: ") || open[1] != "  invocation i2 of echo, attempt 2, runs" {
		t.Errorf("during the second attempt there was open: %q", open)
	}
	if seen[trace.InvokeEnd] != 2 || seen[trace.MutationStart] != 1 {
		t.Errorf("events seen: %v", seen)
	}
	if left := h.Open(); len(left) != 0 {
		t.Errorf("after the run there is open: %q", left)
	}
}

func testPatience(t *testing.T, e *databases) {
	c := &calls{}
	h := start(t, project(t, mapping.Mapping{MaximumRetryAttempts: 1000}, c.build), e, harness.Options{})
	s := scenarioOf("things/patience", does("throttle", scenario.Throttle{Trigger: "echo", Times: 40}), put("seen"))
	if r := run(t, h, s); r.Outcome != harness.Unsettled {
		t.Fatalf("%v: 40 back-offs take more than 15 minutes", r.Outcome)
	}
	s.Patience = 10 * time.Hour
	if r := run(t, h, s); r.Err != nil {
		t.Error(r.Err)
	}
}
