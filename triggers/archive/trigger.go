package archive

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/triggers/record"
)

// DynamoDB is what the trigger needs of *dynamodb.Client.
type DynamoDB interface {
	PutItem(context.Context, *dynamodb.PutItemInput, ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error)
}

// Options is what a Trigger is built from. DynamoDB and Table are required.
type Options struct {
	DynamoDB DynamoDB
	// Table is the archive: hash key pk and range key sk, strings, no stream needed.
	Table  string
	Log    *slog.Logger                 // nil = silent
	Report func(context.Context, error) // takes what becomes a batch item failure; nil = nobody
}

// Trigger is the handler. It keeps nothing between invocations, so one of them
// may run while another does.
type Trigger struct {
	db      DynamoDB
	table   string
	records record.Options
}

// New returns the trigger. A missing option shows up as the error of the first
// Handle, which is where Lambda can report it.
func New(o Options) *Trigger {
	return &Trigger{db: o.DynamoDB, table: o.Table, records: record.Options{Trigger: "archive", Log: o.Log, Report: o.Report}}
}

// Handle archives what the batch removes. Records that failed are returned as
// batch item failures, each by itself; the mapping must say
// function_response_types ReportBatchItemFailures. An error is one of the whole invocation: an archive
// that cannot be right.
func (t *Trigger) Handle(ctx context.Context, e events.DynamoDBEvent) (events.DynamoDBEventResponse, error) {
	if t.db == nil || t.table == "" {
		return events.DynamoDBEventResponse{}, errors.New("archive: no table to keep items in: set Options.DynamoDB and Options.Table")
	}
	for _, r := range e.Records {
		if strings.Contains(r.EventSourceArn, ":table/"+t.table+"/") {
			return events.DynamoDBEventResponse{}, fmt.Errorf("archive: %s is the table that the records come from: name another one", t.table)
		}
	}
	return record.Each(ctx, e, t.records, t.archive), nil
}

// archive inserts the item of a removal. Whether it is there already is for the
// table to say, in the same call: two deliveries may run beside each other.
func (t *Trigger) archive(ctx context.Context, c record.Change) error {
	if !keeps(c) {
		return nil
	}
	_, err := t.db.PutItem(ctx, &dynamodb.PutItemInput{
		TableName:                &t.table,
		Item:                     c.Before,
		ConditionExpression:      aws.String("attribute_not_exists(#pk)"),
		ExpressionAttributeNames: map[string]string{"#pk": "pk"},
	})
	var present *types.ConditionalCheckFailedException
	if err != nil && !errors.As(err, &present) {
		return fmt.Errorf("put %s, %s: %w", c.Key.PK, c.Key.SK, err)
	}
	return nil
}
