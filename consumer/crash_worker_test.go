package consumer_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"

	"github.com/stillwater-streams/stillwater/consumer"
	"github.com/stillwater-streams/stillwater/consumer/core"
	"github.com/stillwater-streams/stillwater/consumer/lease"
	"github.com/stillwater-streams/stillwater/consumer/mapping"
	"github.com/stillwater-streams/stillwater/harness/engine"
)

// workerVariable makes this test binary a worker process: its value is a
// workerOrder in JSON.
const workerVariable = "STILLWATER_CRASH_WORKER"

// workerOrder is what a worker process is to do.
type workerOrder struct {
	Life     string   // names this life of the worker: "a3"
	Tables   endpoint // tables with one shard each, and the leases of all
	Scripted endpoint // the table with many shards

	Names    []string // of the tables with one shard
	Lanes    int      // of the last of them; the others have one
	Failover time.Duration
	Poll     time.Duration
	Pause    time.Duration // most that a handler takes
	Seed     uint64        // how much of it
}

// endpoint is a database as another process finds it.
type endpoint struct{ URL, Region, AccessKey string }

func endpointOf(db *engine.Database) endpoint { return endpoint{db.Endpoint, db.Region, db.AccessKey} }

func (e endpoint) database() *engine.Database {
	return engine.NewDatabase(e.URL, e.Region, e.AccessKey, nil)
}

// wideTable is the one with many shards.
const wideTable = "wide"

// countMapping is how each table is consumed: small batches, so that a kill often
// falls into one.
func countMapping(table string, lanes int) mapping.Mapping {
	return mapping.Mapping{
		Trigger: "count_" + table, Table: table, Enabled: true, Timeout: time.Minute,
		BatchSize: 20, ParallelizationFactor: lanes, MaximumRetryAttempts: -1,
	}
}

// Kinds of reports.
const (
	reportTaken  = "taken"  // the lease is this life's, at a position
	reportBatch  = "batch"  // a handler was given these records
	reportKept   = "kept"   // the position is stored
	reportEnded  = "ended"  // the end of the shard is stored
	reportStolen = "stolen" // the lease was asked for
	reportHanded = "handed" // it was handed over, or released
	reportLost   = "lost"   // another worker took it
)

// report is one line that a worker writes to the pipe that all of them share, in
// one write of at most maxReport bytes: so no kill tears it, and the order in the
// pipe is one order for all workers.
type report struct {
	Kind  string `json:"k"`
	Life  string `json:"l"`
	Table string `json:"t"`
	Shard string `json:"s"`
	Lane  int    `json:"n,omitempty"`
	// Counter is that of the lease, which orders all writes to it.
	Counter int64 `json:"c,omitempty"`
	// From is who held the lease that was taken; Dead says that it was not given up.
	From string `json:"f,omitempty"`
	Dead bool   `json:"d,omitempty"`
	// At is the position of the lease, without leading zeros.
	At string `json:"a,omitempty"`
	// Records are those of a batch: "item:counter:sequence item:counter:sequence".
	Records string `json:"r,omitempty"`
}

// maxReport is the least size up to which POSIX promises that a write to a pipe
// is not mixed with others.
const maxReport = 512

// reporter writes reports.
type reporter struct {
	order workerOrder
	pipe  io.Writer
	// asked is where each invocation under way is from, by its request id.
	asked sync.Map
}

func (r *reporter) write(line report) {
	line.Life = r.order.Life
	raw, err := json.Marshal(line)
	if err == nil && len(raw) >= maxReport {
		err = fmt.Errorf("%d bytes: %s", len(raw), raw)
	}
	if err == nil {
		_, err = r.pipe.Write(append(raw, '\n'))
	}
	if err != nil {
		panic(fmt.Sprint("report: ", err)) // the parent shows it
	}
}

// observe reports what the leases of others are told by.
func (r *reporter) observe(table string) func(consumer.Occurrence) {
	return func(o consumer.Occurrence) {
		line := report{Table: table, Shard: o.ShardID}
		switch f := o.Fact.(type) {
		case consumer.InvocationStarted:
			r.asked.Store(f.RequestID, o.Place)
			return
		case consumer.LeaseStolen:
			line.Kind, line.From = reportStolen, f.From
		case consumer.LeaseHandedOver, consumer.LeaseReleased:
			line.Kind = reportHanded
		case consumer.LeaseLost:
			line.Kind = reportLost
		default:
			return
		}
		r.write(line)
	}
}

// handler reports what it is given, and takes its time, so that the end of the
// worker may come before its own.
func (r *reporter) handler(env consumer.Environment) (any, error) {
	chance := rand.New(rand.NewPCG(r.order.Seed, uint64(len(env.ID))))
	return func(ctx context.Context, e events.DynamoDBEvent) error {
		defer pass(time.Duration(chance.Int64N(int64(r.order.Pause))))
		return r.given(ctx, e)
	}, nil
}

