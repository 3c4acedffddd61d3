package consumer_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
	"github.com/google/go-cmp/cmp"

	"github.com/stillwater-streams/stillwater/consumer"
	"github.com/stillwater-streams/stillwater/consumer/core"
	"github.com/stillwater-streams/stillwater/consumer/lease"
	"github.com/stillwater-streams/stillwater/consumer/mapping"
	"github.com/stillwater-streams/stillwater/consumer/streamscript"
)

// wall is what a worker has between it and its lease store: it can be cut off.
type wall struct {
	lease.Store
	cut   atomic.Bool
	delay time.Duration // of a checkpoint
}

var errCut = errors.New("no route to host")

func (w *wall) List(ctx context.Context) ([]lease.Lease, error) {
	if w.cut.Load() {
		return nil, errCut
	}
	return w.Store.List(ctx)
}

func (w *wall) Renew(ctx context.Context, l lease.Lease) (lease.Lease, error) {
	if w.cut.Load() {
		return lease.Lease{}, errCut
	}
	return w.Store.Renew(ctx, l)
}

func (w *wall) Checkpoint(ctx context.Context, l lease.Lease, p core.Position) (lease.Lease, error) {
	if w.cut.Load() {
		return lease.Lease{}, errCut
	}
	if w.delay > 0 {
		pass(w.delay)
	}
	return w.Store.Checkpoint(ctx, l, p)
}

func (w *wall) Release(ctx context.Context, l lease.Lease) (lease.Lease, error) {
	if w.cut.Load() {
		return lease.Lease{}, errCut
	}
	return w.Store.Release(ctx, l)
}

func (w *wall) of(mapping.Mapping) lease.Store { return w }

// TestTakeover: a worker that cannot be heard of any more is followed within the
// failover time and a second, from its checkpoint; its own result is not stored.
func TestTakeover(t *testing.T) {
	for _, failover := range []time.Duration{0, 500 * time.Millisecond} {
		t.Run(failover.String(), func(t *testing.T) {
			inWorld(t, func(t *testing.T, w *world) {
				w.mapping.Timeout = time.Minute
				hang := make(chan struct{})
				w.handle = func(context.Context, events.DynamoDBEvent) (any, error) {
					if len(w.batches()) == 2 {
						<-hang
					}
					return nil, nil
				}
				one, two := w.options(), w.options()
				one.Worker, two.Worker = "one", "two"
				one.Failover, two.Failover = failover, failover
				wall := &wall{Store: w.leases}
				one.Leases = wall.of
				w.put(1)
				first := w.start(one)
				first.settled()
				second := w.start(two)
				w.put(1)
				first.until("the invocation that hangs", func([]consumer.MappingStatus) bool { return len(w.batches()) == 2 })
				wall.cut.Store(true)
				began := time.Now()
				second.until("the takeover", func([]consumer.MappingStatus) bool { return len(w.batches()) == 3 })
				if failover == 0 {
					failover = consumer.DefaultFailover
				}
				if took := time.Since(began); took > failover+time.Second {
					t.Errorf("took %v", took)
				}
				wall.cut.Store(false)
				close(hang)
				second.settled()
				w.put(1)
				second.settled()
				first.stop()
				second.stop()
				w.want("2", "3", "3", "4")
				if taken := facts[consumer.LeaseTaken](w); len(taken) != 2 || !taken[1].Dead || !strings.HasPrefix(taken[1].From, "one-") {
					t.Errorf("taken %+v", taken)
				}
				if n := len(facts[consumer.LeaseLost](w)); n != 1 {
					t.Errorf("%d leases lost", n)
				}
			})
		})
	}
}

// TestNoInvocationWithoutLease: a worker that could not renew its lease for the
// failover time begins nothing, since another may be at it.
func TestNoInvocationWithoutLease(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		wall := &wall{Store: w.leases}
		o := w.options()
		o.Leases = wall.of
		r := w.start(o)
		r.settled()
		wall.cut.Store(true)
		pass(11 * time.Second)
		w.put(1)
		pass(time.Minute)
		w.want()
		wall.cut.Store(false)
		r.settled()
		r.stop()
		w.want("2")
		if n := len(facts[consumer.LeaseLost](w)); n != 1 {
			t.Errorf("%d leases lost", n)
		}
	})
}

// TestNoInvocationWhileRenewalHangs: not even before it is known that the lease
// is lost.
func TestNoInvocationWhileRenewalHangs(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		o := w.options()
		o.Leases = (&slow{Store: w.leases, hangs: 3}).of
		r := w.start(o)
		pass(10*time.Second + 100*time.Millisecond)
		w.put(1)
		pass(2 * time.Second)
		w.want()
		if n, m := len(facts[consumer.Polled](w)), len(facts[consumer.LeaseLost](w)); n < 40 || m != 0 {
			t.Errorf("%d reads, %d leases lost", n, m)
		}
		r.settled()
		r.stop()
		w.want("2")
	})
}

