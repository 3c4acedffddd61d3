package consumer_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
	"github.com/google/go-cmp/cmp"

	"github.com/stillwater-streams/stillwater/consumer"
	"github.com/stillwater-streams/stillwater/consumer/streamscript"
)

// TestReadErrors: what goes away by itself is tried again with a back-off, behind
// the same record, and reported.
func TestReadErrors(t *testing.T) {
	for _, test := range []struct {
		name      string
		operation string
		err       error
	}{
		{"throttled", streamscript.GetRecords, streamscript.Throttled()},
		{"a fault of the server", streamscript.GetRecords, streamscript.ServerError()},
		{"a connection lost", streamscript.GetShardIterator, streamscript.Disconnected()},
		{"a refusal", streamscript.GetRecords, errors.New("AccessDeniedException: not authorized")},
	} {
		t.Run(test.name, func(t *testing.T) {
			inWorld(t, func(t *testing.T, w *world) {
				w.endpoint.Fail(test.operation, 3, test.err)
				w.put(2)
				began := time.Now()
				r := w.start(w.options())
				r.until("the records", func([]consumer.MappingStatus) bool { return len(facts[consumer.Processed](w)) == 1 })
				if took := time.Since(began); took != 700*time.Millisecond { // 100 + 200 + 400
					t.Errorf("took %v", took)
				}
				r.stop()
				w.want("2 3")
				if failed := facts[consumer.ReadFailed](w); len(failed) != 3 || !strings.Contains(failed[0].Err.Error(), test.err.Error()) {
					t.Errorf("failed %v", failed)
				}
			})
		})
	}
}

// TestExpiredIterators: nobody notices.
func TestExpiredIterators(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		r := w.start(w.options())
		for range 3 {
			w.put(1)
			r.settled()
			w.endpoint.ExpireIterators()
		}
		r.stop()
		w.want("2", "3", "4")
		if n := len(facts[consumer.ReadFailed](w)); n != 0 {
			t.Errorf("%d reads failed", n)
		}
	})
}

// TestTrimmedWhileStopped: a gap is reported, and what is left is read.
func TestTrimmedWhileStopped(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		shard := w.endpoint.Shards("vms")[0]
		w.put(1)
		r := w.start(w.options())
		r.settled()
		r.stop()
		w.put(3)
		w.endpoint.Trim(shard, strings.Repeat("0", 20)+"4")
		r = w.start(w.options())
		r.settled()
		r.stop()
		w.want("2", "5")
		if lost := facts[consumer.RecordsLost](w); len(lost) != 1 || lost[0].After != strings.Repeat("0", 20)+"2" || lost[0].Whole {
			t.Errorf("lost %v", lost)
		}
	})
}

// TestLineage: parents before children, through a split and a roll, each shard
// read to its end; leases go when they are of no more use (K2).
func TestLineage(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		root := w.endpoint.Shards("vms")[0]
		w.handle = func(_ context.Context, e events.DynamoDBEvent) (any, error) {
			pass(time.Second) // the children are there long before the parent is done
			return nil, nil
		}
		w.mapping.BatchSize = 2
		w.endpoint.PutTo(root, types.Record{})
		w.endpoint.PutTo(root, types.Record{})
		w.endpoint.PutTo(root, types.Record{})
		left, right := w.endpoint.Split(root)
		w.endpoint.PutTo(left, types.Record{})
		child := w.endpoint.Roll(left)
		w.endpoint.PutTo(child, types.Record{})
		r := w.start(w.options())
		r.settled()
		w.want("2 3", "4", "7", "9")
		w.endpoint.PutTo(right, types.Record{})
		r.settled()
		pass(3 * time.Minute) // a lease goes when its parent's is gone
		leases, err := w.leases.List(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var keys []string
		for _, l := range leases {
			keys = append(keys, l.Key+" "+strings.TrimLeft(l.Checkpoint, "0"))
		}
		slices.Sort(keys)
		if diff := cmp.Diff([]string{right + " 10", child + " 9"}, keys); diff != "" {
			t.Errorf("leases (-want +got):\n%s", diff)
		}
		r.stop()
	})
}

