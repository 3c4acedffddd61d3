package harness_test

import (
	"context"
	"errors"
	"fmt"
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

	"github.com/stillwater-streams/stillwater/consumer/mapping"
	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/trace"
)

// adversaryRuns is how often each adversary is run: a few times, or as often as
// STILLWATER_ADVERSARIES says (make soak).
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
	db        *dynamodb.Client
	alive     atomic.Int32 // its goroutines
	late      sync.WaitGroup
	mu        sync.Mutex
	delivered map[string]bool
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
	handle  func(*adversary, context.Context) error
	check   func(t *testing.T, r *harness.Result)
}{
	// It goes on after its deadline, and then writes with a context of its own.
	"ignores its deadline": {
		timeout: 5 * time.Millisecond,
		handle: func(a *adversary, ctx context.Context) error {
			<-ctx.Done()
			over := time.NewTimer(3 * time.Millisecond)
			<-over.C
			return putItem(context.Background(), a.db, "late")
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
		handle: func(a *adversary, ctx context.Context) error {
			a.late.Add(1)
			go func() {
				defer a.late.Done()
				a.alive.Add(1)
				defer a.alive.Add(-1)
				over := time.NewTimer(2 * time.Millisecond)
				<-over.C
				_ = putItem(context.Background(), a.db, "late")
			}()
			return nil
		},
		check: func(t *testing.T, r *harness.Result) {
			if r.Outcome != harness.Unsettled {
				t.Fatalf("%v: want not settled, since a call came after the invocation had ended", r.Outcome)
			}
			if !strings.Contains(r.Err.Error(), "called PutItem after it had ended") {
				t.Errorf("verdict does not name the late call: %v", r.Err)
			}
		},
	},
	// Its client gives up while the request is under way; the server may commit.
	"gives up on a request": {
		handle: func(a *adversary, ctx context.Context) error {
			ctx, cancel := context.WithTimeout(ctx, 300*time.Microsecond)
			defer cancel()
			err := putItem(ctx, a.db, "given-up")
			if err != nil && !errors.Is(err, context.DeadlineExceeded) {
				return err
			}
			return nil
		},
		check: func(t *testing.T, r *harness.Result) {
			if r.Outcome == harness.Unsettled {
				t.Errorf("not settled: %v", r.Err)
			}
		},
	},
	// Its calls do not carry the context of the invocation.
	"drops its context": {
		handle: func(a *adversary, _ context.Context) error {
			return putItem(context.Background(), a.db, "no-context")
		},
		check: func(t *testing.T, r *harness.Result) {
			if r.Outcome == harness.Unsettled {
				t.Errorf("not settled: %v", r.Err)
			}
			for _, e := range r.Log.Events() {
				if e.Kind == trace.RecordOrphan {
					t.Errorf("the record of %s is an orphan, though its client belongs to an invocation", e.Key)
				}
			}
		},
	},
}

// No adversary gets a verdict before it is done: what the tables hold once its
// last goroutine has ended was delivered before the verdict, every time.
func testAdversaries(t *testing.T, e *databases) {
	for name, test := range adversaries {
		t.Run(name, func(t *testing.T) {
			runs := adversaryRuns(t)
			for n := range runs {
				a := &adversary{delivered: map[string]bool{}}
				p := project(t, mapping.Mapping{Timeout: test.timeout, MaximumRetryAttempts: 1}, func(env harness.Environment) (any, error) {
					a.db = dynamodb.NewFromConfig(env.AWS)
					return func(ctx context.Context, e events.DynamoDBEvent) error {
						a.saw(e)
						if !first(e) {
							return nil
						}
						a.alive.Add(1)
						defer a.alive.Add(-1)
						return test.handle(a, ctx)
					}, nil
				})
				h := start(t, p, e, harness.Options{})
				r := run(t, h, scenarioOf("things/adversary", put("a")))
				if alive := a.alive.Load(); alive != 0 && r.Outcome != harness.Unsettled {
					t.Errorf("run %d: %v with %d goroutines alive", n, r.Outcome, alive)
				}
				a.late.Wait()
				test.check(t, r)
				if r.Outcome != harness.Unsettled {
					a.everythingDelivered(t, e)
				}
				if err := h.Close(); err != nil {
					t.Fatal(err)
				}
				if t.Failed() {
					t.Fatalf("in run %d of %d", n+1, runs)
				}
			}
		})
	}
}

// everythingDelivered compares the table with what the trigger was given.
func (a *adversary) everythingDelivered(t *testing.T, e *databases) {
	out, err := e.last().Scan(context.Background(), &dynamodb.ScanInput{TableName: aws.String("things"), ConsistentRead: aws.Bool(true)})
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
