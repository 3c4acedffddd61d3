package consumer_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
	"github.com/google/go-cmp/cmp"

	"github.com/stillwater-streams/stillwater/consumer"
	"github.com/stillwater-streams/stillwater/consumer/core"
	"github.com/stillwater-streams/stillwater/consumer/filter"
	"github.com/stillwater-streams/stillwater/consumer/mapping"
	"github.com/stillwater-streams/stillwater/consumer/streamscript"
)

// inWorld runs a test in a bubble, with a world of its own.
func inWorld(t *testing.T, test func(*testing.T, *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { test(t, newWorld(t, streamscript.Options{})) })
}

// want compares the batches that handlers were given, as sequence numbers.
func (w *world) want(batches ...string) {
	w.t.Helper()
	if diff := cmp.Diff(batches, w.batches()); diff != "" {
		w.t.Errorf("batches (-want +got):\n%s\n%s", diff, w.narrate())
	}
}

// keyed is a record of an item.
func keyed(pk string) types.Record {
	return types.Record{Dynamodb: &types.StreamRecord{Keys: map[string]types.AttributeValue{"pk": s(pk)}}}
}

// TestRun: what is there is read at once, what comes later when it is polled.
func TestRun(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.put(3)
		r := w.start(w.options())
		r.settled()
		w.put(2)
		r.settled()
		r.stop()
		w.want("2 3 4", "5 6")
	})
}

// TestEvent: handlers get the ARNs of the configuration, in the record, in the
// context and in the environment.
func TestEvent(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		var got []string
		w.handle = func(ctx context.Context, e events.DynamoDBEvent) (any, error) {
			deadline, _ := ctx.Deadline()
			got = append(got, requestOf(ctx), e.Records[0].EventSourceArn, e.Records[0].AWSRegion, time.Until(deadline).String())
			return nil, nil
		}
		o := w.options()
		o.Triggers[0].New = func(e consumer.Environment) (any, error) {
			got = append(got, e.ID, e.FunctionARN)
			return w.handler(e)
		}
		w.put(1)
		r := w.start(o)
		r.settled()
		r.stop()
		want := []string{
			"indicators-1", "arn:aws:lambda:eu-west-1:123456789012:function:streams_indicators",
			"r1 arn:aws:lambda:eu-west-1:123456789012:function:streams_indicators",
			"arn:aws:dynamodb:eu-west-1:123456789012:table/vms/stream/2000-01-01T00:00:00.000", "eu-west-1", "3s",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	})
}

