package consumer_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

	"github.com/stillwater-streams/stillwater/consumer"
	"github.com/stillwater-streams/stillwater/consumer/destination"
	"github.com/stillwater-streams/stillwater/consumer/lease"
	"github.com/stillwater-streams/stillwater/consumer/mapping"
	"github.com/stillwater-streams/stillwater/consumer/streamscript"
)

// world is a scripted stream with the consumers on it. It lives in a bubble:
// time passes only while everything waits.
type world struct {
	t        *testing.T
	endpoint *streamscript.Endpoint
	leases   lease.Store
	queue    *destination.Memory
	mapping  mapping.Mapping
	handle   func(context.Context, events.DynamoDBEvent) (any, error)

	queueFails int // so many messages are refused

	mu     sync.Mutex
	seen   []consumer.Occurrence
	events []string // what handlers were given, batch by batch
}

// newWorld makes a table called vms, with one open shard, and the mapping
// "indicators" on it.
func newWorld(t *testing.T, o streamscript.Options) *world {
	o.Now = time.Now
	w := &world{
		t: t, endpoint: streamscript.New(o), leases: lease.NewMemory(), queue: &destination.Memory{},
		mapping: mapping.Mapping{Trigger: "indicators", FunctionPrefix: "streams_", Table: "vms", Enabled: true, Timeout: 3 * time.Second},
	}
	w.endpoint.Enable("vms", types.StreamViewTypeNewAndOldImages)
	return w
}

// options are those of one more worker.
func (w *world) options() consumer.Options {
	requests := 0
	return consumer.Options{
		Triggers: []consumer.Trigger{{Mapping: w.mapping, New: w.handler}},
		Streams:  w.endpoint, Tables: w.endpoint,
		Leases:      func(mapping.Mapping) lease.Store { return w.leases },
		Destination: w.destinations(),
		Region:      "eu-west-1", AccountID: "123456789012",
		Observe: w.observe,
		RequestID: func() string {
			w.mu.Lock()
			defer w.mu.Unlock()
			requests++
			return fmt.Sprintf("r%d", requests)
		},
	}
}

// letters is the on-failure destination, which may be down.
type letters struct{ *world }

func (l letters) Send(ctx context.Context, f destination.Failure) error {
	if l.queueFails > 0 {
		l.queueFails--
		return errors.New("queue is down")
	}
	return l.queue.Send(ctx, f)
}

func (w *world) destinations() func(mapping.Mapping) (destination.Destination, error) {
	return func(mapping.Mapping) (destination.Destination, error) { return letters{w}, nil }
}

// separate gives each mapping a lease store of its own.
func separate() func(mapping.Mapping) lease.Store {
	stores := map[string]lease.Store{}
	return func(m mapping.Mapping) lease.Store {
		if stores[m.Trigger] == nil {
			stores[m.Trigger] = lease.NewMemory()
		}
		return stores[m.Trigger]
	}
}

// requestOf is what a handler finds in its context.
func requestOf(ctx context.Context) string {
	c, ok := lambdacontext.FromContext(ctx)
	if !ok {
		return "none"
	}
	return c.AwsRequestID + " " + c.InvokedFunctionArn
}

// handler is what New of the trigger returns: it notes the batch, then asks
// w.handle what to answer.
func (w *world) handler(consumer.Environment) (any, error) {
	return func(ctx context.Context, e events.DynamoDBEvent) (any, error) {
		var batch []string
		for _, r := range e.Records {
			batch = append(batch, strings.TrimLeft(r.Change.SequenceNumber, "0"))
		}
		w.mu.Lock()
		w.events = append(w.events, strings.Join(batch, " "))
		w.mu.Unlock()
		if w.handle == nil {
			return nil, nil
		}
		return w.handle(ctx, e)
	}, nil
}

func (w *world) observe(o consumer.Occurrence) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.seen = append(w.seen, o)
}

