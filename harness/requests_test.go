package harness_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"github.com/stillwater-streams/stillwater/consumer/mapping"
	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/engine/memory"
	"github.com/stillwater-streams/stillwater/harness/scenario"
	"github.com/stillwater-streams/stillwater/harness/trace"
)

func requestTests() map[string]func(*testing.T, *databases) {
	return map[string]func(*testing.T, *databases){
		"requests are shown in their order, with their answers":      testRequests,
		"a request is answered by a fault, and AWS calls are not":    testFailRequest,
		"an invocation times out at a request":                       testTimeOutAtRequest,
		"a fault of requests that never happens is an error":         testFailRequestNeverHappened,
		"a run with requests and overlaps is the same run again":     testRequestsRepeat,
		"what is no JSON is shown as text, what is not there is not": testRequestBodies,
	}
}

// telling is a trigger that posts each record's key, time and the attempt, with one
// retry after a pause.
func telling(env harness.Environment) (any, error) {
	return func(ctx context.Context, e events.DynamoDBEvent) error {
		for _, r := range e.Records {
			body := fmt.Sprintf(`{"id":%q,"at":%q,"tries":[1.50,true,null]}`, r.Change.Keys["id"].String(), r.Change.ApproximateCreationDateTime.UTC().Format(time.RFC3339))
			err := tell(ctx, env.HTTP, r.Change.Keys["id"].String(), body)
			if err != nil {
				if err := env.Wait(ctx, time.Hour); err != nil {
					return err
				}
				err = tell(ctx, env.HTTP, r.Change.Keys["id"].String(), body)
			}
			if err != nil {
				return err
			}
		}
		return nil
	}, nil
}

func tell(ctx context.Context, client *http.Client, key, body string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://hook.example.com/things", strings.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Idempotency-Key", key)
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode >= 300 {
		return fmt.Errorf("answered %s", response.Status)
	}
	return nil
}

// told runs a scenario of the telling trigger that has to settle.
func told(t *testing.T, e *databases, o harness.Options, build func(harness.Environment) (any, error), steps ...scenario.Step) *harness.Result {
	t.Helper()
	p := project(t, mapping.Mapping{MaximumRetryAttempts: 2}, build)
	p.HTTP = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.Host == "hook.example.com" && r.URL.Path == "/things" && len(body) > 0 {
			w.WriteHeader(http.StatusAccepted)
		}
	})
	s := scenarioOf("things/told", steps...)
	s.Fixture = &scenario.Fixture{Name: "some", Steps: []scenario.Step{put("before")}}
	s.Observe = []string{"requests"}
	return closed(t, p, e, o, s)
}

// closed runs a scenario that has to settle, on a harness of its own that is closed
// after it.
func closed(t *testing.T, p harness.Project, e *databases, o harness.Options, s *scenario.Scenario) (r *harness.Result) {
	t.Run(fmt.Sprintf("live %v", o.Live), func(t *testing.T) {
		if r = run(t, start(t, p, e, o), s); r.Err != nil {
			t.Error(r.Err)
		}
	})
	return r
}

func shownRequest(id, at, status string) string {
	return fmt.Sprintf("  - body:\n      at: %q\n      id: %q\n      tries:\n        - 1.50\n        - true\n        - null\n    idempotency_key: %q\n"+
		"    method: \"POST\"\n    status: %s\n    trigger: \"echo\"\n    url: \"https://hook.example.com/things\"\n", at, id, id, status)
}

func testRequests(t *testing.T, e *databases) {
	r := told(t, e, harness.Options{}, telling, put("a"), put("b"))
	want := "\n\nrequests\n" + shownRequest("a", "2024-09-19T10:00:00Z", "202") + shownRequest("b", "2024-09-19T10:01:00Z", "202")
	if _, got, _ := strings.Cut(r.Rendering.Text, "things/told"); got != want {
		t.Errorf("(-want +got):\n%s", cmp.Diff(want, got))
	}
	if len(r.Requests) != 2 || r.Requests[1].Key != "b" || r.Requests[1].Trigger != "echo" || r.Requests[1].Status != 202 || !json.Valid(r.Requests[1].Body) {
		t.Errorf("requests %+v", r.Requests)
	}
	none := closed(t, project(t, mapping.Mapping{}, building(idle)), e, harness.Options{}, observing("requests"))
	if !strings.HasSuffix(none.Rendering.Text, "\nrequests\n  []\n") {
		t.Error(none.Rendering.Text)
	}
}

