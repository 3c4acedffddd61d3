package harness_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/consumer/core"
	"github.com/stillwater-streams/stillwater/consumer/mapping"
	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/scenario"
	"github.com/stillwater-streams/stillwater/harness/settle"
	"github.com/stillwater-streams/stillwater/harness/trace"
)

// One container serves all tests of this package.
func TestOnDynamoDBLocal(t *testing.T) {
	e := local(t)
	t.Run("adversaries", func(t *testing.T) { testAdversaries(t, e) })
	for name, test := range map[string]func(*testing.T, *databases){
		"a panic is a function error, retried and then given up":        testPanic,
		"a trigger that writes its own table for ever is a named loop":  testLoop,
		"two triggers that cause each other are a named loop":           testTwoTriggerLoop,
		"a handler that blocks is named":                                testBlocked,
		"a goroutine that never ends is named":                          testGoroutine,
		"a trigger with a client of its own gets nowhere":               testNoWayOut,
		"a writer from outside is noticed":                              testOutsideWriter,
		"raw writes":                                                    testRawWrites,
		"a step that the table refuses":                                 testRefusedStep,
		"memory stays warm, and is lost with a timeout":                 testWarm,
		"the time that handlers and records see is virtual":             testVirtualTime,
		"a record that a mapping's batch size cuts off comes next":      testBatchSize,
		"a snapshot is missing, accepted, and agrees; then it differs":  testSnapshot,
		"two runs give the same trace":                                  testSameTrace,
		"a back-off moves the virtual clock and costs no real time":     testBackoff,
		"a day of retries costs no time":                                testDayOfRetries,
		"a context that ends stops a run":                               testCancelled,
		"a transaction that is cancelled burns a number and no verdict": testCancelledTransaction,
		"filters turn records away":                                     testFilters,
		"what is given up without a destination is shown as dropped":    testDropped,
		"a batching window gathers on the virtual clock":                testBatchingWindow,
		"batch item failures and bisection":                             testBisect,
		"a tumbling window ends on the virtual clock":                   testTumblingWindow,
		"handlers see the region and account of the project":            testOrigin,
		"a function without concurrency is throttled":                   testReservedConcurrency,
		"environments stay warm, or start cold on request":              testColdStarts,
		"a live run without progress says what is open":                 testLiveWithoutProgress,
		// Those that run in memory run here in part: the scenarios do the rest.
		"a run with every fault is the same run again":           testFaultsRepeat,
		"an item that expires is a REMOVE by the service":        testExpire,
		"writers together: the seed decides who loses an update": testTogether,
		"invocations overlap as the seed says":                   testOverlap,
		"a live run skips what only the driver can do":           testLiveSkips,
		"an engine without what a scenario needs skips it":       testNeedsSkip,
	} {
		t.Run(name, func(t *testing.T) { test(t, e) })
	}
}

func idOf(item map[string]types.AttributeValue) string {
	return item["id"].(*types.AttributeValueMemberS).Value
}

// handler is a trigger's handler with its clients.
type handler func(ctx context.Context, db *dynamodb.Client, e events.DynamoDBEvent) error

func building(h handler) func(harness.Environment) (any, error) {
	return func(env harness.Environment) (any, error) {
		db := dynamodb.NewFromConfig(env.AWS)
		return func(ctx context.Context, e events.DynamoDBEvent) error { return h(ctx, db, e) }, nil
	}
}

func idle(context.Context, *dynamodb.Client, events.DynamoDBEvent) error { return nil }

func testPanic(t *testing.T, e *databases) {
	built := atomic.Int32{}
	build := building(func(_ context.Context, _ *dynamodb.Client, e events.DynamoDBEvent) error {
		_ = e.Records[len(e.Records)]
		return nil
	})
	p := project(t, mapping.Mapping{MaximumRetryAttempts: 2}, func(e harness.Environment) (any, error) {
		built.Add(1)
		return build(e)
	})
	defer func() {
		if n := built.Load(); n != 3 {
			t.Errorf("the handler was built %d times: want 3, since each panic ends its environment", n)
		}
	}()
	r := run(t, start(t, p, e, harness.Options{}), scenarioOf("things/panic", put("a")))
	if r.Outcome != harness.Differs || len(r.DeadLetters) != 1 {
		t.Fatalf("%v, %d messages on the on-failure destination; want a settled run with 1", r.Outcome, len(r.DeadLetters))
	}
	if got := r.DeadLetters[0].RequestContext.ApproximateInvokeCount; got != 3 {
		t.Errorf("given up after %d attempts, want 3 (2 retries)", got)
	}
	for _, want := range []string{"on_failure", "attempts: 3", "RetryAttemptsExhausted"} {
		if !strings.Contains(r.Rendering.Text, want) {
			t.Errorf("the snapshot does not show %q:\n%s", want, r.Rendering.Text)
		}
	}
	want := "index out of range [1] with length 1"
	if notes := notesOf(r, trace.InvokeEnd); len(notes) != 3 || !strings.Contains(notes[0], want) {
		t.Errorf("invocations ended with %q, want 3 × %q", notes, want)
	}
}

