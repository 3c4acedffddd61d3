package daemon

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/stillwater-streams/stillwater/consumer"
	"github.com/stillwater-streams/stillwater/consumer/destination"
	"github.com/stillwater-streams/stillwater/consumer/mapping"
	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/gate"
)

const (
	// look is how long to wait for a table before the next look.
	look = time.Second
	// failover is how long the leases of a daemon that was killed keep the next one
	// waiting. The KCL's 10 seconds are for machines in a network; here all are one.
	failover = 3 * time.Second
)

// table is one table with its mappings. They run in a consumer of their own, since
// a consumer begins only where there is a stream to read.
type table struct {
	daemon   *daemon
	name     string
	triggers []harness.Trigger

	// steering is held while the consumer is paused or resumed, so that it and
	// what is noted of it agree. Unlike mu it is not needed to observe either.
	steering sync.Mutex

	mu       sync.Mutex
	consumer *consumer.Consumer // nil while there is nothing to read
	stream   string             // the ARN of the newest; the gate follows it
	problem  string             // why there is nothing to read
	paused   map[string]string  // reasons, by mapping
	advised  map[string]bool    // what was said
}

func newTable(d *daemon, name string) *table {
	return &table{daemon: d, name: name, paused: map[string]string{}, advised: map[string]bool{}}
}

// add has the table run a trigger, too.
func (t *table) add(trigger harness.Trigger) { t.triggers = append(t.triggers, trigger) }

// start looks at the table and shows what is to run on it.
func (t *table) start(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, firstLook)
	defer cancel()
	found, err := t.describe(ctx)
	if err != nil {
		t.show(description{})
		return
	}
	t.adopt(found)
	t.show(found)
}

// run keeps a consumer running while there is a stream to read. It returns when
// the context ends, or with what cannot be worked with.
func (t *table) run(ctx context.Context) error {
	for t.await(ctx) {
		err := t.consume(ctx)
		if !isMissing(err) {
			return err
		}
		wait(ctx, t.daemon.clock, look) // it was there a moment ago
	}
	return nil
}

// isMissing tells the errors of a consumer that did not find its stream: it went
// away just now.
func isMissing(err error) bool {
	var gone *consumer.GoneError
	return errors.Is(err, consumer.ErrNoTable) || errors.Is(err, consumer.ErrNoStream) || errors.As(err, &gone)
}

// await waits until the table has a stream; false if the context ended first.
func (t *table) await(ctx context.Context) bool {
	for {
		found, err := t.describe(ctx)
		if ctx.Err() != nil {
			return false
		}
		if err == nil {
			t.adopt(found)
			return true
		}
		t.waits(err, time.Time{})
		if !wait(ctx, t.daemon.clock, look) {
			return false
		}
	}
}

// description is what a table is at a moment.
type description struct {
	stream consumer.TableStream
	keys   []string
}

func (t *table) describe(ctx context.Context) (description, error) {
	stream, err := consumer.StreamOf(ctx, t.daemon.db, t.name)
	if err != nil {
		return description{}, err
	}
	out, err := t.daemon.db.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: aws.String(t.name)})
	if err != nil {
		return description{}, err
	}
	d := description{stream: stream}
	for _, key := range out.Table.KeySchema {
		d.keys = append(d.keys, aws.ToString(key.AttributeName))
	}
	return d, nil
}

// adopt has the gate follow the stream that the table has, and says so if it is
// another one than before, or was missing.
func (t *table) adopt(found description) {
	t.mu.Lock()
	before, waited := t.stream, t.problem != ""
	t.stream, t.problem = found.stream.ARN, ""
	t.mu.Unlock()
	if before == found.stream.ARN && !waited {
		return
	}
	t.daemon.gate.SetTable(t.name, gate.Table{StreamARN: found.stream.ARN, Keys: found.keys})
	text := "is there"
	switch before {
	case "":
	case found.stream.ARN:
		text = "is there again"
	default:
		text = "was created again, or its stream enabled anew"
	}
	if before == "" && !waited {
		return // the block of the mapping says it
	}
	t.daemon.print(Line{Event: EventStream, Table: t.name, Stream: found.stream.ARN, Text: text + ": " + found.stream.ARN})
	t.advise(found.stream.ViewType)
}

