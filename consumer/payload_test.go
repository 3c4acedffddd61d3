package consumer_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"github.com/stillwater-streams/stillwater/consumer"
	"github.com/stillwater-streams/stillwater/consumer/core"
)

// TestWindowEvent: the members of AWS's example (DDB-WIN), in its order and
// with its values, around one record (W1).
func TestWindowEvent(t *testing.T) {
	one, err := consumer.NewRecord(record(nil), origin())
	if err != nil {
		t.Fatal(err)
	}
	start := time.Date(2020, 7, 30, 17, 0, 0, 0, time.UTC)
	window := core.Window{Start: start, End: start.Add(5 * time.Minute), State: json.RawMessage(`{"1":"state1"}`)}
	got := consumer.WindowEvent([]core.Record{one, one}, window, "shard123456789", "stream-ARN")
	want := fmt.Sprintf(`{"Records":[%s,%s],"window":{"start":"2020-07-30T17:00:00Z","end":"2020-07-30T17:05:00Z"},"state":{"1":"state1"},`+
		`"shardId":"shard123456789","eventSourceARN":"stream-ARN","isFinalInvokeForWindow":false,"isWindowTerminatedEarly":false}`, one.Body, one.Body)
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("WindowEvent (-want +got):\n%s", diff)
	}
}

// TestWindowEventDecodes: what a Go handler sees, at both ends of a window.
func TestWindowEventDecodes(t *testing.T) {
	one, err := consumer.NewRecord(record(nil), origin())
	if err != nil {
		t.Fatal(err)
	}
	start := time.Date(2024, 9, 19, 12, 0, 0, 0, time.FixedZone("", 2*60*60))
	for _, test := range []struct {
		name    string
		records []core.Record
		window  core.Window
		state   map[string]string
	}{
		{"the first has an empty state", []core.Record{one}, core.Window{}, map[string]string{}},
		{"the last has no records", nil, core.Window{State: json.RawMessage(`{"n":"2"}`), Final: true}, map[string]string{"n": "2"}},
		{"ended early", []core.Record{one}, core.Window{State: json.RawMessage(`{}`), Early: true}, map[string]string{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.window.Start, test.window.End = start, start.Add(time.Minute)
			var event events.DynamoDBTimeWindowEvent
			if err := json.Unmarshal(consumer.WindowEvent(test.records, test.window, `shard"1`, arn), &event); err != nil {
				t.Fatal(err)
			}
			if len(event.Records) != len(test.records) || event.Records == nil {
				t.Errorf("records %v", event.Records)
			}
			got := event.TimeWindowProperties
			if !got.Window.Start.Equal(start) || !got.Window.End.Equal(start.Add(time.Minute)) {
				t.Errorf("window %v to %v", got.Window.Start, got.Window.End)
			}
			got.Window = events.Window{}
			want := events.TimeWindowProperties{
				State: test.state, ShardID: `shard"1`, EventSourceARN: arn,
				IsFinalInvokeForWindow: test.window.Final, IsWindowTerminatedEarly: test.window.Early,
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("decoded (-want +got):\n%s", diff)
			}
		})
	}
}

// BenchmarkEvent of a full batch.
func BenchmarkEvent(b *testing.B) {
	one, err := consumer.NewRecord(flat(20), origin())
	if err != nil {
		b.Fatal(err)
	}
	batch := make([]core.Record, core.DefaultBatchSize)
	for i := range batch {
		batch[i] = one
	}
	b.ReportAllocs()
	for b.Loop() {
		consumer.Event(batch)
	}
}