// TestPoll: Lambda's base rate by default (D3), counted from the beginning of a
// read; a back-off and a faster rate where they are asked for.
func TestPoll(t *testing.T) {
	for _, test := range []struct {
		name      string
		poll, max time.Duration
		want      []time.Duration
	}{
		{"default", 0, 0, []time.Duration{0, 250 * time.Millisecond, 500 * time.Millisecond, 750 * time.Millisecond}},
		{"back-off", time.Second, 3 * time.Second, []time.Duration{0, time.Second, 3 * time.Second, 6 * time.Second, 9 * time.Second}},
		{"fast", time.Millisecond, 0, []time.Duration{0, time.Millisecond, 2 * time.Millisecond}},
	} {
		t.Run(test.name, func(t *testing.T) {
			inWorld(t, func(t *testing.T, w *world) {
				began := time.Now()
				o := w.options()
				o.Poll, o.PollMax = test.poll, test.max
				r := w.start(o)
				r.until("reads", func([]consumer.MappingStatus) bool { return len(facts[consumer.Polled](w)) == len(test.want) })
				r.stop()
				var got []time.Duration
				for _, p := range facts[consumer.Polled](w) {
					got = append(got, p.Began.Sub(began))
				}
				if diff := cmp.Diff(test.want, got); diff != "" {
					t.Errorf("reads (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// TestPollAfterRecords: the wait begins anew after records, and they are
// delivered within it.
func TestPollAfterRecords(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		r := w.start(w.options())
		pass(10*time.Second + 30*time.Millisecond)
		written := time.Now()
		w.put(1)
		r.until("the record", func([]consumer.MappingStatus) bool { return len(facts[consumer.Processed](w)) == 1 })
		if took := facts[consumer.Processed](w)[0].Ended.Sub(written); took > 250*time.Millisecond {
			t.Errorf("from put to the end of the invocation: %v", took)
		}
		r.stop()
	})
}

// TestReadAhead: while a batch is invoked the next is read, and two pages more at
// most.
func TestReadAhead(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.mapping.BatchSize = 1000
		release := make(chan struct{})
		w.handle = func(context.Context, events.DynamoDBEvent) (any, error) {
			<-release
			return nil, nil
		}
		w.put(4500)
		r := w.start(w.options())
		r.until("the second page", func(all []consumer.MappingStatus) bool {
			return len(all[0].Shards) > 0 && all[0].Shards[0].Records >= 2000
		})
		synctest.Wait()
		if s := r.Status()[0]; s.Shards[0].Records > 4000 || s.Running != 1 || len(s.Shards[0].Open) != 3 {
			t.Errorf("status %+v", s)
		}
		close(release)
		r.settled()
		r.stop()
		got := strings.Fields(strings.Join(w.batches(), " "))
		if n := len(w.batches()); n != 5 || len(got) != 4500 {
			t.Errorf("%d batches, %d records", n, len(got))
		}
	})
}

// TestRetry: a batch that fails is tried again after the back-off, then given up
// with the message of the last invocation, or dropped.
func TestRetry(t *testing.T) {
	for _, onFailure := range []string{"", "integrates_streams_dlq"} {
		t.Run(onFailure, func(t *testing.T) {
			inWorld(t, func(t *testing.T, w *world) {
				w.mapping.MaximumRetryAttempts, w.mapping.OnFailure = 2, onFailure
				w.handle = func(_ context.Context, e events.DynamoDBEvent) (any, error) {
					if len(e.Records) == 2 {
						return nil, errors.New("two")
					}
					return nil, nil
				}
				w.put(2)
				began := time.Now()
				r := w.start(w.options())
				r.until("the end of the batch", func(all []consumer.MappingStatus) bool {
					return len(all[0].Shards) > 0 && all[0].Shards[0].Position.Sequence != ""
				})
				if took := time.Since(began); took != 3*time.Second { // 1 s + 2 s
					t.Errorf("took %v", took)
				}
				w.put(1)
				r.settled()
				r.stop()
				w.want("2 3", "2 3", "2 3", "4")
				messages, dropped := w.queue.Messages(), facts[consumer.Dropped](w)
				if onFailure == "" {
					if len(messages) != 0 || len(dropped) != 1 || dropped[0].Lost.Attempts != 3 {
						t.Errorf("messages %v, dropped %v", messages, dropped)
					}
				} else if len(messages) != 1 || len(dropped) != 0 || messages[0].RequestContext.RequestID != "r3" ||
					messages[0].Batch.StreamARN != "arn:aws:dynamodb:eu-west-1:123456789012:table/vms/stream/2000-01-01T00:00:00.000" {
					t.Errorf("messages %+v, dropped %v", messages, dropped)
				}
			})
		})
	}
}

// TestDeliveryFails: the destination may fail, nothing is lost, the shard waits.
func TestDeliveryFails(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.mapping.OnFailure = "integrates_streams_dlq"
		w.queueFails = 3
		w.handle = func(_ context.Context, e events.DynamoDBEvent) (any, error) {
			if strings.TrimLeft(e.Records[0].Change.SequenceNumber, "0") == "2" {
				return nil, errors.New("bad")
			}
			return nil, nil
		}
		w.put(1)
		r := w.start(w.options())
		r.until("a failed message", func([]consumer.MappingStatus) bool { return len(facts[consumer.DeliveryFailed](w)) == 1 })
		w.put(1)
		synctest.Wait()
		if open := strings.Join(r.Status()[0].Shards[0].Open, "; "); !strings.Contains(open, "the destination refused 1 time: queue is down") {
			t.Errorf("open: %s", open)
		}
		r.settled()
		r.stop()
		w.want("2", "3")
		if n, m := len(facts[consumer.DeliveryFailed](w)), len(w.queue.Messages()); n != 3 || m != 1 {
			t.Errorf("%d failures, %d messages", n, m)
		}
	})
}

// TestFilters: what the filters turn away moves the position, and no function is
// run for it (L2).
func TestFilters(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		var err error
		if w.mapping.Filters, err = filter.Parse([]string{`{"dynamodb":{"Keys":{"pk":{"S":["a"]}}}}`}); err != nil {
			t.Fatal(err)
		}
		r := w.start(w.options())
		for _, pk := range []string{"a", "b", "a", "b", "b"} {
			w.endpoint.Put("vms", keyed(pk))
		}
		r.settled()
		r.stop()
		w.want("2 4")
		status, polled := facts[consumer.Checkpointed](w), facts[consumer.Polled](w)
		if last := status[len(status)-1].Position.Sequence; strings.TrimLeft(last, "0") != "6" {
			t.Errorf("checkpoint at %s", last)
		}
		if i := slices.IndexFunc(polled, func(p consumer.Polled) bool { return p.Records == 5 && p.Filtered == 3 }); i < 0 {
			t.Errorf("polled %+v", polled)
		}
	})
}

