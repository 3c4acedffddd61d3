package consumer_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
	"pgregory.net/rapid"

	"github.com/stillwater-streams/stillwater/consumer"
	"github.com/stillwater-streams/stillwater/consumer/core"
	"github.com/stillwater-streams/stillwater/consumer/destination"
	"github.com/stillwater-streams/stillwater/consumer/filter"
	"github.com/stillwater-streams/stillwater/consumer/lease"
	"github.com/stillwater-streams/stillwater/consumer/mapping"
	"github.com/stillwater-streams/stillwater/consumer/streamscript"
)

// history is what happens to a table, its stream and its workers.
type history struct {
	mapping  mapping.Mapping
	busy     time.Duration // how long an invocation takes
	reserved int           // reserved concurrency; 0 = none
	steps    []step
}

type step struct {
	op   string
	n    int           // of what
	key  string        // of a put
	bad  int           // so often the record fails; always for hopeless
	wait time.Duration // afterwards
}

func (s step) String() string {
	return fmt.Sprintf("%s %d %s bad %d, wait %v", s.op, s.n, s.key, s.bad, s.wait)
}

const hopeless = 1000

// drawHistory draws shard graphs, failures, crashes and takeovers.
func drawHistory(t *rapid.T) history {
	h := history{
		mapping: mapping.Mapping{
			Trigger: "indicators", Table: "vms", Enabled: true, Timeout: 20 * time.Second,
			BatchSize:                  rapid.IntRange(1, 4).Draw(t, "batch size"),
			ParallelizationFactor:      rapid.IntRange(1, 3).Draw(t, "factor"),
			MaximumRetryAttempts:       rapid.IntRange(0, 3).Draw(t, "retries"),
			BisectBatchOnFunctionError: rapid.Bool().Draw(t, "bisect"),
			ReportBatchItemFailures:    rapid.Bool().Draw(t, "report"),
			MaximumBatchingWindow:      rapid.SampledFrom([]time.Duration{0, 2 * time.Second}).Draw(t, "window"),
			StartingPosition:           rapid.SampledFrom([]string{mapping.TrimHorizon, mapping.Latest}).Draw(t, "start"),
			OnFailure:                  rapid.SampledFrom([]string{"", "dlq"}).Draw(t, "on failure"),
		},
		busy:     rapid.SampledFrom([]time.Duration{0, 10 * time.Millisecond, 3 * time.Second, 15 * time.Second}).Draw(t, "busy"),
		reserved: rapid.IntRange(0, 2).Draw(t, "reserved"),
	}
	ops := []string{"put", "put", "put", "put", "split", "roll", "new stream", "crash", "start", "start", "stop", "fail", "expire", "silence", "pause"}
	for range rapid.IntRange(1, 40).Draw(t, "steps") {
		h.steps = append(h.steps, step{
			op:   rapid.SampledFrom(ops).Draw(t, "op"),
			n:    rapid.IntRange(0, 5).Draw(t, "n"),
			key:  rapid.SampledFrom([]string{"a", "b", "c", "d", "filtered"}).Draw(t, "key"),
			bad:  rapid.SampledFrom([]int{0, 0, 0, 1, 2, hopeless}).Draw(t, "bad"),
			wait: rapid.SampledFrom([]time.Duration{0, 0, time.Millisecond, time.Second, 11 * time.Second}).Draw(t, "wait"),
		})
	}
	return h
}

// ledger judges what handlers are given, against what was written.
type ledger struct {
	mu       sync.Mutex
	written  []string          // sequence numbers, in order
	keys     map[string]string // of records
	before   map[string]string // the record of the same item before
	bad      map[string]int    // failures left
	dealt    map[string]bool   // successfully handled, dropped or delivered
	good     map[string]int    // how often successfully handled
	ends     map[string]int    // how often it ended, for good, as processed or given up
	problems []string
	told     []consumer.Occurrence
}

func (l *ledger) problem(format string, args ...any) {
	l.problems = append(l.problems, fmt.Sprintf(format, args...))
}

