package daemon_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/consumer/destination"
	"github.com/stillwater-streams/stillwater/consumer/destination/sqslocal"
	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/daemon"
	"github.com/stillwater-streams/stillwater/harness/daemon/control"
	"github.com/stillwater-streams/stillwater/harness/engine"
)

// What goes wrong around a daemon, and what reaches out of it. See TestOnDynamoDBLocal.

func testEndpointGoesAway(t *testing.T, w *world) {
	wire := newProxy(t, strings.TrimPrefix(w.address, "http://"))
	w.address = "http://" + wire.at
	w.create("things")
	d := w.start(daemon.Options{}, onto("quiet", "things", quiet), onto("other", "things", quiet))
	d.works(t, "quiet")
	wire.cut()
	trouble := func(l daemon.Line) bool { return l.Event == daemon.EventTrouble }
	said := d.wait(t, 1, "word of the trouble", trouble)[0]
	if want := w.address + " does not answer: "; !strings.HasPrefix(said.Text, want) || !strings.Contains(said.Text, "tries again") {
		t.Errorf("it is said: %s", said.Text)
	}
	w.put("things", "a")
	wire.mend(t)
	d.wait(t, 1, "what was written meanwhile", ran("quiet", "INSERT a", daemon.OutcomeOK))
	d.wait(t, 1, "the same for the other", ran("other", "INSERT a", daemon.OutcomeOK))
	d.wait(t, 1, "word of its end", func(l daemon.Line) bool { return l.Event == daemon.EventRecovered })
	if n := len(d.all(trouble)); n > 2 {
		t.Errorf("the trouble is told %d times:\n%s", n, d.text())
	}
}

func testEndpointComesLate(t *testing.T, w *world) {
	wire := newProxy(t, strings.TrimPrefix(w.address, "http://"))
	wire.cut()
	w.address = "http://" + wire.at
	w.create("things")
	w.put("things", "a")
	d := w.start(daemon.Options{}, onto("quiet", "things", quiet))
	waits := d.wait(t, 1, "word of the endpoint", of(daemon.EventWaiting, "things"))[0]
	if !strings.Contains(waits.Text, "connection refused") {
		t.Errorf("it waits: %s", waits.Text)
	}
	wire.mend(t)
	d.wait(t, 1, "a", ran("quiet", "INSERT a", daemon.OutcomeOK))
}

// testDatabaseLost starts DynamoDB Local again as it mostly runs, in memory: all
// is gone, tables, streams and leases, and numbers begin anew.
func testDatabaseLost(t *testing.T, w *world) {
	wire := newProxy(t, strings.TrimPrefix(w.address, "http://"))
	w.address = "http://" + wire.at
	w.create("things")
	d := w.start(daemon.Options{}, onto("quiet", "things", quiet))
	for _, id := range []string{"a", "b", "c"} {
		w.put("things", id)
	}
	d.inserted(t, "quiet", 3)
	wire.cut()
	fresh := container(t)
	at, err := fresh.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	wire.to = strings.TrimPrefix(at.Endpoint, "http://")
	again := engine.NewDatabase(at.Endpoint, w.at.Region, w.at.AccessKey, nil)
	defer again.Close()
	w.db = dynamodb.NewFromConfig(again.Config(nil))
	wire.mend(t)
	d.wait(t, 1, "word of a table that is gone", of(daemon.EventWaiting, "things"))
	w.create("things")
	w.put("things", "d")
	d.wait(t, 1, "what follows", ran("quiet", "INSERT d", daemon.OutcomeOK))
}

func testStreamComesLate(t *testing.T, w *world) {
	w.create("things")
	enable := func(on bool) {
		spec := &types.StreamSpecification{StreamEnabled: aws.Bool(on)}
		if on {
			spec.StreamViewType = types.StreamViewTypeKeysOnly
		}
		if _, err := w.db.UpdateTable(t.Context(), &dynamodb.UpdateTableInput{TableName: aws.String("things"), StreamSpecification: spec}); err != nil {
			t.Fatal(err)
		}
	}
	enable(false)
	d := w.start(daemon.Options{}, onto("quiet", "things", quiet))
	waits := d.wait(t, 1, "word of the stream", of(daemon.EventWaiting, "things"))[0]
	if !strings.Contains(waits.Text, "it has no stream") || !strings.Contains(waits.Text, "StreamSpecification") {
		t.Errorf("it waits: %s", waits.Text)
	}
	enable(true)
	d.wait(t, 1, "the stream", of(daemon.EventStream, "things"))
	w.put("things", "a")
	d.wait(t, 1, "a", ran("quiet", "INSERT a", daemon.OutcomeOK))
}

