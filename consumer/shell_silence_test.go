package consumer_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

	"github.com/stillwater-streams/stillwater/consumer"
	"github.com/stillwater-streams/stillwater/consumer/lease"
	"github.com/stillwater-streams/stillwater/consumer/mapping"
	"github.com/stillwater-streams/stillwater/consumer/streamscript"
)

// TestNoAnswer: a call that is never answered is given up, told, and made again.
func TestNoAnswer(t *testing.T) {
	for _, operation := range []string{streamscript.GetRecords, streamscript.GetShardIterator, streamscript.DescribeStream, streamscript.DescribeTable} {
		t.Run(operation, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var hangs atomic.Bool
				w := newWorld(t, streamscript.Options{Before: func(ctx context.Context, op string) error {
					if op != operation || !hangs.CompareAndSwap(true, false) {
						return nil
					}
					<-ctx.Done()
					return ctx.Err()
				}})
				r := w.start(w.options())
				r.settled()
				w.endpoint.ExpireIterators()
				hangs.Store(true)
				r.Wake()
				synctest.Wait()
				w.endpoint.Split(w.endpoint.Shards("vms")[0])
				w.put(1)
				began := time.Now()
				r.until("the record", func([]consumer.MappingStatus) bool { return len(w.batches()) == 1 })
				if took := time.Since(began); hangs.Load() || took > consumer.CallTimeout+3*time.Second {
					t.Errorf("hangs %v, took %v", hangs.Load(), took)
				}
				r.settled()
				r.stop()
				if text := w.narrate(); !strings.Contains(text, operation+": no answer within 30s") {
					t.Error(text)
				}
			})
		})
	}
}

// TestNoAnswerAtStart: it is waited for, as anything that goes away by itself.
func TestNoAnswerAtStart(t *testing.T) {
	hangs := true
	o := streamscript.Options{Before: func(ctx context.Context, op string) error {
		if hangs && op == streamscript.DescribeStream {
			hangs = false
			<-ctx.Done()
			return ctx.Err()
		}
		return nil
	}}
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, o)
		w.put(1)
		r := w.start(w.options())
		r.settled()
		r.stop()
		w.want("2")
	})
}

// TestUnreadable: a record that nobody can decode is reported with a wait between,
// and nothing behind it is handed out.
func TestUnreadable(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.put(1)
		r := w.start(w.options())
		r.settled()
		bad := types.Record{Dynamodb: &types.StreamRecord{NewImage: map[string]types.AttributeValue{"a": &types.UnknownUnionMember{Tag: "NEW"}}}}
		w.endpoint.Put("vms", bad)
		w.put(1)
		before := w.endpoint.Calls(streamscript.GetRecords)
		pass(time.Minute)
		if n, m := w.endpoint.Calls(streamscript.GetRecords)-before, len(facts[consumer.ReadFailed](w)); n > 14 || m < 10 || m > 13 {
			t.Errorf("%d calls, %d failures in a minute", n, m)
		}
		if n := len(facts[consumer.ShardStarted](w)); n != 1 {
			t.Errorf("the shard was started %d times", n)
		}
		r.stop()
		w.want("2")
	})
}

// forgetful loses the answers to renewals that were made.
type forgetful struct {
	lease.Store
	loses int
}

func (f *forgetful) of(mapping.Mapping) lease.Store { return f }

// Renew gives, without an answer, the lease to which the write was made.
func (f *forgetful) Renew(ctx context.Context, l lease.Lease) (lease.Lease, error) {
	now, err := f.Store.Renew(ctx, l)
	if err == nil && f.loses > 0 {
		f.loses--
		now.Counter--
		return now, errCut
	}
	return now, err
}