// given says which records of a batch fail; the lock is held.
func (l *ledger) given(batch []string) (failed []string) {
	within := map[string]bool{}
	for _, n := range batch {
		if before, ok := l.before[n]; ok && !l.dealt[before] && !within[before] {
			l.problem("order: %s of item %s was handed out before %s was dealt with", n, l.keys[n], before)
		}
		if l.keys[n] == "filtered" {
			l.problem("filter: %s was handed out", n)
		}
		within[n] = true
		if l.bad[n] > 0 {
			l.bad[n]--
			failed = append(failed, n)
		}
	}
	return failed
}

func (l *ledger) deal(batch []string) {
	for _, n := range batch {
		l.dealt[n] = true
		l.good[n]++
	}
}

// handler fails as the records say: as a whole, or from the first bad one on.
func (l *ledger) handler(h history) any {
	return func(_ context.Context, e events.DynamoDBEvent) (events.DynamoDBEventResponse, error) {
		var batch []string
		for _, r := range e.Records {
			batch = append(batch, r.Change.SequenceNumber)
		}
		l.mu.Lock()
		failed := l.given(batch)
		l.mu.Unlock()
		pass(h.busy)
		l.mu.Lock()
		defer l.mu.Unlock()
		var response events.DynamoDBEventResponse
		switch {
		case len(failed) == 0:
			l.deal(batch)
		case !h.mapping.ReportBatchItemFailures:
			return response, errors.New("bad record " + failed[0])
		default:
			for _, n := range failed {
				response.BatchItemFailures = append(response.BatchItemFailures, events.DynamoDBBatchItemFailure{ItemIdentifier: n})
			}
			l.deal(batch[:slices.Index(batch, failed[0])])
		}
		return response, nil
	}
}

// session is one worker's time with one shard, in counts of records.
type session struct{ polled, filtered, processed, dropped, delivered int }

// observe counts, and notes what was given up.
func (l *ledger) observe(sessions map[string]*session, checkpoints map[string]string) func(consumer.Occurrence) {
	return func(o consumer.Occurrence) {
		l.mu.Lock()
		defer l.mu.Unlock()
		if p, ok := o.Fact.(consumer.Polled); !ok || p.Records > 0 {
			l.told = append(l.told, o)
		}
		id := o.Worker + " " + o.ShardID
		s := sessions[id]
		if s == nil {
			s = &session{}
			sessions[id] = s
		}
		lost := func(records []core.Record) {
			for _, r := range records {
				l.dealt[r.Sequence] = true
				l.ends[r.Sequence]++
			}
		}
		switch f := o.Fact.(type) {
		case consumer.Polled:
			s.polled += f.Records
			s.filtered += f.Filtered
		case consumer.Processed:
			s.processed += len(f.Records)
			for _, r := range f.Records {
				l.ends[r.Sequence]++
			}
		case consumer.Dropped:
			s.dropped += len(f.Lost.Records)
			lost(f.Lost.Records)
		case consumer.Delivered:
			s.delivered += len(f.Lost.Records)
			lost(f.Lost.Records)
		case consumer.Checkpointed:
			if last := checkpoints[o.ShardID]; core.CompareSequence(f.Position.Sequence, last) < 0 {
				l.problem("checkpoint of %s went from %s back to %s", o.ShardID, last, f.Position.Sequence)
			}
			checkpoints[o.ShardID] = f.Position.Sequence
		case consumer.RecordsLost:
			l.problem("%s: %s", o.ShardID, f)
		}
	}
}

// drama is a history that is played.
type drama struct {
	history
	ledger
	endpoint *streamscript.Endpoint
	leases   lease.Store
	arns     []string
	alive    []*actor
	gone     []*actor // that crashed
	silent   sync.WaitGroup
	crashes  int
	sessions map[string]*session
	points   map[string]string
}

// actor is one worker: cut off it reaches nothing any more.
type actor struct {
	*consumer.Consumer
	wall    *wall
	streams *cable
	cancel  context.CancelFunc
	ran     chan error
}