// lossy is picky with an on-failure destination.
func lossy(to string) harness.Trigger {
	t := onto("picky", "things", picky)
	t.Mapping.OnFailure = to
	return t
}

func testLetter(t *testing.T, w *world) {
	w.create("things")
	d := w.start(daemon.Options{}, lossy("arn:aws:sqs:eu-west-1:123456789012:lost_things"))
	w.put("things", "bad")
	l := d.wait(t, 1, "the message", of(daemon.EventLetter, "picky"))[0]
	if l.Message == nil || l.Message.Batch.BatchSize != 1 || l.Message.RequestContext.ApproximateInvokeCount != 2 || l.RequestID == "" {
		t.Errorf("message %+v", l.Message)
	}
	if want := "RetryAttemptsExhausted after 2 attempts: errorString: refused"; l.Text != want || l.Batch.Key != "bad" {
		t.Errorf("%q about %v, want %q", l.Text, l.Batch, want)
	}
	m := d.all(of(daemon.EventMapping, "picky"))[0]
	if to := m.Settings.Destination; !strings.HasPrefix(to, "a queue in this process: http://127.0.0.1:") || !strings.HasSuffix(to, "/lost_things") {
		t.Errorf("destination %q", to)
	}
}

func testQueueElsewhere(t *testing.T, w *world) {
	server, err := sqslocal.Start(t.Context(), sqslocal.Options{Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	if err := server.Create("lost_things"); err != nil {
		t.Fatal(err)
	}
	w.create("things")
	d := w.start(daemon.Options{SQSEndpoint: server.URL()}, lossy("https://sqs.us-east-1.amazonaws.com/123456789012/lost_things"))
	w.put("things", "bad")
	d.wait(t, 1, "the message", of(daemon.EventLetter, "picky"))
	sent := server.Messages("lost_things")
	if len(sent) != 1 {
		t.Fatalf("%d messages in the queue, want 1", len(sent))
	}
	var m destination.Message
	if err := json.Unmarshal([]byte(sent[0].Body), &m); err != nil || m.Batch.BatchSize != 1 {
		t.Errorf("message %+v, %v", m, err)
	}
}

func testNoWayOut(t *testing.T, w *world) {
	w.create("things")
	var own, elsewhere, redirected error
	trigger := onto("out", "things", quiet)
	trigger.New = func(e harness.Environment) (any, error) {
		return func(ctx context.Context) error {
			cfg, err := config.LoadDefaultConfig(ctx)
			if err != nil {
				return err
			}
			_, own = dynamodb.NewFromConfig(cfg).ListTables(ctx, nil)
			_, elsewhere = dynamodb.NewFromConfig(e.AWS, func(o *dynamodb.Options) {
				o.BaseEndpoint = aws.String("https://dynamodb.us-east-1.amazonaws.com")
			}).ListTables(ctx, nil)
			_, redirected = dynamodb.NewFromConfig(e.AWS, func(o *dynamodb.Options) { o.HTTPClient = http.DefaultClient }).ListTables(ctx, nil)
			return nil
		}, nil
	}
	d := w.start(daemon.Options{}, trigger)
	w.put("things", "a")
	d.wait(t, 1, "the invocation", ran("out", "INSERT a", daemon.OutcomeOK))
	d.wait(t, 1, "word of the stray call", func(l daemon.Line) bool {
		return l.Event == daemon.EventRefused && strings.Contains(l.Text, "trigger out built its own client")
	})
	if own == nil || !strings.Contains(own.Error(), "take it from Environment.AWS") {
		t.Errorf("a client of its own: %v", own)
	}
	if elsewhere == nil || !strings.Contains(elsewhere.Error(), "dynamodb.us-east-1.amazonaws.com: no way out") {
		t.Errorf("a client for another endpoint: %v", elsewhere)
	}
	if redirected != nil {
		t.Errorf("an HTTP client of its own is passed by, and the call arrives: %v", redirected)
	}
}

func testLateCall(t *testing.T, w *world) {
	w.create("things")
	left := make(chan error, 1)
	d := w.start(daemon.Options{}, onto("leaver", "things", func(ctx context.Context, db *dynamodb.Client, r events.DynamoDBEventRecord) error {
		if idOf(r) == "a" {
			go func() {
				<-ctx.Done() // the end of the invocation
				left <- put(context.WithoutCancel(ctx), db, "things", "late", 1)
			}()
		}
		return nil
	}))
	w.put("things", "a")
	d.wait(t, 1, "a", ran("leaver", "INSERT a", daemon.OutcomeOK))
	if err := <-left; err == nil {
		t.Error("the call was let through")
	}
	w.put("things", "b")
	l := d.wait(t, 1, "word of the call", of(daemon.EventRefused, "leaver"))[0]
	if !strings.HasPrefix(l.Text, "PutItem of a goroutine that outlived its handler") {
		t.Errorf("refused: %s", l.Text)
	}
}

func testLog(t *testing.T, w *world) {
	w.create("things")
	trigger := onto("talks", "things", quiet)
	trigger.New = func(e harness.Environment) (any, error) {
		log := e.Log.With("table", "things")
		return func(context.Context, events.DynamoDBEvent) error {
			log.Info("seen", "n", 1)
			return nil
		}, nil
	}
	d := w.start(daemon.Options{}, trigger)
	w.put("things", "a")
	if l := d.wait(t, 1, "the log", of(daemon.EventLog, "talks"))[0]; l.Text != "level=INFO msg=seen table=things n=1" {
		t.Errorf("log: %s", l.Text)
	}
}

func testTimeout(t *testing.T, w *world) {
	w.create("things")
	release := make(chan struct{})
	trigger := onto("slow", "things", func(context.Context, *dynamodb.Client, events.DynamoDBEventRecord) error {
		<-release
		return nil
	})
	trigger.Mapping.Timeout, trigger.Mapping.MaximumRetryAttempts = 50*time.Millisecond, 0
	d := w.start(daemon.Options{}, trigger)
	w.put("things", "a")
	l := d.wait(t, 1, "the timeout", ran("slow", "INSERT a", daemon.OutcomeTimeout))[0]
	if l.Text != "Task timed out after 0.05 seconds" {
		t.Errorf("timeout: %s", l.Text)
	}
	d.wait(t, 1, "word of the handler that runs on", of(daemon.EventLate, "slow"))
	close(release)
	d.wait(t, 2, "word of its end", of(daemon.EventLate, "slow"))
}

// testKilled leaves a lease as a process does that is killed: held.
func testKilled(t *testing.T, w *world) {
	w.create("things")
	d := w.start(daemon.Options{}, onto("quiet", "things", quiet))
	w.put("things", "a")
	d.wait(t, 1, "a", ran("quiet", "INSERT a", daemon.OutcomeOK))
	if err := d.stop(); err != nil {
		t.Fatal(err)
	}
	leases, err := w.db.Scan(t.Context(), &dynamodb.ScanInput{TableName: aws.String("things_consumer_quiet")})
	if err != nil || len(leases.Items) != 1 {
		t.Fatalf("leases: %v, %v", leases, err)
	}
	row := leases.Items[0]
	row["leaseOwner"] = &types.AttributeValueMemberS{Value: "killed"}
	if _, err := w.db.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String("things_consumer_quiet"), Item: row}); err != nil {
		t.Fatal(err)
	}
	d = w.start(daemon.Options{}, onto("quiet", "things", quiet))
	w.put("things", "b")
	d.wait(t, 1, "b", ran("quiet", "INSERT b", daemon.OutcomeOK))
	said := d.wait(t, 2, "word of the lease", of(daemon.EventLease, "quiet"))
	if !strings.HasPrefix(said[0].Text, "killed holds the lease") || !strings.Contains(said[1].Text, "taken from killed") {
		t.Errorf("leases: %+v", said)
	}
	if n := len(d.all(of(daemon.EventInvoke, "quiet"))); n != 1 {
		t.Errorf("%d invocations, want 1", n)
	}
}