func testLoop(t *testing.T, e *databases) {
	n := atomic.Int32{}
	p := project(t, mapping.Mapping{}, building(func(ctx context.Context, db *dynamodb.Client, _ events.DynamoDBEvent) error {
		_, err := db.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String("things"), Item: map[string]types.AttributeValue{
			"id": text("counter"), "n": text(strings.Repeat("i", int(n.Add(1)))),
		}})
		return err
	}))
	r := run(t, start(t, p, e, harness.Options{}), scenarioOf("things/loop", put("a")))
	if r.Outcome != harness.Unsettled {
		t.Fatalf("%v: a trigger that writes its own table for ever cannot settle", r.Outcome)
	}
	if want := "32 invocations deep (allowed: 32): triggers keep causing each other"; !strings.Contains(r.Err.Error(), want) {
		t.Errorf("error %q, want %q in it", r.Err, want)
	}
	if len(r.Loop) != 2 || r.Loop[0].Actor != "echo" || r.Loop[0].Key != "things counter" && r.Loop[1].Key != "things counter" {
		t.Errorf("the repeating part is %+v, want a write of things counter and an invocation", r.Loop)
	}
}

func testTwoTriggerLoop(t *testing.T, e *databases) {
	n := atomic.Int32{}
	ping := func(on, writes string) handler {
		return func(ctx context.Context, db *dynamodb.Client, e events.DynamoDBEvent) error {
			for _, r := range e.Records {
				if r.Change.Keys["id"].String() != on {
					continue
				}
				_, err := db.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String("things"), Item: map[string]types.AttributeValue{
					"id": text(writes), "n": text(strings.Repeat("i", int(n.Add(1)))),
				}})
				return err
			}
			return nil
		}
	}
	p := project(t, mapping.Mapping{Trigger: "ping"}, building(ping("a", "b")))
	p.Triggers = append(p.Triggers, project(t, mapping.Mapping{Trigger: "pong"}, building(ping("b", "a"))).Triggers...)
	r := run(t, start(t, p, e, harness.Options{}), scenarioOf("things/loop", put("a")))
	if r.Outcome != harness.Unsettled {
		t.Fatalf("%v: triggers that cause each other cannot settle", r.Outcome)
	}
	actors := map[string]bool{}
	for _, e := range r.Loop {
		actors[e.Actor] = true
	}
	if !actors["ping"] || !actors["pong"] {
		t.Errorf("the repeating part names %v, want ping and pong", actors)
	}
}

func testBlocked(t *testing.T, e *databases) {
	block := make(chan struct{})
	p := project(t, mapping.Mapping{}, building(func(context.Context, *dynamodb.Client, events.DynamoDBEvent) error {
		<-block
		return nil
	}))
	r := run(t, start(t, p, e, harness.Options{Watchdog: 100 * time.Millisecond, Grace: time.Millisecond}), scenarioOf("things/blocked", put("a")))
	close(block)
	if r.Outcome != harness.Unsettled {
		t.Fatalf("%v: the handler has not returned", r.Outcome)
	}
	if want := "i1 of echo made no AWS call and did not return for 100ms"; !strings.Contains(r.Err.Error(), want) {
		t.Errorf("error %q, want %q in it", r.Err, want)
	}
	if want := "batch of 1 record"; !strings.Contains(r.Err.Error(), want) {
		t.Errorf("error %q does not name the open batch", r.Err)
	}
}