// waits says why there is nothing to read, once.
func (t *table) waits(err error, at time.Time) {
	d := t.daemon
	why := ""
	switch {
	case errors.Is(err, consumer.ErrNoTable):
		why = fmt.Sprintf("there is no such table at %s: waits for it; the database is that of region %s and access key %s, unless it is started with -sharedDb",
			d.options.Endpoint, d.options.Region, d.options.AccessKey)
	case errors.Is(err, consumer.ErrNoStream):
		why = "it has no stream: waits for one: enable a StreamSpecification, view type NEW_AND_OLD_IMAGES"
	case consumer.Transient(err):
		why = fmt.Sprintf("%s does not answer: waits for it: %v", d.options.Endpoint, plainCause(err))
	default:
		why = fmt.Sprintf("waits: %v", err)
	}
	t.mu.Lock()
	said := t.problem
	t.problem = why
	t.mu.Unlock()
	if said != why {
		d.print(Line{Time: at, Event: EventWaiting, Table: t.name, Text: why})
	}
}

// consume runs the mappings until the context ends, or there is nothing to read.
func (t *table) consume(ctx context.Context) error {
	c, err := consumer.New(t.options())
	if err != nil {
		return err
	}
	if err := t.take(c); err != nil {
		return err
	}
	defer func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.consumer = nil
	}()
	watched, stop := context.WithCancel(ctx)
	var watch sync.WaitGroup
	watch.Go(func() { t.watch(watched, c) })
	defer watch.Wait()
	defer stop()
	return c.Run(ctx)
}

// take makes the consumer the table's; what was paused in one that ended stays so.
func (t *table) take(c *consumer.Consumer) error {
	t.steering.Lock()
	defer t.steering.Unlock()
	t.mu.Lock()
	t.consumer = c
	paused := maps.Clone(t.paused)
	t.mu.Unlock()
	for name, reason := range paused {
		if err := c.Pause(name, reason); err != nil {
			return err
		}
	}
	return nil
}

func (t *table) options() consumer.Options {
	d := t.daemon
	o := consumer.Options{
		Streams: d.streams, Tables: d.db, Clock: d.clock,
		Region: d.options.region(), AccountID: d.options.account(), Worker: d.options.Worker,
		Poll: d.options.Poll, Failover: failover, StopTimeout: stopTimeout,
		BackoffFirst: d.options.BackoffFirst, Observe: t.observe,
		Destination: func(m mapping.Mapping) (destination.Destination, error) {
			to, err := d.queues.of(m)
			return shown{to, d, m.Trigger, m.OnFailure}, err
		},
	}
	for _, trigger := range t.triggers {
		o.Triggers = append(o.Triggers, consumer.Trigger{Mapping: trigger.Mapping, New: d.newHandler(trigger)})
	}
	return o
}

// found meets a stream that a mapping had not read before: of a table that was
// created again, or an older one that is not read out.
func (t *table) found(o consumer.Occurrence) {
	ctx, cancel := context.WithTimeout(t.daemon.work, answerTimeout)
	defer cancel()
	if now, err := t.describe(ctx); err == nil {
		t.adopt(now)
	}
	t.mu.Lock()
	newest := t.stream
	t.mu.Unlock()
	if o.StreamARN != newest {
		t.daemon.print(Line{
			Time: o.Time, Event: EventStream, Trigger: o.Mapping, Table: t.name, Stream: o.StreamARN,
			Text: "reads what is left in an older stream first: " + o.StreamARN,
		})
	}
}