func (r *reporter) given(ctx context.Context, e events.DynamoDBEvent) error {
	call, _ := lambdacontext.FromContext(ctx)
	asked, ok := r.asked.LoadAndDelete(call.AwsRequestID)
	if !ok {
		return errors.New("no invocation " + call.AwsRequestID + " was started")
	}
	place := asked.(consumer.Place)
	var records []string
	for _, rec := range e.Records {
		records = append(records, rec.Change.Keys["pk"].String()+":"+rec.Change.NewImage["n"].Number()+":"+bare(rec.Change.SequenceNumber))
	}
	table := strings.TrimPrefix(place.Mapping, "count_")
	r.write(report{Kind: reportBatch, Table: table, Shard: place.ShardID, Lane: place.Lane, Records: strings.Join(records, " ")})
	return nil
}

// bare is a sequence number without leading zeros; words stay as they are.
func bare(sequence string) string { return strings.TrimLeft(sequence, "0") }

// reportedLeases is a lease store that reports what it has stored.
type reportedLeases struct {
	lease.Store
	table    string
	reporter *reporter
}

func (s reportedLeases) Take(ctx context.Context, l lease.Lease, owner string) (lease.Lease, error) {
	taken, err := s.Store.Take(ctx, l, owner)
	if err == nil {
		from := l.Holder()
		s.reporter.write(report{
			Kind: reportTaken, Table: s.table, Shard: l.Key, Counter: taken.Counter, From: from,
			Dead: from != "" && from != owner, At: bare(taken.Checkpoint),
		})
	}
	return taken, err
}

func (s reportedLeases) Checkpoint(ctx context.Context, l lease.Lease, p core.Position) (lease.Lease, error) {
	stored, err := s.Store.Checkpoint(ctx, l, p)
	if err == nil {
		s.reporter.write(report{Kind: reportKept, Table: s.table, Shard: l.Key, Counter: stored.Counter, At: bare(stored.Checkpoint)})
	}
	return stored, err
}

func (s reportedLeases) End(ctx context.Context, l lease.Lease) (lease.Lease, error) {
	stored, err := s.Store.End(ctx, l)
	if err == nil {
		s.reporter.write(report{Kind: reportEnded, Table: s.table, Shard: l.Key, Counter: stored.Counter})
	}
	return stored, err
}

// work is what a worker process does until it is stopped by SIGTERM, killed, or
// its parent ends.
func work(orderJSON string) error {
	var order workerOrder
	if err := json.Unmarshal([]byte(orderJSON), &order); err != nil {
		return err
	}
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin) // ends when the parent does
		os.Exit(1)
	}()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	r := &reporter{order: order, pipe: os.NewFile(3, "reports")}
	all, err := order.consumers(r)
	if err != nil {
		return err
	}
	var running sync.WaitGroup
	ended := make([]error, len(all))
	for i, c := range all {
		running.Go(func() { ended[i] = c.Run(ctx) })
	}
	running.Wait()
	return errors.Join(ended...)
}

// consumers are two: one on the tables with one shard, one on the scripted stream.
func (o workerOrder) consumers(r *reporter) ([]*consumer.Consumer, error) {
	tables, scripted := o.Tables.database().Config(nil), o.Scripted.database().Config(nil)
	leases := dynamodb.NewFromConfig(tables)
	one := o.options(r, leases)
	one.Streams, one.Tables = dynamodbstreams.NewFromConfig(tables), leases
	for i, name := range o.Names {
		lanes := 1
		if i == len(o.Names)-1 {
			lanes = o.Lanes
		}
		one.Triggers = append(one.Triggers, r.trigger(name, lanes))
	}
	many := o.options(r, leases)
	many.Streams, many.Tables = dynamodbstreams.NewFromConfig(scripted), dynamodb.NewFromConfig(scripted)
	many.Triggers = []consumer.Trigger{r.trigger(wideTable, 1)}
	var all []*consumer.Consumer
	for _, options := range []consumer.Options{one, many} {
		c, err := consumer.New(options)
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, nil
}

func (o workerOrder) options(r *reporter, leases lease.DynamoDBAPI) consumer.Options {
	return consumer.Options{
		Worker: o.Life, Failover: o.Failover, Poll: o.Poll,
		Leases: func(m mapping.Mapping) lease.Store {
			return reportedLeases{lease.NewDynamoDB(leases, consumer.LeaseTable(m)), m.Table, r}
		},
		Observe: func(seen consumer.Occurrence) {
			r.observe(strings.TrimPrefix(seen.Mapping, "count_"))(seen)
		},
	}
}

func (r *reporter) trigger(table string, lanes int) consumer.Trigger {
	return consumer.Trigger{Mapping: countMapping(table, lanes), New: r.handler}
}