func testGoroutine(t *testing.T, e *databases) {
	block := make(chan struct{})
	defer close(block)
	p := project(t, mapping.Mapping{}, building(func(context.Context, *dynamodb.Client, events.DynamoDBEvent) error {
		go func() { <-block }()
		return nil
	}))
	r := run(t, start(t, p, e, harness.Options{Grace: 20 * time.Millisecond}), scenarioOf("things/goroutine", put("a")))
	if r.Outcome != harness.Unsettled {
		t.Fatalf("%v: a goroutine is left that could write", r.Outcome)
	}
	if want := "i1 of echo left a goroutine"; !strings.Contains(r.Err.Error(), want) {
		t.Errorf("error %q, want %q in it", r.Err, want)
	}
}

func testNoWayOut(t *testing.T, e *databases) {
	t.Setenv("AWS_PROFILE", "production")
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIAREALREALREALREAL")
	p := project(t, mapping.Mapping{}, building(func(ctx context.Context, _ *dynamodb.Client, _ events.DynamoDBEvent) error {
		own, err := config.LoadDefaultConfig(ctx)
		if err != nil {
			return err
		}
		return putItem(ctx, dynamodb.NewFromConfig(own), "escaped")
	}))
	r := run(t, start(t, p, e, harness.Options{}), scenarioOf("things/own", put("a")))
	notes := notesOf(r, trace.InvokeEnd)
	want := "trigger echo built its own client; take it from Environment.AWS"
	if len(notes) != 1 || !strings.Contains(notes[0], want) {
		t.Errorf("the invocation ended with %q, want %q", notes, want)
	}
	if strays := notesOf(r, trace.StrayCall); len(strays) != 1 {
		t.Errorf("%d stray calls in the trace, want 1: %q", len(strays), strays)
	}
	if strings.Contains(r.Rendering.Text, "escaped") {
		t.Error("the call of its own client reached the table")
	}
}

func testOutsideWriter(t *testing.T, e *databases) {
	p := project(t, mapping.Mapping{}, building(func(context.Context, *dynamodb.Client, events.DynamoDBEvent) error {
		return putItem(context.Background(), e.last(false), "from outside")
	}))
	r := run(t, start(t, p, e, harness.Options{}), scenarioOf("things/outside", put("a")))
	orphans := 0
	for _, event := range r.Log.Events() {
		if event.Kind == trace.RecordOrphan {
			orphans++
		}
	}
	if orphans != 1 {
		t.Errorf("%d orphans, want 1: a client the gate does not know wrote one item (the second put changes nothing)", orphans)
	}
}

func testRawWrites(t *testing.T, e *databases) {
	p := project(t, mapping.Mapping{}, building(idle))
	key := func(id string) map[string]types.AttributeValue {
		return map[string]types.AttributeValue{"id": text(id)}
	}
	step := func(verb string, writes ...scenario.Write) scenario.Step {
		return scenario.Step{Verb: verb, Writes: writes}
	}
	r := run(t, start(t, p, e, harness.Options{}), scenarioOf("things/raw",
		step("put", scenario.Write{Op: "put", Table: "things", Item: map[string]types.AttributeValue{
			"id": text("a"), "state": &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{"status": text("OPEN"), "by-whom": text("x")}},
		}}),
		step("update", scenario.Write{Op: "update", Table: "things", Key: key("a"),
			Set: map[string]types.AttributeValue{"state.status": text("CLOSED"), "name": text("n")}, Remove: []string{"state.by-whom"}}),
		step("transact",
			scenario.Write{Op: "put", Table: "things", Item: key("b")},
			scenario.Write{Op: "update", Table: "things", Key: key("c"), Set: map[string]types.AttributeValue{"size": text("1")}}),
		step("delete", scenario.Write{Op: "delete", Table: "things", Key: key("b")}),
	))
	want := "\nthings a\n  id: \"a\"\n  name: \"n\"\n  state:\n    status: \"CLOSED\"\n\nthings c\n  id: \"c\"\n  size: \"1\"\n"
	if r.Err != nil || !strings.HasSuffix(r.Rendering.Text, want) {
		t.Errorf("%v\n%s\nwant it to end in\n%s", r.Err, r.Rendering.Text, want)
	}
}

func testRefusedStep(t *testing.T, e *databases) {
	p := project(t, mapping.Mapping{}, building(idle))
	s := put("a")
	s.Writes[0].Item = map[string]types.AttributeValue{"wrong": text("a")}
	h := start(t, p, e, harness.Options{})
	r := run(t, h, scenarioOf("things/refused", s))
	if again := run(t, h, scenarioOf("things/refused", s)); again.Log.Canonical() != r.Log.Canonical() {
		t.Errorf("two runs of a failing step differ:\n%s\n%s", r.Log.Canonical(), again.Log.Canonical())
	}
	if r.Outcome != harness.StepFailed || !strings.HasPrefix(r.Err.Error(), "scenarios/things.yaml:4:5: put: ") {
		t.Errorf("%v: %v; want a failed step with its place", r.Outcome, r.Err)
	}
}

