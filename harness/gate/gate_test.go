package gate_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/harness/gate"
	"github.com/stillwater-streams/stillwater/harness/trace"
)

// server answers every DynamoDB request with {}; hold, if set, is asked first.
type server struct {
	mu   sync.Mutex
	ids  []string // of the items put, in order of arrival
	now  int      // requests being answered
	most int      // requests answered at the same time
	hold func(id string)
}

var idInBody = regexp.MustCompile(`"id":\{"S":"([^"]*)"\}`)

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	id := idInBody.FindStringSubmatch(string(body))[1]
	s.mu.Lock()
	s.ids = append(s.ids, id)
	s.now++
	s.most = max(s.most, s.now)
	s.mu.Unlock()
	if s.hold != nil {
		s.hold(id)
	}
	s.mu.Lock()
	s.now--
	s.mu.Unlock()
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	_, _ = io.WriteString(w, "{}")
}

// through makes a gate before s.
func through(t *testing.T, s *server, watchdog time.Duration) (*gate.Gate, *trace.Log) {
	return throughGate(t, s, gate.Options{Watchdog: watchdog})
}

func throughGate(t *testing.T, s *server, o gate.Options) (*gate.Gate, *trace.Log) {
	t.Helper()
	endpoint := httptest.NewServer(s)
	t.Cleanup(endpoint.Close)
	log := trace.New(nowFixed, nowFixed)
	log.EndSetup()
	o.Config = aws.Config{
		Region: "us-east-1", BaseEndpoint: aws.String(endpoint.URL), HTTPClient: endpoint.Client(),
		Credentials: credentials.NewStaticCredentialsProvider("a", "b", ""),
		Retryer:     func() aws.Retryer { return aws.NopRetryer{} },
	}
	o.Tables, o.Log, o.Now = map[string]gate.Table{"things": {Keys: []string{"id"}}}, log, nowFixed
	return gate.New(o), log
}

func put(ctx context.Context, db *dynamodb.Client, id string) error {
	_, err := db.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: aws.String("things"), Item: map[string]types.AttributeValue{"id": &types.AttributeValueMemberS{Value: id}},
	})
	return err
}

func TestTasksThatRunTogetherMakeOneCallAtATimeInAFixedOrder(t *testing.T) {
	for range 20 {
		s := &server{}
		g, _ := through(t, s, 0)
		var tasks []*gate.Task
		for _, name := range []string{"a", "b"} {
			actor := g.Actor(name)
			db := dynamodb.NewFromConfig(actor.Config())
			tasks = append(tasks, &gate.Task{Actor: actor, ID: trace.ID("i" + name), Do: func(ctx context.Context) {
				for _, n := range []string{"1", "2", "3"} {
					if err := put(ctx, db, name+n); err != nil {
						t.Error(err)
					}
				}
			}})
		}
		if err := g.Run(context.Background(), tasks...); err != nil {
			t.Fatal(err)
		}
		if want := []string{"a1", "a2", "a3", "b1", "b2", "b3"}; !slices.Equal(s.ids, want) {
			t.Fatalf("order %v, want %v", s.ids, want)
		}
		if s.most != 1 {
			t.Fatalf("%d requests at the same time", s.most)
		}
	}
}

// A request that was sent is in flight until its answer, whatever its caller does.
func TestARequestWhoseCallerGaveUpIsWaitedFor(t *testing.T) {
	arrived, answer := make(chan struct{}), make(chan struct{})
	s := &server{hold: func(string) { close(arrived); <-answer }}
	g, log := through(t, s, 0)
	actor := g.Actor("echo")
	db := dynamodb.NewFromConfig(actor.Config())
	returned := make(chan error, 1)
	finished := make(chan error, 1)
	go func() {
		finished <- g.Run(context.Background(), &gate.Task{Actor: actor, ID: "i1", Do: func(ctx context.Context) {
			ctx, cancel := context.WithCancel(ctx)
			go func() { <-arrived; cancel() }()
			returned <- put(ctx, db, "a")
		}})
	}()
	if err := <-returned; !errors.Is(err, context.Canceled) {
		t.Errorf("the caller was told %v, want that its context was cancelled", err)
	}
	if n := g.InFlight(); n != 1 {
		t.Errorf("%d requests in flight, want 1: the server has not answered", n)
	}
	select {
	case err := <-finished:
		t.Fatalf("the task is over (%v) while its request is in flight", err)
	default:
	}
	close(answer)
	if err := <-finished; err != nil {
		t.Fatal(err)
	}
	if n := g.InFlight(); n != 0 {
		t.Errorf("%d requests in flight after the answer", n)
	}
	if e, ok := log.Find("w1"); !ok || e.Note != "caller gave up: canceled" {
		t.Errorf("trace has %+v, want a write whose caller gave up", e)
	}
}

