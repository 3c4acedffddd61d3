package gate_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/stillwater-streams/stillwater/harness/gate"
	"github.com/stillwater-streams/stillwater/harness/trace"
)

// endpoint answers every request with 202 and notes its body.
type endpoint struct {
	mu     sync.Mutex
	bodies []string
	now    int
	most   int
	hold   func(body string)
}

func (e *endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	e.mu.Lock()
	e.bodies = append(e.bodies, string(body))
	e.now++
	e.most = max(e.most, e.now)
	e.mu.Unlock()
	if e.hold != nil {
		e.hold(string(body))
	}
	e.mu.Lock()
	e.now--
	e.mu.Unlock()
	w.Header().Set("X-Got", string(body))
	w.WriteHeader(http.StatusAccepted)
	_, _ = io.WriteString(w, "thank you")
}

const hook = "https://hook.example.com/a?b=c"

// post says what came back: "202 thank you", or the error.
func post(ctx context.Context, client *http.Client, body string) string {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, hook, strings.NewReader(body))
	if err != nil {
		return err.Error()
	}
	request.Header.Set("Idempotency-Key", "k-"+body)
	response, err := client.Do(request)
	if err != nil {
		return err.Error()
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	return strings.TrimSpace(fmt.Sprint(response.StatusCode, " ", string(text), err))
}

// sealed is a gate for HTTP alone, whose AWS calls would go nowhere.
func sealed(o gate.Options) (*gate.Gate, *trace.Log) {
	log := trace.New(nowFixed, nowFixed)
	log.EndSetup()
	o.Config, o.Log, o.Now = aws.Config{Region: "us-east-1"}, log, nowFixed
	return gate.New(o), log
}

// lines are the events of a log as text.
func lines(log *trace.Log) []string {
	var list []string
	for _, e := range log.Events() {
		list = append(list, fmt.Sprint(e.Kind, " ", e.Actor, " ", e.Cause, " ", e.Op, " ", e.Key, ": ", e.Note))
	}
	return list
}

func task(g *gate.Gate, id string, do func(context.Context, *http.Client)) *gate.Task {
	actor := g.Actor("echo")
	return &gate.Task{Actor: actor, ID: trace.ID(id), Do: func(ctx context.Context) { do(ctx, actor.HTTP()) }}
}

func TestAnHTTPRequestIsACallThatWritesNothing(t *testing.T) {
	e := &endpoint{}
	var made []gate.Request
	g, log := sealed(gate.Options{HTTP: e, Requested: func(r gate.Request) { made = append(made, r) }})
	err := g.Run(context.Background(), task(g, "i1", func(_ context.Context, client *http.Client) {
		if got := post(context.Background(), client, "x"); got != "202 thank you<nil>" { // a context that it dropped
			t.Errorf("answered %q", got)
		}
	}))
	if err != nil || g.InFlight() != 0 || g.Writes() != 0 {
		t.Errorf("%v, %d in flight, %d writes", err, g.InFlight(), g.Writes())
	}
	if want := []string{"call echo [i1] POST " + hook + ": 202 Accepted"}; !slices.Equal(lines(log), want) {
		t.Errorf("the trace has %q, want %q", lines(log), want)
	}
	if len(made) != 1 || made[0].Task != "i1" || made[0].URL != hook || string(made[0].Body) != "x" ||
		made[0].Header.Get("Idempotency-Key") != "k-x" || made[0].Status != http.StatusAccepted {
		t.Errorf("requested %+v", made)
	}
}

func TestWithoutAHandlerEveryRequestIsAnswered204(t *testing.T) {
	g, _ := sealed(gate.Options{})
	err := g.Run(context.Background(), task(g, "i1", func(ctx context.Context, client *http.Client) {
		if got := post(ctx, client, "x"); got != "204 <nil>" {
			t.Errorf("answered %q", got)
		}
	}))
	if err != nil {
		t.Fatal(err)
	}
}

// Requests and AWS calls share one order, which the seed says.
func TestAPickOrdersRequestsAmongCalls(t *testing.T) {
	order := func(seed uint64) string {
		s, e := &server{}, &endpoint{}
		g, log := throughGate(t, s, gate.Options{HTTP: e, Pick: rand.New(rand.NewPCG(seed, 0)).IntN})
		var tasks []*gate.Task
		for _, name := range []string{"a", "b"} {
			actor := g.Actor(name)
			db, client := dynamodb.NewFromConfig(actor.Config()), actor.HTTP()
			tasks = append(tasks, &gate.Task{Actor: actor, ID: trace.ID("i" + name), Do: func(ctx context.Context) {
				for range 3 {
					if err := put(ctx, db, name); err != nil {
						t.Error(err)
					}
					post(ctx, client, name)
				}
			}})
		}
		if err := g.Run(context.Background(), tasks...); err != nil {
			t.Fatal(err)
		}
		if e.most != 1 || len(e.bodies) != 6 {
			t.Errorf("seed %d: %d requests, %d at once", seed, len(e.bodies), e.most)
		}
		return strings.Join(lines(log), "\n")
	}
	orders := map[string]bool{}
	for seed := range uint64(8) {
		first := order(seed)
		if again := order(seed); first != again {
			t.Fatalf("seed %d:\n%s\nthen\n%s", seed, first, again)
		}
		orders[first] = true
	}
	if len(orders) < 3 {
		t.Errorf("8 seeds gave %d orders", len(orders))
	}
}

