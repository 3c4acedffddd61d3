package daemon_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/consumer/mapping"
	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/daemon"
	"github.com/stillwater-streams/stillwater/harness/engine"
	"github.com/stillwater-streams/stillwater/harness/engine/dynamodblocal"
)

// world is a database with a daemon that can be started on it again and again.
type world struct {
	t       *testing.T
	address string // of the endpoint that the daemon is given
	at      *engine.Database
	db      *dynamodb.Client // past the daemon: another program
	sockets string
}

func newWorld(t *testing.T, e engine.Engine) *world {
	t.Helper()
	at, err := e.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(at.Close)
	sockets, err := os.MkdirTemp("", "sw") // short, as the paths of sockets have to be
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(sockets) })
	return &world{t: t, at: at, address: at.Endpoint, db: dynamodb.NewFromConfig(at.Config(nil)), sockets: sockets}
}

// container starts an engine for a test, or skips it.
func container(t *testing.T) engine.Engine {
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

// create creates a table of things with a stream.
func (w *world) create(table string) {
	w.t.Helper()
	_, err := w.db.CreateTable(w.t.Context(), &dynamodb.CreateTableInput{
		TableName: aws.String(table), BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("id"), AttributeType: types.ScalarAttributeTypeS}},
		KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("id"), KeyType: types.KeyTypeHash}},
		StreamSpecification:  &types.StreamSpecification{StreamEnabled: aws.Bool(true), StreamViewType: types.StreamViewTypeNewAndOldImages},
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) drop(table string) {
	w.t.Helper()
	if _, err := w.db.DeleteTable(w.t.Context(), &dynamodb.DeleteTableInput{TableName: aws.String(table)}); err != nil {
		w.t.Fatal(err)
	}
}

// put writes a thing as another program does.
func (w *world) put(table, id string) {
	w.t.Helper()
	if err := put(w.t.Context(), w.db, table, id, 0); err != nil {
		w.t.Fatal(err)
	}
}

func put(ctx context.Context, db *dynamodb.Client, table, id string, n int) error {
	_, err := db.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String(table), Item: map[string]types.AttributeValue{
		"id": &types.AttributeValueMemberS{Value: id}, "n": &types.AttributeValueMemberN{Value: strconv.Itoa(n)},
	}})
	return err
}

// running is a daemon that runs.
type running struct {
	*recorder
	stop func() error
}

// start runs a daemon with these triggers until the test stops it, or ends.
func (w *world) start(o daemon.Options, triggers ...harness.Trigger) *running {
	w.t.Helper()
	r := newRecorder()
	o.Project.Triggers = triggers
	o.Endpoint, o.Region, o.AccessKey, o.Sockets, o.Printer = w.address, w.at.Region, w.at.AccessKey, w.sockets, r
	o.Worker, o.Poll, o.BackoffFirst = "test", 10*time.Millisecond, 10*time.Millisecond
	ctx, cancel := context.WithCancel(context.Background())
	ran := make(chan error, 1)
	go func() {
		ran <- daemon.Run(ctx, o)
		close(r.over)
	}()
	stopped := false
	d := &running{recorder: r, stop: func() error {
		stopped = true
		cancel()
		return <-ran
	}}
	w.t.Cleanup(func() {
		if stopped {
			return
		}
		if err := d.stop(); err != nil {
			w.t.Errorf("daemon: %v", err)
		}
	})
	return d
}

// works waits until a trigger reads its stream.
func (d *running) works(t *testing.T, trigger string) {
	t.Helper()
	d.wait(t, 1, "shard of "+trigger, of(daemon.EventShard, trigger))
}

// inserted waits until a trigger has been given so many INSERTs, in whatever
// batches.
func (d *running) inserted(t *testing.T, trigger string, want int) {
	t.Helper()
	for n := 1; ; n++ {
		got := 0
		for _, l := range d.wait(t, n, fmt.Sprintf("%d INSERTs for %s", want, trigger), of(daemon.EventInvoke, trigger)) {
			got += l.Batch.Insert
		}
		if got >= want {
			return
		}
	}
}

// onto is a trigger that gives each record of a batch to a function.
func onto(name, table string, handle func(ctx context.Context, db *dynamodb.Client, r events.DynamoDBEventRecord) error) harness.Trigger {
	return harness.Trigger{
		Mapping: mapping.Mapping{
			Trigger: name, Table: table, Enabled: true, BatchSize: 100, MaximumRetryAttempts: 1, Timeout: 10 * time.Second,
		},
		New: func(e harness.Environment) (any, error) {
			db := dynamodb.NewFromConfig(e.AWS)
			return func(ctx context.Context, e events.DynamoDBEvent) error {
				for _, r := range e.Records {
					if err := handle(ctx, db, r); err != nil {
						return err
					}
				}
				return nil
			}, nil
		},
	}
}

// quiet does nothing.
func quiet(context.Context, *dynamodb.Client, events.DynamoDBEventRecord) error { return nil }

var errRefused = errors.New("refused")

// picky refuses things whose id begins with "bad".
func picky(_ context.Context, _ *dynamodb.Client, r events.DynamoDBEventRecord) error {
	if strings.HasPrefix(idOf(r), "bad") {
		return errRefused
	}
	return nil
}

func idOf(r events.DynamoDBEventRecord) string { return r.Change.Keys["id"].String() }

// counts writes the things that begin with "loop" again, one higher, into a table.
func counts(into string) func(context.Context, *dynamodb.Client, events.DynamoDBEventRecord) error {
	return func(ctx context.Context, db *dynamodb.Client, r events.DynamoDBEventRecord) error {
		if !strings.HasPrefix(idOf(r), "loop") {
			return nil
		}
		n, err := r.Change.NewImage["n"].Integer()
		if err != nil {
			return err
		}
		return put(ctx, db, into, idOf(r), int(n)+1)
	}
}
