package consumer_test

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/google/go-cmp/cmp"

	"github.com/stillwater-streams/stillwater/consumer"
	"github.com/stillwater-streams/stillwater/consumer/filter"
	"github.com/stillwater-streams/stillwater/consumer/lease"
	"github.com/stillwater-streams/stillwater/consumer/mapping"
)

// recordingBucket keeps the last object put, its key before its body.
type recordingBucket struct{ put string }

func (b *recordingBucket) PutObject(_ context.Context, in *s3.PutObjectInput, _ ...func(*s3.Options)) (*s3.PutObjectOutput, error) {
	body, err := io.ReadAll(in.Body)
	b.put = *in.Key + "\n" + string(body)
	return &s3.PutObjectOutput{ETag: aws.String(`"e"`)}, err
}

func filters() []behaviour {
	// through runs records through filters, given as the patterns of triggers.json,
	// and names the items that came through.
	through := func(patterns string, want ...string) func(*testing.T, *world) {
		return func(t *testing.T, w *world) {
			w.mapping = takes(t, `, "filters": [`+patterns+`]`)
			var got []string
			w.handle = func(_ context.Context, e events.DynamoDBEvent) (any, error) {
				for _, r := range e.Records {
					got = append(got, r.Change.Keys["pk"].String())
				}
				return nil, nil
			}
			for _, r := range candidates() {
				w.endpoint.Put("vms", r)
			}
			w.runs()
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("came through (-want +got):\n%s", diff)
			}
		}
	}
	return []behaviour{
		{"L1", "patterns are alternatives, keys of one are all needed", through(
			`{"eventName":["REMOVE"]}, {"eventName":["INSERT"],"dynamodb":{"Keys":{"pk":{"S":["low"]}}}}`, "low", "gone")},
		{"L2", "a filtered record counts in no batch and moves the position", func(t *testing.T, w *world) {
			w.mapping = takes(t, `, "batch_size": 2, "filters": [{"dynamodb":{"Keys":{"pk":{"S":["a"]}}}}]`)
			for _, pk := range []string{"a", "b", "a", "b", "a", "b"} {
				w.endpoint.Put("vms", keyed(pk))
			}
			w.runs()
			w.want("2 4", "6")
			stored := facts[consumer.Checkpointed](w)
			if at := strings.TrimLeft(stored[len(stored)-1].Position.Sequence, "0"); at != "7" {
				t.Errorf("position %s, want 7: behind the last filtered record", at)
			}
		}},
		{"L3", "of a duplicate key the last counts", through(`{"eventName":["REMOVE"],"eventName":["MODIFY"]}`, "high")},
		{"L3", "a pattern must be JSON", func(t *testing.T, _ *world) {
			if _, err := filter.Parse([]string{`{"eventName": `}); err == nil || !strings.Contains(err.Error(), "Invalid filter pattern definition.") {
				t.Errorf("error %v", err)
			}
			refuses(t, `, "filters": ["eventName"]`, "filters")
		}},
		{"L4", "numeric never matches a number attribute", through(
			`{"dynamodb":{"NewImage":{"score":{"N":[{"numeric":[">",0]}]}}}}`)},
		{"L5", "a pattern without the type descriptor matches nothing", through(
			`{"dynamodb":{"Keys":{"pk":["low"]}}}`)},
		{"L6", "ApproximateCreationDateTime is a number", through(
			`{"dynamodb":{"ApproximateCreationDateTime":[{"numeric":[">",946684800]}]}}`, "high")},
		{"L7", "keys beside dynamodb can be filtered on", through(`{"eventName":["INSERT"],"eventSource":["aws:dynamodb"]}`, "low")},
		{"L8", "exists true is for leaves", through(`{"dynamodb":{"NewImage":{"score":{"N":[{"exists":true}]}}}}`, "low", "high")},
		{"L8", "exists is for leaves: on a node above, exists false matches with and without", through(
			`{"dynamodb":{"NewImage":{"score":[{"exists":false}]}}}`, "low", "high", "gone")},
	}
}

// candidates are three records: an INSERT of "low", a MODIFY of "high", a REMOVE
// of "gone".
func candidates() []types.Record {
	at := func(seconds int64) *time.Time { return aws.Time(time.Unix(946684800+seconds, 0)) }
	image := map[string]types.AttributeValue{"score": &types.AttributeValueMemberN{Value: "42"}}
	record := func(pk string, name types.OperationType, seconds int64, image map[string]types.AttributeValue) types.Record {
		r := keyed(pk)
		r.EventName, r.Dynamodb.ApproximateCreationDateTime, r.Dynamodb.NewImage = name, at(seconds), image
		return r
	}
	return []types.Record{
		record("low", types.OperationTypeInsert, 0, image),
		record("high", types.OperationTypeModify, 1, image),
		record("gone", types.OperationTypeRemove, 0, nil),
	}
}

