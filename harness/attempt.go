package harness

import (
	"cmp"
	"context"
	crand "crypto/rand"
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"

	"github.com/stillwater-streams/stillwater/harness/engine"
	"github.com/stillwater-streams/stillwater/harness/gate"
	"github.com/stillwater-streams/stillwater/harness/scenario"
	"github.com/stillwater-streams/stillwater/harness/settle"
	"github.com/stillwater-streams/stillwater/harness/sink"
	"github.com/stillwater-streams/stillwater/harness/snapshot"
	"github.com/stillwater-streams/stillwater/harness/trace"
)

// fixtureLead is how long before the scenario's start its fixture is written.
const fixtureLead = 24 * time.Hour

// attempt is one scenario in one database. One goroutine drives it: steps,
// lanes, timers and verdicts; handlers and writers run in theirs, and stop at
// the gate.
type attempt struct {
	harness  *Harness
	scenario *scenario.Scenario
	run      string // tells this run from others of the process
	clock    *clock
	log      *trace.Log

	data     *dynamodb.Client // past the gate: tables and views
	streams  *dynamodbstreams.Client
	gate     *gate.Gate
	writer   *gate.Actor
	fence    settle.Fence
	mappings []*source
	live     *live // nil: the driver is the hand

	controls any // of the engine: what it can do to shards and reads
	faults   faults
	running  map[trace.ID]*invocation // that handlers work on
	pick     *rand.Rand               // of the order of calls; nil: one after the other
	restarts int                      // of the consumer
	past     past                     // what built-in views show beside the tables
	requests requests                 // that triggers made over HTTP
	jobs     jobs                     // that invocations submitted

	letters    *deadLetters
	settled    []Settling
	busy       stopwatch // since the last handler or write ended
	jumped     bool      // the virtual clock has moved since the streams were read to their ends
	written    int       // calls that may have written, at that moment
	delivered  int       // records, in this settling
	document   snapshot.Document
	sources    []string
	attributes []string
	noted      int // late calls that are in the trace
	unstray    func()
}

func newAttempt(h *Harness, s *scenario.Scenario) *attempt {
	c := &clock{now: s.Start.Add(-fixtureLead)}
	a := &attempt{
		harness: h, scenario: s, run: crand.Text(), clock: c, log: trace.New(time.Now, c.Now),
		running: map[trace.ID]*invocation{}, pick: order(h.seed(s), s.Name),
	}
	if observe := h.options.Observe; observe != nil {
		a.log.Observe(func(e trace.Event) { observe(s.Name, e) })
	}
	a.letters = newDeadLetters(c.Now, h.project.region(), h.project.account())
	a.unstray = h.sink.OnStray(a.stray)
	return a
}

// seed of the order of calls: that of the run, else that of the scenario.
func (h *Harness) seed(s *scenario.Scenario) uint64 { return cmp.Or(h.options.Seed, s.Seed) }

// order is the chance that a seed stands for, another for each scenario; nil for
// the default order.
func order(seed uint64, scenario string) *rand.Rand {
	if seed == 0 {
		return nil
	}
	name := fnv.New64a()
	_, _ = name.Write([]byte(scenario))
	return rand.New(rand.NewPCG(seed, name.Sum64()))
}

// stray notes a call by a client that the harness did not give, if an invocation
// of this run may have made it: the sink serves all runs of the process.
func (a *attempt) stray(s sink.Stray) {
	for _, suspect := range strings.Split(s.Suspects, ", ") {
		trigger, rest, _ := strings.Cut(suspect, " ")
		id, run, _ := strings.Cut(rest, " ")
		if run == a.run {
			a.log.Append(trace.Event{
				Kind: trace.StrayCall, Actor: trigger, Op: s.Operation, Cause: []trace.ID{trace.ID(id)},
				Note: "trigger " + trigger + " built its own client; take it from Environment.AWS",
			})
		}
	}
}

func (a *attempt) close() { a.unstray() }

// play makes the phases up to observation.
func (a *attempt) play(ctx context.Context, db *engine.Database) error {
	if err := a.prepare(ctx, db); err != nil {
		return err
	}
	if !a.harness.options.Live {
		return a.phases(ctx)
	}
	live, err := a.goLive(ctx)
	if err != nil {
		return err
	}
	a.live = live
	err = a.phases(ctx)
	if closed := live.close(); err == nil {
		return closed
	}
	return err
}

// phases are those of a run whose tables are there: seed, mutate, observe.
func (a *attempt) phases(ctx context.Context) error {
	if err := a.seed(ctx); err != nil {
		return err
	}
	a.log.EndSetup()
	a.clock.set(a.scenario.Start)
	for _, s := range a.scenario.Steps {
		if err := a.step(ctx, s); err != nil {
			return err
		}
	}
	a.countStaleReads()
	if err := a.faults.unhappened(); err != nil {
		return err
	}
	return a.observe(ctx, "")
}