// TestStopReleases: another worker has the lease within one look after a graceful
// stop, and goes on behind the checkpoint.
func TestStopReleases(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.handle = func(context.Context, events.DynamoDBEvent) (any, error) {
			pass(time.Second)
			return nil, nil
		}
		w.mapping.BatchSize = 1
		first, second := w.start(w.options()), w.start(w.options())
		w.put(3)
		first.until("the first invocation", func([]consumer.MappingStatus) bool { return len(w.batches()) == 1 })
		if len(facts[consumer.LeaseTaken](w)) != 1 {
			t.Fatal("both have the lease")
		}
		holder, other := first, second
		if second.Status()[0].Running > 0 {
			holder, other = second, first
		}
		began := time.Now()
		holder.stop()
		other.until("the next invocation", func([]consumer.MappingStatus) bool { return len(facts[consumer.InvocationStarted](w)) == 2 })
		if took := time.Since(began); took > time.Second+500*time.Millisecond {
			t.Errorf("took %v", took)
		}
		other.settled()
		other.stop()
		w.want("2", "3", "4")
	})
}

// TestSharing: workers share the shards of a stream; the new one asks for leases
// one by one, and gets each with nothing delivered twice.
func TestSharing(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		split := func(id string) []string { l, r := w.endpoint.Split(id); return []string{l, r} }
		for _, id := range split(w.endpoint.Shards("vms")[0]) {
			split(id)
		}
		w.handle = func(context.Context, events.DynamoDBEvent) (any, error) {
			pass(30 * time.Millisecond)
			return nil, nil
		}
		var written []string
		put := func() {
			for i := range 20 {
				_, n := w.endpoint.Put("vms", keyed(fmt.Sprint("item", i)))
				written = append(written, strings.TrimLeft(n, "0"))
			}
		}
		put()
		first := w.start(w.options())
		first.until("all shards", func(all []consumer.MappingStatus) bool { return working(all) == 4 })
		put()
		second := w.start(w.options())
		for range 100 {
			put()
			pass(200 * time.Millisecond)
		}
		first.until("half of the shards", func(all []consumer.MappingStatus) bool { return working(all) == 2 })
		second.until("the other half", func(all []consumer.MappingStatus) bool { return working(all) == 2 })
		first.stop()
		second.until("all shards", func(all []consumer.MappingStatus) bool { return working(all) == 4 })
		second.settled()
		second.stop()
		got := strings.Fields(strings.Join(w.batches(), " "))
		slices.Sort(got)
		slices.Sort(written)
		if diff := cmp.Diff(written, got); diff != "" {
			t.Errorf("records (-want +got):\n%s", diff)
		}
		if n, m := len(facts[consumer.LeaseStolen](w)), len(facts[consumer.LeaseHandedOver](w)); n != 2 || m != 2 {
			t.Errorf("%d stolen, %d handed over", n, m)
		}
	})
}

func working(all []consumer.MappingStatus) (n int) {
	for _, m := range all {
		for _, s := range m.Shards {
			if s.State == consumer.ShardWorks {
				n++
			}
		}
	}
	return n
}

// TestCheckpointFails: the lane waits, nothing is lost, and it is reported.
func TestCheckpointFails(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		wall := &wall{Store: w.leases}
		o := w.options()
		o.Leases = wall.of
		w.handle = func(context.Context, events.DynamoDBEvent) (any, error) {
			wall.cut.Store(len(w.batches()) == 1)
			return nil, nil
		}
		w.put(1)
		r := w.start(o)
		r.until("a failed checkpoint", func([]consumer.MappingStatus) bool { return len(facts[consumer.CheckpointFailed](w)) == 2 })
		w.put(1)
		pass(time.Second)
		w.want("2")
		wall.cut.Store(false)
		r.settled()
		r.stop()
		w.want("2", "3")
	})
}

// TestSlowLeases: reading and invoking do not wait for the lease table, but for
// the checkpoint of the batch before.
func TestSlowLeases(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		o := w.options()
		o.Leases = (&wall{Store: w.leases, delay: 3 * time.Second}).of
		w.mapping.BatchSize = 1
		o.Triggers[0].Mapping = w.mapping
		w.put(5)
		began := time.Now()
		r := w.start(o)
		r.settled()
		if took := time.Since(began); took != 15*time.Second {
			t.Errorf("took %v", took)
		}
		r.stop()
		if n := len(facts[consumer.LeaseLost](w)); n != 0 {
			t.Errorf("%d leases lost", n)
		}
	})
}

// TestLeaseRowGone: a lease that somebody deletes is lost, made anew and read
// from the beginning: a person does that to have everything again.
func TestLeaseRowGone(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.put(1)
		r := w.start(w.options())
		r.settled()
		leases, err := w.leases.List(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err := w.leases.Delete(t.Context(), leases[0]); err != nil {
			t.Fatal(err)
		}
		r.until("the record again", func([]consumer.MappingStatus) bool { return len(w.batches()) == 2 })
		r.settled()
		r.stop()
		w.want("2", "2")
	})
}