func TestARequestIsAnsweredByAFault(t *testing.T) {
	e := &endpoint{}
	var statuses []string
	broken := errors.New("connection refused")
	g, log := sealed(gate.Options{HTTP: e, Requested: func(r gate.Request) { statuses = append(statuses, fmt.Sprint(r.Status, r.Failure)) },
		Decide: func(c gate.Call) error {
			if !c.HTTP || c.Op != "POST" || c.Key != hook {
				t.Errorf("asked about %+v", c)
			}
			return []error{&gate.HTTPStatus{Code: 503}, broken, nil}[c.N-1]
		}})
	err := g.Run(context.Background(), task(g, "i1", func(ctx context.Context, client *http.Client) {
		for _, want := range []string{"503 <nil>", `Post "` + hook + `": connection refused`, "202 thank you<nil>"} {
			if got := post(ctx, client, "x"); got != want {
				t.Errorf("answered %q, want %q", got, want)
			}
		}
	}))
	if err != nil || len(e.bodies) != 1 {
		t.Errorf("%v; the endpoint got %v", err, e.bodies)
	}
	if want := []string{"503", "0connection refused", "202"}; !slices.Equal(statuses, want) {
		t.Errorf("requested %q, want %q", statuses, want)
	}
	if got := lines(log); len(got) != 3 || !strings.HasSuffix(got[0], ": 503 Service Unavailable") || !strings.HasSuffix(got[1], ": connection refused") {
		t.Errorf("the trace has %q", got)
	}
}

func TestATaskTimesOutAtARequest(t *testing.T) {
	e := &endpoint{}
	g, _ := sealed(gate.Options{HTTP: e, Decide: func(gate.Call) error { return gate.ErrTimeOut }})
	ended := make(chan struct{})
	timed := task(g, "i1", func(_ context.Context, client *http.Client) {
		defer close(ended)
		post(context.Background(), client, "x")
		post(context.Background(), client, "y")
	})
	if err := g.Run(context.Background(), timed); err != nil {
		t.Fatal(err)
	}
	<-ended
	want := gate.Late{Task: "i1", Actor: "echo", Op: "POST", TimedOut: true}
	if late := g.Late(0); len(e.bodies) != 0 || !slices.Equal(late, []gate.Late{want, want}) {
		t.Errorf("the endpoint got %v, late %+v", e.bodies, late)
	}
}

// The endpoint has the request: nobody takes it back, and it is in flight.
func TestARequestWhoseCallerGaveUpIsCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		e := &endpoint{hold: func(string) { <-release }}
		var made []gate.Request
		g, _ := sealed(gate.Options{HTTP: e, Requested: func(r gate.Request) { made = append(made, r) }})
		gaveUp := make(chan string, 1)
		go func() {
			text := <-gaveUp
			if g.InFlight() != 1 || !strings.Contains(text, "deadline exceeded") {
				t.Errorf("%d in flight, the caller was told %q", g.InFlight(), text)
			}
			close(release)
		}()
		err := g.Run(t.Context(), task(g, "i1", func(ctx context.Context, client *http.Client) {
			ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
			defer cancel()
			gaveUp <- post(ctx, client, "x")
		}))
		if err != nil || g.InFlight() != 0 {
			t.Errorf("%v, %d in flight", err, g.InFlight())
		}
		if len(made) != 1 || made[0].Status != 0 || made[0].Failure != "caller gave up: deadline exceeded" {
			t.Errorf("requested %+v", made)
		}
	})
}

// Waiting for the turn of others uses up no time of the request's own; to take it
// back does end it.
func TestTheDeadlineOfARequestStandsStillAtTheGate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, _ := sealed(gate.Options{HTTP: &endpoint{}, Pick: func(int) int { return 0 }})
		short := task(g, "i1", func(ctx context.Context, client *http.Client) {
			ctx, cancel := context.WithTimeout(ctx, time.Second)
			defer cancel()
			if got := post(ctx, client, "x"); got != "202 thank you<nil>" {
				t.Errorf("answered %q", got)
			}
		})
		taken := task(g, "i2", func(ctx context.Context, client *http.Client) {
			ctx, cancel := context.WithCancel(ctx)
			time.AfterFunc(time.Second, cancel)
			if got := post(ctx, client, "y"); !strings.Contains(got, "canceled") {
				t.Errorf("answered %q", got)
			}
		})
		busy := task(g, "i3", func(ctx context.Context, _ *http.Client) {
			ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
			defer cancel()
			<-ctx.Done()
		})
		if err := g.Run(t.Context(), short, taken, busy); err != nil {
			t.Error(err)
		}
	})
}

func TestAHandlerThatPanicsBreaksTheConnection(t *testing.T) {
	g, _ := sealed(gate.Options{HTTP: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("oops") })})
	err := g.Run(context.Background(), task(g, "i1", func(ctx context.Context, client *http.Client) {
		if got := post(ctx, client, "x"); !strings.Contains(got, "connection reset: the handler of Project.HTTP panicked: oops") {
			t.Errorf("answered %q", got)
		}
	}))
	if err != nil {
		t.Fatal(err)
	}
}

func TestServeLetsRequestsThrough(t *testing.T) {
	e := &endpoint{}
	g, _ := sealed(gate.Options{HTTP: e})
	serve(t, g)
	var tasks sync.WaitGroup
	for n := range 4 {
		one := task(g, fmt.Sprint("i", n), func(ctx context.Context, client *http.Client) { post(ctx, client, "x"); post(ctx, client, "y") })
		tasks.Go(func() { g.Do(context.Background(), one) })
	}
	tasks.Wait()
	if len(e.bodies) != 8 || e.most != 1 {
		t.Errorf("%d requests, %d at once: want 8, 1", len(e.bodies), e.most)
	}
}

func TestARequestOutsideAnInvocationIsRefused(t *testing.T) {
	g, _ := sealed(gate.Options{})
	if got := post(context.Background(), g.Actor("echo").HTTP(), "x"); !strings.Contains(got, "made outside an invocation") {
		t.Errorf("answered %q", got)
	}
}
