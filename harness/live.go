package harness

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/stillwater-streams/stillwater/consumer"
	"github.com/stillwater-streams/stillwater/consumer/lease"
	"github.com/stillwater-streams/stillwater/consumer/mapping"
	"github.com/stillwater-streams/stillwater/harness/engine"
	"github.com/stillwater-streams/stillwater/harness/gate"
	"github.com/stillwater-streams/stillwater/harness/settle"
	"github.com/stillwater-streams/stillwater/harness/trace"
)

// What a live run waits for in real time is kept short: the poll that finds what
// triggers wrote, and back-offs.
const (
	livePoll       = 2 * time.Millisecond
	liveBackoff    = 10 * time.Millisecond
	liveBackoffMax = time.Second
)

// live is the other hand of an attempt: the consumer itself runs, with its
// goroutines, its leases in DynamoDB and the real clock. Handlers and steps pass
// the gate as under the driver, in the order in which they arrive.
//
// The fences decide as they do for the driver. That "nothing may start from here"
// holds by what they prove: the consumer starts an invocation only for a record,
// every record before the first fence is dealt with, and none was written since.
// Leases are in a database of their own, for renewing them counts as writing.
type live struct {
	*attempt
	consumer *consumer.Consumer
	leases   *engine.Database
	stop     context.CancelFunc
	served   chan error    // of the gate
	ran      chan error    // of the consumer
	jobless  chan struct{} // closed when no more jobs are run

	mu      sync.Mutex
	invoked map[string]liveInvocation // by request id
	ended   []liveInvocation          // that no Pass has counted yet

	counted int // invocations that ended, for the Pass under way
}

// liveInvocation is one that the consumer makes.
type liveInvocation struct {
	id, batch trace.ID
	depth     int
	records   int
	began     time.Time
}

var _ settle.World = (*live)(nil)

// goLive starts the consumer for an attempt whose tables and gate are ready.
func (a *attempt) goLive(ctx context.Context) (*live, error) {
	leases, err := a.harness.engine.Open(ctx)
	if err != nil {
		return nil, fmt.Errorf("open the database of the leases: %w", err)
	}
	l := &live{
		attempt: a, leases: leases, invoked: map[string]liveInvocation{},
		served: make(chan error, 1), ran: make(chan error, 1), jobless: make(chan struct{}),
	}
	if l.consumer, err = consumer.New(l.options()); err != nil {
		leases.Close()
		return nil, err
	}
	ctx, l.stop = context.WithCancel(ctx)
	gateCtx, stopGate := context.WithCancel(context.WithoutCancel(ctx)) // what runs when ctx ends may finish
	go func() {
		defer stopGate()
		l.ran <- l.consumer.Run(ctx)
	}()
	go func() {
		defer l.stop() // a gate that gave up lets nothing through
		l.served <- a.gate.Serve(gateCtx)
	}()
	go l.runJobs(ctx)
	// The mapping exists before anything is written, as under the driver: also one
	// that starts at LATEST gets it all.
	if _, err := l.Pass(ctx, &settle.Meter{}); err != nil {
		return nil, errors.Join(err, l.close())
	}
	return l, nil
}

func (l *live) options() consumer.Options {
	p := l.harness.project
	o := consumer.Options{
		Streams: l.streams, Tables: l.data, Region: p.region(), AccountID: p.account(),
		Worker: "harness", Poll: livePoll, BackoffFirst: liveBackoff, BackoffMax: liveBackoffMax, Observe: l.observed,
		Destination: l.letters.of,
		Leases: func(m mapping.Mapping) lease.Store {
			return lease.NewDynamoDB(dynamodb.NewFromConfig(l.leases.Config(nil)), consumer.LeaseTable(m))
		},
	}
	for _, s := range l.mappings {
		o.Triggers = append(o.Triggers, consumer.Trigger{
			Mapping: s.trigger.Mapping, StreamARN: s.streamARN,
			New: func(e consumer.Environment) (any, error) { return &liveHandler{live: l, source: s}, nil },
		})
	}
	return o
}

// close stops the consumer and waits for all that it started.
func (l *live) close() error {
	l.stop()
	err := errors.Join(<-l.ran, <-l.served)
	<-l.jobless
	l.leases.Close()
	return err
}

// Refresh implements settle.World: the consumer finds new shards by itself.
func (l *live) Refresh(context.Context) error { return nil }

