package consumer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/stillwater-streams/stillwater/consumer/core"
	"github.com/stillwater-streams/stillwater/consumer/lease"
	"github.com/stillwater-streams/stillwater/consumer/mapping"
)

// Limits of a mapping that package core does not know.
const (
	maxTimeout   = 15 * time.Minute
	maxReserved  = 1000        // as mapping.Parse has it
	minRecordAge = time.Minute // P7
	maxRecordAge = 168 * time.Hour
)

// check tells everything that is wrong with the options.
func (o Options) check() error {
	var wrong []error
	refuse := func(format string, args ...any) { wrong = append(wrong, fmt.Errorf(format, args...)) }
	if o.Streams == nil || o.Tables == nil {
		refuse("Streams and Tables are required: clients of dynamodbstreams and of dynamodb")
	}
	if _, ok := o.Tables.(lease.DynamoDBAPI); o.Leases == nil && !ok {
		refuse("Leases: Tables cannot hold leases: give a client of dynamodb, or a lease store")
	}
	if (o.Clock.Now == nil) != (o.Clock.NewTimer == nil) {
		refuse("Clock: only one of Now and NewTimer: give both or none")
	}
	for _, d := range []struct {
		name  string
		value time.Duration
	}{
		{"Poll", o.Poll}, {"PollMax", o.PollMax}, {"Failover", o.Failover}, {"ShardSync", o.ShardSync},
		{"StopTimeout", o.StopTimeout},
	} {
		if d.value < 0 {
			refuse("%s %v: must not be negative", d.name, d.value)
		}
	}
	retries := core.Config{BackoffFirst: o.BackoffFirst, BackoffMax: o.BackoffMax, Jitter: o.Jitter}
	if err := retries.Check(); err != nil {
		refuse("%w", err)
	}
	if len(o.Triggers) == 0 {
		refuse("Triggers: there are none")
	}
	functions, tables := map[string]string{}, map[string]string{}
	for _, t := range o.Triggers {
		tables[LeaseTable(t.Mapping)] = t.Mapping.Trigger
	}
	for _, t := range o.Triggers {
		for _, err := range t.check(o.Destination != nil) {
			refuse("trigger %s: %w", t.Mapping.Trigger, err)
		}
		if of, ok := tables[t.Mapping.Table]; ok {
			refuse("trigger %s: table %s is the lease table of %s: the consumer does not stream its own bookkeeping",
				t.Mapping.Trigger, t.Mapping.Table, of)
		}
		pair := t.Mapping.FunctionName() + " on " + cmp.Or(t.StreamARN, t.Mapping.Table)
		if other, ok := functions[pair]; ok {
			refuse("triggers %s and %s: ResourceConflictException: an event source mapping of %s exists already", other, t.Mapping.Trigger, pair)
		}
		functions[pair] = t.Mapping.Trigger
	}
	return errors.Join(wrong...)
}

