package consumer

import (
	"context"
	"log/slog"
	"time"

	"github.com/stillwater-streams/stillwater/consumer/destination"
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

// Options of a [Consumer]. Triggers, Streams and Tables are required, all other
// fields may be zero.
type Options struct {
	Triggers []Trigger
	Streams  StreamsAPI
	// Tables finds the streams of tables.
	Tables TablesAPI

	// Destination gives the on-failure destination of a mapping that names one.
	Destination func(mapping.Mapping) (destination.Destination, error)

	// Region and AccountID are those of the ARNs that handlers and messages see;
	// "" means those of the stream, which on DynamoDB Local are "ddblocal" and
	// "000000000000".
	Region, AccountID string
	// Worker names this process, such as the host's name; something random is
	// added, since a lease must tell two lives of one worker apart.
	Worker string

	// Poll is how long a shard waits after a read that found nothing; 0 means
	// DefaultPoll. The wait doubles with each further one up to PollMax, which is
	// Poll if it is less. A read that finds records is followed by the next at once.
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

// Consumer is the consumer of one process. It is safe for concurrent use.
type Consumer struct {
	options Options
}

// LeaseTable names the lease table of a mapping: "integrates_vms_consumer_indicators".
func LeaseTable(m mapping.Mapping) string {
	return m.Table + "_consumer_" + m.Trigger
}

// Environment is an execution environment of a function. It runs one invocation
// at a time; its handler is built once, and keeps what it remembers. More
// invocations at once means more environments; the one that was used last is
// used next.
type Environment struct {
	// ID names it: "indicators-1".
	ID          string
	Mapping     mapping.Mapping
	FunctionARN string
	// Log is Options.Log with the function and the environment.
	Log *slog.Logger
}

// Invocation is the one that the environment runs; none between two, and none
// once it has timed out. A client that the handler was built with knows by it
// whom it serves, even where the handler drops its context.
func (e Environment) Invocation() (i Invocation, running bool) {
	return Invocation{}, false
}

// New checks the options, in every particular that needs no call; [Consumer.Run]
// checks the others.
func New(o Options) (*Consumer, error) {
	return &Consumer{options: o}, nil
}

// Run works until the context ends, and then stops gracefully: no invocation is
// started, those that run are finished and checkpointed, leases are released so
// that other workers take them at once. Then it returns nil, or, when
// StopTimeout is over, an error that names what did not end.
//
// Before anything else it looks for the streams. What it cannot work with is an
// error: a stream or table that does not exist, one that is a lease table.
// Afterwards a table may be dropped and created again. A Consumer runs once.
func (c *Consumer) Run(ctx context.Context) error { return nil }

// Worker is the name under which the consumer holds leases: that of the options
// and something random.
func (c *Consumer) Worker() string { return "" }

// Status tells how all mappings are doing, in one moment, in the order of the
// triggers that are enabled.
func (c *Consumer) Status() []MappingStatus { return nil }

// Changed returns a channel that is closed when Status changes. Get it first,
// then look at Status.
func (c *Consumer) Changed() <-chan struct{} { return nil }

// Wake has all shards read, and listed, at once, instead of when their time has
// come.
func (c *Consumer) Wake() {}

// Pause lets a mapping stand still: what runs is finished and checkpointed,
// nothing else begins, and the position is kept (P15), also against other
// workers. The reason is shown in Status. Other workers are not paused.
func (c *Consumer) Pause(mapping, reason string) error { return nil }

// Resume lets a mapping that was paused go on.
func (c *Consumer) Resume(mapping string) error { return nil }