// batches returns what handlers were given so far.
func (w *world) batches() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.events)
}

// facts returns what happened so far of a kind.
func facts[F consumer.Fact](w *world) []F {
	w.mu.Lock()
	defer w.mu.Unlock()
	var found []F
	for _, o := range w.seen {
		if f, ok := o.Fact.(F); ok {
			found = append(found, f)
		}
	}
	return found
}

// running is a consumer at work.
type running struct {
	*consumer.Consumer
	world  *world
	cancel context.CancelFunc
	result chan error
}

// start lets a consumer run until the test or stop ends it.
func (w *world) start(o consumer.Options) *running {
	w.t.Helper()
	c, err := consumer.New(o)
	if err != nil {
		w.t.Fatal(err)
	}
	return w.run(c)
}

// run lets a consumer run that was made already.
func (w *world) run(c *consumer.Consumer) *running {
	ctx, cancel := context.WithCancel(context.Background())
	r := &running{Consumer: c, world: w, cancel: cancel, result: make(chan error, 1)}
	go func() { r.result <- c.Run(ctx) }()
	w.t.Cleanup(func() { r.cancel() })
	return r
}

// stop ends the consumer gracefully.
func (r *running) stop() {
	r.world.t.Helper()
	r.cancel()
	if err := <-r.result; err != nil {
		r.world.t.Errorf("Run: %v", err)
	}
}

// settled waits until everything that was written before the call is dealt with.
func (r *running) settled() {
	r.world.t.Helper()
	first := reads(r.Status())
	r.Wake()
	r.until("everything to be dealt with", func(all []consumer.MappingStatus) bool {
		for _, m := range all {
			if m.Syncs == 0 || m.Running > 0 || len(m.Late) > 0 || len(m.Shards) == 0 {
				return false
			}
			for _, s := range m.Shards {
				if s.State != consumer.ShardDone && (len(s.Open) > 0 || s.Empty <= first[s.ShardID]) {
					return false
				}
			}
		}
		return true
	})
}

func reads(all []consumer.MappingStatus) map[string]uint64 {
	n := map[string]uint64{}
	for _, m := range all {
		for _, s := range m.Shards {
			n[s.ShardID] = s.Reads
		}
	}
	return n
}

// until waits for a status, at most a day of the bubble's time.
func (r *running) until(what string, holds func([]consumer.MappingStatus) bool) {
	r.world.t.Helper()
	limit := time.NewTimer(24 * time.Hour)
	defer limit.Stop()
	for {
		changed := r.Changed()
		if holds(r.Status()) {
			return
		}
		select {
		case <-changed:
		case err := <-r.result:
			r.world.t.Fatalf("Run ended while the test waits for %s: %v", what, err)
		case <-limit.C:
			r.world.t.Fatalf("%s: not within a day; status: %+v\n%s", what, r.Status(), r.world.narrate())
		}
	}
}

// narrate tells everything that happened but empty polls.
func (w *world) narrate() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return narrate(slices.DeleteFunc(slices.Clone(w.seen), func(o consumer.Occurrence) bool {
		p, ok := o.Fact.(consumer.Polled)
		return ok && p.Records == 0 && !p.End
	}))
}

func narrate(seen []consumer.Occurrence) string {
	var b strings.Builder
	for _, o := range seen {
		fmt.Fprintf(&b, "%s %s %s %s\n", o.Time.UTC().Format("15:04:05.000"), o.Worker, o.ShardID, o.Fact)
	}
	return b.String()
}

// put writes n records to the table, and returns their sequence numbers without
// leading zeros.
func (w *world) put(n int) []string {
	var numbers []string
	for range n {
		_, sequence := w.endpoint.Put("vms", types.Record{})
		numbers = append(numbers, strings.TrimLeft(sequence, "0"))
	}
	return numbers
}

// pass lets time pass.
func pass(d time.Duration) {
	timer := time.NewTimer(d)
	<-timer.C
}
