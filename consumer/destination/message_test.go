package destination_test

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stillwater-streams/stillwater/consumer/core"
	"github.com/stillwater-streams/stillwater/consumer/destination"
)

func failure(condition core.Condition) destination.Failure {
	at := func(clock string) time.Time {
		t, err := time.Parse(time.RFC3339Nano, "2024-09-19T"+clock+"+02:00")
		if err != nil {
			panic(err)
		}
		return t
	}
	return destination.Failure{
		RequestID:   "5c9f3a52-0000-4000-8000-000000000001",
		FunctionARN: "arn:aws:lambda:us-east-1:000000000000:function:f",
		StreamARN:   "arn:aws:dynamodb:us-east-1:000000000000:table/T/stream/l",
		ShardID:     "shardId-1",
		Deliver: core.Deliver{
			Records: []core.Record{
				{Sequence: "101", Arrived: at("12:00:00.999")},
				{Sequence: "102", Arrived: at("12:00:01")},
				{Sequence: "103", Arrived: at("12:00:02.5")},
			},
			Condition: condition,
			Attempts:  3,
			Failure:   "errorString: boom",
		},
		Now: at("12:00:03.1239"),
	}
}

const batchInfo = `"DDBStreamBatchInfo": {
    "shardId": "shardId-1",
    "startSequenceNumber": "101",
    "endSequenceNumber": "103",
    "approximateArrivalOfFirstRecord": "2024-09-19T10:00:00Z",
    "approximateArrivalOfLastRecord": "2024-09-19T10:00:02Z",
    "batchSize": 3,
    "streamArn": "arn:aws:dynamodb:us-east-1:000000000000:table/T/stream/l"
  }`

// TestMessage shows the bodies of section 4 of the Lambda reference, byte for byte.
func TestMessage(t *testing.T) {
	for _, test := range []struct {
		condition core.Condition
		want      string
	}{
		{core.RetryAttemptsExhausted, `{
  "requestContext": {
    "requestId": "5c9f3a52-0000-4000-8000-000000000001",
    "functionArn": "arn:aws:lambda:us-east-1:000000000000:function:f",
    "condition": "RetryAttemptsExhausted",
    "approximateInvokeCount": 3
  },
  "responseContext": {
    "statusCode": 200,
    "executedVersion": "$LATEST",
    "functionError": "Unhandled"
  },
  "version": "1.0",
  "timestamp": "2024-09-19T10:00:03.123Z",
  ` + batchInfo + `
}`},
		{core.RecordAgeExceeded, `{
  "requestContext": {
    "requestId": "5c9f3a52-0000-4000-8000-000000000001",
    "functionArn": "arn:aws:lambda:us-east-1:000000000000:function:f",
    "condition": "RecordAgeExceeded",
    "approximateInvokeCount": 3
  },
  "version": "1.0",
  "timestamp": "2024-09-19T10:00:03.123Z",
  ` + batchInfo + `
}`},
	} {
		t.Run(string(test.condition), func(t *testing.T) {
			got, err := json.MarshalIndent(destination.NewMessage(failure(test.condition)), "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, string(got)); diff != "" {
				t.Errorf("body (-want +got):\n%s", diff)
			}
		})
	}
}

// TestFunctionErrorNull: Lambda sends null and not nothing when batch item
// failures used up the retries (F1).
func TestFunctionErrorNull(t *testing.T) {
	m := destination.NewMessage(failure(core.RetryAttemptsExhausted))
	m.ResponseContext.FunctionError = nil
	got, err := json.Marshal(m.ResponseContext)
	if want := `{"statusCode":200,"executedVersion":"$LATEST","functionError":null}`; err != nil || string(got) != want {
		t.Errorf("responseContext = %s, %v, want %s", got, err, want)
	}
}

func TestNewMessageWithoutRecordsPanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	destination.NewMessage(destination.Failure{})
}

func TestMemory(t *testing.T) {
	var d destination.Memory
	if got := d.Messages(); len(got) != 0 {
		t.Errorf("a new one holds %v", got)
	}
	var want []destination.Message
	for _, id := range []string{"a", "b"} {
		m := destination.Message{RequestContext: destination.RequestContext{RequestID: id}}
		if err := d.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		want = append(want, m)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := d.Send(ended, destination.Message{}); !errors.Is(err, context.Canceled) {
		t.Errorf("Send after the end of its context: %v, want context.Canceled", err)
	}
	got := d.Messages()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Messages (-want +got):\n%s", diff)
	}
	got[0] = destination.Message{}
	if diff := cmp.Diff(want, d.Messages()); diff != "" {
		t.Errorf("Messages after a change of what it returned (-want +got):\n%s", diff)
	}
}

func TestMemoryIsSafeForConcurrentUse(t *testing.T) {
	var d destination.Memory
	var senders sync.WaitGroup
	for range 8 {
		senders.Go(func() {
			_ = d.Send(t.Context(), destination.Message{})
			_ = d.Messages()
		})
	}
	senders.Wait()
	if got := len(d.Messages()); got != 8 {
		t.Errorf("%d messages, want 8", got)
	}
}
