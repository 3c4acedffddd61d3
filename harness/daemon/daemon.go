package daemon

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"

	"github.com/stillwater-streams/stillwater/consumer"
	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/daemon/control"
	"github.com/stillwater-streams/stillwater/harness/gate"
	"github.com/stillwater-streams/stillwater/harness/sink"
	"github.com/stillwater-streams/stillwater/harness/trace"
)

const (
	// stopTimeout is how long a stop waits for handlers.
	stopTimeout = 30 * time.Second
	// firstLook bounds the look at a table before the start is printed.
	firstLook = 3 * time.Second
	// watchdog is more than the SDK takes to give a call up.
	watchdog = 5 * time.Minute
	// grace is how long goroutines that outlived their handler may take to end.
	grace = time.Second
)

// daemon is one Run.
type daemon struct {
	options Options
	clock   consumer.Clock
	since   time.Time
	work    context.Context // of everything that a stop waits for

	fence   *fence
	db      *dynamodb.Client
	streams *dynamodbstreams.Client
	sink    *sink.Sink
	queues  *queues
	gate    *gate.Gate

	causes   *causes
	guard    *guard
	troubles *troubles
	tables   []*table // by name
	jobs     sync.WaitGroup
}

// Run runs the triggers until the context ends, and then stops gracefully: what
// runs is finished and checkpointed, leases are released. Then it returns nil, or
// an error that names what did not end. Before, it returns only for what it cannot
// work with; wrong usage matches [ErrUsage].
//
// While it runs the process has no AWS credentials, profiles or endpoints but
// dummies. Where a handler did not end it keeps them, see [ErrAlive].
func Run(ctx context.Context, o Options) (err error) {
	triggers, err := o.check()
	if err != nil {
		return err
	}
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	d := &daemon{options: o, clock: realClock(), work: work, troubles: newTroubles()}
	d.since = d.clock.Now()
	if err := d.open(ctx, triggers); err != nil {
		return errors.Join(err, d.close())
	}
	var gate sync.WaitGroup
	gate.Go(func() { _ = d.gate.Serve(work) }) // a shared database has no error
	err = d.run(ctx)
	stop()
	gate.Wait()
	if left := d.gate.Leftovers(context.WithoutCancel(ctx), grace); len(left) > 0 {
		return errors.Join(err, fmt.Errorf("%w: of %v", ErrAlive, left), d.release())
	}
	return errors.Join(err, d.close())
}

// ErrAlive is matched by the error of a [Run] that left handlers running, or
// goroutines that they started.
var ErrAlive = errors.New("goroutines are still alive, and this process keeps its dummy AWS environment")

// open readies all that handlers and consumers need.
func (d *daemon) open(ctx context.Context, triggers []harness.Trigger) (err error) {
	if d.sink, err = sink.Isolate(ctx); err != nil {
		return err
	}
	d.sink.OnStray(func(s sink.Stray) {
		d.print(Line{Event: EventRefused, Text: s.Operation + ": " + s.Message})
	})
	u, err := url.Parse(d.options.Endpoint)
	if err != nil {
		return err
	}
	d.fence = newFence(u)
	config := d.fence.config(d.options.Endpoint, d.options.Region, d.options.AccessKey, d.options.SecretKey)
	d.db, d.streams = dynamodb.NewFromConfig(config), dynamodbstreams.NewFromConfig(config)
	if d.queues, err = openQueues(ctx, d.options, d.clock.Now); err != nil {
		return err
	}
	log := trace.New(d.clock.Now, d.clock.Now)
	log.EndSetup()
	log.KeepLast(remember)
	d.gate = gate.New(gate.Options{
		Config: config, Tables: keysOf(d.options.Project), Log: log, Now: d.clock.Now, Shared: true, Remember: remember,
		Watchdog: watchdog, Calls: math.MaxInt, HTTP: d.options.Project.HTTP,
	})
	d.causes = newCauses(log, d.gate)
	d.guard = newGuard(log, d.options.Depth, len(triggers))
	for _, t := range triggers {
		d.table(t.Mapping.Table).add(t)
	}
	for _, t := range d.tables {
		if _, err := consumer.New(t.options()); err != nil { // it says now what it would say when the table is there
			return usage{err}
		}
	}
	return nil
}

