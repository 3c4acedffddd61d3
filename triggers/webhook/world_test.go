package webhook_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/triggers/model"
	"github.com/stillwater-streams/stillwater/triggers/testevent"
	"github.com/stillwater-streams/stillwater/triggers/triggertest"
	"github.com/stillwater-streams/stillwater/triggers/webhook"
)

// request is what the endpoint got.
type request struct {
	Path, Key, Type string
	Body            string
}

// endpoint is a real HTTP server. Its answers are a status each, the last one for
// ever; 0 hangs until the client goes.
type endpoint struct {
	*httptest.Server
	mu      sync.Mutex
	got     []request
	answers []int
}

func newEndpoint(t *testing.T, answers ...int) *endpoint {
	e := &endpoint{answers: answers}
	e.Server = httptest.NewServer(http.HandlerFunc(e.serve))
	t.Cleanup(e.Close)
	return e
}

func (e *endpoint) serve(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	e.mu.Lock()
	e.got = append(e.got, request{r.URL.Path, r.Header.Get("Idempotency-Key"), r.Header.Get("Content-Type"), string(body)})
	status := http.StatusOK
	if len(e.answers) > 0 {
		status = e.answers[0]
	}
	if len(e.answers) > 1 {
		e.answers = e.answers[1:]
	}
	e.mu.Unlock()
	if status == 0 {
		<-r.Context().Done()
		return
	}
	if status >= 300 && status < 400 {
		w.Header().Set("Location", "/elsewhere")
	}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, strings.Repeat("noise ", 100))
}

// RoundTrip is for a bubble, whose clock stands still while anybody waits for the
// network.
func (e *endpoint) RoundTrip(r *http.Request) (*http.Response, error) {
	answer := httptest.NewRecorder()
	e.serve(answer, r)
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	return answer.Result(), nil
}

func (e *endpoint) requests() []request {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]request(nil), e.got...)
}

// told lists the notifications as "event vulnerability".
func (e *endpoint) told(t *testing.T) (told []string) {
	t.Helper()
	for _, r := range e.requests() {
		var n webhook.Notification
		if err := json.Unmarshal([]byte(r.Body), &n); err != nil {
			t.Fatalf("%v: %s", err, r.Body)
		}
		told = append(told, n.Event+" "+n.VulnerabilityID)
	}
	return told
}

// world is a group harbor with a finding f1 (approved) and f2 (not), told of at an
// endpoint.
type world struct {
	*triggertest.Database
	*endpoint
	t       *testing.T
	options webhook.Options
	waits   []time.Duration
	report  error
}

func newWorld(t *testing.T, answers ...int) *world {
	e := newEndpoint(t, answers...)
	return newWorldOf(t, e, e.URL, e.Client())
}

func newWorldOf(t *testing.T, e *endpoint, url string, client *http.Client) *world {
	w := &world{t: t, endpoint: e, Database: triggertest.New(t)}
	w.group("harbor", url+"/secret/hook")
	w.put("FIN#f1", "GROUP#harbor", state("APPROVED"))
	w.put("FIN#f2", "GROUP#harbor", state("SUBMITTED"))
	w.options = webhook.Options{
		DynamoDB: w.Database, Table: triggertest.Table, HTTP: client,
		Wait: func(ctx context.Context, d time.Duration) error { w.waits = append(w.waits, d); return ctx.Err() },
		Report: func(_ context.Context, err error) {
			w.report = err
		},
	}
	return w
}

// group has an endpoint, or none.
func (w *world) group(name, url string) {
	group := model.Item{"name": text(name)}
	if url != "" {
		group["webhook_url"] = text(url)
	}
	w.put("GROUP#"+name, "ORG#o1", group)
}

func (w *world) put(pk, sk string, more model.Item) {
	w.t.Helper()
	more["pk"], more["sk"] = text(pk), text(sk)
	w.Put(more)
}

// invoke delivers changes as one batch and returns the numbers of those that failed.
// No table may change.
func (w *world) invoke(changes ...testevent.Change) (failed []string) {
	w.t.Helper()
	w.Calls = nil
	outcome := w.Invoke(webhook.New(w.options).Handle, changes...)
	if outcome.Err != nil {
		w.t.Fatal(outcome.Err)
	}
	if len(outcome.Changes) > 0 {
		w.t.Errorf("changed %q, want nothing: it tells of changes and makes none", outcome.Lines())
	}
	return outcome.Failed
}

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

func state(status string) model.Item {
	return model.Item{"state": &types.AttributeValueMemberM{Value: model.Item{
		"status": text(status), "where": text("src/a.go"), "specific": text("12")}}}
}

// vulnerability is one of finding f1 in harbor, with other attributes set or, if
// "", removed.
func vulnerability(id string, set ...string) model.Item {
	v := state("VULNERABLE")
	v["pk"], v["sk"], v["group_name"] = text("VULN#"+id), text("FIN#f1"), text("harbor")
	v["created_date"], v["sk_3"] = text("2024-09-01T10:00:00+00:00"), text("VULN#"+id)
	for i := 0; i < len(set); i += 2 {
		if set[i+1] == "" {
			delete(v, set[i])
		} else {
			v[set[i]] = text(set[i+1])
		}
	}
	return v
}
