package record

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/aws/aws-lambda-go/events"
)

// reserve is what is kept of an invocation's time to return the failures: the
// service ends a handler that is late, and then knows of no record that it was
// handled.
const reserve = 500 * time.Millisecond

// Options says who is told of failures. The zero value tells nobody but Lambda.
type Options struct {
	Trigger string       // its name, before every error
	Log     *slog.Logger // nil = silent
	// Report takes the errors of a batch, joined, beside Lambda: batch item failures
	// are no error of the invocation. nil = nobody.
	Report func(context.Context, error)
}

// Each calls handle for every record in the order of the batch and returns the
// failures: the records that cannot be read, those for which handle returned an
// error, and all that are left when the time of ctx is nearly over. One that
// fails does not keep the others from being handled.
//
// Lambda repeats the batch from the first failure on (R4): handle gets records
// again that it has handled.
func Each(ctx context.Context, e events.DynamoDBEvent, o Options, handle func(context.Context, Change) error) events.DynamoDBEventResponse {
	budget, cancel := withReserve(ctx)
	defer cancel()
	response := events.DynamoDBEventResponse{BatchItemFailures: []events.DynamoDBBatchItemFailure{}}
	var errs []error
	for i, r := range e.Records {
		err := budget.Err()
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %d of %d records not handled in time: %w", o.Trigger, len(e.Records)-i, len(e.Records), err))
			response.BatchItemFailures = append(response.BatchItemFailures, failuresOf(e.Records[i:])...)
			break
		}
		if err = one(budget, r, handle); err != nil {
			errs = append(errs, fmt.Errorf("%s: record %s: %w", o.Trigger, r.Change.SequenceNumber, err))
			response.BatchItemFailures = append(response.BatchItemFailures, failuresOf(e.Records[i:i+1])...)
		}
	}
	o.tell(ctx, errs)
	return response
}

func one(ctx context.Context, r events.DynamoDBEventRecord, handle func(context.Context, Change) error) error {
	change, err := Read(r)
	if err != nil {
		return err
	}
	return handle(ctx, change)
}

// failuresOf names records by their sequence numbers. One without any has an empty
// name, which fails the whole batch (R2): the safe side.
func failuresOf(records []events.DynamoDBEventRecord) []events.DynamoDBBatchItemFailure {
	failures := make([]events.DynamoDBBatchItemFailure, len(records))
	for i, r := range records {
		failures[i].ItemIdentifier = r.Change.SequenceNumber
	}
	return failures
}

func (o Options) tell(ctx context.Context, errs []error) {
	if len(errs) == 0 {
		return
	}
	if o.Log != nil {
		for _, err := range errs {
			o.Log.LogAttrs(ctx, slog.LevelError, "record failed", slog.Any("error", err))
		}
	}
	if o.Report != nil {
		o.Report(ctx, errors.Join(errs...))
	}
}

// withReserve ends before ctx does. Without a deadline it is ctx.
func withReserve(ctx context.Context) (context.Context, context.CancelFunc) {
	deadline, ok := ctx.Deadline()
	if !ok {
		return context.WithCancel(ctx)
	}
	return context.WithDeadline(ctx, deadline.Add(-reserve))
}
