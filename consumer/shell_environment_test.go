package consumer_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"github.com/stillwater-streams/stillwater/consumer"
	"github.com/stillwater-streams/stillwater/consumer/streamscript"
)

// TestWarm: a handler is built once per environment, inside its first invocation,
// and remembers what it did; the next environment comes with more concurrency.
func TestWarm(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.mapping.BatchSize = 1
		built := 0
		o := w.options()
		o.Triggers[0].New = func(e consumer.Environment) (any, error) {
			built++
			served := 0
			return func(ctx context.Context) error {
				served++
				i, running := e.Invocation()
				w.mu.Lock()
				w.events = append(w.events, fmt.Sprintf("%s serves its %d. in %s %v", e.ID, served, i.RequestID, running))
				w.mu.Unlock()
				return nil
			}, nil
		}
		w.put(3)
		r := w.start(o)
		r.settled()
		r.stop()
		w.want("indicators-1 serves its 1. in r1 true", "indicators-1 serves its 2. in r2 true", "indicators-1 serves its 3. in r3 true")
		cold := 0
		for _, f := range facts[consumer.InvocationStarted](w) {
			if f.Cold {
				cold++
			}
		}
		if s := r.Status()[0]; built != 1 || cold != 1 || s.Environments != 1 || s.Running != 0 {
			t.Errorf("built %d, cold %d, status %+v", built, cold, s)
		}
	})
}

// TestReservedConcurrency: above it invocations are throttled, which counts as
// no attempt; the others of the free environments are used again.
func TestReservedConcurrency(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		two := 2
		w.mapping.ReservedConcurrency, w.mapping.ParallelizationFactor = &two, 4
		var mu sync.Mutex
		now, most := 0, 0
		w.handle = func(context.Context, events.DynamoDBEvent) (any, error) {
			mu.Lock()
			now++
			most = max(most, now)
			mu.Unlock()
			pass(100 * time.Millisecond)
			mu.Lock()
			now--
			mu.Unlock()
			return nil, nil
		}
		for i := range 20 {
			w.endpoint.Put("vms", keyed(fmt.Sprint("item", i)))
		}
		r := w.start(w.options())
		r.settled()
		r.stop()
		throttled := facts[consumer.InvocationThrottled](w)
		if most != 2 || len(throttled) == 0 || throttled[0].Reason != "reserved concurrency of 2 is used up" {
			t.Errorf("%d at once, throttled %v", most, throttled)
		}
		for _, f := range facts[consumer.InvocationStarted](w) {
			if f.Attempt != 1 {
				t.Errorf("attempt %d", f.Attempt)
			}
		}
	})
}

// TestReservedConcurrencyOfNone: 0 throttles every invocation, until the record
// expires.
func TestReservedConcurrencyOfNone(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		none := 0
		w.mapping.ReservedConcurrency, w.mapping.MaximumRecordAge = &none, time.Minute
		w.put(1)
		r := w.start(w.options())
		r.settled()
		r.stop()
		w.want()
		if lost := facts[consumer.Dropped](w); len(lost) != 1 || lost[0].Lost.Condition != "RecordAgeExceeded" || lost[0].Lost.Attempts != 0 {
			t.Errorf("dropped %v", lost)
		}
	})
}

// TestTimeout: the result of a handler that notices its deadline is not taken
// either (D9), and the environment is not used again.
func TestTimeout(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.handle = func(ctx context.Context, e events.DynamoDBEvent) (any, error) {
			if len(w.batches()) == 1 {
				<-ctx.Done()
			}
			return nil, nil
		}
		w.mapping.MaximumRetryAttempts = 1
		w.put(1)
		r := w.start(w.options())
		r.settled()
		r.stop()
		w.want("2", "2")
		ended := facts[consumer.InvocationEnded](w)
		if ended[0].Failure != "Task timed out after 3.00 seconds" || !ended[0].TimedOut || ended[1].Failure != "" ||
			ended[1].Environment != "indicators-2" || len(facts[consumer.Late](w)) != 0 {
			t.Errorf("ended %+v", ended)
		}
	})
}