// control reaches the daemon that runs.
func (w *world) control() *control.Client {
	w.t.Helper()
	found, err := control.Find(w.t.Context(), w.sockets)
	if err != nil || len(found) != 1 {
		w.t.Fatalf("daemons: %v, %v: want one", found, err)
	}
	return found[0]
}

func testPause(t *testing.T, w *world) {
	w.create("things")
	d := w.start(daemon.Options{}, onto("quiet", "things", quiet), onto("waits", "elsewhere", quiet))
	d.works(t, "quiet")
	c := w.control()
	for _, tt := range []struct {
		do      func(context.Context, string) error
		trigger string
		want    string
	}{
		{c.Resume, "quiet", "it is not paused"},
		{c.Pause, "quiet", ""},
		{c.Pause, "quiet", "it is paused already"},
		{c.Pause, "waits", ""},
		{c.Resume, "quite", "did you mean quiet?"},
	} {
		err := tt.do(t.Context(), tt.trigger)
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.trigger, err, tt.want)
		}
	}
	w.put("things", "a")
	w.create("elsewhere")
	d.wait(t, 1, "the table that was waited for", of(daemon.EventStream, "elsewhere"))
	status, err := c.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range status.Mappings {
		if m.State != control.Paused || m.Why != "stillwater consume pause" {
			t.Errorf("mapping %+v", m)
		}
	}
	for _, trigger := range []string{"quiet", "waits"} {
		if err := c.Resume(t.Context(), trigger); err != nil {
			t.Fatal(err)
		}
	}
	d.wait(t, 1, "a", ran("quiet", "INSERT a", daemon.OutcomeOK))
	if err := d.stop(); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Status(t.Context()); err == nil {
		t.Error("a daemon that has stopped tells its status")
	}
	if left, err := control.Find(t.Context(), w.sockets); err != nil || len(left) != 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}

