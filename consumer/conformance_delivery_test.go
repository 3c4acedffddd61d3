package consumer_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
	"github.com/google/go-cmp/cmp"

	"github.com/stillwater-streams/stillwater/consumer"
	"github.com/stillwater-streams/stillwater/consumer/destination"
	"github.com/stillwater-streams/stillwater/consumer/mapping"
)

// reporting is a handler whose response names the record as failed, if it is in
// the batch.
func reporting(sequence string) func(context.Context, events.DynamoDBEvent) (any, error) {
	return func(_ context.Context, e events.DynamoDBEvent) (any, error) {
		var response events.DynamoDBEventResponse
		for _, r := range e.Records {
			if strings.TrimLeft(r.Change.SequenceNumber, "0") == sequence {
				response.BatchItemFailures = append(response.BatchItemFailures, events.DynamoDBBatchItemFailure{ItemIdentifier: r.Change.SequenceNumber})
			}
		}
		return response, nil
	}
}

// answering is a handler that returns the JSON as it is.
func answering(response string) func(context.Context, events.DynamoDBEvent) (any, error) {
	return func(context.Context, events.DynamoDBEvent) (any, error) { return verbatim(response), nil }
}

type verbatim string

func (v verbatim) MarshalJSON() ([]byte, error) { return []byte(v), nil }

func deliveries() []behaviour {
	return []behaviour{
		{"D1", "delivery is at least once: a checkpoint that is not stored means again", func(t *testing.T, w *world) {
			w.mapping.MaximumRetryAttempts = 2
			w.put(2)
			ctx, kill := context.WithCancel(context.Background())
			w.handle = func(ctx context.Context, e events.DynamoDBEvent) (any, error) {
				kill()
				return nil, errors.New("the worker stops before this batch is dealt with")
			}
			c, err := consumer.New(w.options())
			if err != nil {
				t.Fatal(err)
			}
			if err := c.Run(ctx); err != nil {
				t.Fatal(err)
			}
			w.handle = nil
			w.runs()
			w.want("2 3", "2 3")
		}},
		{"D2", "a shard is read in order, parents before children", func(t *testing.T, w *world) {
			shard := w.endpoint.Shards("vms")[0]
			w.put(2)
			left, right := w.endpoint.Split(shard)
			w.endpoint.PutTo(left, types.Record{})
			w.endpoint.PutTo(right, types.Record{})
			w.handle = fails(1) // the parent holds the children up until it is dealt with
			w.mapping.MaximumRetryAttempts = 1
			w.runs()
			if got := w.batches(); len(got) != 4 || got[0] != "2 3" || got[1] != "2 3" {
				t.Errorf("batches %q: want the parent's twice, then one of each child", got)
			}
		}},
		{"D3", "an idle shard is polled 4 times a second", func(t *testing.T, w *world) {
			r := w.start(w.options())
			r.settled()
			before := w.endpoint.Calls("GetRecords")
			pass(10 * time.Second)
			r.stop()
			if n := w.endpoint.Calls("GetRecords") - before; n < 39 || n > 41 {
				t.Errorf("%d reads in 10 s, want 40", n)
			}
		}},
		{"D4", "a failing batch blocks its shard and no other mapping", func(t *testing.T, w *world) {
			other := w.mapping
			other.Trigger = "archive"
			w.mapping.MaximumRetryAttempts = -1
			w.handle = fails(1 << 30)
			var archived []string
			o := w.options()
			o.Triggers[0].Mapping = w.mapping
			o.Leases = separate()
			o.Triggers = append(o.Triggers, consumer.Trigger{Mapping: other, New: func(consumer.Environment) (any, error) {
				return func(e events.DynamoDBEvent) { archived = append(archived, fmt.Sprint(len(e.Records))) }, nil
			}})
			w.put(1)
			r := w.start(o)
			pass(time.Hour)
			w.put(1)
			pass(time.Hour)
			r.cancel()
			<-r.result
			for _, batch := range w.batches() {
				if batch != "2" {
					t.Errorf("%q went past the failing batch", batch)
				}
			}
			if diff := cmp.Diff([]string{"1", "1"}, archived); diff != "" {
				t.Errorf("the other mapping (-want +got):\n%s", diff)
			}
		}},
		{"D5", "retries back off exponentially", func(t *testing.T, w *world) {
			w.mapping.MaximumRetryAttempts = 4
			var at []time.Time
			w.handle = func(context.Context, events.DynamoDBEvent) (any, error) {
				at = append(at, time.Now())
				return nil, errors.New("boom")
			}
			w.put(1)
			w.runs()
			var gaps []time.Duration
			for i := range at[1:] {
				gaps = append(gaps, at[i+1].Sub(at[i]))
			}
			if diff := cmp.Diff([]time.Duration{time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second}, gaps); diff != "" {
				t.Errorf("waits (-want +got):\n%s", diff)
			}
		}},
		{"D6", "bisected at the returned sequence number; halved when the invocation fails as a whole", func(t *testing.T, w *world) {
			w.mapping.BisectBatchOnFunctionError, w.mapping.ReportBatchItemFailures = true, true
			report, fail := reporting("5"), poison("6")
			w.handle = func(ctx context.Context, e events.DynamoDBEvent) (any, error) {
				if len(e.Records) == 6 {
					return report(ctx, e)
				}
				return fail(ctx, e)
			}
			w.put(6)
			w.runs()
			// 2–4 are dealt with by the first, cut at 5; 5–7 fail as a whole, and are halved.
			w.want("2 3 4 5 6 7", "5 6 7", "5", "6 7", "6", "7")
		}},
		{"D7", "the count of retries starts anew when the checkpoint advances", func(t *testing.T, w *world) {
			w.mapping.ReportBatchItemFailures, w.mapping.MaximumRetryAttempts, w.mapping.OnFailure = true, 1, "dlq"
			w.handle = reporting("3")
			w.put(3)
			w.runs()
			w.want("2 3 4", "3 4", "3 4") // the first moved on; then one attempt and one retry
			if m := w.queue.Messages(); len(m) != 1 || m[0].RequestContext.ApproximateInvokeCount != 2 {
				t.Errorf("messages %+v", m)
			}
		}},
		{"D8", "without a destination what is given up is gone silently", func(t *testing.T, w *world) {
			w.handle = poison("2")
			w.put(2)
			w.mapping.BatchSize = 1
			w.runs()
			w.want("2", "3")
			if n := len(facts[consumer.Dropped](w)); n != 1 || len(w.queue.Messages()) != 0 {
				t.Errorf("%d dropped, %d messages", n, len(w.queue.Messages()))
			}
		}},
		{"D9", "a result after the timeout does not exist", func(t *testing.T, w *world) {
			w.mapping.OnFailure = "dlq"
			w.handle = func(context.Context, events.DynamoDBEvent) (any, error) {
				pass(10 * time.Second) // the timeout is 3 s
				return nil, nil
			}
			w.put(1)
			w.runs()
			ended := facts[consumer.InvocationEnded](w)
			if len(ended) != 1 || !ended[0].TimedOut || !strings.Contains(ended[0].Failure, "timed out after 3.00 seconds") {
				t.Errorf("%+v", ended)
			}
			if len(w.queue.Messages()) != 1 {
				t.Error("the batch counts as processed")
			}
		}},
	}
}