func testWarm(t *testing.T, e *databases) {
	built := atomic.Int32{}
	// Long enough for those that return at once, however busy the machine is.
	p := project(t, mapping.Mapping{Timeout: 500 * time.Millisecond}, func(env harness.Environment) (any, error) {
		built.Add(1)
		return func(ctx context.Context, e events.DynamoDBEvent) error {
			if first(e) {
				<-ctx.Done()
				return ctx.Err()
			}
			return nil
		}, nil
	})
	h := start(t, p, e, harness.Options{})
	run(t, h, scenarioOf("things/warm", put("b"), put("c"), put("d")))
	if n := built.Load(); n != 1 {
		t.Errorf("the handler was built %d times for 3 invocations of one environment, want 1", n)
	}
	r := run(t, h, scenarioOf("things/cold", put("b"), put("a"), put("c")))
	if n := built.Load() - 1; n != 2 {
		t.Errorf("the handler was built %d times, want 2: a timeout ends its environment", n)
	}
	if notes := notesOf(r, trace.InvokeEnd); len(notes) != 3 || notes[1] != "Task timed out after 0.50 seconds" {
		t.Errorf("invocations ended with %q", notes)
	}
}

func testVirtualTime(t *testing.T, e *databases) {
	var nows, arrivals []time.Time
	p := project(t, mapping.Mapping{}, func(env harness.Environment) (any, error) {
		return func(e events.DynamoDBEvent) {
			nows = append(nows, env.Now())
			arrivals = append(arrivals, e.Records[0].Change.ApproximateCreationDateTime.UTC())
		}, nil
	})
	run(t, start(t, p, e, harness.Options{}), scenarioOf("things/time", put("a"), put("b")))
	for i, want := range []time.Time{testStart, testStart.Add(time.Minute)} {
		if !nows[i].Equal(want) || !arrivals[i].Equal(want) {
			t.Errorf("step %d: now %v, record %v; want %v", i+1, nows[i], arrivals[i], want)
		}
	}
}

func testBatchSize(t *testing.T, e *databases) {
	var sizes []int
	p := project(t, mapping.Mapping{BatchSize: 2}, building(func(_ context.Context, _ *dynamodb.Client, e events.DynamoDBEvent) error {
		sizes = append(sizes, len(e.Records))
		return nil
	}))
	run(t, start(t, p, e, harness.Options{}), scenarioOf("things/batches", put("a", "b", "c", "d", "e")))
	if len(sizes) != 3 || sizes[0] != 2 || sizes[1] != 2 || sizes[2] != 1 {
		t.Errorf("batches of %v records, want [2 2 1]", sizes)
	}
}

func testSnapshot(t *testing.T, e *databases) {
	p := project(t, mapping.Mapping{}, building(idle))
	one, two := scenarioOf("things/one", put("a")), scenarioOf("things/one", put("a"), put("b"))
	outcome := func(s *scenario.Scenario, o harness.Options) string {
		h := start(t, p, e, o)
		defer h.Close()
		r := run(t, h, s)
		return r.Outcome.String() + ", " + r.Snapshot.Outcome.String()
	}
	for _, test := range []struct {
		s    *scenario.Scenario
		o    harness.Options
		want string
	}{
		{one, harness.Options{ReadOnly: true}, "snapshot differs, missing"},
		{one, harness.Options{}, "snapshot differs, missing"},
		{one, harness.Options{Update: true}, "passed, missing"},
		{one, harness.Options{ReadOnly: true}, "passed, match"},
		{two, harness.Options{ReadOnly: true}, "snapshot differs, changed"},
	} {
		if got := outcome(test.s, test.o); got != test.want {
			t.Errorf("%+v: %s, want %s", test.o, got, test.want)
		}
	}
}

