package harness

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"sync"
	"time"

	"github.com/stillwater-streams/stillwater/harness/engine"
	"github.com/stillwater-streams/stillwater/harness/gate"
	"github.com/stillwater-streams/stillwater/harness/scenario"
	"github.com/stillwater-streams/stillwater/harness/settle"
	"github.com/stillwater-streams/stillwater/harness/sink"
	"github.com/stillwater-streams/stillwater/harness/snapshot"
	"github.com/stillwater-streams/stillwater/harness/trace"
)

// ErrAlive is matched by the error of [Harness.Close] where a goroutine that a
// handler started has not ended.
var ErrAlive = errors.New("goroutines are still alive")

// DefaultGrace is how long (real time) goroutines that outlived their handler
// may take to end before the verdict names them.
const DefaultGrace = 2 * time.Second

// Options of a harness; the zero value works.
type Options struct {
	// Budget of each settling; zero fields take settle's defaults.
	Budget settle.Budget
	// Watchdog is how long (real time) a handler may block outside AWS calls; 0
	// means gate.DefaultWatchdog.
	Watchdog time.Duration
	// Grace for goroutines that outlived their handler; 0 means DefaultGrace.
	Grace time.Duration
	// Live runs the consumer itself, with its goroutines, its leases in DynamoDB and
	// the real clock, in place of the driver. The same fences decide when it is
	// settled, and the snapshots are the same; the trace follows the chance of
	// goroutines, and back-offs take their time.
	Live bool
	// ColdStarts makes every invocation one: the handler is built anew, and what it
	// kept in memory is gone.
	ColdStarts bool
	// Seed orders the calls of writers and invocations that run at the same time:
	// another seed is another order, the same seed the same run. 0 leaves it to each
	// scenario; one without a seed is in the default order, in which each runs to its
	// end before the next.
	Seed uint64
	// Redeliver hands batches out more often than a scenario does, which must make
	// no difference to its snapshot. Only the driver can, and nothing is written into
	// snapshots/ nor proposed for it.
	Redeliver Redelivery
	// Observe sees the events of every run as they happen, with the name of the
	// scenario, in the order of each: for progress. It is called from several
	// goroutines, must be quick and must not look into the log of the run.
	Observe func(scenario string, e trace.Event)
	// Update accepts new and changed snapshots.
	Update bool
	// ReadOnly writes nothing into snapshots/: for CI.
	ReadOnly bool
	// Runs is the folder for pending snapshots; "" means .runs under the
	// project's root.
	Runs string
}

// Harness is a project on a running engine. Its methods may be called from
// several goroutines: each run has a database of its own.
type Harness struct {
	project Project
	engine  engine.Engine
	options Options
	sink    *sink.Sink
	http    *http.Transport
	store   snapshot.Store

	mu    sync.Mutex
	alive []*gate.Gate // of runs that ended with goroutines left
	open  []*attempt   // runs under way, in the order of their start
}

// Start readies project to run on e, which stays the caller's to close. From
// here until Close the process has no AWS credentials, profiles or endpoints
// but dummies: no trigger can reach a real account.
func Start(ctx context.Context, project Project, e engine.Engine, o Options) (*Harness, error) {
	if err := project.check(); err != nil {
		return nil, err
	}
	if o.Live && o.Redeliver != NoRedelivery {
		return nil, fmt.Errorf("harness: redeliver %v: only the driver can do this: leave Live out", o.Redeliver)
	}
	if o.Grace == 0 {
		o.Grace = DefaultGrace
	}
	if o.Runs == "" {
		o.Runs = filepath.Join(project.Root, ".runs")
	}
	store := snapshot.Store{
		Dir: filepath.Join(project.Root, "snapshots"), Pending: o.Runs,
		Update: o.Update, ReadOnly: o.ReadOnly, Provisional: provisional(e),
	}
	if o.Redeliver != NoRedelivery {
		store.Pending, store.Update, store.ReadOnly = "", false, true
	}
	shut, err := sink.Isolate(ctx)
	if err != nil {
		return nil, fmt.Errorf("harness: %w", err)
	}
	return &Harness{
		project: project, engine: e, options: o, sink: shut,
		// Many idle connections: scenarios run in parallel, and a connection
		// that is thrown away costs more than the call it carried.
		http:  &http.Transport{MaxIdleConns: 256, MaxIdleConnsPerHost: 256, IdleConnTimeout: time.Minute},
		store: store,
	}, nil
}

// provisional names an engine that does not decide what snapshots hold: DynamoDB
// Local does, and what other people's engines give is for them to judge.
func provisional(e engine.Engine) string {
	if e.Name() == "memory" {
		return "memory"
	}
	return ""
}

