package consumer_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

	"github.com/stillwater-streams/stillwater/consumer"
	"github.com/stillwater-streams/stillwater/consumer/core"
	"github.com/stillwater-streams/stillwater/consumer/mapping"
)

// runs starts the consumer, waits until all is dealt with, and stops it.
func (w *world) runs() {
	w.t.Helper()
	r := w.start(w.options())
	r.settled()
	r.stop()
}

// fails is a handler that fails for the first n attempts.
func fails(n int) func(context.Context, events.DynamoDBEvent) (any, error) {
	var attempts atomic.Int64
	return func(context.Context, events.DynamoDBEvent) (any, error) {
		if attempts.Add(1) <= int64(n) {
			return nil, errors.New("boom")
		}
		return nil, nil
	}
}

// poison is a handler that fails whenever a record is in the batch.
func poison(sequence string) func(context.Context, events.DynamoDBEvent) (any, error) {
	return func(_ context.Context, e events.DynamoDBEvent) (any, error) {
		for _, r := range e.Records {
			if strings.TrimLeft(r.Change.SequenceNumber, "0") == sequence {
				return nil, errors.New("poison " + sequence)
			}
		}
		return nil, nil
	}
}

// parsed is the mapping of a trigger given as JSON members, or the mistake.
func parsed(members string) (mapping.Mapping, error) {
	list, err := mapping.Parse("triggers.json", []byte(`{"triggers": {"indicators": {"handler": "a.B", "table": "vms"`+members+`}}}`))
	if err != nil {
		return mapping.Mapping{}, err
	}
	return list[0], nil
}

// refuses fails the test unless the members are a mistake whose text has the words.
func refuses(t *testing.T, members string, words ...string) {
	t.Helper()
	_, err := parsed(members)
	for _, word := range words {
		if err == nil || !strings.Contains(err.Error(), word) {
			t.Errorf("%s: %v, want a mistake with %q", members, err, word)
		}
	}
}