// TestLeftByKCL: a lease that a stopped KCL left behind, which still says its
// owner, is taken up at its checkpoint.
func TestLeftByKCL(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		numbers := w.put(3)
		_, err := w.leases.Create(t.Context(), lease.Lease{
			Key: w.endpoint.Shards("vms")[0], Owner: "worker-A", Counter: 9,
			Checkpoint: fmt.Sprintf("%021s", numbers[1]),
		})
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		r := w.start(w.options())
		r.until("the record", func([]consumer.MappingStatus) bool { return len(w.batches()) == 1 })
		if took := time.Since(began); took > 11*time.Second {
			t.Errorf("took %v", took)
		}
		r.stop()
		w.want("4")
	})
}

// TestTwoLives: a worker that starts again under its old name waits for its own
// lease to expire, if it did not release it.
func TestTwoLives(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		wall := &wall{Store: w.leases}
		o := w.options()
		o.Worker, o.Leases = "daemon", wall.of
		w.put(1)
		first := w.start(o)
		first.settled()
		wall.cut.Store(true)
		first.cancel()
		<-first.result
		o = w.options()
		o.Worker = "daemon"
		second := w.start(o)
		if first.Worker() == second.Worker() {
			t.Errorf("both are %s", first.Worker())
		}
		began := time.Now()
		w.put(1)
		second.until("the record", func([]consumer.MappingStatus) bool { return len(w.batches()) == 2 })
		if took := time.Since(began); took < 9*time.Second || took > 11*time.Second {
			t.Errorf("took %v", took)
		}
		second.stop()
	})
}

// TestStopTimeout: Run waits so long for what is running, and names what did not
// end; nothing of it is checkpointed.
func TestStopTimeout(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		release := make(chan struct{})
		w.handle = func(context.Context, events.DynamoDBEvent) (any, error) {
			<-release
			return nil, nil
		}
		w.mapping.Timeout = 10 * time.Minute
		o := w.options()
		o.StopTimeout = time.Minute
		w.put(1)
		r := w.start(o)
		r.until("the invocation", func([]consumer.MappingStatus) bool { return len(w.batches()) == 1 })
		began := time.Now()
		r.cancel()
		err := <-r.result
		if took := time.Since(began); took < time.Minute || took > time.Minute+time.Second {
			t.Errorf("took %v", took)
		}
		if err == nil || !strings.Contains(err.Error(), "not ended within 1m0s: indicators on shardId-00000000946684800000-00000001: batch of 1 record") {
			t.Errorf("Run: %v", err)
		}
		close(release)
		synctest.Wait()
		if n := len(facts[consumer.Checkpointed](w)); n != 0 {
			t.Errorf("%d checkpoints", n)
		}
	})
}

// TestStopWithLateHandler: the stop waits for it, too, and names it.
func TestStopWithLateHandler(t *testing.T) {
	for _, returns := range []bool{true, false} {
		inWorld(t, func(t *testing.T, w *world) {
			release := make(chan struct{})
			w.handle = func(context.Context, events.DynamoDBEvent) (any, error) {
				<-release
				return nil, nil
			}
			w.put(1)
			r := w.start(w.options())
			r.until("a late handler", func([]consumer.MappingStatus) bool { return len(facts[consumer.Late](w)) == 1 })
			r.cancel()
			pass(time.Second)
			if returns {
				close(release)
			}
			err := <-r.result
			if returns != (err == nil) || err != nil && !strings.Contains(err.Error(), "the handler of invocation r1, which timed out at 00:00:03.000") {
				t.Errorf("Run: %v", err)
			}
			if !returns {
				close(release)
			}
		})
	}
}

// TestRunOnce: a consumer has one life.
func TestRunOnce(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		r := w.start(w.options())
		r.settled()
		r.stop()
		if err := r.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "ran already") {
			t.Errorf("Run: %v", err)
		}
	})
}

// TestManyMappings: one that fails blocks its own lane and no other (D4).
func TestManyMappings(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, streamscript.Options{})
		w.endpoint.Enable("other", types.StreamViewTypeKeysOnly)
		w.mapping.MaximumRetryAttempts = -1
		o := w.options()
		o.Leases = separate()
		o.Triggers[0].New = func(consumer.Environment) (any, error) {
			return func() error { return errors.New("always") }, nil
		}
		for _, table := range []string{"vms", "other"} {
			m := w.mapping
			m.Trigger, m.Table = "good_"+table, table
			o.Triggers = append(o.Triggers, consumer.Trigger{Mapping: m, New: w.handler})
		}
		w.put(1)
		w.endpoint.Put("other", types.Record{})
		r := w.start(o)
		r.until("the good ones", func([]consumer.MappingStatus) bool { return len(facts[consumer.Processed](w)) == 2 })
		r.stop()
		got := w.batches()
		slices.Sort(got)
		if diff := cmp.Diff([]string{"3", "4"}, got); diff != "" {
			t.Errorf("batches (-want +got):\n%s", diff)
		}
	})
}