// TestLateHandler: a handler that ignores its deadline is a failed invocation; it
// is an open obligation until it ends, and its environment knows no invocation.
func TestLateHandler(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		release := make(chan struct{})
		var environments []consumer.Environment
		w.handle = func(context.Context, events.DynamoDBEvent) (any, error) {
			if len(w.batches()) == 1 {
				<-release
			}
			return nil, errors.New("late")
		}
		o := w.options()
		o.Triggers[0].New = func(e consumer.Environment) (any, error) {
			environments = append(environments, e)
			return w.handler(e)
		}
		w.put(1)
		r := w.start(o)
		r.until("the end of the batch", func([]consumer.MappingStatus) bool { return len(facts[consumer.Dropped](w)) == 1 })
		s := r.Status()[0]
		if len(s.Late) != 1 || s.Late[0].RequestID != "r1" || s.Late[0].Environment != "indicators-1" || s.Running != 0 {
			t.Errorf("status %+v", s)
		}
		if i, running := environments[0].Invocation(); running {
			t.Errorf("the environment runs %v", i)
		}
		pass(time.Minute)
		close(release)
		r.settled()
		r.stop()
		late := facts[consumer.LateEnded](w)
		if len(late) != 1 || late[0].After < time.Minute || len(r.Status()[0].Late) != 0 {
			t.Errorf("late %v, status %+v", late, r.Status())
		}
		w.want("2")
	})
}

// TestTooManyLateHandlers: a handler that always hangs does not fill the memory.
func TestTooManyLateHandlers(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		release := make(chan struct{})
		w.handle = func(context.Context, events.DynamoDBEvent) (any, error) {
			<-release
			return nil, nil
		}
		w.mapping.MaximumRetryAttempts = -1
		o := w.options()
		o.BackoffMax = time.Second
		w.put(1)
		r := w.start(o)
		r.until("a throttled invocation", func([]consumer.MappingStatus) bool { return len(facts[consumer.InvocationThrottled](w)) > 0 })
		if n, late := len(w.batches()), len(r.Status()[0].Late); n != 100 || late != 100 {
			t.Errorf("%d invocations, %d late", n, late)
		}
		if reason := facts[consumer.InvocationThrottled](w)[0].Reason; !strings.Contains(reason, "100 handlers run on") {
			t.Errorf("reason %s", reason)
		}
		close(release)
		r.settled()
		r.stop()
	})
}

// TestBadHandlers: whatever is wrong with a handler is a function error of the
// invocation, and each has the environment that it deserves.
func TestBadHandlers(t *testing.T) {
	build := func(handler any, err error) func(consumer.Environment) (any, error) {
		return func(consumer.Environment) (any, error) { return handler, err }
	}
	for _, test := range []struct {
		name  string
		build func(consumer.Environment) (any, error)
		want  string // part of the failure
		next  string // the environment of the second attempt
	}{
		{"an error", build(func() error { return errors.New("boom") }, nil), "errorString: boom", "indicators-1"},
		{"a panic", build(func() { panic("boom") }, nil), "panic: boom at github.com/stillwater-streams/stillwater/consumer_test.TestBadHandlers", "indicators-2"},
		{"Goexit", build(func() { runtime.Goexit() }, nil), "goexit: handler called runtime.Goexit", "indicators-2"},
		{"not built", build(nil, errors.New("no table")), "cold start: no table", "indicators-2"},
		{"not a handler", build("a text", nil), "cold start: new function: handler string is not a function", "indicators-2"},
		{"a panic while it is built", func(consumer.Environment) (any, error) { panic("no table") }, "panic: no table", "indicators-2"},
		{"another event", build(func(n int) {}, nil), "cannot unmarshal object into Go value of type int", "indicators-1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			inWorld(t, func(t *testing.T, w *world) {
				w.mapping.MaximumRetryAttempts = 1
				o := w.options()
				o.Triggers[0].New = test.build
				w.put(1)
				r := w.start(o)
				r.settled()
				r.stop()
				ended := facts[consumer.InvocationEnded](w)
				if len(ended) != 2 || !strings.Contains(ended[0].Failure, test.want) || ended[1].Environment != test.next {
					t.Errorf("ended %+v", ended)
				}
			})
		})
	}
}

