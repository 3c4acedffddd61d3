package consumer

import (
	"cmp"
	"context"
	cryptorand "crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/stillwater-streams/stillwater/consumer/destination"
	"github.com/stillwater-streams/stillwater/consumer/lease"
	"github.com/stillwater-streams/stillwater/consumer/mapping"
)

// Defaults of [Options].
const (
	// DefaultPoll is Lambda's base rate, four times a second (D3).
	DefaultPoll = 250 * time.Millisecond
	// DefaultFailover and DefaultShardSync are the KCL's (K3).
	DefaultFailover  = 10 * time.Second
	DefaultShardSync = time.Minute
	// DefaultStopTimeout is what orchestrators grant a process to stop.
	DefaultStopTimeout = 30 * time.Second
)

// Trigger is a mapping with its function.
type Trigger struct {
	Mapping mapping.Mapping
	// New builds the handler of one execution environment, inside its first
	// invocation: any function that lambda.Start takes. An error, or a handler of
	// another kind, fails that invocation, and the next one tries again.
	New func(Environment) (handler any, err error)
	// StreamARN is the stream to read; "" means the one of Mapping.Table, and the
	// next one when the table gets another (E3): by being dropped and created
	// again, or by disabling and enabling its stream. The old stream is read out
	// first.
	StreamARN string
}

// Options of a [Consumer]. A trigger whose Mapping.Enabled is false does nothing but
// keep its position (P15), which a [Disabled] fact tells when the consumer runs; also
// if it is the only one. Triggers, Streams and Tables are required, all other
// fields may be zero.
type Options struct {
	Triggers []Trigger
	Streams  StreamsAPI
	// Tables finds the streams of tables.
	Tables TablesAPI

	// Leases gives the lease store of a mapping; it must be the same in all
	// workers. nil means the table named by [LeaseTable], through Tables if that
	// is a lease.DynamoDBAPI, as a *dynamodb.Client is.
	Leases func(mapping.Mapping) lease.Store
	// Destination gives the on-failure destination of a mapping that names one.
	Destination func(mapping.Mapping) (destination.Destination, error)

	// Region and AccountID are those of the ARNs that handlers and messages see;
	// "" means those of the stream, which on DynamoDB Local are "ddblocal" and
	// "000000000000".
	Region, AccountID string
	// Worker names this process, such as the host's name; something random is
	// added, since a lease must tell two lives of one worker apart.
	Worker string

	// Poll is how long a shard waits after a read that found nothing, counted from the
	// beginning of that read; 0 means DefaultPoll. PollMax above Poll lets a shard
	// where nothing is written be read less often: each further read that finds
	// nothing doubles the wait, up to PollMax. Any PollMax below Poll, such as 0, means
	// that the wait stays Poll. A read that finds records is followed by the next at
	// once.
	Poll, PollMax time.Duration
	// Failover is how long a worker may fail to renew a lease before another takes
	// it; 0 means DefaultFailover. It must be the same in all workers.
	Failover time.Duration
	// ShardSync is how often shards are listed, beside the times when there is a
	// reason to; 0 means DefaultShardSync.
	ShardSync time.Duration
	// StopTimeout is how long Run waits, after its context has ended, for what is
	// running; 0 means DefaultStopTimeout.
	StopTimeout time.Duration
	// BackoffFirst, BackoffMax, Jitter and Seed are those of [core.Config].
	BackoffFirst, BackoffMax time.Duration
	Jitter                   float64
	Seed                     uint64

	Clock Clock
	// RequestID names invocations; nil means random UUIDs.
	RequestID func() string
	// Observe is told everything that happens, from many goroutines, while they
	// wait: it must be safe for concurrent use, and fast. It may call any method
	// of the Consumer but Run.
	Observe func(Occurrence)
	// Log is where handlers log to that use [Environment].Log; nil discards it.
	// What the consumer does itself goes to Observe: see consumer/telemetry.
	Log *slog.Logger
}

// LeaseTable names the lease table of a mapping: "integrates_vms_consumer_indicators".
func LeaseTable(m mapping.Mapping) string {
	return m.Table + "_consumer_" + m.Trigger
}

// Consumer is the consumer of one process. It is safe for concurrent use.
type Consumer struct {
	options Options // with defaults
	worker  string
	workers []*worker // of the triggers that are enabled
	started atomic.Bool

	work context.Context // of everything that a stop waits for
	late sync.WaitGroup  // watches of late handlers
	stop context.CancelFunc

	changes changes
}

// New checks the options in every particular that needs no call; [Consumer.Run]
// checks the others. What Lambda refuses when a mapping is created is refused
// here, and so is what the consumer cannot honour.
func New(o Options) (*Consumer, error) {
	if err := o.check(); err != nil {
		return nil, fmt.Errorf("new consumer: %w", err)
	}
	c := &Consumer{options: o.withDefaults()}
	c.worker = c.options.Worker + "-" + cryptorand.Text()[:10]
	c.work, c.stop = context.WithCancel(context.Background())
	for _, t := range o.Triggers {
		if !t.Mapping.Enabled {
			continue
		}
		w, err := c.newWorker(t)
		if err != nil {
			return nil, fmt.Errorf("new consumer: trigger %s: %w", t.Mapping.Trigger, err)
		}
		c.workers = append(c.workers, w)
	}
	return c, nil
}