// cable is a connection to the streams that can be cut.
type cable struct {
	listing
	cut atomic.Bool
}

func (c *cable) GetRecords(ctx context.Context, in *dynamodbstreams.GetRecordsInput, o ...func(*dynamodbstreams.Options)) (*dynamodbstreams.GetRecordsOutput, error) {
	if c.cut.Load() {
		return nil, errCut
	}
	return c.listing.GetRecords(ctx, in, o...)
}

func (s *drama) start(t *testing.T) *actor {
	streams := &cable{listing: listing{s.endpoint, s.streams}}
	a := &actor{wall: &wall{Store: s.leases}, streams: streams, ran: make(chan error, 1)}
	c, err := consumer.New(consumer.Options{
		Triggers: []consumer.Trigger{{Mapping: s.mapping, New: func(consumer.Environment) (any, error) { return s.handler(s.history), nil }}},
		Streams:  a.streams, Tables: s.endpoint, Leases: a.wall.of,
		Destination: (&world{queue: &destination.Memory{}}).destinations(), Observe: s.observe(s.sessions, s.points),
		StopTimeout: time.Minute, ShardSync: 20 * time.Second, Poll: time.Second, Worker: fmt.Sprint("w", len(s.alive)),
	})
	if err != nil {
		t.Fatal(err)
	}
	var ctx context.Context
	a.Consumer = c
	ctx, a.cancel = context.WithCancel(context.Background())
	go func() { a.ran <- c.Run(ctx) }()
	s.alive = append(s.alive, a)
	return a
}

// leave takes a worker out, gracefully or not.
func (s *drama) leave(i int, crash bool) {
	a := s.alive[i]
	s.alive = slices.Delete(s.alive, i, i+1)
	if crash {
		s.crashes++
		s.gone = append(s.gone, a)
		a.wall.cut.Store(true)
		a.streams.cut.Store(true)
	}
	a.cancel()
	if !crash {
		if err := <-a.ran; err != nil {
			s.note("stop: %v", err)
		}
	}
}

func (s *drama) note(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.problem(format, args...)
}

func (s *drama) enable() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.arns = append(s.arns, s.endpoint.Enable("vms", types.StreamViewTypeKeysOnly))
}

func (s *drama) streams() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.arns)
}

func (s *drama) put(key string, bad int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, n := s.endpoint.Put("vms", keyed(key))
	for i := len(s.written) - 1; i >= 0; i-- {
		if s.keys[s.written[i]] == key {
			s.before[n] = s.written[i]
			break
		}
	}
	if key == "filtered" {
		s.dealt[n] = true
	}
	s.written, s.keys[n], s.bad[n] = append(s.written, n), key, bad
}

func (s *drama) play(t *testing.T, step step) {
	open := s.endpoint.Shards("vms")
	switch step.op {
	case "put":
		s.put(step.key, step.bad)
	case "split":
		s.endpoint.Split(open[step.n%len(open)])
	case "roll":
		s.endpoint.Roll(open[step.n%len(open)])
	case "new stream":
		s.enable()
	case "crash", "stop":
		if len(s.alive) > 0 {
			s.leave(step.n%len(s.alive), step.op == "crash")
		}
	case "start":
		if len(s.alive) < 3 {
			s.start(t)
		}
	case "fail":
		operations := []string{streamscript.GetRecords, streamscript.GetShardIterator, streamscript.DescribeStream}
		s.endpoint.Fail(operations[step.n%len(operations)], 1+step.n, streamscript.Throttled())
	case "expire":
		s.endpoint.ExpireIterators()
	case "pause": // of a worker, for a while
		if len(s.alive) > 0 {
			a := s.alive[step.n%len(s.alive)]
			if err := a.Pause("indicators", "drawn"); err != nil {
				s.note("pause: %v", err)
			}
			s.silent.Go(func() {
				pass(time.Duration(step.n) * 4 * time.Second)
				if err := a.Resume("indicators"); err != nil {
					s.note("resume: %v", err)
				}
			})
		}
	case "silence": // of a worker, for a while
		if len(s.alive) > 0 {
			s.crashes++
			a := s.alive[step.n%len(s.alive)]
			a.wall.cut.Store(true)
			s.silent.Go(func() {
				pass(time.Duration(step.n) * 4 * time.Second)
				a.wall.cut.Store(false)
			})
		}
	}
	pass(step.wait)
}