// TestManyShards: environments are shared by all shards of a mapping.
func TestManyShards(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		left, right := w.endpoint.Split(w.endpoint.Shards("vms")[0])
		w.endpoint.Split(left)
		w.endpoint.Split(right)
		r := w.start(w.options())
		r.settled()
		for i := range 100 {
			w.endpoint.Put("vms", keyed(fmt.Sprint("item", i)))
		}
		w.handle = func(context.Context, events.DynamoDBEvent) (any, error) {
			pass(time.Second)
			return nil, nil
		}
		r.Wake()
		synctest.Wait()
		if s := r.Status()[0]; s.Running != 4 || s.Environments != 4 {
			t.Errorf("status %+v", s)
		}
		r.settled()
		r.stop()
		var environments []string
		for _, f := range facts[consumer.InvocationStarted](w) {
			environments = append(environments, f.Environment)
		}
		slices.Sort(environments)
		want := []string{"indicators-1", "indicators-2", "indicators-3", "indicators-4"}
		if diff := cmp.Diff(want, environments); diff != "" {
			t.Errorf("environments (-want +got):\n%s", diff)
		}
	})
}

// TestStopWhileBuilding: a stop that ends in the middle of a cold start.
func TestStopWhileBuilding(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, streamscript.Options{})
		o := w.options()
		o.Triggers[0].New = func(e consumer.Environment) (any, error) {
			pass(time.Second)
			return w.handler(e)
		}
		w.put(1)
		r := w.start(o)
		r.until("the cold start", func(all []consumer.MappingStatus) bool { return len(all) > 0 && all[0].Running == 1 })
		r.stop()
		w.want("2")
		if n := len(facts[consumer.Checkpointed](w)); n != 1 {
			t.Errorf("%d checkpoints", n)
		}
	})
}

// TestColdStart: on request the next invocations build their handlers anew, and an
// environment that runs meanwhile does not serve again.
func TestColdStart(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.mapping.BatchSize = 1
		w.handle = func(context.Context, events.DynamoDBEvent) (any, error) {
			pass(time.Second)
			return nil, nil
		}
		r := w.start(w.options())
		request := func() {
			t.Helper()
			if err := r.ColdStart("indicators"); err != nil {
				t.Fatal(err)
			}
		}
		w.put(1)
		r.settled()
		request() // of one that is free
		if n := r.Status()[0].Environments; n != 0 {
			t.Errorf("%d environments", n)
		}
		w.put(2)
		r.until("an invocation", func(all []consumer.MappingStatus) bool { return all[0].Running == 1 })
		request() // of one that runs
		w.put(1)
		r.settled()
		r.stop()
		var cold []bool
		for _, f := range facts[consumer.InvocationStarted](w) {
			cold = append(cold, f.Cold)
		}
		if diff := cmp.Diff([]bool{true, true, true, false}, cold); diff != "" {
			t.Errorf("cold starts (-want +got):\n%s", diff)
		}
		if err := r.ColdStart("nobody"); err == nil || !strings.Contains(err.Error(), "cold start: mapping nobody: no trigger") {
			t.Errorf("ColdStart: %v", err)
		}
	})
}

// TestEndsEnvironment: what did not return ends the environment; an error does not.
func TestEndsEnvironment(t *testing.T) {
	for want, handlers := range map[bool][]func() error{
		true:  {func() error { panic("boom") }, func() error { runtime.Goexit(); return nil }},
		false: {func() error { return errors.New("boom") }},
	} {
		for _, handler := range handlers {
			f, err := consumer.NewFunction(handler)
			if err != nil {
				t.Fatal(err)
			}
			_, err = f.Invoke(t.Context(), []byte(`{}`))
			var failure *consumer.FunctionError
			if !errors.As(err, &failure) || failure.EndsEnvironment() != want {
				t.Errorf("%v: want %v", err, want)
			}
		}
	}
}