// TestShardAppears: a shard that splits while the consumer runs is followed at
// once, not only when shards are listed the next time.
func TestShardAppears(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		r := w.start(w.options())
		r.settled()
		pass(5 * time.Second)
		w.put(1)
		_, right := w.endpoint.Split(w.endpoint.Shards("vms")[0])
		w.endpoint.PutTo(right, types.Record{})
		began := time.Now()
		r.until("the child's record", func([]consumer.MappingStatus) bool { return len(w.batches()) == 2 })
		if took := time.Since(began); took > 500*time.Millisecond {
			t.Errorf("took %v", took)
		}
		r.stop()
		w.want("2", "5")
	})
}

// filtered counts how DescribeStream is asked.
type filtered struct {
	consumer.StreamsAPI
	children, all atomic.Int64
}

func (f *filtered) DescribeStream(ctx context.Context, in *dynamodbstreams.DescribeStreamInput, o ...func(*dynamodbstreams.Options)) (*dynamodbstreams.DescribeStreamOutput, error) {
	if in.ShardFilter != nil {
		f.children.Add(1)
	} else {
		f.all.Add(1)
	}
	return f.StreamsAPI.DescribeStream(ctx, in, o...)
}

// TestChildrenOfEnded: when a shard ends its children are asked for, and not the
// whole stream; that is listed when its time comes.
func TestChildrenOfEnded(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		o := w.options()
		api := &filtered{StreamsAPI: w.endpoint}
		o.Streams = api
		r := w.start(o)
		r.settled()
		before := api.all.Load()
		shard := w.endpoint.Shards("vms")[0]
		var want []string
		for range 3 {
			shard = w.endpoint.Roll(shard)
			want = append(want, w.put(1)...)
			pass(time.Second)
		}
		if api.children.Load() != 3 || api.all.Load() != before {
			t.Errorf("asked for children %d times, for all %d times", api.children.Load(), api.all.Load()-before)
		}
		pass(time.Minute)
		if n := api.all.Load() - before; n < 1 || n > 3 {
			t.Errorf("asked for all %d times in a minute", n)
		}
		r.stop()
		w.want(want...)
	})
}

// TestChildrenComeLate: a shard may be closed before its children are listed.
func TestChildrenComeLate(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		root := w.endpoint.Shards("vms")[0]
		var hidden atomic.Bool
		o := w.options()
		o.Streams = &hiding{StreamsAPI: w.endpoint, children: &hidden}
		r := w.start(o)
		r.settled()
		hidden.Store(true)
		child := w.endpoint.Roll(root)
		w.endpoint.PutTo(child, types.Record{})
		r.until("the end of the parent", func([]consumer.MappingStatus) bool { return len(facts[consumer.ShardEnded](w)) == 1 })
		pass(time.Second)
		hidden.Store(false)
		began := time.Now()
		r.settled()
		r.until("the record", func([]consumer.MappingStatus) bool { return len(w.batches()) == 1 })
		if took := time.Since(began); took > 2*time.Second {
			t.Errorf("took %v", took)
		}
		r.stop()
		w.want("3")
	})
}

// hiding does not list children.
type hiding struct {
	consumer.StreamsAPI
	children *atomic.Bool
}

func (h *hiding) DescribeStream(ctx context.Context, in *dynamodbstreams.DescribeStreamInput, o ...func(*dynamodbstreams.Options)) (*dynamodbstreams.DescribeStreamOutput, error) {
	out, err := h.StreamsAPI.DescribeStream(ctx, in, o...)
	if err == nil && h.children.Load() {
		out.StreamDescription.Shards = slices.DeleteFunc(slices.Clone(out.StreamDescription.Shards), func(s types.Shard) bool { return s.ParentShardId != nil })
	}
	return out, err
}

