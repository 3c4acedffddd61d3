package webhook_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/google/go-cmp/cmp"

	"github.com/stillwater-streams/stillwater/triggers/testevent"
	"github.com/stillwater-streams/stillwater/triggers/webhook"
)

func replaceKey(body, key string) string { return strings.Replace(body, "KEY", key, 1) }

func TestEveryTellingOfARecordIsTheSameRequest(t *testing.T) {
	w := newWorld(t)
	changes := []testevent.Change{testevent.Insert(vulnerability("v1")), testevent.Modify(vulnerability("v1"), vulnerability("v1", "hash", "h"))}
	w.invoke(changes...)
	first := w.requests()
	w.invoke(changes...)
	again := w.requests()[2:]
	if diff := cmp.Diff(first, again); diff != "" {
		t.Errorf("the second delivery differs (-first +second):\n%s", diff)
	}
	if first[0].Key == first[1].Key {
		t.Error("two changes of one item share an idempotency key")
	}
}

// The same edit made twice is two changes, each with news of its own.
func TestTheSameEditAtAnotherTimeIsOtherNews(t *testing.T) {
	w := newWorld(t)
	a, b := vulnerability("v1"), vulnerability("v1", "hash", "h")
	w.invoke(testevent.Modify(a, b), testevent.Modify(b, a), testevent.Modify(a, b))
	got := w.requests()
	if len(got) != 3 || got[0].Key == got[2].Key {
		t.Errorf("requests %+v, want three with distinct keys", got)
	}
}

func TestWhatTheEndpointAnswers(t *testing.T) {
	for _, test := range []struct {
		name     string
		answers  []int
		requests int
		want     string // of the failure, "" = success
	}{
		{"takes it", []int{204}, 1, ""},
		{"is there at the second attempt", []int{503, 200}, 2, ""},
		{"is busy twice", []int{429, 408, 202}, 3, ""},
		{"stays away", []int{500}, 3, "answered 500 Internal Server Error (3 attempts)"},
		{"refuses", []int{422}, 1, "answered 422 Unprocessable Entity: it does not take this notification"},
		{"does not know the address", []int{404}, 1, "answered 404"},
		{"is elsewhere", []int{302}, 1, "redirects are not followed: set webhook_url"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t, test.answers...)
			w.options.Timeout = time.Minute
			w.tells(test.requests, test.want)
		})
	}
}

func TestAnEndpointThatHangsCostsItsTimeout(t *testing.T) {
	for _, test := range []struct {
		name     string
		answers  []int
		requests int
		want     string
		took     time.Duration
	}{
		{"always", []int{0}, 3, "context deadline exceeded (3 attempts)", 9 * time.Second},
		{"once", []int{0, 200}, 2, "", 3 * time.Second},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e, began := &endpoint{answers: test.answers}, time.Now()
				w := newWorldOf(t, e, "http://hook.example", &http.Client{Transport: e})
				w.tells(test.requests, test.want)
				if took := time.Since(began); took != test.took {
					t.Errorf("took %v, want %v", took, test.took)
				}
			})
		})
	}
}

// tells has the trigger tell of one change: so many requests, and a failure whose
// text has want in it, or success where that is "".
func (w *world) tells(requests int, want string) {
	w.t.Helper()
	failed := w.invoke(testevent.Insert(vulnerability("v1")))
	if n := len(w.requests()); n != requests {
		w.t.Errorf("%d requests, want %d", n, requests)
	}
	if wantFailed := want != ""; (len(failed) == 1) != wantFailed {
		w.t.Errorf("failed: %v, %v", failed, w.report)
	}
	if want != "" && (w.report == nil || !strings.Contains(w.report.Error(), want)) {
		w.t.Errorf("reported %v, want %q", w.report, want)
	}
	wantWaits := []time.Duration{200 * time.Millisecond, 400 * time.Millisecond}[:requests-1]
	if diff := cmp.Diff(wantWaits, append([]time.Duration{}, w.waits...)); diff != "" {
		w.t.Errorf("waits (-want +got):\n%s", diff)
	}
}

