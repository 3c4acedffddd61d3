package harness_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go/middleware"

	"github.com/stillwater-streams/stillwater/consumer/mapping"
	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/trace"
)

// adversaryRuns is how often each adversary is run: a few times, or as often as
// STILLWATER_ADVERSARIES says (make adversaries).
func adversaryRuns(t *testing.T) int {
	text := os.Getenv("STILLWATER_ADVERSARIES")
	if text == "" {
		return 8
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("STILLWATER_ADVERSARIES=%q: must be a number of runs", text)
	}
	return n
}

// adversary is a trigger that tries to write after the verdict. One is made for
// each run.
type adversary struct {
	run       int
	alive     atomic.Int32 // its goroutines
	late      sync.WaitGroup
	mu        sync.Mutex
	delivered map[string]bool
}

// dawdle takes from no time at all to far longer than a verdict takes.
func (a *adversary) dawdle() { <-time.NewTimer(time.Duration(a.run%4) * 20 * time.Millisecond).C }

// cancelOnceSent gives up while the request is under way: behind the gate, from
// at once to 3 ms after it was sent.
func (a *adversary) cancelOnceSent(cancel func()) func(*dynamodb.Options) {
	return func(o *dynamodb.Options) {
		o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error {
			return stack.Deserialize.Add(middleware.DeserializeMiddlewareFunc("GiveUp", func(
				ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler,
			) (middleware.DeserializeOutput, middleware.Metadata, error) {
				time.AfterFunc(time.Duration(a.run%30)*100*time.Microsecond, cancel)
				return next.HandleDeserialize(ctx, in)
			}), middleware.Before)
		})
	}
}

func (a *adversary) saw(e events.DynamoDBEvent) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, r := range e.Records {
		a.delivered[r.Change.Keys["id"].String()] = true
	}
}

// first tells the record that the scenario wrote from those of the adversary.
func first(e events.DynamoDBEvent) bool {
	for _, r := range e.Records {
		if r.Change.Keys["id"].String() == "a" {
			return true
		}
	}
	return false
}

// adversaries, each with the outcomes that a sound verdict may have.
var adversaries = map[string]struct {
	timeout time.Duration
	handle  func(*adversary, context.Context, *dynamodb.Client) error
	check   func(t *testing.T, r *harness.Result)
	note    func(*adversary, *harness.Result) string // what happened, counted over all runs
	must    string                                   // a note that must have been given
}{
	// It goes on after its deadline, and then writes with a context of its own.
	"ignores its deadline": {
		timeout: 5 * time.Millisecond,
		handle: func(a *adversary, ctx context.Context, db *dynamodb.Client) error {
			<-ctx.Done()
			a.dawdle()
			return putItem(context.Background(), db, "late")
		},
		check: func(t *testing.T, r *harness.Result) {
			if r.Outcome == harness.Unsettled {
				t.Errorf("not settled although every goroutine ended: %v", r.Err)
			}
			if len(r.DeadLetters) != 1 {
				t.Errorf("%d messages on the on-failure destination, want 1: each attempt timed out", len(r.DeadLetters))
			}
		},
	},
	// It returns, and leaves a goroutine that writes a little later.
	"leaves a goroutine that writes": {
		handle: func(a *adversary, ctx context.Context, db *dynamodb.Client) error {
			a.late.Add(1)
			go func() {
				defer a.late.Done()
				a.alive.Add(1)
				defer a.alive.Add(-1)
				a.dawdle()
				_ = putItem(context.Background(), db, "late")
			}()
			return nil
		},
		check: func(t *testing.T, r *harness.Result) {
			if wroteInTime(r) {
				return // its call was made before the handler had returned: see note
			}
			if r.Outcome != harness.Unsettled {
				t.Fatalf("%v: want not settled, since a call came after the invocation had ended", r.Outcome)
			}
			if !strings.Contains(r.Err.Error(), "called PutItem after it had ended") {
				t.Errorf("verdict does not name the late call: %v", r.Err)
			}
		},
		note: func(_ *adversary, r *harness.Result) string {
			if wroteInTime(r) {
				return "in time"
			}
			return "late"
		},
		must: "late",
	},
	// Its client gives up while the request is under way; the server commits, and
	// long after that: the way to it is slow.
	"gives up on a request": {
		handle: func(a *adversary, ctx context.Context, db *dynamodb.Client) error {
			ctx, cancel := context.WithCancel(ctx)
			defer cancel()
			err := putItem(ctx, db, "given-up", a.cancelOnceSent(cancel))
			if err != nil && !errors.Is(err, context.Canceled) {
				return err
			}
			return nil
		},
		check: func(t *testing.T, r *harness.Result) {
			if r.Outcome == harness.Unsettled {
				t.Errorf("not settled: %v", r.Err)
			}
			noOrphans(t, r)
		},
		note: func(a *adversary, r *harness.Result) string {
			for _, e := range r.Log.Events() {
				if e.Kind == trace.Write && strings.HasPrefix(e.Note, "caller gave up") {
					return fmt.Sprintf("given up under way, %d records", e.N)
				}
			}
			return "answered in time"
		},
	},
	// It sends by an HTTP client of its own, and gives up: nothing that the harness
	// handed out need be in the way of that request.
	"brings its own HTTP client": {
		handle: func(a *adversary, ctx context.Context, db *dynamodb.Client) error {
			ctx, cancel := context.WithCancel(ctx)
			defer cancel()
			err := putItem(ctx, db, "given-up", a.cancelOnceSent(cancel), func(o *dynamodb.Options) { o.HTTPClient = &http.Client{} })
			if err != nil && !errors.Is(err, context.Canceled) {
				return err
			}
			return nil
		},
		check: func(t *testing.T, r *harness.Result) {
			if r.Outcome == harness.Unsettled {
				t.Errorf("not settled: %v", r.Err)
			}
			noOrphans(t, r)
		},
	},
	// Its calls do not carry the context of the invocation.
	"drops its context": {
		handle: func(_ *adversary, _ context.Context, db *dynamodb.Client) error {
			return putItem(context.Background(), db, "no-context")
		},
		check: func(t *testing.T, r *harness.Result) {
			if r.Outcome == harness.Unsettled {
				t.Errorf("not settled: %v", r.Err)
			}
			noOrphans(t, r)
		},
	},
}