// Pass implements settle.World: it waits until every shard has been read to an
// empty page by a read that began after the call, with nothing left in hand. It
// gives up when nothing was dealt with for as long as a handler may block.
func (l *live) Pass(ctx context.Context, m *settle.Meter) (int, error) {
	since, place := l.reads(), ""
	_, ended, _ := l.jobs.count()
	patience := cmp.Or(l.harness.options.Watchdog, gate.DefaultWatchdog)
	dog := time.NewTimer(patience)
	defer dog.Stop()
	l.consumer.Wake()
	for {
		changed := l.consumer.Changed()
		_, over, jobsChanged := l.jobs.count()
		if over != ended { // what they wrote is to be read
			since, ended = l.reads(), over
			l.consumer.Wake()
		}
		if err := l.spend(m); err != nil {
			return l.count(), err
		}
		if l.quiet(since) && l.jobs.still(over) {
			err := l.spend(m)
			return l.count(), err
		}
		if now := l.place(); now != place {
			place = now
			dog.Reset(patience)
		}
		select {
		case <-changed:
		case <-jobsChanged:
		case <-dog.C:
			return l.count(), &settle.NotSettled{
				Why:  fmt.Sprintf("nothing was dealt with for %v of real time: a live run has no virtual clock to move", patience),
				Open: l.owed(),
			}
		case err := <-l.ran:
			l.ran <- err // for close
			return l.count(), fmt.Errorf("the consumer ended: %w", errors.Join(err, errEnded))
		case err := <-l.served:
			l.served <- err
			return l.count(), errors.Join(err, errEnded)
		case <-ctx.Done():
			return l.count(), context.Cause(ctx)
		}
	}
}

// place is how far everything is: while it changes there is progress.
func (l *live) place() string {
	var b strings.Builder
	fmt.Fprint(&b, l.gate.Writes(), " ")
	for _, m := range l.consumer.Status() {
		for _, s := range m.Shards {
			fmt.Fprint(&b, s.ShardID, s.Position, s.Records, " ")
		}
	}
	return b.String()
}

// owed lists what the consumer has not dealt with, and jobs that have not ended.
func (l *live) owed() []settle.Obligation {
	open := l.jobsOpen()
	for _, m := range l.consumer.Status() {
		what := slices.Clone(m.Shards)
		if m.Problem != "" {
			what = append(what, consumer.ShardStatus{ShardID: "its stream", Open: []string{m.Problem}})
		}
		for _, s := range what {
			for _, o := range s.Open {
				open = append(open, settle.Obligation{
					What: fmt.Sprintf("%s on %s: %s", m.Mapping, s.ShardID, o), Since: l.clock.Now(),
					Discharge: "the batch succeeds, is given up or its timer fires",
				})
			}
		}
	}
	return open
}

var errEnded = errors.New("harness: it runs until it is stopped")

// reads are the reads begun so far, by mapping and shard.
func (l *live) reads() map[[2]string]uint64 {
	reads := map[[2]string]uint64{}
	for _, m := range l.consumer.Status() {
		for _, s := range m.Shards {
			reads[[2]string{m.Mapping, s.ShardID}] = s.Reads
		}
	}
	return reads
}

func (l *live) quiet(since map[[2]string]uint64) bool {
	for _, m := range l.consumer.Status() {
		if m.Syncs == 0 || m.Running > 0 {
			return false
		}
		for _, s := range m.Shards {
			drained := s.State == consumer.ShardWorks && s.Empty > since[[2]string{m.Mapping, s.ShardID}] && len(s.Open) == 0
			if !drained && s.State != consumer.ShardDone {
				return false
			}
		}
	}
	return true
}

// spend checks the budget for every invocation that has ended.
func (l *live) spend(m *settle.Meter) error {
	l.mu.Lock()
	ended := l.ended
	l.ended = nil
	l.mu.Unlock()
	for _, i := range ended {
		l.counted++
		l.delivered += i.records
		if err := m.Spend(i.records, i.depth, i.id); err != nil {
			return err
		}
	}
	return l.spendJobs(m)
}

// count is how many invocations ended since the last call.
func (l *live) count() int {
	n := l.counted
	l.counted = 0
	return n
}