func observing(view string) *scenario.Scenario {
	s := scenarioOf("things/observed", put("a"))
	s.Observe = []string{view}
	return s
}

func testFailRequest(t *testing.T, e *databases) {
	r := told(t, e, harness.Options{}, telling,
		does("fail_call", scenario.FailCall{Trigger: "echo", Operation: "POST", Error: "503", Times: 1}), put("a"),
		does("fail_call", scenario.FailCall{Trigger: "echo", Error: "ConnectionRefused", Times: 2}), put("b"))
	var got []string
	for _, made := range r.Requests {
		got = append(got, fmt.Sprint(made.Key, " ", made.Status, made.Failure))
	}
	// The second fault uses up both attempts of an invocation; its batch is retried.
	want := []string{"a 503", "a 202", "b 0dial tcp: connection refused", "b 0dial tcp: connection refused", "b 202"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
	if want := []string{"POST is answered with 503", "POST is answered with ConnectionRefused (1 of 2)", "POST is answered with ConnectionRefused (2 of 2)"}; !slices.Equal(faults(r), want) {
		t.Errorf("faults %q", faults(r))
	}
	has(t, r, "status: 503", `status: "dial tcp: connection refused"`)
}

func testTimeOutAtRequest(t *testing.T, e *databases) {
	r := told(t, e, harness.Options{}, telling, does("time_out", scenario.TimeOut{Trigger: "echo", Call: 1}), put("a"))
	if want := []string{"times out at call 1, POST"}; !slices.Equal(faults(r), want) || len(r.Requests) != 1 {
		t.Errorf("faults %q, requests %+v: want one, of the retry", faults(r), r.Requests)
	}
}

// Also the times of the records are the same, though the consumer's clock is real.
func TestBothHandsMakeTheSameRequests(t *testing.T) {
	e := &databases{Engine: memory.New(memory.Options{Now: time.Now})}
	driven := told(t, e, harness.Options{}, telling, put("a"), put("b"), put("c"))
	live := told(t, e, harness.Options{Live: true}, telling, put("a"), put("b"), put("c"))
	if diff := cmp.Diff(driven.Rendering.Text, live.Rendering.Text); diff != "" {
		t.Errorf("(-driver +live):\n%s", diff)
	}
}

func testFailRequestNeverHappened(t *testing.T, e *databases) {
	p := project(t, mapping.Mapping{}, building(idle))
	s := scenarioOf("things/fault", does("fail_call", scenario.FailCall{Trigger: "echo", Error: "503", Times: 1}), put("a"))
	r := run(t, start(t, p, e, harness.Options{}), s)
	if want := "never happened: echo made no more HTTP calls after this step"; r.Err == nil || !strings.Contains(r.Err.Error(), want) {
		t.Errorf("%v, want %q", r.Err, want)
	}
}

func testRequestsRepeat(t *testing.T, e *databases) {
	steps := []scenario.Step{{Verb: "together", Steps: []scenario.Step{put("a"), put("b"), put("c")}}}
	first := told(t, e, harness.Options{Seed: 3}, telling, steps...)
	again := told(t, e, harness.Options{Seed: 3}, telling, steps...)
	if diff := cmp.Diff(first.Log.Canonical(), again.Log.Canonical()); diff != "" {
		t.Errorf("(-first +again):\n%s", diff)
	}
	calls := 0
	for _, event := range first.Log.Events() {
		if event.Kind == trace.Call && event.Op == "POST" {
			calls++
		}
	}
	if calls != 4 { // one of the fixture
		t.Errorf("%d requests in the trace, want 4", calls)
	}
}

func testRequestBodies(t *testing.T, e *databases) {
	r := told(t, e, harness.Options{}, func(env harness.Environment) (any, error) {
		return func(ctx context.Context, _ events.DynamoDBEvent) {
			for _, body := range []string{"plain", `{"a":1} {}`, `"json"`, ""} {
				_ = tell(ctx, env.HTTP, "", body)
			}
		}, nil
	}, put("a"))
	const rest = "    method: \"POST\"\n    status: %s\n    trigger: \"echo\"\n    url: \"https://hook.example.com/things\"\n"
	var want strings.Builder
	for _, body := range []string{`"plain"`, `"{\"a\":1} {}"`, `"json"`} {
		fmt.Fprintf(&want, "  - body: %s\n"+rest, body, "202")
	}
	want.WriteString(strings.Replace(fmt.Sprintf(rest, "200"), "    method", "  - method", 1))
	has(t, r, want.String())
}