func TestATaskThatEndedMakesNoMoreCalls(t *testing.T) {
	s := &server{}
	g, log := through(t, s, 0)
	actor := g.Actor("echo")
	db := dynamodb.NewFromConfig(actor.Config())
	if err := put(context.Background(), db, "before"); err == nil || !strings.Contains(err.Error(), "made outside an invocation") {
		t.Errorf("a call outside an invocation gave %v", err)
	}
	over, late := make(chan struct{}), make(chan error)
	task := &gate.Task{Actor: actor, ID: "i1", Do: func(context.Context) {
		go func() {
			<-over
			late <- put(context.Background(), db, "late")
		}()
	}}
	if err := g.Run(context.Background(), task); err != nil {
		t.Fatal(err)
	}
	close(over)
	if err := <-late; err == nil || !strings.Contains(err.Error(), "i1 of echo has ended") {
		t.Errorf("a late call gave %v", err)
	}
	if len(s.ids) != 0 {
		t.Errorf("%v reached the server", s.ids)
	}
	if l := g.Late(0); len(l) != 1 || l[0] != (gate.Late{Task: "i1", Actor: "echo", Op: "PutItem"}) {
		t.Errorf("late calls: %+v", l)
	}
	if events := log.Events(); len(events) != 0 {
		t.Errorf("it is in the trace, at a place that is chance: %+v", events)
	}
}

// A goroutine of an earlier task that kept its context is not taken for the task
// that the actor runs now.
func TestALateCallIsNotGivenToTheNextTask(t *testing.T) {
	s := &server{}
	g, _ := through(t, s, 0)
	actor := g.Actor("echo")
	db := dynamodb.NewFromConfig(actor.Config())
	second, late := make(chan struct{}), make(chan error, 1)
	first := &gate.Task{Actor: actor, ID: "i1", Do: func(ctx context.Context) {
		kept := context.WithoutCancel(ctx)
		go func() {
			<-second
			late <- put(kept, db, "late")
		}()
	}}
	next := &gate.Task{Actor: actor, ID: "i2", Do: func(context.Context) {
		close(second)
		if err := <-late; err == nil || !strings.Contains(err.Error(), "i1 of echo has ended") {
			t.Errorf("the call of i1 gave %v", err)
		}
	}}
	for _, task := range []*gate.Task{first, next} {
		if err := g.Run(context.Background(), task); err != nil {
			t.Fatal(err)
		}
	}
	if len(s.ids) != 0 {
		t.Errorf("%v reached the server", s.ids)
	}
}

func TestATaskThatLoopsIsEnded(t *testing.T) {
	s := &server{}
	g, _ := throughGate(t, s, gate.Options{Calls: 50})
	actor := g.Actor("scenario")
	db := dynamodb.NewFromConfig(actor.Config())
	err := g.Run(context.Background(), &gate.Task{Actor: actor, ID: "m1", Do: func(ctx context.Context) {
		for put(ctx, db, "a") == nil {
		}
	}})
	if want := "gate: m1 of scenario made 50 AWS calls and goes on: does it loop?"; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

func TestATimeoutEndsATask(t *testing.T) {
	s := &server{}
	g, _ := through(t, s, 0)
	release := make(chan struct{})
	defer close(release)
	task := &gate.Task{Actor: g.Actor("echo"), ID: "i1", Timeout: time.Millisecond, Do: func(ctx context.Context) {
		<-ctx.Done()
		<-release
	}}
	if err := g.Run(context.Background(), task); err != nil {
		t.Fatal(err)
	}
	if !task.TimedOut() {
		t.Error("the task is not marked as timed out")
	}
}

func TestTheWatchdogNamesWhatBlocks(t *testing.T) {
	answer := make(chan struct{})
	s := &server{hold: func(string) { <-answer }}
	g, _ := through(t, s, 10*time.Millisecond)
	actor := g.Actor("echo")
	db := dynamodb.NewFromConfig(actor.Config())
	task := &gate.Task{Actor: actor, ID: "i1", Do: func(ctx context.Context) { _ = put(ctx, db, "a") }}
	err := g.Run(context.Background(), task)
	close(answer)
	if want := "gate: i1 of echo waits for the answer to PutItem since 10ms"; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

func TestAClientWithoutTheMiddlewareIsRefused(t *testing.T) {
	s := &server{}
	g, _ := through(t, s, 0)
	actor := g.Actor("echo")
	config := actor.Config()
	config.APIOptions = nil
	db := dynamodb.NewFromConfig(config)
	err := g.Run(context.Background(), &gate.Task{Actor: actor, ID: "i1", Do: func(ctx context.Context) {
		if err := put(ctx, db, "a"); err == nil || !strings.Contains(err.Error(), "make clients from Environment.AWS") {
			t.Errorf("a client without middleware gave %v", err)
		}
	}})
	if err != nil || len(s.ids) != 0 {
		t.Errorf("run: %v, reached the server: %v", err, s.ids)
	}
}