// TestBatchingWindow: records are gathered until the window is over (P2).
func TestBatchingWindow(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.mapping.MaximumBatchingWindow, w.mapping.BatchSize = 5*time.Second, 4
		began := time.Now()
		r := w.start(w.options())
		for range 3 {
			w.put(1)
			pass(time.Second)
		}
		r.settled()
		if took := time.Since(began); took < 5*time.Second || took > 5*time.Second+250*time.Millisecond {
			t.Errorf("took %v", took)
		}
		w.put(5)
		r.until("a full batch", func([]consumer.MappingStatus) bool { return len(w.batches()) == 2 })
		r.stop()
		w.want("2 3 4", "5 6 7 8")
	})
}

// TestParallelizationFactor: batches of one shard at once, in order per item (P5).
func TestParallelizationFactor(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.mapping.ParallelizationFactor, w.mapping.BatchSize = 4, 3
		var mu sync.Mutex
		most, now := 0, 0
		order := map[string][]string{}
		w.handle = func(_ context.Context, e events.DynamoDBEvent) (any, error) {
			mu.Lock()
			now++
			most = max(most, now)
			for _, r := range e.Records {
				pk := r.Change.Keys["pk"].String()
				order[pk] = append(order[pk], r.Change.SequenceNumber)
			}
			mu.Unlock()
			pass(time.Second)
			mu.Lock()
			now--
			mu.Unlock()
			return nil, nil
		}
		for i := range 40 {
			w.endpoint.Put("vms", keyed(fmt.Sprint("item", i%10)))
		}
		r := w.start(w.options())
		r.settled()
		r.stop()
		if most < 2 || most > 4 {
			t.Errorf("%d invocations at once", most)
		}
		for pk, numbers := range order {
			if !slices.IsSorted(numbers) || len(numbers) != 4 {
				t.Errorf("%s: %v", pk, numbers)
			}
		}
	})
}

// TestItemFailures: the lowest sequence number of the response is where the next
// attempt begins (R4); each record counts once as processed.
func TestItemFailures(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.mapping.ReportBatchItemFailures, w.mapping.MaximumRetryAttempts = true, 1
		w.handle = func(_ context.Context, e events.DynamoDBEvent) (any, error) {
			if e.Records[0].Change.SequenceNumber == strings.Repeat("0", 20)+"2" {
				return events.DynamoDBEventResponse{BatchItemFailures: []events.DynamoDBBatchItemFailure{
					{ItemIdentifier: e.Records[2].Change.SequenceNumber},
				}}, nil
			}
			return nil, nil
		}
		w.put(4)
		r := w.start(w.options())
		r.settled()
		r.stop()
		w.want("2 3 4 5", "4 5")
		var got []string
		for _, f := range facts[consumer.Processed](w) {
			got = append(got, f.String())
		}
		for _, f := range facts[consumer.ItemsFailed](w) {
			got = append(got, f.String())
		}
		zeros := strings.Repeat("0", 20)
		want := []string{
			"invocation r1 processed 2 records " + zeros + "2–" + zeros + "3",
			"invocation r2 processed 2 records " + zeros + "4–" + zeros + "5",
			"response of r1 left 2 records " + zeros + "4–" + zeros + "5",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	})
}

// TestTumblingWindow: state goes from one invocation to the next, and the final
// one comes when the window is over and a read found nothing more (W1, W3).
func TestTumblingWindow(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.mapping.TumblingWindow = time.Minute
		var got []string
		o := w.options()
		o.Triggers[0].New = func(consumer.Environment) (any, error) {
			return func(e events.DynamoDBTimeWindowEvent) (events.DynamoDBTimeWindowEventResponse, error) {
				got = append(got, fmt.Sprintf("%d records, state %v, final %v", len(e.Records), e.State, e.IsFinalInvokeForWindow))
				state := map[string]string{"n": fmt.Sprint(len(e.State["n"]), len(e.Records))}
				return events.DynamoDBTimeWindowEventResponse{TimeWindowEventResponseProperties: events.TimeWindowEventResponseProperties{State: state}}, nil
			}, nil
		}
		r := w.start(o)
		w.put(2)
		pass(time.Second)
		w.put(1)
		pass(time.Second)
		if at := r.Status()[0].Shards[0].Position; at.Sequence != "" {
			t.Errorf("position %v inside the window", at)
		}
		began := time.Now()
		r.settled()
		if took := time.Since(began); took < 57*time.Second || took > 59*time.Second {
			t.Errorf("the window ended after %v", took)
		}
		r.stop()
		want := []string{"2 records, state map[], final false", "1 records, state map[n:0 2], final false", "0 records, state map[n:3 1], final true"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
		if n := len(facts[consumer.Processed](w)); n != 2 {
			t.Errorf("%d processed", n)
		}
	})
}