func testSameTrace(t *testing.T, e *databases) {
	p := project(t, mapping.Mapping{MaximumRetryAttempts: 1}, building(func(ctx context.Context, db *dynamodb.Client, e events.DynamoDBEvent) error {
		if first(e) {
			return errors.Join(putItem(ctx, db, "b"), putItem(ctx, db, "c"), errors.New("and then it fails"))
		}
		return nil
	}))
	h := start(t, p, e, harness.Options{})
	s := scenarioOf("things/trace", put("a", "z"), put("y"))
	one, other := run(t, h, s), run(t, h, s)
	if one.Log.Canonical() != other.Log.Canonical() {
		t.Errorf("two runs of one scenario differ:\n%s\n%s", one.Log.Canonical(), other.Log.Canonical())
	}
}

func testBackoff(t *testing.T, e *databases) {
	p := project(t, mapping.Mapping{MaximumRetryAttempts: 8}, building(func(context.Context, *dynamodb.Client, events.DynamoDBEvent) error {
		return errors.New("not today")
	}))
	r := run(t, start(t, p, e, harness.Options{}), scenarioOf("things/backoff", put("a")))
	last := r.Settled[len(r.Settled)-1]
	if last.Virtual < 2*time.Minute {
		t.Errorf("8 retries moved the virtual clock by %v, want over 2 minutes", last.Virtual)
	}
	if r.Took > 30*time.Second {
		t.Errorf("they took %v of real time", r.Took)
	}
}

// Lambda's default: tried again until the record is 24 hours old.
func testDayOfRetries(t *testing.T, e *databases) {
	p := project(t, mapping.Mapping{MaximumRetryAttempts: -1}, building(func(context.Context, *dynamodb.Client, events.DynamoDBEvent) error {
		return errors.New("not today")
	}))
	r := run(t, start(t, p, e, harness.Options{Budget: settle.Budget{Virtual: 25 * time.Hour}}), scenarioOf("things/day", put("a")))
	if r.Err != nil {
		t.Fatal(r.Err)
	}
	if virtual := r.Settled[len(r.Settled)-1].Virtual; virtual != 24*time.Hour {
		t.Errorf("it took %v of virtual time, want 24h", virtual)
	}
	if len(r.DeadLetters) != 1 || r.DeadLetters[0].RequestContext.Condition != core.RecordAgeExceeded {
		t.Errorf("messages %+v, want one: RecordAgeExceeded", r.DeadLetters)
	}
	t.Logf("%d attempts in 24 h of virtual time took %v", len(notesOf(r, trace.InvokeEnd)), r.Took)
}

func testCancelled(t *testing.T, e *databases) {
	ctx, cancel := context.WithCancel(context.Background())
	p := project(t, mapping.Mapping{}, building(func(context.Context, *dynamodb.Client, events.DynamoDBEvent) error {
		cancel()
		return nil
	}))
	_, err := start(t, p, e, harness.Options{}).Run(ctx, scenarioOf("things/cancelled", put("a")))
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want one that is context.Canceled", err)
	}
}

func testCancelledTransaction(t *testing.T, e *databases) {
	p := project(t, mapping.Mapping{}, building(func(ctx context.Context, db *dynamodb.Client, e events.DynamoDBEvent) error {
		_, err := db.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
			{Put: &types.Put{TableName: aws.String("things"), Item: map[string]types.AttributeValue{"id": text("b")}}},
			{ConditionCheck: &types.ConditionCheck{TableName: aws.String("things"), Key: map[string]types.AttributeValue{"id": text("nobody")}, ConditionExpression: aws.String("attribute_exists(id)")}},
		}})
		if cancelled := (*types.TransactionCanceledException)(nil); !errors.As(err, &cancelled) {
			return errors.Join(errors.New("the transaction was not cancelled"), err)
		}
		return nil
	}))
	r := run(t, start(t, p, e, harness.Options{}), scenarioOf("things/transaction", put("a")))
	if r.Outcome == harness.Unsettled || len(r.DeadLetters) > 0 {
		t.Errorf("%v, %d dead letters: %v", r.Outcome, len(r.DeadLetters), r.Err)
	}
	if rounds := r.Settled[len(r.Settled)-1].Rounds; rounds != 2 {
		t.Errorf("settled in %d rounds, want 2: the cancelled transaction burns a number (DynamoDB Local, measured)", rounds)
	}
}

// notesOf are the notes of the events of a kind, the fixture's left out.
func notesOf(r *harness.Result, kind trace.Kind) []string {
	var notes []string
	for _, e := range r.Log.Events() {
		if e.Kind == kind {
			notes = append(notes, e.Note)
		}
	}
	return notes
}