// wroteInTime reports whether the late item was written by an invocation.
func wroteInTime(r *harness.Result) bool {
	for _, e := range r.Log.Events() {
		if e.Kind == trace.Write && e.Key == "things late" {
			return true
		}
	}
	return false
}

func noOrphans(t *testing.T, r *harness.Result) {
	for _, e := range r.Log.Events() {
		if e.Kind == trace.RecordOrphan {
			t.Errorf("the record of %s is an orphan, though its client belongs to an invocation", e.Key)
		}
	}
}

// No adversary gets a verdict before it is done: what the tables hold once its
// last goroutine has ended was delivered before the verdict, every time.
func testAdversaries(t *testing.T, local *databases) {
	e := &databases{Engine: slow(t, local)}
	for name := range adversaries {
		t.Run(name, func(t *testing.T) { meetAdversary(t, e, name, harness.Options{}) })
		t.Run(name+", live", func(t *testing.T) { meetAdversary(t, e, name, harness.Options{Live: true}) })
	}
}

func meetAdversary(t *testing.T, e *databases, name string, o harness.Options) {
	test := adversaries[name]
	runs := adversaryRuns(t)
	notes := map[string]int{}
	for n := range runs {
		a := &adversary{run: n, delivered: map[string]bool{}}
		p := project(t, mapping.Mapping{Timeout: test.timeout, MaximumRetryAttempts: 1}, func(env harness.Environment) (any, error) {
			db := dynamodb.NewFromConfig(env.AWS)
			return func(ctx context.Context, e events.DynamoDBEvent) error {
				a.saw(e)
				if !first(e) {
					return nil
				}
				a.alive.Add(1)
				defer a.alive.Add(-1)
				return test.handle(a, ctx, db)
			}, nil
		})
		h := start(t, p, e, o)
		r := run(t, h, scenarioOf("things/adversary", put("a")))
		if alive := a.alive.Load(); alive != 0 && r.Outcome != harness.Unsettled {
			t.Errorf("run %d: %v with %d goroutines alive", n, r.Outcome, alive)
		}
		a.late.Wait()
		test.check(t, r)
		if test.note != nil {
			notes[test.note(a, r)]++
		}
		if r.Outcome != harness.Unsettled {
			a.everythingDelivered(t, e.last(o.Live))
		}
		if err := h.Close(); err != nil {
			t.Fatal(err)
		}
		if t.Failed() {
			t.Fatalf("in run %d of %d", n+1, runs)
		}
	}
	if test.must != "" && notes[test.must] == 0 {
		t.Errorf("in %d runs it was never %q: %v", runs, test.must, notes)
	}
	t.Logf("%d runs, no verdict too early %v", runs, notes)
}

// everythingDelivered compares the table with what the trigger was given.
func (a *adversary) everythingDelivered(t *testing.T, db *dynamodb.Client) {
	out, err := db.Scan(context.Background(), &dynamodb.ScanInput{TableName: aws.String("things"), ConsistentRead: aws.Bool(true)})
	if err != nil {
		t.Fatal(err)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, item := range out.Items {
		if id := fmt.Sprint(item["id"]); !a.delivered[idOf(item)] {
			t.Errorf("settled too early: %s was written and never delivered", id)
		}
	}
}
