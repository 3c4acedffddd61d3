package gate

import (
	"cmp"
	"context"
	"fmt"
	"runtime/pprof"
	"slices"
	"sync"
	"time"

	"github.com/stillwater-streams/stillwater/harness/trace"
)

// Task is one piece of work whose AWS calls pass the gate: an invocation, or a
// step of the scenario.
type Task struct {
	// Actor whose clients the work uses.
	Actor *Actor
	// ID of the invocation or mutation: the cause of its writes.
	ID trace.ID
	// Depth of the causes of its writes: 0 for a step, 1 for its invocations …
	Depth int
	// Timeout in real time, as Lambda's; 0 means none.
	Timeout time.Duration
	// Service says that DynamoDB itself does the work, as it deletes what expires.
	Service bool
	// Do is the work.
	Do func(context.Context)

	deadline *deadline
	stop     func()
	over     chan struct{}

	mu       sync.Mutex
	ended    bool
	timedOut bool
	calls    int // that were granted; only the driver counts
}

// TimedOut reports whether the task was ended by its timeout. What it does or
// returns later does not exist, as in Lambda.
func (t *Task) TimedOut() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.timedOut
}

// Ended reports whether the task is over. What its goroutines do later is refused.
func (t *Task) Ended() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.ended
}

// Stuck says that a task did nothing at the gate for longer than the watchdog.
type Stuck struct {
	Task  trace.ID
	Actor string
	// Op is the AWS call it waits for; empty if it blocks outside AWS calls.
	Op    string
	After time.Duration
	// Calls it made, if it is stuck because it makes calls without end.
	Calls int
}

// Error says what blocks.
func (e *Stuck) Error() string {
	if e.Calls > 0 {
		return fmt.Sprintf("gate: %s of %s made %d AWS calls and goes on: does it loop?", e.Task, e.Actor, e.Calls)
	}
	if e.Op != "" {
		return fmt.Sprintf("gate: %s of %s waits for the answer to %s since %v", e.Task, e.Actor, e.Op, e.After)
	}
	return fmt.Sprintf("gate: %s of %s made no AWS call and did not return for %v: it blocks outside AWS calls, or a lock is held by another invocation", e.Task, e.Actor, e.After)
}

// Run runs tasks together and returns when each has ended. One call is granted
// at a time, when every task has either ended or stopped at the gate; Options.Pick
// says whose. Without it a task runs to its end before the next begins.
func (g *Gate) Run(ctx context.Context, tasks ...*Task) error {
	r := &run{
		gate: g, live: map[*Task]bool{}, waiting: map[*Task][]*call{},
		ended: make(chan *Task, 2*len(tasks)), // a task may end and expire
		dog:   time.NewTimer(g.options.Watchdog),
	}
	defer r.dog.Stop()
	defer func() {
		for _, t := range tasks {
			r.end(t)
		}
	}()
	if g.options.Pick != nil {
		return r.together(ctx, tasks)
	}
	for i := range tasks {
		if err := r.together(ctx, tasks[i:i+1]); err != nil {
			return err
		}
	}
	return nil
}

// together begins tasks one after the other, each up to its first call, so that
// what they do before it has an order too, and grants calls until all have ended.
func (r *run) together(ctx context.Context, tasks []*Task) error {
	for _, t := range tasks {
		r.start(ctx, t)
		if err := r.gather(ctx); err != nil {
			return err
		}
	}
	for len(r.live) > 0 {
		if err := r.gather(ctx); err != nil {
			return err
		}
		if c := r.next(tasks); c != nil {
			if err := r.grant(ctx, c); err != nil {
				return err
			}
		}
	}
	return nil
}

// run is one Gate.Run.
type run struct {
	gate    *Gate
	live    map[*Task]bool
	waiting map[*Task][]*call
	ended   chan *Task
	dog     *time.Timer
}

func (r *run) start(ctx context.Context, t *Task) {
	t.over = make(chan struct{})
	t.deadline, t.stop = newDeadline(ctx, t.Timeout, time.Now, func() {
		r.ended <- t
	})
	t.Actor.begin(t)
	r.live[t] = true
	labels := pprof.Labels(labelKey, r.gate.label(t.ID))
	go func() {
		defer func() { r.ended <- t }()
		pprof.Do(t.deadline, labels, t.Do)
	}()
}

// gather waits until every live task stops at the gate or has ended.
func (r *run) gather(ctx context.Context) error {
	for {
		running := r.running()
		if running == nil {
			return nil
		}
		select {
		case c := <-r.gate.arrivals:
			if c.task.deadline.expired() {
				continue // its end is on the way, and refuses it
			}
			r.waiting[c.task] = append(r.waiting[c.task], c)
		case t := <-r.ended:
			r.end(t)
		case <-r.dog.C:
			return &Stuck{Task: running.ID, Actor: running.Actor.name, After: r.gate.options.Watchdog}
		case <-ctx.Done():
			return fmt.Errorf("gate: %s of %s: %w", running.ID, running.Actor.name, context.Cause(ctx))
		}
		r.dog.Reset(r.gate.options.Watchdog)
	}
}

// running returns a live task that does not wait at the gate.
func (r *run) running() *Task {
	for t := range r.live {
		stopped := false
		for _, c := range r.waiting[t] {
			stopped = stopped || !c.isWithdrawn()
		}
		if !stopped {
			return t
		}
	}
	return nil
}

// next takes a call of a task that waits. Of several that the goroutines of one
// handler make at once it takes the first by operation and key, of those that are
// here: which are is chance.
func (r *run) next(tasks []*Task) *call {
	var waits []*Task
	for _, t := range tasks {
		if r.live[t] && len(r.waiting[t]) > 0 {
			waits = append(waits, t)
		}
	}
	if len(waits) == 0 {
		return nil
	}
	t := waits[0]
	if len(waits) > 1 {
		t = waits[r.gate.options.Pick(len(waits))]
	}
	slices.SortStableFunc(r.waiting[t], func(a, b *call) int {
		return cmp.Or(cmp.Compare(a.op, b.op), cmp.Compare(a.what.key, b.what.key))
	})
	c := r.waiting[t][0]
	r.waiting[t] = r.waiting[t][1:]
	return c
}

// end ends a task once: by its return, or by its timeout.
func (r *run) end(t *Task) {
	if !r.live[t] {
		return
	}
	delete(r.live, t)
	delete(r.waiting, t)
	t.end()
}

// end makes the task over, once.
func (t *Task) end() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.ended {
		return
	}
	t.ended, t.timedOut = true, t.deadline.expired()
	t.stop()
	close(t.over)
}

// grant lets one call through, waits for its last request, and ties the records
// it caused to it.
func (r *run) grant(ctx context.Context, c *call) error {
	g := r.gate
	if r.decided(c) {
		return nil
	}
	g.approach(ctx, c)
	if !c.release(time.Now(), nil) {
		return nil
	}
	defer close(c.accounted)
	if c.task.calls++; c.task.calls > g.options.Calls {
		return &Stuck{Task: c.task.ID, Actor: c.task.Actor.name, Op: c.op, Calls: g.options.Calls}
	}
	r.dog.Reset(g.options.Watchdog)
	select {
	case <-c.idle:
	case <-r.dog.C:
		return &Stuck{Task: c.task.ID, Actor: c.task.Actor.name, Op: c.op, After: g.options.Watchdog}
	case <-ctx.Done():
		return fmt.Errorf("gate: %s of %s: %s: %w", c.task.ID, c.task.Actor.name, c.op, context.Cause(ctx))
	}
	r.dog.Reset(g.options.Watchdog)
	return g.account(ctx, c, time.Since(c.began))
}
