package indicators

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// DynamoDB is what the trigger needs of *dynamodb.Client.
type DynamoDB interface {
	GetItem(context.Context, *dynamodb.GetItemInput, ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error)
	Query(context.Context, *dynamodb.QueryInput, ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error)
	UpdateItem(context.Context, *dynamodb.UpdateItemInput, ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error)
}

// Options is what a Trigger is built from. DynamoDB and Table are required.
type Options struct {
	DynamoDB DynamoDB
	Table    string           // integrates_vms
	Now      func() time.Time // for durations in the log only, no indicator depends on time; nil = none logged
	Log      *slog.Logger     // nil = silent
	Job      Job              // takes what does not fit the time of an invocation; nil = that is an error
	// Reserve is how much of the time of an invocation is kept for handing over: a
	// finding that is not computed by then is the job's. An invocation that has no
	// more time than that hands over all. 0 = DefaultReserve.
	Reserve time.Duration
}

// Trigger is the handler. It keeps nothing between invocations, so one of them
// may run while another does.
type Trigger struct {
	db      DynamoDB
	table   string
	now     func() time.Time
	log     *slog.Logger
	job     Job
	reserve time.Duration
}

// New returns the trigger. A missing option shows up as the error of the first
// Handle, which is where Lambda can report it.
func New(o Options) *Trigger {
	t := &Trigger{db: o.DynamoDB, table: o.Table, now: o.Now, log: o.Log, job: o.Job, reserve: cmp.Or(o.Reserve, DefaultReserve)}
	if t.log == nil {
		t.log = slog.New(slog.DiscardHandler)
	}
	if t.now == nil {
		t.now = func() time.Time { return time.Time{} }
	}
	return t
}

// Handle computes every finding that the batch has something new about, once
// each, in the order of their ids, as far as the time of the invocation goes. The
// rest it hands over to the job, the finding that was not done in time included:
// accepted, it counts as dealt with.
//
// The error of one finding or record does not keep the others from being
// computed. All errors are returned, joined, so that the batch is retried; a
// repeated batch does no harm.
func (t *Trigger) Handle(ctx context.Context, e events.DynamoDBEvent) error {
	if err := t.ready(); err != nil {
		return err
	}
	tasks, err := group(e.Records)
	errs := []error{err}
	budget, cancel := t.budget(ctx)
	defer cancel()
	for i, task := range tasks {
		err := t.compute(budget, task)
		if err != nil && budget.Err() != nil {
			errs = append(errs, t.handOver(ctx, tasks, i))
			break
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("indicators: finding %s: %w", task.finding, err))
		}
	}
	return errors.Join(errs...)
}

// compute settles one finding, unless the time is over already.
func (t *Trigger) compute(ctx context.Context, task task) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	started := t.now()
	writes, err := t.settle(ctx, task)
	if err != nil {
		return err
	}
	t.log.LogAttrs(ctx, slog.LevelDebug, "indicators computed", slog.String("finding", task.finding),
		slog.Int("writes", writes), slog.Duration("took", t.now().Sub(started)))
	return nil
}

func (t *Trigger) ready() error {
	if t.db == nil || t.table == "" {
		return errors.New("indicators: no table to work on: set Options.DynamoDB and Options.Table")
	}
	return nil
}
