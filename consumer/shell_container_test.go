package consumer_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	tabletypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"go.uber.org/goleak"

	"github.com/stillwater-streams/stillwater/consumer"
	"github.com/stillwater-streams/stillwater/consumer/lease"
	"github.com/stillwater-streams/stillwater/consumer/mapping"
	"github.com/stillwater-streams/stillwater/harness/engine"
	"github.com/stillwater-streams/stillwater/harness/engine/dynamodblocal"
)

// local is a table on DynamoDB Local, with consumers whose leases are there, too.
type local struct {
	t      testing.TB
	tables *dynamodb.Client
	db     *engine.Database

	mu    sync.Mutex
	got   []string             // keys that handlers were given, in order
	when  map[string]time.Time // when first
	world *world               // of the occurrences
}

// container starts DynamoDB Local, or skips the test.
func container(t testing.TB) engine.Engine {
	t.Helper()
	if skip, err := dynamodblocal.SkipTests(t.Context(), os.Getenv); err != nil {
		t.Fatal(err)
	} else if skip != "" {
		t.Skip(skip)
	}
	e, err := dynamodblocal.Start(t.Context(), dynamodblocal.Options{Progress: func(line string) { t.Log(line) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return e
}

func newLocal(t testing.TB, e engine.Engine) *local {
	t.Helper()
	db, err := e.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	l := &local{t: t, db: db, tables: dynamodb.NewFromConfig(db.Config(nil)), when: map[string]time.Time{}, world: &world{}}
	t.Cleanup(db.Close)
	l.create()
	return l
}

func (l *local) create() {
	l.t.Helper()
	_, err := l.tables.CreateTable(l.t.Context(), &dynamodb.CreateTableInput{
		TableName:            aws.String("vms"),
		AttributeDefinitions: []tabletypes.AttributeDefinition{{AttributeName: aws.String("pk"), AttributeType: tabletypes.ScalarAttributeTypeS}},
		KeySchema:            []tabletypes.KeySchemaElement{{AttributeName: aws.String("pk"), KeyType: tabletypes.KeyTypeHash}},
		BillingMode:          tabletypes.BillingModePayPerRequest,
		StreamSpecification:  &tabletypes.StreamSpecification{StreamEnabled: aws.Bool(true), StreamViewType: tabletypes.StreamViewTypeNewAndOldImages},
	})
	if err != nil {
		l.t.Fatal(err)
	}
}

func (l *local) put(pk string) {
	l.t.Helper()
	_, err := l.tables.PutItem(l.t.Context(), &dynamodb.PutItemInput{
		TableName: aws.String("vms"), Item: map[string]tabletypes.AttributeValue{"pk": &tabletypes.AttributeValueMemberS{Value: pk}},
	})
	if err != nil {
		l.t.Fatal(err)
	}
}

// start runs a consumer with leases in DynamoDB.
func (l *local) start(change func(*consumer.Options)) *running {
	l.t.Helper()
	o := consumer.Options{
		Triggers: []consumer.Trigger{{
			Mapping: mapping.Mapping{Trigger: "indicators", Table: "vms", Enabled: true, BatchSize: 100},
			New:     func(consumer.Environment) (any, error) { return l.handle, nil },
		}},
		Streams: dynamodbstreams.NewFromConfig(l.db.Config(nil)), Tables: l.tables,
		Failover: 500 * time.Millisecond, Observe: l.world.observe,
	}
	if change != nil {
		change(&o)
	}
	c, err := consumer.New(o)
	if err != nil {
		l.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(l.t.Context())
	r := &running{Consumer: c, cancel: cancel, result: make(chan error, 1)}
	go func() { r.result <- c.Run(ctx) }()
	return r
}

func (l *local) end(r *running) {
	l.t.Helper()
	r.cancel()
	if err := <-r.result; err != nil {
		l.t.Error(err)
	}
}

func (l *local) handle(e events.DynamoDBEvent) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, r := range e.Records {
		pk := r.Change.Keys["pk"].String()
		l.got = append(l.got, pk)
		if _, ok := l.when[pk]; !ok {
			l.when[pk] = time.Now()
		}
	}
}

// wait waits for a record, and returns how long ago that was written.
func (l *local) wait(r *running, pk string, written time.Time) time.Duration {
	l.t.Helper()
	limit := time.NewTimer(30 * time.Second)
	defer limit.Stop()
	for {
		changed := r.Changed()
		l.mu.Lock()
		at, ok := l.when[pk]
		l.mu.Unlock()
		if ok {
			return at.Sub(written)
		}
		select {
		case <-changed:
		case <-limit.C:
			l.t.Fatalf("%s was not delivered within 30 s\n%s", pk, l.world.narrate())
		}
	}
}

// TestOnDynamoDBLocal: the whole consumer, with leases in DynamoDB and the real
// clock.
func TestOnDynamoDBLocal(t *testing.T) {
	e := container(t)
	for _, test := range []struct {
		name string
		run  func(*testing.T, *local)
	}{
		{"from start to stop and on", testLife},
		{"a table that is dropped and created again", testDropped},
		{"a worker that is not heard of any more", testSilent},
		{"LATEST", testLatestOnDynamoDBLocal},
		{"its own bookkeeping", testBookkeeping},
	} {
		t.Run(test.name, func(t *testing.T) {
			defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
			l := newLocal(t, e)
			test.run(t, l)
			l.db.Close() // its connections, before goroutines are counted
		})
	}
}

func testLife(t *testing.T, l *local) {
	l.put("first")
	began := time.Now()
	r := l.start(nil)
	t.Logf("first record after %v on an empty lease table", l.wait(r, "first", began))
	var want []string
	for i := range 300 {
		want = append(want, fmt.Sprint("item", i))
		l.put(want[i])
	}
	l.wait(r, "item299", time.Now())
	l.end(r)
	began = time.Now()
	l.put("while stopped")
	r = l.start(func(o *consumer.Options) { o.Poll = time.Millisecond })
	t.Logf("first record after %v on a released lease", l.wait(r, "while stopped", began))
	var delays []time.Duration
	for i := range 20 {
		written := time.Now()
		l.put(fmt.Sprint("fast", i))
		delays = append(delays, l.wait(r, fmt.Sprint("fast", i), written))
	}
	slices.Sort(delays)
	t.Logf("from put to handler, fastest polling: median %v, worst %v", delays[10], delays[19])
	l.end(r)
	l.mu.Lock()
	defer l.mu.Unlock()
	if got := l.got[1:301]; !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
	if n := len(l.got); n != 1+300+1+20 {
		t.Errorf("%d records delivered", n)
	}
	rows, err := lease.NewDynamoDB(l.tables, "vms_consumer_indicators").List(t.Context())
	if err != nil || len(rows) != 1 || rows[0].Owner != "" || rows[0].Checkpoint == lease.TrimHorizon {
		t.Errorf("leases %+v, %v", rows, err)
	}
}

func testDropped(t *testing.T, l *local) {
	r := l.start(nil)
	l.put("before")
	l.wait(r, "before", time.Now())
	if _, err := l.tables.DeleteTable(t.Context(), &dynamodb.DeleteTableInput{TableName: aws.String("vms")}); err != nil {
		t.Fatal(err)
	}
	l.create()
	l.put("after")
	t.Logf("first record of the new table after %v", l.wait(r, "after", time.Now()))
	l.end(r)
	if found := facts[consumer.StreamFound](l.world); len(found) != 2 {
		t.Errorf("%d streams found", len(found))
	}
}

func testSilent(t *testing.T, l *local) {
	wall := &wall{Store: lease.NewDynamoDB(l.tables, "vms_consumer_indicators")}
	first := l.start(func(o *consumer.Options) { o.Leases, o.StopTimeout = wall.of, time.Second })
	l.put("one")
	l.wait(first, "one", time.Now())
	second := l.start(nil)
	limit := time.NewTimer(10 * time.Second)
	for changed := second.Changed(); second.Status()[0].Syncs == 0; changed = second.Changed() {
		select {
		case <-changed:
		case <-limit.C:
			t.Fatal("the second worker does not start")
		}
	}
	wall.cut.Store(true)
	began := time.Now()
	pass(600 * time.Millisecond) // the first worker gives up by itself
	l.put("two")
	l.wait(second, "two", began)
	if took := l.when["two"].Sub(began); took > 1500*time.Millisecond {
		t.Errorf("takeover took %v", took)
	} else {
		t.Logf("takeover after %v, failover time 500ms", took)
	}
	first.cancel()
	<-first.result
	l.end(second)
}

func testLatestOnDynamoDBLocal(t *testing.T, l *local) {
	l.put("old")
	latest := func(o *consumer.Options) { o.Triggers[0].Mapping.StartingPosition = mapping.Latest }
	r := l.start(latest)
	r.world = &world{t: t}
	r.settled()
	l.put("new")
	l.wait(r, "new", time.Now())
	l.end(r)
	if got := strings.Join(l.got, " "); got != "new" {
		t.Errorf("got %s", got)
	}
}

func testBookkeeping(t *testing.T, l *local) {
	if err := lease.NewDynamoDB(l.tables, "leases").Prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	r := l.start(func(o *consumer.Options) { o.Triggers[0].Mapping.Table = "leases" })
	if err := <-r.result; err == nil || !strings.Contains(err.Error(), "table leases holds leases") {
		t.Errorf("Run: %v", err)
	}
}