func TestAnEndpointThatIsGoneIsNotOurSecretToTell(t *testing.T) {
	w := newWorld(t)
	w.Close() // the connection is refused
	if diff := cmp.Diff([]string{"1"}, w.invoke(testevent.Insert(vulnerability("v1")))); diff != "" {
		t.Error(diff)
	}
	if w.report == nil || strings.Contains(w.report.Error(), "secret") || !strings.Contains(w.report.Error(), "endpoint of group harbor") {
		t.Errorf("reported %v, want the group and not the address", w.report)
	}
}

func TestAnEndpointThatFailedGetsNothingMoreAndTheOthersDo(t *testing.T) {
	w := newWorld(t, 500)
	other := newEndpoint(t)
	w.group("island", other.URL)
	w.put("FIN#f1", "GROUP#island", state("APPROVED"))
	failed := w.invoke(
		testevent.Insert(vulnerability("v1")),
		testevent.Insert(vulnerability("v2", "group_name", "island")),
		testevent.Modify(vulnerability("v3"), vulnerability("v3", "hash", "h")),
		testevent.Remove(vulnerability("v2", "group_name", "island")),
	)
	if diff := cmp.Diff([]string{"1", "3"}, failed); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"reported v1", "reported v1", "reported v1"}, w.told(t)); diff != "" {
		t.Errorf("told harbor: %s", diff)
	}
	if diff := cmp.Diff([]string{"reported v2", "deleted v2"}, other.told(t)); diff != "" {
		t.Errorf("told island: %s", diff)
	}
	if !strings.Contains(w.report.Error(), "edited of v3: not sent, the endpoint of group harbor failed before in this batch") {
		t.Errorf("reported %v", w.report)
	}
}

func TestARefusalConcernsOneRecord(t *testing.T) {
	w := newWorld(t, 400, 200)
	failed := w.invoke(testevent.Insert(vulnerability("v1")), testevent.Insert(vulnerability("v2")))
	if diff := cmp.Diff([]string{"1"}, failed); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"reported v1", "reported v2"}, w.told(t)); diff != "" {
		t.Error(diff)
	}
}

func TestEverythingIsAskedOnce(t *testing.T) {
	w := newWorld(t)
	w.invoke(testevent.Insert(vulnerability("v1")), testevent.Insert(vulnerability("v2")), testevent.Remove(vulnerability("v1")))
	if diff := cmp.Diff([]string{"Query GROUP#harbor", "GetItem FIN#f1"}, w.Calls); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
	w.group("harbor", "")
	w.invoke(testevent.Insert(vulnerability("v3")))
	if n := len(w.requests()); n != 3 {
		t.Errorf("%d requests, want 3: an endpoint taken away is asked for in the next batch", n)
	}
}

func TestAReadThatFailsIsAFailureOfItsRecord(t *testing.T) {
	for pk, want := range map[string]string{"GROUP#harbor": "read group harbor: no", "FIN#f1": "read finding f1: no"} {
		w := newWorld(t)
		w.Before = func(call string) error {
			if strings.HasSuffix(call, pk) {
				return errors.New("no")
			}
			return nil
		}
		if diff := cmp.Diff([]string{"1"}, w.invoke(testevent.Insert(vulnerability("v1")))); diff != "" {
			t.Error(diff)
		}
		if w.report == nil || !strings.Contains(w.report.Error(), want) || len(w.requests()) != 0 {
			t.Errorf("reported %v, want %q, and nothing told: %v", w.report, want, w.requests())
		}
	}
}