// body is a member of the only message on the destination: "requestContext.condition".
func (w *world) body(path string) any {
	w.t.Helper()
	list := w.messages()
	if len(list) != 1 {
		w.t.Fatalf("%d messages, want 1", len(list))
	}
	var at any = list[0]
	for _, member := range strings.Split(path, ".") {
		object, _ := at.(map[string]any)
		value, there := object[member]
		if !there {
			return "absent"
		}
		at = value
	}
	return at
}

// expect compares members of the message.
func (w *world) expect(members map[string]any) {
	w.t.Helper()
	for path, want := range members {
		if got := w.body(path); got != want {
			w.t.Errorf("%s is %v, want %v", path, got, want)
		}
	}
}

func failures() []behaviour {
	givenUp := func(handle func(context.Context, events.DynamoDBEvent) (any, error), expect map[string]any) func(*testing.T, *world) {
		return func(_ *testing.T, w *world) {
			w.mapping.OnFailure, w.mapping.ReportBatchItemFailures, w.mapping.MaximumRetryAttempts = "dlq", true, 1
			w.handle = handle
			w.put(2)
			w.runs()
			w.expect(expect)
		}
	}
	return []behaviour{
		{"F1", "functionError is Unhandled after an error", givenUp(fails(9), map[string]any{"responseContext.functionError": "Unhandled", "responseContext.statusCode": 200.0})},
		{"F1", "functionError is null after batch item failures", givenUp(reporting("2"), map[string]any{"responseContext.functionError": nil})},
		{"F2", "approximateInvokeCount is the retries and one", givenUp(fails(9), map[string]any{"requestContext.approximateInvokeCount": 2.0})},
		{"F3", "RecordAgeExceeded has no responseContext", func(_ *testing.T, w *world) {
			w.mapping.OnFailure, w.mapping.MaximumRecordAge, w.mapping.MaximumRetryAttempts = "dlq", time.Minute, -1
			w.handle = fails(1 << 30)
			w.put(1)
			w.runs()
			w.expect(map[string]any{"responseContext": "absent", "requestContext.condition": "RecordAgeExceeded"})
		}},
		{"F4", "the conditions are spelled as Lambda spells them", givenUp(fails(9), map[string]any{"requestContext.condition": "RetryAttemptsExhausted"})},
		{"F5", "S3 gets the whole event as a JSON string", func(t *testing.T, w *world) { w.intoBucket(t, `"payload":"{\"Records\":[`) }},
		{"F6", "the key in S3 names mapping, shard and time", func(t *testing.T, w *world) {
			w.intoBucket(t, "aws/lambda/", w.endpoint.Shards("vms")[0]+"/2000/01/01/2000-01-01T00.00.0")
		}},
		{"F7", "a message of a queue holds positions, no records", givenUp(fails(9), map[string]any{
			"payload": "absent", "DDBStreamBatchInfo.batchSize": 2.0, "DDBStreamBatchInfo.startSequenceNumber": strings.Repeat("0", 20) + "2",
		})},
	}
}

