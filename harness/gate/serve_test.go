package gate_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/stillwater-streams/stillwater/harness/gate"
	"github.com/stillwater-streams/stillwater/harness/trace"
)

// serve runs the gate until the test ends.
func serve(t *testing.T, g *gate.Gate) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- g.Serve(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-served; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
}

func TestServeLetsTasksOfManyGoroutinesThroughOneCallAtATime(t *testing.T) {
	s := &server{}
	g, log := through(t, s, time.Minute)
	serve(t, g)
	var tasks sync.WaitGroup
	for n := range 4 {
		actor := g.Actor(fmt.Sprintf("a%d", n))
		task := &gate.Task{Actor: actor, ID: log.Mint(trace.TypeInvocation), Do: func(ctx context.Context) {
			for i := range 5 {
				if err := put(ctx, dynamodb.NewFromConfig(actor.Config()), fmt.Sprintf("%d-%d", n, i)); err != nil {
					t.Error(err)
				}
			}
		}}
		tasks.Go(func() { g.Do(context.Background(), task) })
	}
	tasks.Wait()
	if len(s.ids) != 20 || s.most != 1 {
		t.Errorf("%d calls arrived, %d at the same time: want 20, 1", len(s.ids), s.most)
	}
	causes := map[trace.ID]int{}
	for _, e := range log.Events() {
		if e.Kind == trace.Write {
			causes[e.Cause[0]]++
		}
	}
	if len(causes) != 4 || causes["i1"] != 5 {
		t.Errorf("writes by cause: %v, want 5 of each of 4 tasks", causes)
	}
}

func TestDoEndsWithItsContext(t *testing.T) {
	g, log := through(t, &server{}, time.Minute)
	serve(t, g)
	actor := g.Actor("late")
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	task := &gate.Task{Actor: actor, ID: log.Mint(trace.TypeInvocation), Do: func(ctx context.Context) {
		<-ctx.Done()
		if !errors.Is(ctx.Err(), context.DeadlineExceeded) {
			t.Errorf("the context ended with %v, want the deadline", ctx.Err())
		}
	}}
	g.Do(ctx, task)
	if !task.Ended() || !task.TimedOut() {
		t.Errorf("ended %v, timed out %v: want both", task.Ended(), task.TimedOut())
	}
	if err := put(context.Background(), dynamodb.NewFromConfig(actor.Config()), "x"); err == nil {
		t.Error("a call after the end was let through")
	}
	if late := g.Late(0); len(late) != 1 || !late[0].TimedOut {
		t.Errorf("late calls: %+v, want one after a timeout", late)
	}
}