func windows() []behaviour {
	// told runs a function with windows of a minute over one record now and one a
	// minute later, and tells what each invocation was given.
	told := func(w *world, answer func(events.DynamoDBTimeWindowEvent) any) []string {
		w.t.Helper()
		w.mapping.TumblingWindow = time.Minute
		var got []string
		o := w.options()
		o.Triggers[0].New = func(consumer.Environment) (any, error) {
			return func(e events.DynamoDBTimeWindowEvent) (any, error) {
				got = append(got, fmt.Sprintf("%d in %s, state %v, final %v, early %v", len(e.Records), e.Window.Start.Format("15:04"), e.State, e.IsFinalInvokeForWindow, e.IsWindowTerminatedEarly))
				return answer(e), nil
			}, nil
		}
		r := w.start(o)
		w.put(1)
		pass(70 * time.Second)
		w.put(1)
		r.settled()
		r.stop()
		return got
	}
	counting := func(e events.DynamoDBTimeWindowEvent) any {
		return map[string]any{"state": map[string]string{"n": e.State["n"] + "x"}}
	}
	return []behaviour{
		{"W1", "invocations of a window hand their state on", func(t *testing.T, w *world) {
			want := []string{
				"1 in 00:00, state map[], final false, early false", "0 in 00:00, state map[n:x], final true, early false",
				"1 in 00:01, state map[], final false, early false", "0 in 00:01, state map[n:x], final true, early false",
			}
			if diff := cmp.Diff(want, told(w, counting)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		}},
		{"W2", "an answer without state is a failure", func(t *testing.T, w *world) {
			w.mapping.OnFailure = "dlq"
			told(w, func(events.DynamoDBTimeWindowEvent) any { return map[string]any{} })
			if n := len(w.queue.Messages()); n != 2 {
				t.Errorf("%d messages, want 2", n)
			}
		}},
		{"W2", "a state above 1 MB ends the window early", func(t *testing.T, w *world) {
			got := told(w, func(events.DynamoDBTimeWindowEvent) any {
				return map[string]any{"state": map[string]string{"n": strings.Repeat("x", 1<<20)}}
			})
			early := slices.IndexFunc(got, func(s string) bool { return strings.HasSuffix(s, "final true, early true") })
			if early != 1 {
				t.Errorf("no window was ended early by its second invocation (%d of %d)", early, len(got))
			}
		}},
		{"W3", "a window without new records closes within 2 minutes of its end", func(t *testing.T, w *world) {
			told(w, counting)
			final := facts[consumer.InvocationEnded](w)[1]
			if final.Window == nil || !final.Window.Final {
				t.Fatalf("second invocation %+v is not final", final)
			}
			for _, o := range w.seen {
				if started, ok := o.Fact.(consumer.InvocationStarted); ok && started.Window.Final {
					if late := o.Time.Sub(started.Window.End); late < 0 || late > 2*time.Minute {
						t.Errorf("closed %v after its end", late)
					}
				}
			}
		}},
		{"W4", "the end of a shard closes its window, its child starts with fresh state", func(t *testing.T, w *world) {
			w.mapping.TumblingWindow = 15 * time.Minute
			var got []string
			o := w.options()
			o.Triggers[0].New = func(consumer.Environment) (any, error) {
				return func(e events.DynamoDBTimeWindowEvent) (any, error) {
					got = append(got, fmt.Sprintf("%d, state %v, final %v", len(e.Records), e.State, e.IsFinalInvokeForWindow))
					return counting(e), nil
				}, nil
			}
			w.put(1)
			w.endpoint.Roll(w.endpoint.Shards("vms")[0])
			w.put(1)
			r := w.start(o)
			r.settled()
			r.stop()
			want := []string{"1, state map[], final false", "0, state map[n:x], final true", "1, state map[], final false", "0, state map[n:x], final true"}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		}},
	}
}

func leases() []behaviour {
	return []behaviour{
		{"K1", "a lease holds owner, counter and checkpoint", func(t *testing.T, w *world) {
			w.put(2)
			r := w.start(w.options())
			r.settled()
			l := w.rows()[0]
			if l.Key != w.endpoint.Shards("vms")[0] || l.Owner != r.Worker() || l.Counter == 0 || strings.TrimLeft(l.Checkpoint, "0") != "3" {
				t.Errorf("lease %+v", l)
			}
			r.stop()
		}},
		{"K2", "a child starts when its parent is at SHARD_END, and then the parent's row goes", func(t *testing.T, w *world) {
			parent := w.endpoint.Shards("vms")[0]
			w.put(1)
			child := w.endpoint.Roll(parent)
			w.put(1)
			r := w.start(w.options())
			r.until("the parent's row to go", func([]consumer.MappingStatus) bool {
				rows := w.rows()
				return len(rows) == 1 && rows[0].Key == child
			})
			r.stop()
			w.want("2", "4") // 3 is the number of the child itself
		}},
		{"K3", "a worker is dead when it has not renewed for the failover time", func(t *testing.T, w *world) {
			stolen, err := w.leases.Create(context.Background(), lease.Lease{Key: w.endpoint.Shards("vms")[0], Owner: "dead", Checkpoint: lease.TrimHorizon})
			if err != nil || !stolen {
				t.Fatal(stolen, err)
			}
			w.put(1)
			began := time.Now()
			r := w.start(w.options())
			r.until("the record", func([]consumer.MappingStatus) bool { return len(w.batches()) == 1 })
			if took := time.Since(began); took < consumer.DefaultFailover || took > consumer.DefaultFailover+time.Second {
				t.Errorf("taken over after %v, want %v and at most a second more", took, consumer.DefaultFailover)
			}
			r.stop()
		}},
		{"K4", "workers share the shards", func(t *testing.T, w *world) {
			w.endpoint.Split(w.endpoint.Shards("vms")[0])
			one, two := w.start(w.options()), w.start(w.options())
			one.until("both to hold a shard", func([]consumer.MappingStatus) bool {
				owners := map[string]bool{}
				for _, l := range w.rows() {
					if l.Checkpoint != lease.ShardEnd {
						owners[l.Owner] = true
					}
				}
				return owners[one.Worker()] && owners[two.Worker()]
			})
			one.stop()
			two.stop()
		}},
		{"K5", "a handler that fails is retried, not skipped", func(_ *testing.T, w *world) {
			w.mapping.MaximumRetryAttempts = 3
			w.handle = fails(3)
			w.put(1)
			w.runs()
			w.want("2", "2", "2", "2")
		}},
		{"K6", "leaf shards of a disabled stream end; nobody waits for children that never come", func(t *testing.T, w *world) {
			r := w.start(w.options())
			r.settled()
			w.put(1)
			w.endpoint.Disable("vms")
			r.until("the shard to end", func([]consumer.MappingStatus) bool { return len(facts[consumer.ShardEnded](w)) == 1 })
			r.stop()
			w.want("2")
		}},
		{"K7", "each mapping has a lease table of its own", func(t *testing.T, _ *world) {
			m := mapping.Mapping{Trigger: "indicators", Table: "integrates_vms"}
			if got := consumer.LeaseTable(m); got != "integrates_vms_consumer_indicators" {
				t.Errorf("lease table %s", got)
			}
		}},
		{"K8", "a new lease stands at TRIM_HORIZON, one read out at SHARD_END", func(t *testing.T, w *world) {
			r := w.start(w.options())
			r.settled()
			if l := w.rows()[0]; l.Checkpoint != lease.TrimHorizon {
				t.Errorf("new lease %+v", l)
			}
			w.endpoint.Close(w.endpoint.Shards("vms")[0])
			r.until("the shard to end", func([]consumer.MappingStatus) bool { return len(facts[consumer.ShardEnded](w)) == 1 })
			if l := w.rows()[0]; l.Checkpoint != lease.ShardEnd {
				t.Errorf("lease of a shard read out %+v", l)
			}
			r.stop()
		}},
		{"K9", "every renewal and checkpoint adds to the counter", func(t *testing.T, w *world) {
			r := w.start(w.options())
			r.settled()
			before := w.rows()[0].Counter
			pass(time.Minute)
			renewed := w.rows()[0].Counter
			w.put(1)
			r.settled()
			if after := w.rows()[0].Counter; renewed <= before || after <= renewed {
				t.Errorf("counter %d, after a minute %d, after a checkpoint %d: must grow", before, renewed, after)
			}
			r.stop()
		}},
		{"K11", "handlers see ARNs with a real region", func(t *testing.T, w *world) {
			w.put(1)
			if got := w.raw(); !strings.Contains(got, `"awsRegion":"eu-west-1"`) || strings.Contains(got, "ddblocal") {
				t.Errorf("event %s", got)
			}
		}},
	}
}

// rows are the leases as they are stored.
func (w *world) rows() []lease.Lease {
	w.t.Helper()
	list, err := w.leases.List(context.Background())
	if err != nil {
		w.t.Fatal(err)
	}
	return list
}