// finish lets one worker more deal with what is left.
func (s *drama) finish(t *testing.T) {
	for len(s.alive) > 0 {
		s.leave(0, false)
	}
	last := s.start(t)
	limit := time.NewTimer(12 * time.Hour)
	defer limit.Stop()
	for {
		changed := last.Changed()
		if drained(last.Status()) {
			break
		}
		select {
		case <-changed:
		case <-limit.C:
			s.note("not drained: %+v", last.Status())
			last.cancel()
			<-last.ran
			return
		}
	}
	s.leave(0, false)
	for _, a := range s.gone {
		<-a.ran
	}
	s.silent.Wait()
	s.judge(last)
}

func drained(all []consumer.MappingStatus) bool {
	for _, m := range all {
		if m.Syncs == 0 || len(m.Shards) == 0 {
			return false
		}
		for _, shard := range m.Shards {
			if shard.State != consumer.ShardDone && (shard.State != consumer.ShardWorks || shard.Empty < 2 || len(shard.Open) > 0) {
				return false
			}
		}
	}
	return true
}

// judge looks for what was not dealt with, and for what does not add up.
func (s *drama) judge(last *actor) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, n := range s.written {
		if !s.dealt[n] {
			s.problem("at least once: %s of item %s was not dealt with", n, s.keys[n])
		}
		if s.good[n] > 1+s.crashes {
			s.problem("duplicates: %s was processed %d times, with %d crashes", n, s.good[n], s.crashes)
		}
		if ends := s.ends[n]; s.keys[n] == "filtered" && ends > 0 || s.keys[n] != "filtered" && (ends == 0 || s.crashes == 0 && ends > 1) {
			s.problem("exactly once: %s of item %s ended %d times, with %d crashes", n, s.keys[n], ends, s.crashes)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(s.sessions)) {
		c := s.sessions[id]
		ended := c.filtered + c.processed + c.dropped + c.delivered
		// A worker that goes on where several lanes stood reads again what some of
		// them are done with.
		exact := strings.HasPrefix(id, last.Worker()) && s.mapping.ParallelizationFactor == 1
		if exact && c.polled != ended || ended > c.polled {
			s.problem("account of %s: %+v", id, *c)
		}
	}
}

// TestLaws: whatever happens, every record is dealt with at least once and in
// order per item, checkpoints do not go back, duplicates come from crashes only,
// and every record that was polled ends as exactly one of processed, filtered
// out, dropped and delivered.
func TestLaws(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		h := drawHistory(rt)
		var err error
		if h.mapping.Filters, err = filter.Parse([]string{`{"dynamodb":{"Keys":{"pk":{"S":[{"anything-but":"filtered"}]}}}}`}); err != nil {
			rt.Fatal(err)
		}
		if h.reserved > 0 {
			h.mapping.ReservedConcurrency = &h.reserved
		}
		s := &drama{
			history: h, leases: lease.NewMemory(), sessions: map[string]*session{}, points: map[string]string{},
			ledger: ledger{keys: map[string]string{}, before: map[string]string{}, bad: map[string]int{}, dealt: map[string]bool{}, good: map[string]int{}, ends: map[string]int{}},
		}
		synctest.Test(t, func(t *testing.T) {
			s.endpoint = streamscript.New(streamscript.Options{Now: time.Now, PageSize: 3})
			s.enable()
			s.start(t)
			synctest.Wait() // the stream that it begins with is this one
			for _, step := range h.steps {
				s.play(t, step)
			}
			s.finish(t)
		})
		if len(s.problems) > 0 {
			rt.Fatalf("%s\nhistory: %+v", strings.Join(s.problems, "\n")+"\n"+narrate(s.told), h)
		}
	})
}
