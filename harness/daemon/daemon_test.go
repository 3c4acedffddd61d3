package daemon_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/stillwater-streams/stillwater/harness/daemon"
)

// TestOnDynamoDBLocal holds everything here that needs DynamoDB Local: one
// container serves it all. A process has one environment, so one daemon runs at a
// time.
func TestOnDynamoDBLocal(t *testing.T) {
	e := container(t)
	for name, test := range map[string]func(*testing.T, *world){
		"invocations are told":                                  testInvocations,
		"a new start goes on behind the checkpoint":             testRestart,
		"a table is waited for, dropped, and created again":     testTableComesAndGoes,
		"a mapping that feeds itself is paused, and no other":   testLoop,
		"mappings that feed each other are found":               testLoopOfTwo,
		"a table that is written all the time is no loop":       testBusyTable,
		"an endpoint that goes away is waited for":              testEndpointGoesAway,
		"an endpoint that is not there yet is waited for":       testEndpointComesLate,
		"a stream is waited for":                                testStreamComesLate,
		"a message about a lost batch is shown":                 testLetter,
		"a queue of another endpoint gets the message":          testQueueElsewhere,
		"handlers reach the endpoint and nothing else":          testNoWayOut,
		"a call of a goroutine that was left is refused":        testLateCall,
		"a job runs on, and a stop waits for it":                testJob,
		"what a handler logs is shown":                          testLog,
		"a handler that does not end in time is told":           testTimeout,
		"a daemon that was killed is replaced":                  testKilled,
		"a mapping is paused and resumed from elsewhere":        testPause,
		"a window that feeds itself is found":                   testLoopOfWindows,
		"a database that is lost and made anew is gone on with": testDatabaseLost,
		"a table of leases is refused":                          testLeaseTable,
		"a goroutine that is left keeps the process shut":       testAlive,
	} {
		t.Run(name, func(t *testing.T) {
			ignore := goleak.IgnoreCurrent()
			w := newWorld(t, e)
			t.Run("daemon", func(t *testing.T) {
				w.t = t
				test(t, w)
			})
			w.at.Close()
			goleak.VerifyNone(t, ignore)
		})
	}
}

func testInvocations(t *testing.T, w *world) {
	w.create("things")
	w.put("things", "a")
	w.put("things", "b")
	d := w.start(daemon.Options{}, onto("picky", "things", picky))
	l := d.wait(t, 1, "the backlog", ran("picky", "2 records: 2 INSERT", daemon.OutcomeOK))[0]
	if l.Attempt != 1 || l.Attempts != 2 || l.RequestID == "" || l.Age == nil || l.Batch.First == "" {
		t.Errorf("invocation: %+v", l)
	}
	w.put("things", "bad")
	failed := d.wait(t, 2, "failures", ran("picky", "INSERT bad", daemon.OutcomeFailed))
	if failed[1].Attempt != 2 || failed[0].Text != "errorString: refused" {
		t.Errorf("failures: %+v", failed)
	}
	dropped := d.wait(t, 1, "dropped batch", of(daemon.EventDropped, "picky"))[0]
	if want := "RetryAttemptsExhausted after 2 attempts: errorString: refused"; dropped.Text != want || dropped.Batch.Key != "bad" {
		t.Errorf("dropped: %q of %v, want %q", dropped.Text, dropped.Batch, want)
	}
	w.put("things", "a") // changes nothing
	w.put("things", "c")
	d.wait(t, 1, "what follows", ran("picky", "INSERT c", daemon.OutcomeOK))
}

func testRestart(t *testing.T, w *world) {
	w.create("things")
	d := w.start(daemon.Options{}, onto("quiet", "things", quiet))
	w.put("things", "a")
	d.wait(t, 1, "a", ran("quiet", "INSERT a", daemon.OutcomeOK))
	if err := d.stop(); err != nil {
		t.Fatal(err)
	}
	w.put("things", "b")
	d = w.start(daemon.Options{}, onto("quiet", "things", quiet))
	d.wait(t, 1, "b", ran("quiet", "INSERT b", daemon.OutcomeOK))
	if err := d.stop(); err != nil {
		t.Fatal(err)
	}
	if all := d.all(of(daemon.EventInvoke, "quiet")); len(all) != 1 {
		t.Errorf("%d invocations after the new start, want 1:\n%s", len(all), d.text())
	}
	shard := d.all(of(daemon.EventShard, "quiet"))[0]
	if !strings.HasPrefix(shard.Text, "goes on behind 00000000000000000000") {
		t.Errorf("the shard %s", shard.Text)
	}
}

func testTableComesAndGoes(t *testing.T, w *world) {
	d := w.start(daemon.Options{}, onto("quiet", "things", quiet))
	waits := d.wait(t, 1, "word of a table that is missing", of(daemon.EventWaiting, "things"))
	for _, part := range []string{"there is no such table", w.at.AccessKey, w.at.Region, "-sharedDb"} {
		if !strings.Contains(waits[0].Text, part) {
			t.Errorf("%q says nothing of %s", waits[0].Text, part)
		}
	}
	w.create("things")
	w.put("things", "a")
	d.wait(t, 1, "a", ran("quiet", "INSERT a", daemon.OutcomeOK))
	for n := range 2 {
		w.drop("things")
		d.wait(t, n+2, "word of a table that is gone", of(daemon.EventWaiting, "things"))
		w.create("things")
		w.put("things", fmt.Sprint("b", n))
		d.wait(t, 1, "b", ran("quiet", fmt.Sprint("INSERT b", n), daemon.OutcomeOK))
	}
	streams := d.wait(t, 3, "streams", of(daemon.EventStream, "things"))
	if streams[0].Stream == streams[1].Stream || !strings.Contains(streams[1].Text, "created again") {
		t.Errorf("streams: %+v", streams)
	}
	if n := len(d.all(of(daemon.EventWaiting, "things"))); n != 3 {
		t.Errorf("it was said %d times that the table is missing, want 3:\n%s", n, d.text())
	}
}

