package gate_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/harness/gate"
	"github.com/stillwater-streams/stillwater/harness/trace"
)

// writers are tasks that put three items each.
func writers(t *testing.T, g *gate.Gate, names ...string) []*gate.Task {
	var tasks []*gate.Task
	for _, name := range names {
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
	return tasks
}

// The same seed gives the same order, and some seed gives another than the default.
func TestAPickOrdersTheCallsOfTasksThatRunTogether(t *testing.T) {
	order := func(seed uint64) []string {
		s := &server{}
		g, _ := throughGate(t, s, gate.Options{Pick: rand.New(rand.NewPCG(seed, 0)).IntN})
		if err := g.Run(context.Background(), writers(t, g, "a", "b", "c")...); err != nil {
			t.Fatal(err)
		}
		return s.ids
	}
	orders := map[string]bool{}
	for seed := range uint64(10) {
		first := order(seed)
		if again := order(seed); !slices.Equal(first, again) {
			t.Fatalf("seed %d: %v, then %v", seed, first, again)
		}
		for _, writer := range []string{"a", "b", "c"} {
			own := slices.DeleteFunc(slices.Clone(first), func(id string) bool { return !strings.HasPrefix(id, writer) })
			if !slices.IsSorted(own) || len(own) != 3 {
				t.Errorf("seed %d: %s wrote %v: want its three calls in their order", seed, writer, own)
			}
		}
		orders[strings.Join(first, " ")] = true
	}
	if len(orders) < 5 {
		t.Errorf("10 seeds gave %d orders", len(orders))
	}
}

// Where nothing picks, a task that waits for what only the one before it does is
// not stuck: it begins after that has ended.
func TestWithoutAPickATaskBeginsAfterTheOneBefore(t *testing.T) {
	s := &server{}
	g, _ := through(t, s, 0)
	done := false
	tasks := writers(t, g, "a", "b")
	first, second := tasks[0].Do, tasks[1].Do
	tasks[0].Do = func(ctx context.Context) { first(ctx); done = true }
	tasks[1].Do = func(ctx context.Context) {
		if !done {
			t.Error("the second task began before the first had ended")
		}
		second(ctx)
	}
	if err := g.Run(context.Background(), tasks...); err != nil {
		t.Fatal(err)
	}
}

func TestACallIsAnsweredWithAnErrorAndNotMade(t *testing.T) {
	s := &server{}
	var seen []gate.Call
	g, log := throughGate(t, s, gate.Options{Decide: func(c gate.Call) error {
		seen = append(seen, c)
		if c.N == 2 {
			return &types.ProvisionedThroughputExceededException{}
		}
		return nil
	}})
	actor := g.Actor("echo")
	db := dynamodb.NewFromConfig(actor.Config())
	err := g.Run(context.Background(), &gate.Task{Actor: actor, ID: "i1", Do: func(ctx context.Context) {
		for _, id := range []string{"a", "b", "c"} {
			err := put(ctx, db, id)
			throughput := (*types.ProvisionedThroughputExceededException)(nil)
			if refused := errors.As(err, &throughput); refused != (id == "b") {
				t.Errorf("put %s: %v", id, err)
			}
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"a", "c"}; !slices.Equal(s.ids, want) {
		t.Errorf("the server got %v, want %v", s.ids, want)
	}
	if want := (gate.Call{Task: "i1", Actor: "echo", Op: "PutItem", Key: "things c", N: 3}); len(seen) != 3 || seen[2] != want {
		t.Errorf("asked about %+v, want the last to be %+v", seen, want)
	}
	var kinds []string
	for _, e := range log.Events() {
		kinds = append(kinds, string(e.Kind)+" "+e.Note)
	}
	if want := []string{"write.ack ok", "call ProvisionedThroughputExceededException: ", "write.ack ok"}; !slices.Equal(kinds, want) {
		t.Errorf("the trace has %q, want %q", kinds, want)
	}
}

// The task is over at the call, and what it tries after it is refused, each time.
func TestATaskTimesOutAtACall(t *testing.T) {
	for range 50 {
		s := &server{}
		g, _ := throughGate(t, s, gate.Options{Decide: func(c gate.Call) error {
			if c.N == 2 {
				return gate.ErrTimeOut
			}
			return nil
		}})
		actor := g.Actor("echo")
		db := dynamodb.NewFromConfig(actor.Config())
		ended := make(chan error, 1)
		task := &gate.Task{Actor: actor, ID: "i1", Do: func(ctx context.Context) {
			_ = put(ctx, db, "a")
			_ = put(ctx, db, "b")
			_ = put(context.Background(), db, "c")
			ended <- ctx.Err()
		}}
		if err := g.Run(context.Background(), task); err != nil {
			t.Fatal(err)
		}
		if err := <-ended; !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("its context ended with %v", err)
		}
		if !task.TimedOut() || !slices.Equal(s.ids, []string{"a"}) {
			t.Fatalf("timed out %v, the server got %v; want a call and a timeout", task.TimedOut(), s.ids)
		}
		want := gate.Late{Task: "i1", Actor: "echo", Op: "PutItem", TimedOut: true}
		if late := g.Late(0); !slices.Equal(late, []gate.Late{want, want}) {
			t.Fatalf("late calls %+v, want two of %+v", late, want)
		}
	}
}
