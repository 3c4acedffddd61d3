package webhook

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/stillwater-streams/stillwater/triggers/model"
	"github.com/stillwater-streams/stillwater/triggers/record"
)

// DynamoDB is what the trigger needs of *dynamodb.Client.
type DynamoDB interface {
	GetItem(context.Context, *dynamodb.GetItemInput, ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error)
	Query(context.Context, *dynamodb.QueryInput, ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error)
}

// Options is what a Trigger is built from. DynamoDB, Table and HTTP are required.
type Options struct {
	DynamoDB DynamoDB
	Table    string // integrates_vms
	// HTTP sends the notifications. Its timeout and its policy of redirects are
	// not used: see Timeout; a redirect is a refusal.
	HTTP *http.Client
	// Timeout is how long an endpoint may take for its answer; 0 = 3 s.
	Timeout time.Duration
	// Attempts is how often a notification is sent within an invocation before its
	// record fails; 0 = 3.
	Attempts int
	// Wait passes the time between attempts, or returns the error of ctx; nil = no
	// time is passed.
	Wait   func(ctx context.Context, d time.Duration) error
	Log    *slog.Logger                 // nil = silent
	Report func(context.Context, error) // takes what becomes a batch item failure; nil = nobody
}

// Trigger is the handler. It keeps nothing between invocations, so one of them
// may run while another does.
type Trigger struct {
	db       DynamoDB
	table    string
	http     *http.Client
	timeout  time.Duration
	attempts int
	wait     func(context.Context, time.Duration) error
	records  record.Options
}

// New returns the trigger. A missing option shows up as the error of the first
// Handle, which is where Lambda can report it.
func New(o Options) *Trigger {
	t := &Trigger{
		db: o.DynamoDB, table: o.Table, timeout: o.Timeout, attempts: o.Attempts, wait: o.Wait,
		records: record.Options{Trigger: "webhook", Log: o.Log, Report: o.Report},
	}
	if o.HTTP != nil {
		client := *o.HTTP
		client.Timeout = 0
		// A POST that follows a redirect becomes a GET without its body.
		client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		t.http = &client
	}
	if t.timeout == 0 {
		t.timeout = 3 * time.Second
	}
	if t.attempts == 0 {
		t.attempts = 3
	}
	if t.wait == nil {
		t.wait = func(ctx context.Context, _ time.Duration) error { return ctx.Err() }
	}
	return t
}

// Handle tells every group what the batch says of its vulnerabilities. Records
// whose notification failed are returned as batch item failures, each by itself;
// the mapping must say function_response_types ReportBatchItemFailures.
func (t *Trigger) Handle(ctx context.Context, e events.DynamoDBEvent) (events.DynamoDBEventResponse, error) {
	if t.db == nil || t.table == "" || t.http == nil {
		return events.DynamoDBEventResponse{}, errors.New("webhook: no table to ask or no way to send: set Options.DynamoDB, Options.Table and Options.HTTP")
	}
	b := batch{
		trigger: t, endpoints: map[string]string{}, approved: map[string]bool{}, down: map[string]error{}, failed: map[model.Key]bool{},
	}
	return record.Each(ctx, e, t.records, b.tell), nil
}