func testLoop(t *testing.T, w *world) {
	w.create("things")
	const depth = 5
	d := w.start(daemon.Options{Depth: depth},
		onto("loop", "things", counts("things")), onto("reads", "things", quiet))
	w.put("things", "loop")
	paused := d.wait(t, 1, "the pause", of(daemon.EventPaused, "loop"))[0]
	if paused.Command != "stillwater consume resume loop" {
		t.Errorf("command %q", paused.Command)
	}
	d.wait(t, depth+1, "the last invocation", of(daemon.EventInvoke, "loop"))
	w.put("things", "a")
	d.inserted(t, "reads", 2)
	if n := len(d.all(of(daemon.EventInvoke, "loop"))); n != depth+1 {
		t.Errorf("%d invocations before the pause, want %d", n, depth+1)
	}
	if n := len(d.all(func(l daemon.Line) bool { return l.Event == daemon.EventPaused })); n != 1 {
		t.Errorf("%d mappings paused, want 1", n)
	}
	requireChain(t, paused.Chain, depth)

	// Resumed, it goes as deep again.
	if err := w.control().Resume(t.Context(), "loop"); err != nil {
		t.Fatal(err)
	}
	d.wait(t, 2, "the second pause", of(daemon.EventPaused, "loop"))
	if n := len(d.all(of(daemon.EventInvoke, "loop"))); n < 2*depth || n > 2*depth+3 { // the thing in between is one
		t.Errorf("%d invocations before the second pause, want %d or so:\n%s", n, 2*depth+2, d.text())
	}
}

// requireChain wants a chain from what another program wrote to an invocation too
// deep: the first record, then what repeats, then the invocation.
func requireChain(t *testing.T, chain []daemon.Link, depth int) {
	t.Helper()
	var words []string
	for _, l := range chain {
		words = append(words, fmt.Sprintf("%v %s", l.Repeats, l))
	}
	want := []string{
		"false record things loop, written by another program",
		"true loop is invoked with 1 record",
		"true loop writes things loop, PutItem",
		"true record MODIFY things loop",
		fmt.Sprintf("true … %d times, the last of which is shown", depth),
		"false loop is invoked with 1 record",
	}
	if d := cmp.Diff(want, words); d != "" {
		t.Error("chain (-want +got):\n" + d)
	}
}

func testLoopOfTwo(t *testing.T, w *world) {
	w.create("things")
	w.create("others")
	d := w.start(daemon.Options{Depth: 6}, onto("there", "things", counts("others")), onto("back", "others", counts("things")))
	w.put("things", "loop")
	is := func(l daemon.Line) bool { return l.Event == daemon.EventPaused }
	paused := d.wait(t, 1, "the pause", is)[0]
	var part []string
	for _, l := range paused.Chain {
		if l.Repeats {
			part = append(part, l.String())
		}
	}
	want := []string{
		"there is invoked with 1 record", "there writes others loop, PutItem", "record MODIFY others loop",
		"back is invoked with 1 record", "back writes things loop, PutItem", "record MODIFY things loop",
		"… 2 times, the last of which is shown",
	}
	if d := cmp.Diff(want, part); d != "" {
		t.Error("what repeats (-want +got):\n" + d)
	}
	// One of the two is enough to stop it.
	w.put("things", "a")
	w.put("others", "a")
	d.inserted(t, "back", 2)
	if n := len(d.all(is)); n != 1 {
		t.Errorf("%d pauses, want 1", n)
	}
}

// testBusyTable has a mapping that writes to its own table once for each thing,
// while another program writes all the time: batches mix both.
func testBusyTable(t *testing.T, w *world) {
	w.create("things")
	echo := func(ctx context.Context, db *dynamodb.Client, r events.DynamoDBEventRecord) error {
		if strings.HasPrefix(idOf(r), "echo") {
			return nil
		}
		return put(ctx, db, "things", "echo of "+idOf(r), 1)
	}
	d := w.start(daemon.Options{Depth: 2}, onto("echo", "things", echo))
	d.works(t, "echo")
	const things = 150
	for n := range things {
		w.put("things", fmt.Sprint(n))
	}
	w.put("things", "echo end")
	d.inserted(t, "echo", 2*things+1)
	if paused := d.all(of(daemon.EventPaused, "echo")); len(paused) > 0 {
		t.Errorf("paused: %s", paused[0].Text)
	}
	mixed := false
	for _, l := range d.all(of(daemon.EventInvoke, "echo")) {
		mixed = mixed || l.Batch.Records > 1
	}
	if !mixed {
		t.Error("no batch had more than one record: this tests nothing")
	}
}