// keysOf are the keys of all tables, for lines to name items by. Streams are
// followed once they are found.
func keysOf(p harness.Project) map[string]gate.Table {
	tables := map[string]gate.Table{}
	for _, definition := range p.Tables {
		var t gate.Table
		for _, key := range definition.KeySchema {
			t.Keys = append(t.Keys, aws.ToString(key.AttributeName))
		}
		tables[aws.ToString(definition.TableName)] = t
	}
	return tables
}

// table is the table of that name, a new one if need be.
func (d *daemon) table(name string) *table {
	i, ok := slices.BinarySearchFunc(d.tables, name, func(t *table, name string) int { return strings.Compare(t.name, name) })
	if !ok {
		d.tables = slices.Insert(d.tables, i, newTable(d, name))
	}
	return d.tables[i]
}

// run shows what runs, and has it run until the context ends or a table cannot be
// worked with.
func (d *daemon) run(ctx context.Context) error {
	stopped, stop := context.WithCancel(ctx)
	defer stop()
	consuming, stopConsuming := context.WithCancel(context.WithoutCancel(ctx))
	defer stopConsuming()
	d.print(Line{Event: EventStart, Text: fmt.Sprintf("stillwater consume: %s, region %s, access key %s\n"+
		"ages may be up to 60 s too high: DynamoDB Local stamps records by the minute", d.options.Endpoint, d.options.Region, d.options.AccessKey)})
	for _, t := range d.tables {
		t.start(ctx)
	}
	defer d.listen(ctx)()
	errs := make([]error, len(d.tables))
	var tables sync.WaitGroup
	for i, t := range d.tables {
		tables.Go(func() {
			errs[i] = t.run(consuming)
			if errs[i] != nil {
				stop() // the others have nothing to do with it, but a daemon that half works is worse
			}
		})
	}
	<-stopped.Done()
	d.print(Line{Event: EventStopping, Text: d.unfinished()})
	stopConsuming()
	tables.Wait()
	d.awaitJobs()
	d.printLate()
	d.print(Line{Event: EventStopped})
	return errors.Join(errs...)
}

// listen opens the control socket and returns what closes it. Without one the
// daemon is of use, too.
func (d *daemon) listen(ctx context.Context) (closed func()) {
	if d.options.Sockets == "" {
		return func() {}
	}
	server, err := control.Listen(ctx, d.options.Sockets, d)
	if err != nil {
		d.print(Line{Event: EventTrouble, Text: fmt.Sprintf("status, pause and resume do not work: %v", err)})
		return func() {}
	}
	return func() {
		if err := server.Close(); err != nil {
			d.print(Line{Event: EventTrouble, Text: err.Error()})
		}
	}
}

// unfinished says what a stop waits for.
func (d *daemon) unfinished() string {
	running := 0
	for _, m := range d.Status().Mappings {
		running += m.Invocations
	}
	if running == 0 {
		return ""
	}
	return fmt.Sprintf("waits up to %v for %s", stopTimeout, plural(running, "invocation"))
}

// close gives everything back.
func (d *daemon) close() error {
	errs := []error{d.release()}
	if d.sink != nil {
		errs = append(errs, d.sink.Close())
	}
	return errors.Join(errs...)
}

// release gives everything back but the environment of the process: with its real
// credentials a handler that runs on could reach a real account.
func (d *daemon) release() error {
	if d.fence != nil {
		d.fence.next.CloseIdleConnections()
	}
	if d.queues != nil {
		return d.queues.close()
	}
	return nil
}