// testLoopOfWindows has a tumbling window whose last invocation, which has no
// records, writes into the table that feeds it.
func testLoopOfWindows(t *testing.T, w *world) {
	w.create("things")
	trigger := onto("sums", "things", nil)
	trigger.Mapping.TumblingWindow = time.Second
	trigger.New = func(e harness.Environment) (any, error) {
		db, n := dynamodb.NewFromConfig(e.AWS), 0
		return func(ctx context.Context, e events.DynamoDBTimeWindowEvent) (events.DynamoDBTimeWindowEventResponse, error) {
			r := events.DynamoDBTimeWindowEventResponse{TimeWindowEventResponseProperties: events.TimeWindowEventResponseProperties{State: map[string]string{}}}
			if !e.IsFinalInvokeForWindow {
				return r, nil
			}
			n++
			return r, put(ctx, db, "things", "sum", n)
		}, nil
	}
	d := w.start(daemon.Options{Depth: 2}, trigger)
	w.put("things", "a")
	paused := d.wait(t, 1, "the pause", of(daemon.EventPaused, "sums"))[0]
	if first := paused.Chain[0].String(); first != "record things a, written by another program" {
		t.Errorf("the chain begins with: %s", first)
	}
}

func testLeaseTable(t *testing.T, w *world) {
	w.create("things")
	wrong := onto("wrong", "things", quiet)
	wrong.Mapping.BatchSize = 10_001
	refused := w.start(daemon.Options{}, wrong)
	<-refused.over
	if err := refused.stop(); !errors.Is(err, daemon.ErrUsage) || !strings.Contains(err.Error(), "BatchSize 10001") {
		t.Errorf("a mapping that Lambda refuses: %v", err)
	}
	d := w.start(daemon.Options{}, onto("quiet", "things", quiet))
	d.works(t, "quiet")
	if err := d.stop(); err != nil {
		t.Fatal(err)
	}
	_, err := w.db.UpdateTable(t.Context(), &dynamodb.UpdateTableInput{
		TableName:           aws.String("things_consumer_quiet"),
		StreamSpecification: &types.StreamSpecification{StreamEnabled: aws.Bool(true), StreamViewType: types.StreamViewTypeKeysOnly},
	})
	if err != nil {
		t.Fatal(err)
	}
	d = w.start(daemon.Options{}, onto("reads", "things_consumer_quiet", quiet))
	d.wait(t, 1, "its end", func(l daemon.Line) bool { return l.Event == daemon.EventStopped })
	if err := d.stop(); err == nil || !strings.Contains(err.Error(), "holds leases") {
		t.Errorf("ended with %v", err)
	} else if errors.Is(err, context.Canceled) {
		t.Errorf("%v is no end by the user", err)
	}
}