// takes returns the mapping of the members.
func takes(t *testing.T, members string) mapping.Mapping {
	t.Helper()
	m, err := parsed(members)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// messages are the messages of the on-failure destination, as JSON.
func (w *world) messages() []map[string]any {
	var list []map[string]any
	for _, m := range w.queue.Messages() {
		text, err := json.Marshal(m)
		if err != nil {
			w.t.Fatal(err)
		}
		var value map[string]any
		if err := json.Unmarshal(text, &value); err != nil {
			w.t.Fatal(err)
		}
		list = append(list, value)
	}
	return list
}

// sized is a record whose new image holds so many bytes.
func sized(n int) types.Record {
	return types.Record{Dynamodb: &types.StreamRecord{NewImage: map[string]types.AttributeValue{"b": s(strings.Repeat("x", n))}}}
}

func parameters() []behaviour {
	return []behaviour{
		{"P1", "a batch holds at most BatchSize records, and may hold fewer", func(t *testing.T, w *world) {
			w.mapping = takes(t, `, "batch_size": 2`)
			w.put(3)
			w.runs()
			w.want("2 3", "4")
			if m := takes(t, ""); m.BatchSize != 100 {
				t.Errorf("default %d", m.BatchSize)
			}
			refuses(t, `, "batch_size": 0`, "batch_size", "1 to 10000")
			refuses(t, `, "batch_size": 10001`, "batch_size", "1 to 10000")
		}},
		{"P2", "a batch closes on the first of full and window", func(t *testing.T, w *world) {
			w.mapping = takes(t, `, "batch_size": 2, "maximum_batching_window_in_seconds": 300`)
			began := time.Now()
			w.put(3)
			w.runs()
			w.want("2 3", "4")
			if took := time.Since(began); took < 300*time.Second || took > 301*time.Second {
				t.Errorf("the rest was handed out after %v, want 300s", took)
			}
			refuses(t, `, "maximum_batching_window_in_seconds": 301`, "0 to 300")
		}},
		{"P3", "an event holds at most 6 MB", func(t *testing.T, w *world) {
			w.mapping.Timeout = time.Minute
			for range 4 {
				w.endpoint.Put("vms", sized(2<<20))
			}
			w.runs()
			w.want("2 3", "4 5")
		}},
		{"P4", "a mapping starts at TRIM_HORIZON or LATEST", func(t *testing.T, w *world) {
			w.mapping = takes(t, `, "starting_position": "LATEST"`)
			w.put(1)
			pass(10 * time.Minute)
			r := w.start(w.options())
			r.settled()
			w.put(1)
			r.settled()
			r.stop()
			w.want("3")
			refuses(t, `, "starting_position": "AT_TIMESTAMP"`, "starting_position", "AT_TIMESTAMP")
		}},
		{"P5", "a shard has up to ParallelizationFactor batches at once, in order per item", func(t *testing.T, w *world) {
			w.mapping = takes(t, `, "batch_size": 1, "parallelization_factor": 10`)
			running, most := 0, 0
			last := map[string]string{}
			w.handle = func(_ context.Context, e events.DynamoDBEvent) (any, error) {
				w.mu.Lock()
				running++
				most = max(most, running)
				item, sequence := e.Records[0].Change.Keys["pk"].String(), e.Records[0].Change.SequenceNumber
				if sequence <= last[item] {
					t.Errorf("%s: %s after %s", item, sequence, last[item])
				}
				last[item] = sequence
				w.mu.Unlock()
				pass(time.Second)
				w.mu.Lock()
				running--
				w.mu.Unlock()
				return nil, nil
			}
			for i := range 60 {
				w.endpoint.Put("vms", keyed(fmt.Sprint(i%20)))
			}
			w.runs()
			if most < 5 || most > 10 {
				t.Errorf("%d at once, want several and at most 10", most)
			}
			refuses(t, `, "parallelization_factor": 11`, "1 to 10")
		}},
		{"P6", "throttled attempts do not count", func(t *testing.T, w *world) {
			w.mapping = takes(t, `, "batch_size": 1, "maximum_retry_attempts": 0, "reserved_concurrency": 1, "parallelization_factor": 10`)
			w.handle = func(context.Context, events.DynamoDBEvent) (any, error) {
				pass(10 * time.Second)
				return nil, nil
			}
			for i := range 20 {
				w.endpoint.Put("vms", keyed(fmt.Sprint(i)))
			}
			w.runs()
			throttled, dropped := len(facts[consumer.InvocationThrottled](w)), len(facts[consumer.Dropped](w))
			if throttled == 0 || dropped > 0 || len(w.batches()) != 20 {
				t.Errorf("%d throttled, %d dropped, %d invocations: want some, none, 20", throttled, dropped, len(w.batches()))
			}
		}},
		{"P6", "a failed batch is retried MaximumRetryAttempts times", func(t *testing.T, w *world) {
			w.mapping = takes(t, `, "maximum_retry_attempts": 1`)
			w.handle = fails(9)
			w.put(1)
			w.runs()
			w.want("2", "2")
			refuses(t, `, "maximum_retry_attempts": -2`, "-1", "0 to 10000")
			if m := takes(t, ""); m.MaximumRetryAttempts != 2 || !m.RetryDefaulted {
				t.Errorf("the default for tests is %d, said %v", m.MaximumRetryAttempts, m.RetryDefaulted)
			}
			if m := takes(t, `, "maximum_retry_attempts": -1`); m.MaximumRetryAttempts != -1 || m.RetryDefaulted {
				t.Error("an explicit value does not win over the default for tests")
			}
		}},
		{"P6", "-1 retries until the record expires after 24 hours", func(t *testing.T, w *world) {
			w.mapping = takes(t, `, "maximum_retry_attempts": -1, "on_failure": "dlq"`)
			w.handle = fails(1 << 30)
			began := time.Now()
			w.put(1)
			o := w.options()
			o.Poll, o.Failover = time.Hour, time.Hour // else most of the test is polls and renewals
			r := w.start(o)
			pass(time.Hour)
			r.until("the message", func([]consumer.MappingStatus) bool { return len(w.queue.Messages()) == 1 })
			r.stop()
			if took := time.Since(began); took != core.Retention {
				t.Errorf("given up after %v, want 24h", took)
			}
		}},
		{"P7", "records older than MaximumRecordAge are given up", func(t *testing.T, w *world) {
			w.mapping = takes(t, `, "maximum_record_age_in_seconds": 60, "maximum_retry_attempts": -1, "on_failure": "dlq"`)
			w.handle = fails(1 << 30)
			began := time.Now()
			w.put(1)
			w.runs()
			if took := time.Since(began); took < 60*time.Second || took > 61*time.Second || len(w.queue.Messages()) != 1 {
				t.Errorf("%d messages after %v, want 1 after 60s", len(w.queue.Messages()), took)
			}
			refuses(t, `, "maximum_record_age_in_seconds": 59`, "60", "604800")
		}},
		{"P8", "a failed batch is split in two, which uses up no retry", func(t *testing.T, w *world) {
			w.mapping = takes(t, `, "bisect_batch_on_function_error": true, "maximum_retry_attempts": 0`)
			w.handle = poison("4")
			w.put(4)
			w.runs()
			w.want("2 3 4 5", "2 3", "4 5", "4", "5")
		}},
		{"P9", "without ReportBatchItemFailures any returned value is success", func(t *testing.T, w *world) {
			w.mapping = takes(t, "")
			w.handle = reporting("2")
			w.put(2)
			w.runs()
			w.want("2 3")
			refuses(t, `, "function_response_types": ["Everything"]`, "ReportBatchItemFailures")
		}},
		{"P10", "tumbling windows last up to 900 s and need one lane", func(t *testing.T, _ *world) {
			refuses(t, `, "tumbling_window_in_seconds": 901`, "0 to 900")
			refuses(t, `, "tumbling_window_in_seconds": 60, "parallelization_factor": 2`, "parallelization_factor")
			takes(t, `, "tumbling_window_in_seconds": 900`)
		}},
		{"P11", "filters are patterns, up to the quota that AWS can raise", func(t *testing.T, _ *world) {
			pattern := `{"eventName": ["INSERT"]}`
			takes(t, `, "filters": [`+strings.TrimSuffix(strings.Repeat(pattern+",", 10), ",")+`]`)
			refuses(t, `, "filters": [`+strings.TrimSuffix(strings.Repeat(pattern+",", 11), ",")+`]`, "filters", "10")
			if a := mapping.Advise([]mapping.Mapping{takes(t, `, "on_failure": "dlq", "filters": [`+strings.TrimSuffix(strings.Repeat(pattern+",", 6), ",")+`]`)}, nil); len(a) == 0 {
				t.Error("no word about the quota of 5")
			}
		}},
		{"P12", "an on-failure destination is a queue, a topic or a bucket", func(t *testing.T, _ *world) {
			for _, target := range []string{"integrates_streams_dlq", "arn:aws:sqs:us-east-1:123456789012:dlq", "arn:aws:sns:us-east-1:123456789012:topic", "arn:aws:s3:::bucket-of-failures"} {
				takes(t, `, "on_failure": "`+target+`"`)
			}
			refuses(t, `, "on_failure": "kafka://topic"`, "on_failure")
		}},
		{"P13", "EventCount is the one group of metrics to opt into", func(t *testing.T, _ *world) {
			if !takes(t, `, "metrics_config": ["EventCount"]`).EventCount || takes(t, "").EventCount {
				t.Error("metrics_config is not honoured")
			}
			refuses(t, `, "metrics_config": ["KafkaMetrics"]`, "EventCount")
		}},
		{"P14", "provisioned pollers are not for DynamoDB", func(t *testing.T, _ *world) {
			refuses(t, `, "provisioned_poller_config": {"minimum_pollers": 1}`, "DynamoDB")
		}},
		{"P15", "disabling keeps the position, enabling resumes from it", func(t *testing.T, w *world) {
			w.put(1)
			w.runs()
			w.put(1)
			w.mapping.Enabled = false
			r := w.start(w.options())
			pass(time.Hour)
			r.stop()
			w.mapping.Enabled = true
			w.runs()
			w.want("2", "3")
		}},
	}
}

func records() []behaviour {
	return []behaviour{
		{"E1", "values are DynamoDB JSON: B is base64, N is text", func(t *testing.T, w *world) {
			w.endpoint.Put("vms", types.Record{Dynamodb: &types.StreamRecord{NewImage: map[string]types.AttributeValue{
				"b": &types.AttributeValueMemberB{Value: []byte{0, 255}}, "n": &types.AttributeValueMemberN{Value: "1.50"},
			}}})
			got := w.raw()
			for _, want := range []string{`"b":{"B":"AP8="}`, `"n":{"N":"1.50"}`, `"eventVersion":"1.1"`, `"eventSource":"aws:dynamodb"`} {
				if !strings.Contains(got, want) {
					t.Errorf("the event has no %s:\n%s", want, got)
				}
			}
		}},
		{"E3", "a stream disabled and enabled again has a new ARN; the old one is read out first", func(t *testing.T, w *world) {
			var streams []string
			w.handle = func(_ context.Context, e events.DynamoDBEvent) (any, error) {
				_, label, _ := strings.Cut(e.Records[0].EventSourceArn, "/stream/")
				streams = append(streams, label)
				return nil, nil
			}
			w.put(1)
			r := w.start(w.options())
			r.settled()
			w.put(1)
			w.endpoint.Disable("vms")
			pass(time.Second) // a label is a time
			w.endpoint.Enable("vms", types.StreamViewTypeNewAndOldImages)
			w.put(1)
			r.until("the record of the new stream", func([]consumer.MappingStatus) bool { return len(w.batches()) == 3 })
			r.stop()
			if len(streams) != 3 || streams[0] != streams[1] || streams[2] == streams[1] {
				t.Errorf("records of the streams %v: want twice the old one, then the new", streams)
			}
		}},
		{"E4", "the event is not the API's record: lower case identity, a number of seconds, the stream's ARN", func(t *testing.T, w *world) {
			w.endpoint.Put("vms", types.Record{
				EventName:    types.OperationTypeRemove,
				UserIdentity: &types.Identity{Type: aws.String("Service"), PrincipalId: aws.String("dynamodb.amazonaws.com")},
				Dynamodb:     &types.StreamRecord{ApproximateCreationDateTime: aws.Time(time.Unix(946684800, 250e6))},
			})
			got := w.raw()
			for _, want := range []string{
				`"userIdentity":{"principalId":"dynamodb.amazonaws.com","type":"Service"}`, `"ApproximateCreationDateTime":946684800.25`,
				`"eventSourceARN":"arn:aws:dynamodb:eu-west-1:123456789012:table/vms/stream/`,
			} {
				if !strings.Contains(got, want) {
					t.Errorf("the event has no %s:\n%s", want, got)
				}
			}
		}},
	}
}

// raw runs the consumer with a handler that takes the event as it comes, and
// returns the events joined.
func (w *world) raw() string {
	w.t.Helper()
	var got []string
	o := w.options()
	o.Triggers[0].New = func(consumer.Environment) (any, error) {
		return func(raw json.RawMessage) error {
			got = append(got, string(raw))
			return nil
		}, nil
	}
	r := w.start(o)
	r.settled()
	r.stop()
	return strings.Join(got, "\n")
}
