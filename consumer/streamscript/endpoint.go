package streamscript

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
)

// Options of an [Endpoint]. The zero value works.
type Options struct {
	// Region and AccountID are those of the ARNs; "" means those of DynamoDB
	// Local, "ddblocal" and "000000000000".
	Region    string
	AccountID string
	// Now tells the time: that of records without one, and the age of iterators.
	// nil means a clock that stands still at 2024-09-19T10:00:00Z until
	// [Endpoint.Advance] moves it.
	Now func() time.Time
	// PageSize is the most records of a page, below the Limit of the call; 0
	// means as many as that allows.
	PageSize int
	// ShardPageSize is the most shards of a page of DescribeStream; 0 means 100.
	ShardPageSize int
	// Quirks are what DynamoDB Local does differently.
	Quirks Quirks
	// Before sees every call before it is answered, nil means nothing does. It
	// may block, and its error is the answer. It is called without any lock.
	Before func(ctx context.Context, operation string) error
}

// Quirks are ways of endpoints that differ from what the service documents.
type Quirks struct {
	// EmptyShardDefect lets an iterator that was taken on an empty shard die with
	// TrimmedDataAccessException once another shard was written before its first
	// record: DynamoDB Local, section 4 of its reference.
	EmptyShardDefect bool
	// FloorToMinute cuts ApproximateCreationDateTime to the minute: DynamoDB Local.
	FloorToMinute bool
	// IgnoreShardFilter lists all shards whatever DescribeStream is asked for:
	// DynamoDB Local before 3.2.
	IgnoreShardFilter bool
	// ShardsStayOpen leaves the shards of a stream open when it is disabled, so
	// that they never end (K6).
	ShardsStayOpen bool
}

// Names of the operations, as [Endpoint.Fail] and [Endpoint.Calls] take them.
const (
	DescribeStream   = "DescribeStream"
	GetShardIterator = "GetShardIterator"
	GetRecords       = "GetRecords"
	DescribeTable    = "DescribeTable"
)

// Endpoint holds tables with their streams. It is safe for concurrent use. A
// table or shard that it does not know is a mistake of the test, and panics.
type Endpoint struct {
	options Options

	mu       sync.Mutex
	now      time.Time          // of the clock that stands still
	counter  int64              // of records and shards, as that of DynamoDB Local
	tables   map[string]*stream // the latest stream of each table
	streams  []*stream          // all, the oldest first
	shards   map[string]*shard
	expired  int64 // iterators up to this number
	issued   int64 // number of the last iterator
	failures map[string][]error
	calls    map[string]int
}

// stream is one stream; its table may have another by now.
type stream struct {
	arn, label, table string
	view              types.StreamViewType
	enabled           bool
	created           time.Time
	shards            []*shard // parents before children
}

// New returns an endpoint without tables.
func New(o Options) *Endpoint {
	if o.Region == "" {
		o.Region = "ddblocal"
	}
	if o.AccountID == "" {
		o.AccountID = "000000000000"
	}
	if o.ShardPageSize == 0 {
		o.ShardPageSize = 100
	}
	return &Endpoint{
		options:  o,
		now:      time.Date(2024, 9, 19, 10, 0, 0, 0, time.UTC),
		tables:   map[string]*stream{},
		shards:   map[string]*shard{},
		failures: map[string][]error{},
		calls:    map[string]int{},
	}
}

// Advance moves the clock that stands still.
func (e *Endpoint) Advance(d time.Duration) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.now = e.now.Add(d)
}

func (e *Endpoint) clock() time.Time {
	if e.options.Now != nil {
		return e.options.Now()
	}
	return e.now
}

// Enable gives the table a new stream with one open shard, and returns its ARN.
// A table that is not there is created; a stream that it has is disabled first.
func (e *Endpoint) Enable(table string, view types.StreamViewType) (streamARN string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if s := e.tables[table]; s != nil {
		e.disable(s)
	}
	now := e.clock()
	s := &stream{table: table, view: view, enabled: true, created: now}
	s.label = now.Add(time.Duration(len(e.streams)) * time.Millisecond).UTC().Format("2006-01-02T15:04:05.000")
	s.arn = fmt.Sprintf("arn:aws:dynamodb:%s:%s:table/%s/stream/%s", e.options.Region, e.options.AccountID, table, s.label)
	e.streams = append(e.streams, s)
	e.tables[table] = s
	e.open(s, nil, 0, ^uint64(0))
	return s.arn
}

// Disable disables the stream of the table: its shards end, and stay readable.
func (e *Endpoint) Disable(table string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.disable(e.table(table))
}

func (e *Endpoint) disable(s *stream) {
	s.enabled = false
	if e.options.Quirks.ShardsStayOpen {
		return
	}
	for _, shard := range s.shards {
		shard.closed = true
	}
}

// Drop deletes the table: its stream is disabled, and stays readable.
func (e *Endpoint) Drop(table string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.disable(e.table(table))
	delete(e.tables, table)
}

// Forget lets a stream and its shards vanish, as 24 hours after it was disabled.
func (e *Endpoint) Forget(streamARN string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	s := e.find(streamARN)
	if s == nil {
		panic("streamscript: Forget: no stream " + streamARN)
	}
	e.disable(s)
	for _, shard := range s.shards {
		delete(e.shards, shard.id)
	}
	e.streams = slices.DeleteFunc(e.streams, func(other *stream) bool { return other == s })
}

// Fail lets the next n calls of an operation fail with the error. One that has
// a code (smithy.APIError) is an answer of the service, also over HTTP; any other
// is a connection that breaks. Failures of one operation are used up in order.
func (e *Endpoint) Fail(operation string, n int, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.failures[operation] = append(e.failures[operation], slices.Repeat([]error{err}, n)...)
}

// Calls tells how often an operation was called, failures included.
func (e *Endpoint) Calls(operation string) int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.calls[operation]
}

// enter counts a call, and returns the error that it is to fail with. If there
// is none the caller holds the lock.
func (e *Endpoint) enter(ctx context.Context, operation string) error {
	var before error
	if e.options.Before != nil {
		before = e.options.Before(ctx, operation)
	}
	e.mu.Lock()
	e.calls[operation]++
	err := ctx.Err()
	if err == nil {
		err = before
	}
	if planned := e.failures[operation]; err == nil && len(planned) > 0 {
		err, e.failures[operation] = planned[0], planned[1:]
	}
	if err != nil {
		e.mu.Unlock()
	}
	return err
}

func (e *Endpoint) table(name string) *stream {
	s := e.tables[name]
	if s == nil {
		panic("streamscript: no table " + name)
	}
	return s
}

func (e *Endpoint) find(streamARN string) *stream {
	i := slices.IndexFunc(e.streams, func(s *stream) bool { return s.arn == streamARN })
	if i < 0 {
		return nil
	}
	return e.streams[i]
}
