package harness_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/google/go-cmp/cmp"

	"github.com/stillwater-streams/stillwater/consumer/core"
	"github.com/stillwater-streams/stillwater/consumer/filter"
	"github.com/stillwater-streams/stillwater/consumer/mapping"
	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/trace"
)

// given notes the ids of the items that a handler was given, one text per invocation.
type given struct {
	mu   sync.Mutex
	list []string
}

func (g *given) note(e events.DynamoDBEvent) []string {
	var ids []string
	for _, r := range e.Records {
		ids = append(ids, r.Change.Keys["id"].String())
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.list = append(g.list, strings.Join(ids, " "))
	return ids
}

func testFilters(t *testing.T, e *databases) {
	f, err := filter.Parse([]string{`{"dynamodb": {"Keys": {"id": {"S": [{"prefix": "b"}]}}}}`})
	if err != nil {
		t.Fatal(err)
	}
	var g given
	p := project(t, mapping.Mapping{Filters: f}, building(func(_ context.Context, _ *dynamodb.Client, e events.DynamoDBEvent) error {
		g.note(e)
		return nil
	}))
	r := run(t, start(t, p, e, harness.Options{}), scenarioOf("things/filters", put("a"), put("b"), put("c")))
	if r.Err != nil {
		t.Fatal(r.Err)
	}
	if want := []string{"b"}; !slices.Equal(g.list, want) {
		t.Errorf("invocations with %q, want %q", g.list, want)
	}
	if n := len(notesOf(r, trace.Filtered)); n != 2 {
		t.Errorf("%d records in the trace as turned away, want 2", n)
	}
}

func testDropped(t *testing.T, e *databases) {
	p := project(t, mapping.Mapping{OnFailure: "none", MaximumRetryAttempts: 1}, building(func(context.Context, *dynamodb.Client, events.DynamoDBEvent) error {
		return errors.New("boom")
	}))
	r := run(t, start(t, p, e, harness.Options{}), scenarioOf("things/dropped", put("a")))
	if len(r.DeadLetters) != 0 || len(r.Dropped) != 1 || r.Dropped[0].Attempts != 2 {
		t.Fatalf("%d messages, dropped %+v: want none, and one batch after 2 attempts", len(r.DeadLetters), r.Dropped)
	}
	if !strings.Contains(r.Rendering.Text, "dropped") {
		t.Errorf("the snapshot does not show that a batch was dropped:\n%s", r.Rendering.Text)
	}
}

func testBatchingWindow(t *testing.T, e *databases) {
	var g given
	p := project(t, mapping.Mapping{MaximumBatchingWindow: 5 * time.Minute}, building(func(_ context.Context, _ *dynamodb.Client, e events.DynamoDBEvent) error {
		g.note(e)
		return nil
	}))
	began := time.Now()
	r := run(t, start(t, p, e, harness.Options{}), scenarioOf("things/window", put("a")))
	if r.Err != nil {
		t.Fatal(r.Err)
	}
	if want := []string{"a"}; !slices.Equal(g.list, want) {
		t.Errorf("invocations with %q, want %q", g.list, want)
	}
	if virtual := r.Settled[1].Virtual; virtual != 5*time.Minute {
		t.Errorf("settling took %v of virtual time (%v real), want the window of 5m", virtual, time.Since(began))
	}
}

// One of four records always fails: reported, it is cut out; then halved.
func testBisect(t *testing.T, e *databases) {
	for name, test := range map[string]struct {
		mapping mapping.Mapping
		handle  func(ids []string, e events.DynamoDBEvent) (any, error)
		want    []string
	}{
		"reported": {
			mapping.Mapping{ReportBatchItemFailures: true, MaximumRetryAttempts: 1},
			func(ids []string, e events.DynamoDBEvent) (any, error) {
				var response events.DynamoDBEventResponse
				if i := slices.Index(ids, "c"); i >= 0 {
					response.BatchItemFailures = append(response.BatchItemFailures, events.DynamoDBBatchItemFailure{
						ItemIdentifier: e.Records[i].Change.SequenceNumber,
					})
				}
				return response, nil
			},
			[]string{"a b c d", "c d", "c d"},
		},
		"bisected": {
			mapping.Mapping{BisectBatchOnFunctionError: true, MaximumRetryAttempts: 1},
			func(ids []string, _ events.DynamoDBEvent) (any, error) {
				if slices.Contains(ids, "c") {
					return nil, errors.New("c is poison")
				}
				return nil, nil
			},
			[]string{"a b c d", "a b", "c d", "c", "c", "d"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			var g given
			p := project(t, test.mapping, func(harness.Environment) (any, error) {
				return func(e events.DynamoDBEvent) (any, error) { return test.handle(g.note(e), e) }, nil
			})
			r := run(t, start(t, p, e, harness.Options{}), scenarioOf("things/"+name, put("a", "b", "c", "d")))
			if r.Err != nil {
				t.Fatal(r.Err)
			}
			if diff := cmp.Diff(test.want, g.list); diff != "" {
				t.Errorf("invocations (-want +got):\n%s", diff)
			}
			if len(r.DeadLetters) != 1 || r.DeadLetters[0].RequestContext.ApproximateInvokeCount != 2 {
				t.Errorf("messages %+v, want one after 2 attempts", r.DeadLetters)
			}
		})
	}
}

func testTumblingWindow(t *testing.T, e *databases) {
	var mu sync.Mutex
	var got []string
	p := project(t, mapping.Mapping{TumblingWindow: 10 * time.Minute}, func(harness.Environment) (any, error) {
		return func(e events.DynamoDBTimeWindowEvent) (events.DynamoDBTimeWindowEventResponse, error) {
			mu.Lock()
			defer mu.Unlock()
			got = append(got, fmt.Sprintf("%d records, state %v, final %v", len(e.Records), e.State, e.IsFinalInvokeForWindow))
			return events.DynamoDBTimeWindowEventResponse{TimeWindowEventResponseProperties: events.TimeWindowEventResponseProperties{
				State: map[string]string{"seen": e.State["seen"] + "x"},
			}}, nil
		}, nil
	})
	r := run(t, start(t, p, e, harness.Options{}), scenarioOf("things/tumbling", put("a"), put("b")))
	if r.Err != nil {
		t.Fatal(r.Err)
	}
	// Each step is settled, so each window is ended before the next step.
	want := []string{
		"1 records, state map[], final false", "0 records, state map[seen:x], final true",
		"1 records, state map[], final false", "0 records, state map[seen:x], final true",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("invocations (-want +got):\n%s", diff)
	}
}

func testOrigin(t *testing.T, e *databases) {
	var got []string
	p := project(t, mapping.Mapping{FunctionPrefix: "my_"}, func(harness.Environment) (any, error) {
		return func(ctx context.Context, raw json.RawMessage) error {
			var e events.DynamoDBEvent
			if err := json.Unmarshal(raw, &e); err != nil {
				return err
			}
			lc, _ := lambdacontext.FromContext(ctx)
			stream, _, _ := strings.Cut(e.Records[0].EventSourceArn, "/stream/")
			got = append(got, e.Records[0].AWSRegion, stream, lc.InvokedFunctionArn)
			return nil
		}, nil
	})
	p.Region, p.AccountID = "eu-west-1", "111122223333"
	if r := run(t, start(t, p, e, harness.Options{}), scenarioOf("things/origin", put("a"))); r.Err != nil {
		t.Fatal(r.Err)
	}
	want := []string{"eu-west-1", "arn:aws:dynamodb:eu-west-1:111122223333:table/things", "arn:aws:lambda:eu-west-1:111122223333:function:my_echo"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("what the handler sees (-want +got):\n%s", diff)
	}
}

// A function that may not run at all is throttled until its records are too old.
func testReservedConcurrency(t *testing.T, e *databases) {
	none := 0
	m := mapping.Mapping{ReservedConcurrency: &none, MaximumRecordAge: 2 * time.Minute, MaximumRetryAttempts: -1}
	p := project(t, m, building(func(context.Context, *dynamodb.Client, events.DynamoDBEvent) error {
		t.Error("the function was run")
		return nil
	}))
	r := run(t, start(t, p, e, harness.Options{}), scenarioOf("things/throttled", put("a")))
	if len(r.DeadLetters) != 1 || r.DeadLetters[0].RequestContext.Condition != core.RecordAgeExceeded || r.DeadLetters[0].RequestContext.ApproximateInvokeCount != 0 {
		t.Errorf("%v, messages %+v: want one for the age, after no attempt", r.Err, r.DeadLetters)
	}
	if n := len(notesOf(r, trace.Throttled)); n < 2 {
		t.Errorf("%d throttles in the trace, want several", n)
	}
}

func testColdStarts(t *testing.T, e *databases) {
	for name, test := range map[string]struct {
		options harness.Options
		want    int32
	}{
		"warm":       {harness.Options{}, 1},
		"warm, live": {harness.Options{Live: true}, 1},
		"cold":       {harness.Options{ColdStarts: true}, 3},
		"cold, live": {harness.Options{ColdStarts: true, Live: true}, 3},
	} {
		t.Run(name, func(t *testing.T) {
			built := atomic.Int32{}
			p := project(t, mapping.Mapping{}, func(harness.Environment) (any, error) {
				built.Add(1)
				return func(events.DynamoDBEvent) {}, nil
			})
			r := run(t, start(t, p, e, test.options), scenarioOf("things/cold", put("a"), put("b"), put("c")))
			if r.Err != nil || built.Load() != test.want {
				t.Errorf("built %d times, want %d (%v)", built.Load(), test.want, r.Err)
			}
		})
	}
}

// A live run that makes no progress ends, and says what is open.
func testLiveWithoutProgress(t *testing.T, e *databases) {
	p := project(t, mapping.Mapping{MaximumRetryAttempts: -1}, building(func(context.Context, *dynamodb.Client, events.DynamoDBEvent) error {
		return errors.New("not today")
	}))
	r := run(t, start(t, p, e, harness.Options{Live: true, Watchdog: 500 * time.Millisecond}), scenarioOf("things/stuck", put("a")))
	if r.Outcome != harness.Unsettled {
		t.Fatalf("%v, want not settled", r.Outcome)
	}
	for _, want := range []string{"nothing was dealt with for 500ms", "batch of 1 record", "not today"} {
		if !strings.Contains(r.Err.Error(), want) {
			t.Errorf("the verdict does not say %q: %v", want, r.Err)
		}
	}
}