// TestNewStream: when the table gets another stream (E3), by being dropped or by
// disabling the old one, that is read out first and then the new one.
func TestNewStream(t *testing.T) {
	for _, test := range []struct {
		name   string
		quirks streamscript.Quirks
		change func(*world)
	}{
		{"enabled again", streamscript.Quirks{}, func(w *world) { w.endpoint.Disable("vms"); pass(time.Minute) }},
		{"enabled again at once", streamscript.Quirks{}, func(w *world) {}},
		{"shards that stay open", streamscript.Quirks{ShardsStayOpen: true}, func(w *world) { w.endpoint.Disable("vms") }},
		{"dropped and created", streamscript.Quirks{}, func(w *world) { w.endpoint.Drop("vms"); pass(time.Minute) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, streamscript.Options{Quirks: test.quirks})
				w.handle = func(context.Context, events.DynamoDBEvent) (any, error) {
					pass(3 * time.Second)
					return nil, nil
				}
				w.mapping.Timeout = time.Minute
				r := w.start(w.options())
				r.settled()
				w.put(2)
				test.change(w)
				arn := w.endpoint.Enable("vms", types.StreamViewTypeKeysOnly)
				w.put(1)
				r.until("the record of the new stream", func([]consumer.MappingStatus) bool { return len(w.batches()) == 2 })
				r.settled()
				if s := r.Status()[0]; s.StreamARN != arn || s.Problem != "" || len(s.Shards) != 1 {
					t.Errorf("status %+v", s)
				}
				r.stop()
				w.want("2 3", "5")
				if n := len(facts[consumer.StreamFound](w)); n != 2 {
					t.Errorf("%d streams found", n)
				}
			})
		})
	}
}

// TestTableMissing: while there is no table the status says so, and what follows
// is found within seconds.
func TestTableMissing(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		r := w.start(w.options())
		r.settled()
		w.endpoint.Drop("vms")
		pass(10 * time.Minute)
		if s := r.Status()[0]; !strings.Contains(s.Problem, "there is no such table") {
			t.Errorf("status %+v", s)
		}
		w.endpoint.Enable("vms", types.StreamViewTypeKeysOnly)
		w.put(1)
		began := time.Now()
		r.until("the record", func([]consumer.MappingStatus) bool { return len(w.batches()) == 1 })
		if took := time.Since(began); took > 2*time.Second {
			t.Errorf("took %v", took)
		}
		r.stop()
	})
}

// TestStreamGone: a stream that vanishes with records unread is told as a loss,
// and the next one is read.
func TestStreamGone(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		release := make(chan struct{})
		w.handle = func(context.Context, events.DynamoDBEvent) (any, error) {
			<-release
			return nil, nil
		}
		w.mapping.BatchSize, w.mapping.Timeout = 1, 15*time.Minute
		w.put(2)
		arn := w.endpoint.Enable("vms", types.StreamViewTypeKeysOnly)
		w.endpoint.Disable("vms")
		w.endpoint.Enable("vms", types.StreamViewTypeKeysOnly)
		_ = arn
		o := w.options()
		r := w.start(o)
		w.put(2)
		r.until("the first invocation", func([]consumer.MappingStatus) bool { return len(w.batches()) == 1 })
		synctest.Wait()
		old := r.Status()[0].StreamARN
		w.endpoint.Forget(old)
		w.endpoint.Enable("vms", types.StreamViewTypeKeysOnly)
		w.put(1)
		pass(time.Minute)
		close(release)
		r.until("the record of the new stream", func([]consumer.MappingStatus) bool { return len(w.batches()) == 3 })
		r.settled()
		r.stop()
		w.want("6", "7", "9") // what was read before is dealt with
		if lost := facts[consumer.RecordsLost](w); len(lost) != 1 || !lost[0].Whole {
			t.Errorf("lost %v", lost)
		}
	})
}