// missing meets a table that went away, or an endpoint that does not answer. Of an
// old stream that is gone the loss of its records tells, if there were any.
func (t *table) missing(o consumer.Occurrence, err error) {
	var gone *consumer.GoneError
	switch {
	case errors.Is(err, consumer.ErrNoTable) || errors.Is(err, consumer.ErrNoStream):
		t.waits(err, o.Time)
	case !errors.As(err, &gone):
		t.trouble(o, reading, err, "the stream: %v")
	}
}

// watch says when another worker holds a lease, which no occurrence tells.
func (t *table) watch(ctx context.Context, c *consumer.Consumer) {
	said := map[string]string{}
	for wait(ctx, t.daemon.clock, look) {
		for _, m := range c.Status() {
			holder := ""
			for _, s := range m.Shards {
				if s.State == consumer.ShardElsewhere {
					holder = s.Holder
				}
			}
			if holder != "" && holder != said[m.Mapping] {
				t.daemon.print(Line{
					Event: EventLease, Trigger: m.Mapping,
					Text: fmt.Sprintf("%s holds the lease: it is taken over once that does not renew it for %v", holder, failover),
				})
			}
			said[m.Mapping] = holder
		}
	}
}

// reason is why a mapping is paused; "" if it is not.
func (t *table) reason(name string) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.paused[name]
}

// pauseFor pauses a mapping; false if it is paused already.
func (t *table) pauseFor(name, reason string) bool {
	t.steering.Lock()
	defer t.steering.Unlock()
	t.mu.Lock()
	c, was := t.consumer, t.paused[name]
	if was == "" {
		t.paused[name] = reason
	}
	t.mu.Unlock()
	if was != "" {
		return false
	}
	if c != nil {
		_ = c.Pause(name, reason) // the mapping is one of it, and there is a reason
	}
	return true
}

// resume resumes a mapping.
func (t *table) resume(name string) {
	t.steering.Lock()
	defer t.steering.Unlock()
	t.mu.Lock()
	c := t.consumer
	delete(t.paused, name)
	t.mu.Unlock()
	if c != nil {
		_ = c.Resume(name) // as above
	}
}

// show prints what runs on the table.
func (t *table) show(found description) {
	d, advice := t.daemon, map[string][]string{}
	for _, a := range t.advice(found.stream.ViewType) {
		advice[a.Trigger] = append(advice[a.Trigger], strings.TrimPrefix(a.String(), "trigger "+a.Trigger+": "))
	}
	for _, trigger := range t.triggers {
		m := trigger.Mapping
		d.print(Line{
			Event: EventMapping, Trigger: m.Trigger, Table: t.name, Stream: found.stream.ARN,
			Settings: &Settings{
				BatchSize: m.BatchSize, Filters: m.Filters.Patterns(), Retries: m.MaximumRetryAttempts, RetriesDefaulted: m.RetryDefaulted,
				OnFailure: m.OnFailure, Destination: d.queues.describe(m), From: m.StartingPosition,
				ViewType: found.stream.ViewType, LeaseTable: consumer.LeaseTable(m), Advice: advice[m.Trigger],
			},
		})
	}
}

// advise prints advice that the start could not give, for want of the stream.
func (t *table) advise(viewType string) {
	for _, a := range t.advice(viewType) {
		t.daemon.print(Line{Event: EventAdvice, Trigger: a.Trigger, Text: a.String()})
	}
}

// advice is what was not said before.
func (t *table) advice(viewType string) []mapping.Advice {
	var mappings []mapping.Mapping
	for _, trigger := range t.triggers {
		mappings = append(mappings, trigger.Mapping)
	}
	views := map[string]string{}
	if viewType != "" {
		views[t.name] = viewType
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.DeleteFunc(mapping.Advise(mappings, views), func(a mapping.Advice) bool {
		was := t.advised[a.String()]
		t.advised[a.String()] = true
		return was
	})
}
