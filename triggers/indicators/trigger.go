package indicators

import (
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
}

// Trigger is the handler. It keeps nothing between invocations, so one of them
// may run while another does.
type Trigger struct {
	db    DynamoDB
	table string
	now   func() time.Time
	log   *slog.Logger
}

// New returns the trigger. A missing option shows up as the error of the first
// Handle, which is where Lambda can report it.
func New(o Options) *Trigger {
	t := &Trigger{db: o.DynamoDB, table: o.Table, now: o.Now, log: o.Log}
	if t.log == nil {
		t.log = slog.New(slog.DiscardHandler)
	}
	if t.now == nil {
		t.now = func() time.Time { return time.Time{} }
	}
	return t
}

// Handle computes every finding that the batch has something new about, once
// each, in the order of their ids.
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
	for i, task := range tasks {
		if ctx.Err() != nil {
			errs = append(errs, fmt.Errorf("indicators: %d of %d findings not computed: %w", len(tasks)-i, len(tasks), ctx.Err()))
			break
		}
		started := t.now()
		writes, err := t.settle(ctx, task)
		if err != nil {
			errs = append(errs, fmt.Errorf("indicators: finding %s: %w", task.finding, err))
			continue
		}
		t.log.LogAttrs(ctx, slog.LevelDebug, "indicators computed", slog.String("finding", task.finding),
			slog.Int("writes", writes), slog.Duration("took", t.now().Sub(started)))
	}
	return errors.Join(errs...)
}

func (t *Trigger) ready() error {
	if t.db == nil || t.table == "" {
		return errors.New("indicators: no table to work on: set Options.DynamoDB and Options.Table")
	}
	return nil
}