// TestNotReallyGone: that the service does not know a shard for a moment is no
// end of it.
func TestNotReallyGone(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		r := w.start(w.options())
		r.settled()
		w.endpoint.Fail(streamscript.GetRecords, 2, &types.ResourceNotFoundException{})
		w.put(1)
		r.settled()
		r.stop()
		w.want("2")
		if n, m := len(facts[consumer.RecordsLost](w)), len(facts[consumer.ReadFailed](w)); n != 0 || m != 2 {
			t.Errorf("%d lost, %d failed", n, m)
		}
	})
}

// listing knows all streams of the table.
type listing struct {
	*streamscript.Endpoint
	arns func() []string
}

func (l listing) ListStreams(context.Context, *dynamodbstreams.ListStreamsInput, ...func(*dynamodbstreams.Options)) (*dynamodbstreams.ListStreamsOutput, error) {
	out := &dynamodbstreams.ListStreamsOutput{}
	for _, arn := range l.arns() {
		out.Streams = append(out.Streams, types.Stream{StreamArn: &arn})
	}
	return out, nil
}

// TestOlderStream: the table got another stream while no worker ran. What is in
// the old one is read first; if that is gone, it is told.
func TestOlderStream(t *testing.T) {
	for _, gone := range []bool{false, true} {
		inWorld(t, func(t *testing.T, w *world) {
			arns := []string{w.endpoint.Enable("vms", types.StreamViewTypeKeysOnly)}
			w.put(1)
			r := w.start(w.options())
			r.settled()
			r.stop()
			w.put(2)
			arns = append(arns, w.endpoint.Enable("vms", types.StreamViewTypeKeysOnly))
			w.put(1)
			if gone {
				w.endpoint.Forget(arns[0])
			}
			o := w.options()
			o.Streams = listing{w.endpoint, func() []string { return arns }}
			r = w.start(o)
			r.settled()
			r.until("all records", func([]consumer.MappingStatus) bool { return slices.Contains(w.batches(), "7") })
			r.settled()
			if gone { // it is told when nobody has touched the lease for the failover time
				r.until("the loss", func([]consumer.MappingStatus) bool { return len(facts[consumer.RecordsLost](w)) > 0 })
			}
			r.stop()
			lost := facts[consumer.RecordsLost](w)
			if gone {
				w.want("3", "7")
				if len(lost) != 1 || !lost[0].Whole || strings.TrimLeft(lost[0].After, "0") != "3" {
					t.Errorf("lost %v", lost)
				}
			} else if w.want("3", "4 5", "7"); len(lost) != 0 {
				t.Errorf("lost %v", lost)
			}
		})
	}
}

// TestPinnedStream: a mapping on a stream of its own does not follow the table.
func TestPinnedStream(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		o := w.options()
		o.Triggers[0].StreamARN = w.endpoint.Enable("vms", types.StreamViewTypeKeysOnly)
		r := w.start(o)
		w.put(1)
		w.endpoint.Enable("vms", types.StreamViewTypeKeysOnly)
		w.put(1)
		r.until("the end", func(all []consumer.MappingStatus) bool { return len(facts[consumer.ShardEnded](w)) == 1 })
		pass(time.Minute)
		r.stop()
		w.want("3")
	})
}

// TestEndpointQuirks: as DynamoDB Local has them.
func TestEndpointQuirks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, streamscript.Options{Quirks: streamscript.Quirks{EmptyShardDefect: true, FloorToMinute: true, IgnoreShardFilter: true}, PageSize: 2, ShardPageSize: 1})
		r := w.start(w.options())
		r.settled()
		w.endpoint.Enable("other", types.StreamViewTypeKeysOnly)
		w.endpoint.Put("other", types.Record{})
		w.put(5)
		r.settled()
		r.stop()
		if got := strings.Join(w.batches(), " "); got != "4 5 6 7 8" {
			t.Errorf("records %s", got)
		}
	})
}