// TestAge: records that are too old are given up before any invocation (P7).
func TestAge(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.mapping.MaximumRecordAge, w.mapping.OnFailure = time.Minute, "integrates_streams_dlq"
		w.endpoint.Put("vms", types.Record{Dynamodb: &types.StreamRecord{ApproximateCreationDateTime: aws.Time(time.Now().Add(-time.Hour))}})
		w.put(1)
		r := w.start(w.options())
		r.settled()
		r.stop()
		w.want("3")
		if m := w.queue.Messages(); len(m) != 1 || m[0].RequestContext.Condition != core.RecordAgeExceeded || m[0].RequestContext.RequestID == "" {
			t.Errorf("messages %+v", m)
		}
	})
}

// TestPause: nothing else begins, the position is kept (P15), and other mappings
// go on.
func TestPause(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		other := w.mapping
		other.Trigger = "archive"
		o := w.options()
		o.Leases = separate()
		o.Triggers = append(o.Triggers, consumer.Trigger{Mapping: other, New: w.handler})
		r := w.start(o)
		r.settled()
		if err := r.Pause("indicators", "feeds itself"); err != nil {
			t.Fatal(err)
		}
		w.put(2)
		pass(time.Minute)
		w.want("2 3")
		if s := r.Status(); s[0].Paused != "feeds itself" || s[0].Shards[0].Position.Sequence != "" || s[1].Paused != "" {
			t.Errorf("status %+v", s)
		}
		if err := r.Resume("indicators"); err != nil {
			t.Fatal(err)
		}
		r.settled()
		r.stop()
		w.want("2 3", "2 3")
		if n, m := len(facts[consumer.Paused](w)), len(facts[consumer.Resumed](w)); n != 1 || m != 1 {
			t.Errorf("%d pauses, %d resumptions", n, m)
		}
		if err := r.Pause("webhook", "x"); err == nil {
			t.Error("paused a mapping that is not there")
		}
		if err := r.Pause("archive", ""); err == nil {
			t.Error("paused without a reason")
		}
	})
}

// TestPausedFromTheStart: a shard that is begun while its mapping is paused waits,
// too.
func TestPausedFromTheStart(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.put(1)
		c, err := consumer.New(w.options())
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Pause("indicators", "not yet"); err != nil {
			t.Fatal(err)
		}
		r := w.run(c)
		pass(time.Minute)
		w.want()
		if err := r.Resume("indicators"); err != nil {
			t.Fatal(err)
		}
		r.settled()
		r.stop()
		w.want("2")
	})
}

// TestStoppedBeforeItBegan: a stop while the streams are looked for is a stop.
func TestStoppedBeforeItBegan(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		o := w.options()
		o.Tables = silent{}
		r := w.start(o)
		pass(time.Second)
		r.stop()
	})
}

// silent never answers.
type silent struct{}

func (silent) DescribeTable(ctx context.Context, _ *dynamodb.DescribeTableInput, _ ...func(*dynamodb.Options)) (*dynamodb.DescribeTableOutput, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

// TestDisabled: a mapping that is not enabled does nothing.
func TestDisabled(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.mapping.Enabled = false
		w.put(1)
		r := w.start(w.options())
		pass(time.Minute)
		r.stop()
		w.want()
		if n := len(facts[consumer.Disabled](w)); n != 1 {
			t.Errorf("told %d times", n)
		}
		if s := r.Status(); len(s) != 0 {
			t.Errorf("status %+v", s)
		}
	})
}

// TestStartAtLatest: what was written before the first start is not read, and what is
// written while the worker stands still before its first checkpoint is (P4).
func TestStartAtLatest(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.mapping.StartingPosition = mapping.Latest
		w.put(3)
		pass(10 * time.Minute)
		r := w.start(w.options())
		r.settled()
		r.stop()
		w.put(2)
		pass(time.Hour)
		r = w.start(w.options())
		r.settled()
		r.stop()
		w.put(1)
		r = w.start(w.options())
		r.settled()
		r.stop()
		w.want("5 6", "7")
	})
}