// seed writes the fixture, all of it before anything is delivered.
func (a *attempt) seed(ctx context.Context) error {
	for _, s := range a.scenario.Fixture.Steps {
		if err := a.write(ctx, s); err != nil {
			return err
		}
	}
	if err := a.settle(ctx); err != nil {
		return err
	}
	return a.remember(ctx)
}

// prepare creates the tables and the fence, and puts the gate before them.
func (a *attempt) prepare(ctx context.Context, db *engine.Database) error {
	a.controls = db.Controls()
	config := db.Config(&http.Client{Transport: a.harness.http})
	a.data = dynamodb.NewFromConfig(config)
	a.streams = dynamodbstreams.NewFromConfig(config)
	tables, err := createTables(ctx, a.data, a.harness.project.Tables)
	if err != nil {
		return err
	}
	if a.fence, err = engine.NewFence(ctx, config); err != nil {
		return err
	}
	o := gate.Options{
		Config: config, Tables: tables, Log: a.log, Now: a.clock.Now,
		Watchdog: a.harness.options.Watchdog, Decide: a.decide,
		HTTP: a.harness.project.HTTP, Requested: a.requests.note,
	}
	if a.pick != nil {
		o.Pick = a.pick.IntN
	}
	a.gate = gate.New(o)
	a.writer = a.gate.Actor("scenario")
	a.worked()
	triggers, err := a.harness.project.triggers(a.scenario)
	if err != nil {
		return err
	}
	for _, t := range triggers {
		s, err := newSource(a, t, tables[t.Mapping.Table].StreamARN)
		if err != nil {
			return err
		}
		a.mappings = append(a.mappings, s)
	}
	slices.SortStableFunc(a.mappings, func(x, y *source) int {
		return strings.Compare(x.trigger.Mapping.Trigger, y.trigger.Mapping.Trigger)
	})
	return nil
}

// createTables creates tables and returns what the gate needs to know of them.
func createTables(ctx context.Context, db *dynamodb.Client, definitions []*dynamodb.CreateTableInput) (map[string]gate.Table, error) {
	tables := map[string]gate.Table{}
	for _, definition := range definitions {
		out, err := db.CreateTable(ctx, definition)
		if err != nil {
			return nil, fmt.Errorf("create table %s: %w", aws.ToString(definition.TableName), err)
		}
		table := gate.Table{StreamARN: aws.ToString(out.TableDescription.LatestStreamArn)}
		for _, key := range definition.KeySchema {
			table.Keys = append(table.Keys, aws.ToString(key.AttributeName))
		}
		tables[aws.ToString(definition.TableName)] = table
	}
	return tables, nil
}

// settle runs the consumer until nothing is left to do, and notes the verdict.
func (a *attempt) settle(ctx context.Context) error {
	a.delivered = 0
	verdict, err := settle.Settle(ctx, a.world(), a.fence, a.budget())
	if stuck := (*gate.Stuck)(nil); errors.As(err, &stuck) {
		err = &settle.NotSettled{Why: stuck.Error(), Open: a.owed()}
	}
	after := a.busy.elapsed(time.Now())
	e := trace.Event{Kind: trace.SettleDone, N: verdict.Rounds, Took: after}
	if unsettled := (*settle.NotSettled)(nil); errors.As(err, &unsettled) {
		e.Kind, e.Note = trace.SettleRefused, unsettled.Why
	} else if err != nil {
		return err
	}
	a.log.Append(e)
	a.settled = append(a.settled, Settling{Verdict: verdict, After: after, Records: a.delivered})
	return err
}

// budget is the harness's, with the patience of the scenario.
func (a *attempt) budget() settle.Budget {
	b := a.harness.options.Budget
	if a.scenario.Patience > 0 {
		b.Virtual = a.scenario.Patience
	}
	return b
}

// world is what is settled, by the hand that the run has.
func (a *attempt) world() settle.World {
	if a.live != nil {
		return a.live
	}
	return a
}

// owed is what lanes hold, under either hand.
func (a *attempt) owed() []settle.Obligation {
	if a.live != nil {
		return a.live.owed()
	}
	return append(a.lanesOpen(), a.jobsOpen()...)
}

// perform runs tasks of the scenario's writers to their end. The consumer itself
// takes part in the order of calls: there the tasks run one after the other.
func (a *attempt) perform(ctx context.Context, tasks ...*gate.Task) error {
	if a.live == nil {
		return a.gate.Run(ctx, tasks...)
	}
	for _, t := range tasks {
		a.gate.Do(ctx, t)
	}
	return ctx.Err()
}

// worked notes that a handler or a write has ended now.
func (a *attempt) worked() { a.busy.reset(time.Now()) }

// elapsing starts to measure real time.
func elapsing() (passed func() time.Duration) {
	began := time.Now()
	return func() time.Duration { return time.Since(began) }
}

// retryDefaults names triggers whose retries are not Lambda's default.
func (a *attempt) retryDefaults() []string {
	var names []string
	for _, s := range a.mappings {
		if s.trigger.Mapping.RetryDefaulted {
			names = append(names, s.trigger.Mapping.Trigger)
		}
	}
	return names
}