// Close gives the process its environment back. Runs must have ended. Where a
// handler's goroutine is still alive the process keeps its dummies, and Close
// returns an error: with the real credentials it could reach a real account.
func (h *Harness) Close() error {
	h.http.CloseIdleConnections()
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, g := range h.alive {
		if left := g.Leftovers(context.Background(), h.options.Grace); len(left) > 0 {
			return fmt.Errorf("harness: close: %w: of %v; this process keeps its dummy AWS environment", ErrAlive, left)
		}
	}
	return h.sink.Close()
}

// suspect remembers the gate of a run that may have goroutines left.
func (h *Harness) suspect(g *gate.Gate) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.alive = append(h.alive, g)
}

// Load reads every scenario of the project and reports all mistakes at once.
func (p Project) Load() ([]*scenario.Scenario, error) {
	return scenario.LoadAll(p.Root, p.Vocabulary())
}

// Obsolete returns the snapshots that none of the given scenarios has. It says
// something only for the scenarios of a full, unfiltered run.
func (h *Harness) Obsolete(all []*scenario.Scenario) ([]string, error) {
	var used []string
	for _, s := range all {
		used = append(used, s.Name)
	}
	return h.store.Obsolete(used)
}

// Accept makes the pending result of a scenario its snapshot: what a Run that
// differed has left beside it.
func (h *Harness) Accept(name string) error { return h.store.Accept(name) }

// Run runs one scenario in a database of its own. What goes wrong in the
// triggers, the scenario or the comparison is in the Result; an error means that
// the run could not be made at all (the engine does not answer, ctx ended).
func (h *Harness) Run(ctx context.Context, s *scenario.Scenario) (*Result, error) {
	began := time.Now()
	if what := driven(s); h.options.Live && what != "" {
		return h.skip(s, "only the driver can do this: "+what), nil
	}
	db, err := h.engine.Open(ctx)
	if err != nil {
		return nil, fmt.Errorf("run %s: open database: %w", s.Name, err)
	}
	defer db.Close()
	if why := h.lacks(db, s); why != "" {
		return h.skip(s, why), nil
	}
	a := newAttempt(h, s)
	defer a.close()
	defer h.opened(a)()
	err = a.play(ctx, db)
	if err != nil && a.gate != nil {
		h.suspect(a.gate)
	}
	result, err := h.judge(a, err)
	if err != nil {
		return nil, fmt.Errorf("run %s: %w", s.Name, err)
	}
	result.Took = time.Since(began)
	return result, nil
}

// storeOf is the store for the snapshot of a scenario. What needs an engine that can
// do more than DynamoDB Local waits for nobody to confirm it.
func (h *Harness) storeOf(s *scenario.Scenario) snapshot.Store {
	store := h.store
	if len(needs(s)) > 0 {
		store.Provisional = ""
	}
	return store
}

// skip is the result of a run that is not made. Its log is empty.
func (h *Harness) skip(s *scenario.Scenario, why string) *Result {
	start := func() time.Time { return s.Start }
	return &Result{Scenario: s, Outcome: Skipped, Why: why, Seed: h.seed(s), Redeliver: h.options.Redeliver, Log: trace.New(time.Now, start)}
}

// judge makes the result of an attempt that ended with err.
func (h *Harness) judge(a *attempt, err error) (*Result, error) {
	letters, unreadable := a.letters.messages()
	if unreadable != nil {
		return nil, unreadable
	}
	r := &Result{
		Scenario: a.scenario, Log: a.log, Settled: a.settled, Seed: h.seed(a.scenario), Requests: a.requests.all(),
		Redeliver:   h.options.Redeliver,
		DeadLetters: letters, Dropped: a.letters.lost(), FailedJobs: a.jobs.failures(), Defaults: a.retryDefaults(),
	}
	var unsettled *settle.NotSettled
	var step *StepError
	switch {
	case errors.As(err, &unsettled):
		r.Outcome, r.Err, r.NotSettled = Unsettled, err, unsettled
		r.Loop = loop(a.log, unsettled.Last)
	case errors.As(err, &step):
		r.Outcome, r.Err = StepFailed, err
	case err != nil:
		return nil, err
	default:
		r.Sources, r.Attributes = a.sources, a.attributes
		r.Rendering = a.document.Render()
		if r.Snapshot, err = h.storeOf(a.scenario).Compare(a.scenario.Name, r.Rendering); err != nil {
			return nil, err
		}
		r.Outcome = Differs
		if r.Snapshot.Passed() {
			r.Outcome = Passed
		}
	}
	return r, nil
}