// Open implements settle.World. Handlers that outlived their timeout come second:
// the look for goroutines gives them their time to end.
func (l *live) Open(ctx context.Context) []settle.Obligation {
	open := append(l.jobsOpen(), l.leftovers(ctx)...)
	for _, m := range l.consumer.Status() {
		for _, late := range m.Late {
			open = append(open, settle.Obligation{
				What:  fmt.Sprintf("the handler of %s runs on after its timeout (request %s)", m.Mapping, late.RequestID),
				Since: l.clock.Now(), Discharge: "the handler returns: it has to heed its context",
			})
		}
	}
	l.gate.AwaitCall() // one whose caller gave up ends by itself
	return append(open, l.inFlight()...)
}

// Advance implements settle.World. Nothing here waits for the virtual clock.
func (l *live) Advance(at time.Time) { l.clock.set(at) }

// observed puts what the consumer does into the trace.
func (l *live) observed(o consumer.Occurrence) {
	e := trace.Event{Actor: o.Mapping}
	if o.ShardID != "" {
		e.Shard = l.gate.Alias(o.ShardID)
	}
	switch f := o.Fact.(type) {
	case consumer.InvocationStarted:
		l.started(o, f, e)
	case consumer.InvocationEnded:
		l.finished(f, e)
	case consumer.Delivered:
		e.Kind, e.N, e.Note = trace.DeadLetter, len(f.Lost.Records), string(f.Lost.Condition)
		l.log.Append(e)
	case consumer.DeliveryFailed:
		e.Kind, e.N, e.Note = trace.DeadLetterRefused, len(f.Lost.Records), f.Err.Error()
		l.log.Append(e)
	case consumer.Dropped:
		l.letters.drop(o.Mapping, f.Lost)
		e.Kind, e.N, e.Note = trace.Dropped, len(f.Lost.Records), string(f.Lost.Condition)
		l.log.Append(e)
	case consumer.Checkpointed:
		e.Kind = trace.Checkpoint
		l.log.Append(e)
	}
}

// started notes an invocation before its handler is called.
func (l *live) started(o consumer.Occurrence, f consumer.InvocationStarted, e trace.Event) {
	i := liveInvocation{records: len(f.Records), began: o.Time}
	var ids []trace.ID
	for _, seen := range l.gate.Know(o.StreamARN, o.ShardID, f.Records) {
		ids = append(ids, seen.ID)
		i.depth = max(i.depth, seen.Depth+1)
	}
	i.batch, i.id = l.log.Mint(trace.TypeBatch), l.log.Mint(trace.TypeInvocation)
	formed := e
	formed.Kind, formed.ID, formed.Cause, formed.N = trace.BatchFormed, i.batch, ids, len(ids)
	l.log.Append(formed)
	e.Kind, e.ID, e.Cause, e.N, e.Depth = trace.InvokeStart, i.id, []trace.ID{i.batch}, f.Attempt, i.depth
	l.log.Append(e)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.invoked[f.RequestID] = i
}

func (l *live) finished(f consumer.InvocationEnded, e trace.Event) {
	l.mu.Lock()
	i := l.invoked[f.RequestID]
	delete(l.invoked, f.RequestID)
	l.ended = append(l.ended, i)
	l.mu.Unlock()
	e.Kind, e.ID, e.Took, e.Note = trace.InvokeEnd, i.id, f.Took, cmp.Or(f.Failure, "ok")
	l.log.Append(e)
	l.worked()
}

// invocationOf is the one that a request id names.
func (l *live) invocationOf(requestID string) liveInvocation {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.invoked[requestID]
}

// liveHandler runs the handler of one execution environment behind the gate.
type liveHandler struct {
	live   *live
	source *source
	env    *environment
}

// Invoke implements lambda.Handler.
func (h *liveHandler) Invoke(ctx context.Context, payload []byte) (response []byte, err error) {
	l := h.live
	i := liveInvocation{}
	if c, ok := lambdacontext.FromContext(ctx); ok {
		i = l.invocationOf(c.AwsRequestID)
	}
	if h.env == nil || l.coldStarts() {
		h.env = &environment{source: h.source, actor: l.gate.Actor(h.source.trigger.Mapping.Trigger)}
	}
	if payload, err = h.onVirtualTime(payload); err != nil {
		return nil, err
	}
	done := l.harness.sink.Run(h.source.trigger.Mapping.Trigger + " " + string(i.id) + " " + l.run)
	defer done()
	err = errNoReturn
	l.gate.Do(ctx, &gate.Task{Actor: h.env.actor, ID: i.id, Depth: i.depth, Do: func(ctx context.Context) {
		response, err = h.env.invoke(ctx, i.id, payload)
	}})
	return response, err
}