func TestAnAddressThatIsNoneIsSaid(t *testing.T) {
	for _, url := range []string{"ftp://example.com/hook", "harbor", "http://", "http://a b/", ":"} {
		w := newWorld(t)
		w.group("harbor", url)
		if failed := w.invoke(testevent.Insert(vulnerability("v1"))); len(failed) != 1 || !strings.Contains(w.report.Error(), "webhook_url") {
			t.Errorf("%s: failed %v, reported %v", url, failed, w.report)
		}
	}
}

// The budget of the invocation ends the waiting for an endpoint, early enough for
// the failures to be returned.
func TestTheTimeOfTheInvocationIsRespected(t *testing.T) {
	w := newWorld(t, 0)
	ctx, cancel := context.WithTimeout(context.Background(), 600*time.Millisecond)
	defer cancel()
	e, err := testevent.Stream{}.Event(testevent.Insert(vulnerability("v1")), testevent.Insert(vulnerability("v2")))
	if err != nil {
		t.Fatal(err)
	}
	response, err := webhook.New(w.options).Handle(ctx, e)
	if err != nil || ctx.Err() != nil || len(response.BatchItemFailures) != 2 {
		t.Errorf("response %v, %v, context %v: want both records back in time", response, err, ctx.Err())
	}
	if n := len(w.requests()); n != 1 {
		t.Errorf("%d requests, want 1", n)
	}
}

func TestMissingOptionsAreAnErrorOfTheInvocation(t *testing.T) {
	w := newWorld(t)
	e, err := testevent.Stream{}.Event()
	if err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*webhook.Options){
		"DynamoDB": func(o *webhook.Options) { o.DynamoDB = nil },
		"Table":    func(o *webhook.Options) { o.Table = "" },
		"HTTP":     func(o *webhook.Options) { o.HTTP = nil },
	} {
		o := w.options
		spoil(&o)
		if _, err := webhook.New(o).Handle(context.Background(), e); err == nil || !strings.Contains(err.Error(), "Options."+name) {
			t.Errorf("without %s: error = %v", name, err)
		}
	}
}

func TestDefaults(t *testing.T) {
	w := newWorld(t, 500)
	w.options.Wait, w.options.Report = nil, nil
	if failed := w.invoke(testevent.Insert(vulnerability("v1"))); len(failed) != 1 || len(w.requests()) != 3 {
		t.Errorf("failed %v after %d requests, want 3", failed, len(w.requests()))
	}
}

func TestHandleSpeaksLambdasJSON(t *testing.T) {
	w := newWorld(t, http.StatusBadRequest)
	payload, err := testevent.Stream{}.JSON(testevent.Insert(vulnerability("v1")))
	if err != nil {
		t.Fatal(err)
	}
	response, err := lambda.NewHandler(webhook.New(w.options).Handle).Invoke(context.Background(), payload)
	if want := `{"batchItemFailures":[{"itemIdentifier":"000000000000000000001"}]}`; err != nil || string(response) != want {
		t.Errorf("response %s, %v, want %s", response, err, want)
	}
}

// The first change comes again: had the second been told before, the endpoint would
// end with the first.
func TestTheChangesOfOneVulnerabilityAreToldInOrder(t *testing.T) {
	w := newWorld(t, 400, 200)
	a, b := vulnerability("v1"), vulnerability("v1", "hash", "h")
	changes := []testevent.Change{testevent.Insert(a), testevent.Modify(a, b), testevent.Insert(vulnerability("v2"))}
	if diff := cmp.Diff([]string{"1", "2"}, w.invoke(changes...)); diff != "" {
		t.Error(diff)
	}
	if w.report == nil || !strings.Contains(w.report.Error(), "edited of v1: not sent, a change of it before this one failed in this batch") {
		t.Errorf("reported %v", w.report)
	}
	if failed := w.invoke(changes...); len(failed) != 0 {
		t.Errorf("failed: %v", failed)
	}
	if diff := cmp.Diff([]string{"reported v1", "reported v2", "reported v1", "edited v1", "reported v2"}, w.told(t)); diff != "" {
		t.Error(diff)
	}
}
