package daemon_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stillwater-streams/stillwater/consumer"
	"github.com/stillwater-streams/stillwater/consumer/core"
	"github.com/stillwater-streams/stillwater/consumer/destination"
	"github.com/stillwater-streams/stillwater/consumer/lease"
	"github.com/stillwater-streams/stillwater/harness/daemon"
	"github.com/stillwater-streams/stillwater/harness/golden"
)

func at() time.Time { return time.Date(2026, 11, 23, 10, 0, 0, 123_000_000, time.Local) }

// lines are one of each kind.
func lines() []daemon.Line {
	age := daemon.Millis(420 * time.Millisecond)
	one := &daemon.Batch{Records: 1, Modify: 1, Key: "FIN#1 GROUP#g", First: "000000000000000000007", Last: "000000000000000000007"}
	many := &daemon.Batch{Records: 12, Insert: 3, Modify: 8, Remove: 1, First: "1", Last: "12"}
	return []daemon.Line{
		{Event: daemon.EventStart, Text: "stillwater consume: http://127.0.0.1:8000, region us-east-1, access key local"},
		{Event: daemon.EventMapping, Trigger: "indicators", Table: "vms", Stream: "arn:aws:dynamodb:ddblocal:000000000000:table/vms/stream/2026-11-23T10:00:00.000", Settings: &daemon.Settings{
			BatchSize: 100, Filters: []string{`{"eventName":["INSERT"]}`, `{"eventName":["MODIFY"]}`}, Retries: 2, RetriesDefaulted: true,
			OnFailure: "dlq", Destination: "a queue in this process: http://127.0.0.1:40123/000000000000/dlq",
			From: "TRIM_HORIZON", ViewType: "NEW_AND_OLD_IMAGES", LeaseTable: "vms_consumer_indicators", Advice: []string{"raise the roof"},
		}},
		{Event: daemon.EventMapping, Trigger: "hook", Table: "others", Settings: &daemon.Settings{BatchSize: 1, Retries: -1, From: "LATEST", LeaseTable: "others_consumer_hook"}},
		{Event: daemon.EventWaiting, Table: "others", Text: "there is no such table"},
		{Event: daemon.EventStream, Table: "others", Text: "is there: arn:…"},
		{Event: daemon.EventAdvice, Trigger: "hook", Text: "trigger hook: lower the floor"},
		{Event: daemon.EventShard, Trigger: "indicators", Text: "is read from TRIM_HORIZON"},
		{Event: daemon.EventInvoke, Trigger: "indicators", Batch: one, Attempt: 1, Attempts: 3, Outcome: daemon.OutcomeOK, Took: daemon.Millis(12_345 * time.Microsecond), Age: &age, RequestID: "q-1"},
		{Event: daemon.EventInvoke, Trigger: "indicators", Batch: many, Attempt: 1, Attempts: 3, Outcome: daemon.OutcomeFailed, Took: daemon.Millis(1500 * time.Millisecond), Age: &age, Text: "errorString: boom"},
		{Event: daemon.EventInvoke, Trigger: "hook", Batch: one, Attempt: 2, Outcome: daemon.OutcomeTimeout, Took: daemon.Millis(190 * time.Second), Text: "Task timed out after 190.00 seconds"},
		{Event: daemon.EventInvoke, Trigger: "hook", Batch: &daemon.Batch{}, Attempt: 1, Outcome: daemon.OutcomeOK, Text: "ends its window"},
		{Event: daemon.EventItems, Trigger: "hook", Batch: one, Text: "left by the response: tried again, or given up"},
		{Event: daemon.EventLog, Trigger: "hook", Text: "level=INFO msg=one\nlevel=INFO msg=two"},
		{Event: daemon.EventLetter, Trigger: "indicators", Batch: one, Text: "RetryAttemptsExhausted after 3 attempts: errorString: boom", Message: &destination.Message{
			Version: "1.0", RequestContext: destination.RequestContext{RequestID: "q-1", Condition: core.RetryAttemptsExhausted, ApproximateInvokeCount: 3},
		}},
		{Event: daemon.EventPaused, Trigger: "indicators", Text: "it feeds itself: 17 invocations in one chain of causes, more than --depth 16; the others go on",
			Chain: []daemon.Link{
				{ID: "r1", Kind: "record", Op: "INSERT", Key: "vms FIN#1"},
				{ID: "i15", Kind: "invocation", Trigger: "indicators", Records: 2, Repeats: true},
				{ID: "w15", Kind: "write", Trigger: "indicators", Op: "UpdateItem", Key: "vms FIN#1", Repeats: true},
				{ID: "r16", Kind: "record", Trigger: "indicators", Op: "MODIFY", Key: "vms FIN#1", Repeats: true},
				{Kind: "repeat", Times: 15, Repeats: true},
				{ID: "i17", Kind: "invocation", Trigger: "indicators", Records: 1},
			}, Command: "stillwater consume resume indicators"},
		{Event: daemon.EventResumed, Trigger: "indicators"},
		{Event: daemon.EventTrouble, Text: "http://127.0.0.1:8000 does not answer: connection refused: tries again"},
		{Event: daemon.EventRecovered, Text: "http://127.0.0.1:8000 answers again, after 4.2 s"},
		{Event: daemon.EventStopping, Text: "waits up to 30s for 1 invocation"},
		{Event: daemon.EventStopped},
	}
}

