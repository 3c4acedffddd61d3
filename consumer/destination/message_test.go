package destination_test

import (
	"encoding/json"
	"strings"
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
		Deliver: core.Deliver{Lost: core.Lost{
			Records: []core.Record{
				{Sequence: "101", Arrived: at("12:00:00.999"), Body: json.RawMessage(`{"eventID":"a","dynamodb":{"Keys":{"pk":{"S":"<1> & \"2\""}}}}`)},
				{Sequence: "102", Arrived: at("12:00:01"), Body: json.RawMessage(`{"eventID":"b"}`)},
				{Sequence: "103", Arrived: at("12:00:02.5"), Body: json.RawMessage(`{"eventID":"c","n":1e400}`)},
			},
			Condition: condition,
			Attempts:  3,
			Failure:   "errorString: boom",
			Unhandled: true,
		}},
		Now: at("12:00:03.1239"),
	}
}

// reported is a failure whose retries were used up by batch item failures.
func reported() destination.Failure {
	f := failure(core.RetryAttemptsExhausted)
	f.Deliver.Unhandled = false
	return f
}

// unseen is what expired before it was handed to a function at all.
func unseen() destination.Failure {
	f := failure(core.RecordAgeExceeded)
	f.Deliver.Records = f.Deliver.Records[:1]
	f.Deliver.Attempts, f.Deliver.Unhandled, f.Deliver.Failure = 0, false, ""
	return f
}

const (
	contextHead = `{"requestContext":{"requestId":"5c9f3a52-0000-4000-8000-000000000001",` +
		`"functionArn":"arn:aws:lambda:us-east-1:000000000000:function:f",`
	infoHead = `"version":"1.0","timestamp":"2024-09-19T10:00:03.123Z","DDBStreamBatchInfo":{"shardId":"shardId-1",`
	infoTail = `"streamArn":"arn:aws:dynamodb:us-east-1:000000000000:table/T/stream/l"}`
	three    = infoHead + `"startSequenceNumber":"101","endSequenceNumber":"103",` +
		`"approximateArrivalOfFirstRecord":"2024-09-19T10:00:00Z","approximateArrivalOfLastRecord":"2024-09-19T10:00:02Z",` +
		`"batchSize":3,` + infoTail
	single = infoHead + `"startSequenceNumber":"101","endSequenceNumber":"101",` +
		`"approximateArrivalOfFirstRecord":"2024-09-19T10:00:00Z","approximateArrivalOfLastRecord":"2024-09-19T10:00:00Z",` +
		`"batchSize":1,` + infoTail
)

// golden is one failure and the exact text that has to arrive: section 4 of the
// Lambda reference, in its order. In S3 the payload follows before the last brace.
type golden struct {
	name    string
	failure destination.Failure
	body    string
	payload string
}

func goldens() []golden {
	const (
		first = `{\"eventID\":\"a\",\"dynamodb\":{\"Keys\":{\"pk\":{\"S\":\"<1> & \\\"2\\\"\"}}}}`
		event = `"{\"Records\":[` + first + `,{\"eventID\":\"b\"},{\"eventID\":\"c\",\"n\":1e400}]}"`
	)
	return []golden{
		{
			"F1 F2 function error", failure(core.RetryAttemptsExhausted),
			contextHead + `"condition":"RetryAttemptsExhausted","approximateInvokeCount":3},` +
				`"responseContext":{"statusCode":200,"executedVersion":"$LATEST","functionError":"Unhandled"},` + three + `}`, event,
		},
		{
			"F1 batch item failures", reported(),
			contextHead + `"condition":"RetryAttemptsExhausted","approximateInvokeCount":3},` +
				`"responseContext":{"statusCode":200,"executedVersion":"$LATEST","functionError":null},` + three + `}`, event,
		},
		{
			"F3 F4 record age", failure(core.RecordAgeExceeded),
			contextHead + `"condition":"RecordAgeExceeded","approximateInvokeCount":3},` + three + `}`, event,
		},
		{
			"F3 F4 record age before the first attempt", unseen(),
			contextHead + `"condition":"RecordAgeExceeded","approximateInvokeCount":0},` + single + `}`, `"{\"Records\":[` + first + `]}"`,
		},
	}
}

// TestF1F2F3F4MessageBody: the message as package json writes it.
func TestF1F2F3F4MessageBody(t *testing.T) {
	for _, g := range goldens() {
		t.Run(g.name, func(t *testing.T) {
			got, err := json.Marshal(destination.NewMessage(g.failure))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(g.body, string(got)); diff != "" {
				t.Errorf("body (-want +got):\n%s", diff)
			}
		})
	}
}

// TestF7MessageHoldsNoRecords: pointers, whatever the records hold.
func TestF7MessageHoldsNoRecords(t *testing.T) {
	got, err := json.Marshal(destination.NewMessage(failure(core.RetryAttemptsExhausted)))
	if err != nil || strings.Contains(string(got), "eventID") || strings.Contains(string(got), "payload") {
		t.Errorf("body %s, %v: want no record in it", got, err)
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