// check tells what is wrong with one trigger: what mapping.Parse refuses, said
// again for mappings that come from no file, and what the consumer lacks.
func (t Trigger) check(destinations bool) []error {
	m := t.Mapping
	var wrong []error
	refuse := func(format string, args ...any) { wrong = append(wrong, fmt.Errorf(format, args...)) }
	within := func(name string, value, least, most any, ok bool) {
		if !ok {
			refuse("%s %v: must be %v to %v", name, value, least, most)
		}
	}
	if m.Trigger == "" || m.Table == "" || t.New == nil {
		refuse("Mapping.Trigger, Mapping.Table and New are required")
	}
	within("BatchSize", m.BatchSize, 1, core.MaxBatchSize, m.BatchSize >= 0 && m.BatchSize <= core.MaxBatchSize)
	within("MaximumBatchingWindow", m.MaximumBatchingWindow, 0, core.MaxBatchingWindow,
		m.MaximumBatchingWindow >= 0 && m.MaximumBatchingWindow <= core.MaxBatchingWindow)
	within("ParallelizationFactor", m.ParallelizationFactor, 1, core.MaxParallelizationFactor,
		m.ParallelizationFactor >= 0 && m.ParallelizationFactor <= core.MaxParallelizationFactor)
	within("MaximumRetryAttempts", m.MaximumRetryAttempts, -1, core.MaxRetryAttempts,
		m.MaximumRetryAttempts >= -1 && m.MaximumRetryAttempts <= core.MaxRetryAttempts)
	if age := m.MaximumRecordAge; age > 0 && age < minRecordAge || age > maxRecordAge {
		refuse("MaximumRecordAge %v: must be 0, or %v to %v", age, minRecordAge, maxRecordAge)
	}
	within("TumblingWindow", m.TumblingWindow, 0, core.MaxTumblingWindow, m.TumblingWindow >= 0 && m.TumblingWindow <= core.MaxTumblingWindow)
	within("Timeout", m.Timeout, "over 0", maxTimeout, m.Timeout >= 0 && m.Timeout <= maxTimeout)
	if r := m.ReservedConcurrency; r != nil {
		within("ReservedConcurrency", *r, 0, maxReserved, *r >= 0 && *r <= maxReserved)
	}
	switch m.StartingPosition {
	case "", mapping.TrimHorizon, mapping.Latest:
	default:
		refuse("StartingPosition %q: must be TRIM_HORIZON or LATEST", m.StartingPosition)
	}
	if m.TumblingWindow > 0 && m.ParallelizationFactor > 1 {
		refuse("TumblingWindow %v needs a ParallelizationFactor of 1, not %d", m.TumblingWindow, m.ParallelizationFactor)
	}
	if t.StreamARN != "" {
		if of, err := tableOf(t.StreamARN); err != nil {
			refuse("StreamARN: %w", err)
		} else if of != m.Table {
			refuse("StreamARN %s: it is a stream of table %s, and the mapping is on %s", t.StreamARN, of, m.Table)
		}
	}
	if m.OnFailure != "" && !destinations {
		refuse("OnFailure %s: Options.Destination says nothing of destinations", m.OnFailure)
	}
	return wrong
}

// tableOf is the table of a stream.
func tableOf(streamARN string) (string, error) {
	origin, err := NewOrigin(streamARN, "", "")
	if err != nil {
		return "", err
	}
	_, resource, _ := strings.Cut(origin.StreamARN, ":table/")
	table, _, _ := strings.Cut(resource, "/stream/")
	return table, nil
}

// find looks for the stream of the mapping before the first round. An answer
// that says nothing about it is waited for; any other but a stream is an error.
func (w *worker) find(ctx context.Context) error {
	for failed := 0; ; failed++ {
		arn, err := w.findOnce(ctx)
		switch {
		case err == nil:
			return w.setFunction(arn)
		case ctx.Err() != nil:
			return nil // nothing was begun
		case !Transient(err):
			return err
		}
		wait := doubled(retryFirst, failed, retryMax)
		w.emit(Place{}, StreamMissing{Err: err, Again: w.c.now().Add(wait)})
		w.wait(ctx, wait)
	}
}

func (w *worker) findOnce(ctx context.Context) (arn string, err error) {
	if err := w.refuseLeases(ctx); err != nil {
		return "", err
	}
	arn, err = w.streamARN(ctx)
	if err == nil {
		_, err = DescribeStream(ctx, w.c.options.Streams, arn)
	}
	var gone *GoneError
	if errors.As(err, &gone) || errors.Is(err, ErrNoStream) || errors.Is(err, ErrNoTable) {
		const lambdas = "Stream not found"
		return "", fmt.Errorf("%s: %s: %w", lambdas, cmp.Or(arn, w.trigger.Mapping.Table), err)
	}
	return arn, err
}

// refuseLeases refuses a table whose key is that of a lease table, be it ours or
// a KCL's: each checkpoint would be a record, and each record a checkpoint.
func (w *worker) refuseLeases(ctx context.Context) error {
	table := w.trigger.Mapping.Table
	out, err := w.c.options.Tables.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &table})
	if err != nil || out.Table == nil || len(out.Table.KeySchema) != 1 {
		return nil // what is wrong is said where the stream is looked for
	}
	if aws.ToString(out.Table.KeySchema[0].AttributeName) == "leaseKey" {
		return fmt.Errorf("table %s holds leases: the consumer does not stream bookkeeping", table)
	}
	return nil
}

// setFunction names the function by the region and account of the configuration,
// or those of the stream.
func (w *worker) setFunction(streamARN string) error {
	origin, err := NewOrigin(streamARN, w.c.options.Region, w.c.options.AccountID)
	if err != nil {
		return err
	}
	parts := strings.SplitN(origin.StreamARN, ":", 6) // NewOrigin has parsed it
	w.functionARN = fmt.Sprintf("arn:%s:lambda:%s:%s:function:%s", parts[1], parts[3], parts[4], w.trigger.Mapping.FunctionName())
	return nil
}