// intoBucket gives a batch up to a bucket, and looks for texts in what was put.
func (w *world) intoBucket(t *testing.T, texts ...string) {
	t.Helper()
	bucket := &recordingBucket{}
	target, err := destination.ParseTarget("arn:aws:s3:::failures")
	if err != nil {
		t.Fatal(err)
	}
	w.mapping.OnFailure = target.String()
	w.handle = fails(9)
	w.put(1)
	o := w.options()
	o.Destination = func(mapping.Mapping) (destination.Destination, error) {
		return destination.NewBucket(bucket, target, destination.Options{}), nil
	}
	r := w.start(o)
	r.settled()
	r.stop()
	for _, text := range texts {
		if !strings.Contains(bucket.put, text) {
			t.Errorf("what was put has no %s:\n%s", text, bucket.put)
		}
	}
}

func responses() []behaviour {
	// judged runs one batch of 2 whose function answers so, without retries.
	judged := func(processed bool, answers ...string) func(*testing.T, *world) {
		return func(t *testing.T, w *world) {
			w.mapping.ReportBatchItemFailures, w.mapping.OnFailure = true, "dlq"
			r := w.start(w.options())
			for _, answer := range answers {
				before := len(w.queue.Messages())
				w.handle = answering(answer)
				w.put(2)
				r.settled()
				if got := len(w.queue.Messages()) == before; got != processed {
					t.Errorf("%s: processed %v, want %v", answer, got, processed)
				}
			}
			r.stop()
		}
	}
	return []behaviour{
		{"R1", "an empty answer is complete success", judged(true,
			`{"batchItemFailures":[]}`, `{"batchItemFailures":null}`, `{}`, `null`, `[]`, `""`)},
		{"R2", "a bad identifier is complete failure", judged(false,
			`{"batchItemFailures":[{"itemIdentifier":""}]}`, `{"batchItemFailures":[{"itemIdentifier":null}]}`,
			`{"batchItemFailures":[{"itemIdentifier":2}]}`, `{"batchItemFailures":[{"itemIdentifier":"999"}]}`,
			`{"batchItemFailures":[{"id":"2"}]}`)},
		{"R3", "an exception is complete failure", func(t *testing.T, w *world) {
			w.mapping.ReportBatchItemFailures, w.mapping.OnFailure = true, "dlq"
			w.handle = fails(1)
			w.put(2)
			w.runs()
			w.expect(map[string]any{"DDBStreamBatchInfo.batchSize": 2.0})
		}},
		{"R4", "the lowest sequence number is the checkpoint; all after it is retried", func(t *testing.T, w *world) {
			w.mapping.ReportBatchItemFailures = true
			first := true
			w.handle = func(_ context.Context, e events.DynamoDBEvent) (any, error) {
				if !first {
					return nil, nil
				}
				first = false
				var response events.DynamoDBEventResponse
				for _, i := range []int{3, 1} {
					response.BatchItemFailures = append(response.BatchItemFailures, events.DynamoDBBatchItemFailure{ItemIdentifier: e.Records[i].Change.SequenceNumber})
				}
				return response, nil
			}
			w.put(5)
			w.runs()
			w.want("2 3 4 5 6", "3 4 5 6")
		}},
		{"R5", "without FunctionResponseTypes every answer is success", func(t *testing.T, w *world) {
			w.mapping.OnFailure = "dlq"
			w.handle = answering(`{"batchItemFailures":[{"itemIdentifier":""}]}`)
			w.put(2)
			w.runs()
			w.want("2 3")
			if n := len(w.queue.Messages()); n != 0 {
				t.Errorf("%d messages", n)
			}
		}},
	}
}