// TestAnswersLost: a lease whose renewals went well without an answer is no lost
// lease.
func TestAnswersLost(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		o := w.options()
		o.Leases = (&forgetful{Store: w.leases, loses: 3}).of
		r := w.start(o)
		pass(time.Minute)
		r.stop()
		if n, m := len(facts[consumer.LeaseLost](w)), len(facts[consumer.LeaseFailed](w)); n != 0 || m != 3 {
			t.Errorf("%d leases lost, %d failures\n%s", n, m, w.narrate())
		}
	})
}

// slow is a store one of whose renewals gets no answer.
type slow struct {
	lease.Store
	hangs int
}

func (s *slow) of(mapping.Mapping) lease.Store { return s }

func (s *slow) Renew(ctx context.Context, l lease.Lease) (lease.Lease, error) {
	if s.hangs > 0 {
		s.hangs--
		<-ctx.Done()
		return l, ctx.Err()
	}
	return s.Store.Renew(ctx, l)
}

// TestSlowRenewal: two renewals without an answer leave time for a third.
func TestSlowRenewal(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		o := w.options()
		o.Leases = (&slow{Store: w.leases, hangs: 2}).of
		r := w.start(o)
		pass(time.Minute)
		r.stop()
		if n, m := len(facts[consumer.LeaseLost](w)), len(facts[consumer.LeaseFailed](w)); n != 0 || m != 2 {
			t.Errorf("%d leases lost, %d failures\n%s", n, m, w.narrate())
		}
	})
}

// listless is a store that does not answer lists, but the first.
type listless struct {
	lease.Store
	lists int
}

func (d *listless) of(mapping.Mapping) lease.Store { return d }

func (d *listless) List(ctx context.Context) ([]lease.Lease, error) {
	if d.lists++; d.lists > 1 {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	return d.Store.List(ctx)
}

// TestStopIsNoFailure: what a stop cuts off has not failed.
func TestStopIsNoFailure(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		o, d := w.options(), &listless{Store: w.leases}
		o.Leases = d.of
		r := w.start(o)
		pass(5 * time.Second)
		r.stop()
		if d.lists != 2 || len(facts[consumer.LeaseFailed](w)) != 0 {
			t.Errorf("%d lists\n%s", d.lists, w.narrate())
		}
	})
}

// TestNothingWithoutLease: without a safe lease a batch is neither delivered nor
// dropped, since another worker may be at it.
func TestNothingWithoutLease(t *testing.T) {
	for _, queue := range []string{"", "dlq"} {
		inWorld(t, func(t *testing.T, w *world) {
			wall := &wall{Store: w.leases}
			o := w.options()
			o.Triggers[0].Mapping.OnFailure = queue
			o.Triggers[0].Mapping.Timeout = time.Minute
			o.Leases = wall.of
			w.handle = func(context.Context, events.DynamoDBEvent) (any, error) {
				wall.cut.Store(true)
				pass(11 * time.Second)
				return nil, errCut
			}
			w.put(1)
			r := w.start(o)
			pass(30 * time.Second)
			if n, m := len(facts[consumer.Dropped](w)), len(facts[consumer.Delivered](w)); n+m != 0 {
				t.Errorf("%d dropped, %d delivered", n, m)
			}
			wall.cut.Store(false)
			r.stop()
		})
	}
}

// TestRequestOfExpired: a message about a batch that was never invoked keeps its
// request id however often it is sent.
func TestRequestOfExpired(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		none := 0
		w.mapping.ReservedConcurrency, w.mapping.MaximumRecordAge, w.mapping.OnFailure = &none, time.Minute, "dlq"
		w.queueFails = 3
		asked := 0
		o := w.options()
		o.RequestID = func() string { asked++; return strings.Repeat("r", asked) }
		w.put(1)
		r := w.start(o)
		r.settled()
		w.queueFails = 1
		w.put(1)
		pass(2 * time.Minute)
		r.stop()
		delivered := facts[consumer.Delivered](w)
		if len(delivered) != 2 || delivered[0].RequestID != "r" || delivered[1].RequestID != "rr" || asked != 2 {
			t.Errorf("asked %d times, delivered %+v", asked, delivered)
		}
	})
}