func TestLinesForPeopleAndForPrograms(t *testing.T) {
	for _, tt := range []struct {
		golden  string
		printer func(*bytes.Buffer) daemon.Printer
	}{
		{"lines.txt", func(b *bytes.Buffer) daemon.Printer { return daemon.NewText(b, false, []string{"indicators", "vms"}) }},
		{"lines_colour.txt", func(b *bytes.Buffer) daemon.Printer { return daemon.NewText(b, true, []string{"indicators", "vms"}) }},
		{"lines.ndjson", func(b *bytes.Buffer) daemon.Printer { return daemon.NewJSON(b) }},
	} {
		t.Run(tt.golden, func(t *testing.T) {
			var b bytes.Buffer
			p := tt.printer(&b)
			for _, l := range lines() {
				l.Time = at()
				p.Print(l)
			}
			got := strings.ReplaceAll(b.String(), "\x1b", "␛")
			got = strings.ReplaceAll(got, at().UTC().Format(time.RFC3339Nano), "<time>")
			golden.File(t, filepath.Join("testdata", tt.golden), got)
		})
	}
}

func TestEveryJSONLineIsAnObjectWithATimeAndAnEvent(t *testing.T) {
	var b bytes.Buffer
	p := daemon.NewJSON(&b)
	for _, l := range lines() {
		l.Time = at()
		p.Print(l)
	}
	for _, text := range strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n") {
		var l struct {
			Time  time.Time
			Event string
		}
		if err := json.Unmarshal([]byte(text), &l); err != nil || !l.Time.Equal(at()) || l.Event == "" {
			t.Errorf("%s: %v, %+v", text, err, l)
		}
	}
}

func TestFactsInWords(t *testing.T) {
	lost := core.Lost{Records: []core.Record{{Sequence: "7"}}, Condition: core.RecordAgeExceeded, Attempts: 1, Failure: "errorString: boom"}
	for _, tt := range []struct {
		fact consumer.Fact
		want string // event and text; "" is not shown
	}{
		{consumer.ShardStarted{From: "LATEST"}, "shard is read from LATEST"},
		{consumer.ShardStarted{From: "7", Position: core.Position{Sequence: "7"}}, "shard goes on behind 7"},
		{consumer.ShardStopped{Position: core.Position{Sequence: "7"}, Why: "the consumer stops"}, "shard stopped behind 7: the consumer stops"},
		{consumer.ShardEnded{}, "shard is read out"},
		{consumer.LeaseTaken{}, ""},
		{consumer.LeaseTaken{From: "x", Dead: true}, "lease taken from x, which does not renew it"},
		{consumer.LeaseLost{Err: errors.New("gone")}, "lease lost: gone"},
		{consumer.LeaseLost{Err: fmt.Errorf("%w: not renewed for 3s: operation error DynamoDB: UpdateItem, exceeded maximum number of attempts, 3, "+
			"https response error StatusCode: 0, RequestID: , request send failed, Post \"http://x\": EOF", lease.ErrLost)},
			`lease lost: not renewed for 3s: UpdateItem: Post "http://x": EOF`},
		{consumer.ShardStopped{Why: "lease lost: this and that"}, "shard stopped behind TRIM_HORIZON: lease lost"},
		{consumer.RecordsLost{After: "7", Err: errors.New("trimmed")}, `lost records may be lost behind "7": trimmed`},
		{consumer.Dropped{Lost: lost}, "dropped RecordAgeExceeded after 1 attempt: errorString: boom"},
		{consumer.DeliveryFailed{Lost: lost, Err: errors.New("no queue")}, "dead_letter RecordAgeExceeded after 1 attempt: errorString: boom: not delivered: no queue: tries again"},
		{consumer.Delivered{Lost: lost}, ""}, // printed as it is sent
		{consumer.InvocationThrottled{Reason: "reserved concurrency of 1 is used up"}, "throttled reserved concurrency of 1 is used up"},
		{consumer.ItemsFailed{}, "items_failed left by the response: tried again, or given up"},
		{consumer.Late{}, "late the handler runs on after its timeout; its result is not taken"},
		{consumer.LateEnded{After: 1200 * time.Millisecond}, "late the handler returned 1.2 s after its timeout"},
		{consumer.Polled{}, ""},
		{consumer.Checkpointed{}, ""},
		{consumer.Processed{}, ""},
		{consumer.Synced{}, ""},
		{consumer.LeaseReleased{}, ""},
	} {
		l, ok := daemon.LineOf(consumer.Occurrence{Place: consumer.Place{Mapping: "m", ShardID: "s"}, Fact: tt.fact})
		got := ""
		if ok {
			got = string(l.Event) + " " + l.Text
		}
		if got != tt.want {
			t.Errorf("%T: %q, want %q", tt.fact, got, tt.want)
		}
		if ok && (l.Trigger != "m" || l.Shard != "s") {
			t.Errorf("%T: of %q on %q", tt.fact, l.Trigger, l.Shard)
		}
	}
}