// withDefaults fills what is zero.
func (o Options) withDefaults() Options {
	o.Worker = cmp.Or(o.Worker, hostname())
	o.Poll = cmp.Or(o.Poll, DefaultPoll)
	o.PollMax = max(o.Poll, o.PollMax)
	o.Failover = cmp.Or(o.Failover, DefaultFailover)
	o.ShardSync = cmp.Or(o.ShardSync, DefaultShardSync)
	o.StopTimeout = cmp.Or(o.StopTimeout, DefaultStopTimeout)
	o.Clock = o.Clock.orReal()
	if o.RequestID == nil {
		o.RequestID = newRequestID
	}
	if o.Observe == nil {
		o.Observe = func(Occurrence) {}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Leases == nil {
		if api, ok := o.Tables.(lease.DynamoDBAPI); ok {
			o.Leases = func(m mapping.Mapping) lease.Store { return lease.NewDynamoDB(api, LeaseTable(m)) }
		}
	}
	o.Streams, o.Tables = timed(o.Streams), timedTables{o.Tables}
	return o
}

func hostname() string {
	name, err := os.Hostname()
	if err != nil {
		return "worker"
	}
	return name
}

// newRequestID is a random UUID, as Lambda's are.
func newRequestID() string {
	var b [16]byte
	_, _ = cryptorand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

func (c *Consumer) newWorker(t Trigger) (*worker, error) {
	t.Mapping.Timeout = cmp.Or(t.Mapping.Timeout, mapping.DefaultTimeout)
	t.Mapping.StartingPosition = cmp.Or(t.Mapping.StartingPosition, mapping.DefaultStartingPosition)
	w := &worker{
		c: c, name: t.Mapping.Trigger, trigger: t,
		leases: c.options.Leases(t.Mapping),
		observer: lease.Observer{
			Worker: c.worker, Failover: c.options.Failover,
			// A batch in hand may take as long as an invocation; one taken away by
			// force would run twice at a time.
			HandOver: t.Mapping.Timeout + c.options.Failover,
		},
		nudged: make(chan struct{}, 1), stolen: map[string]string{}, strays: map[string]stray{}, fresh: map[string]bool{},
		rows: map[string]lease.Lease{}, running: map[string]*lanes{},
	}
	w.pool = &pool{environment: w.newEnvironment, reserved: t.Mapping.ReservedConcurrency}
	if t.Mapping.OnFailure != "" {
		d, err := c.options.Destination(t.Mapping)
		if err != nil {
			return nil, err
		}
		if d == nil {
			return nil, fmt.Errorf("OnFailure %s: Options.Destination gave neither a destination nor an error", t.Mapping.OnFailure)
		}
		w.destination = d
	}
	return w, nil
}

// Worker is the name under which the consumer holds leases: that of the options
// and something random.
func (c *Consumer) Worker() string { return c.worker }

// Run works until the context ends, and then stops gracefully: no invocation is
// started, those that run are finished and checkpointed, leases are released so
// that other workers take them at once. Then it returns nil, or, when
// StopTimeout is over, an error that names what did not end.
//
// Before anything else it looks for the streams. What it cannot work with is an
// error: a stream or table that does not exist, one that is a lease table.
// Afterwards a table may be dropped and created again. A Consumer runs once.
func (c *Consumer) Run(ctx context.Context) error {
	if c.started.Swap(true) {
		return errors.New("run: the consumer ran already: make a new one")
	}
	defer c.stop()
	for _, t := range c.options.Triggers {
		if !t.Mapping.Enabled {
			c.observe(Place{Mapping: t.Mapping.Trigger}, Disabled{})
		}
	}
	for _, w := range c.workers {
		if err := w.find(ctx); err != nil {
			if ctx.Err() != nil {
				return nil // stopped before it began
			}
			return fmt.Errorf("run: trigger %s: %w", w.name, err)
		}
	}
	var workers sync.WaitGroup
	for _, w := range c.workers {
		workers.Go(func() { w.run(ctx) })
	}
	<-ctx.Done()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		workers.Wait()
		c.late.Wait()
	}()
	timer, stop := c.options.Clock.NewTimer(c.options.StopTimeout)
	defer stop()
	select {
	case <-ended:
		return nil
	case <-timer:
	}
	unfinished := c.unfinished()
	c.stop()
	workers.Wait() // they do not wait any more
	return fmt.Errorf("run: stop: not ended within %v: %s", c.options.StopTimeout, strings.Join(unfinished, "; "))
}

// unfinished names what a stop waits for.
func (c *Consumer) unfinished() []string {
	var names []string
	for _, s := range c.Status() {
		for _, l := range s.Late {
			names = append(names, fmt.Sprintf("%s: the handler of invocation %s, which timed out at %s", s.Mapping, l.RequestID, clockTime(l.Since)))
		}
		for _, shard := range s.Shards {
			if shard.State == ShardWorks || shard.State == ShardLeaves {
				names = append(names, fmt.Sprintf("%s on %s: %s", s.Mapping, shard.ShardID, strings.Join(shard.Open, ", ")))
			}
		}
	}
	return names
}

func (c *Consumer) now() time.Time { return c.options.Clock.Now() }

func (c *Consumer) observe(p Place, f Fact) {
	c.options.Observe(Occurrence{Time: c.now(), Worker: c.worker, Place: p, Fact: f})
}
