package consumer_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	tabletypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/google/go-cmp/cmp"

	"github.com/stillwater-streams/stillwater/consumer"
	"github.com/stillwater-streams/stillwater/consumer/lease"
	"github.com/stillwater-streams/stillwater/harness/engine/memory"
)

// fleetKeys are the items that are written round by round.
const fleetKeys = 24

// fleetOnMemory is the table vms on the memory engine with workers on it, whose
// leases are in a table of the engine, too. It lives in a bubble.
type fleetOnMemory struct {
	*local
	w        *world // with what happened; its scripted stream is not used
	controls *memory.Database
	rounds   int
	given    map[string][]string // by item: the rounds whose records handlers were given
	hang     func(worker string, round string) bool
	freed    chan struct{} // handlers that hang wait for it
}

func inFleetOnMemory(t *testing.T, test func(*testing.T, *fleetOnMemory)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		l := newLocal(t, memory.New(memory.Options{Now: time.Now}))
		f := &fleetOnMemory{
			local: l, w: &world{t: t}, controls: l.db.Controls().(*memory.Database), given: map[string][]string{},
			hang: func(string, string) bool { return false }, freed: make(chan struct{}),
		}
		for range 3 {
			f.control(f.controls.SplitShard)
		}
		test(t, f)
	})
}

func (f *fleetOnMemory) control(do func(table string) error) {
	f.t.Helper()
	if err := do("vms"); err != nil {
		f.t.Fatal(err)
	}
}

// write gives every item its next round.
func (f *fleetOnMemory) write() {
	f.t.Helper()
	f.rounds++
	for i := range fleetKeys {
		_, err := f.tables.PutItem(f.t.Context(), &dynamodb.PutItemInput{TableName: aws.String("vms"), Item: map[string]tabletypes.AttributeValue{
			"pk":    &tabletypes.AttributeValueMemberS{Value: fmt.Sprint("item", i)},
			"round": &tabletypes.AttributeValueMemberN{Value: fmt.Sprint(f.rounds)},
		}})
		if err != nil {
			f.t.Fatal(err)
		}
	}
}

// work starts a worker; change is for what its options have beyond a name.
func (f *fleetOnMemory) work(worker string, change func(*consumer.Options)) *running {
	f.t.Helper()
	r := f.start(func(o *consumer.Options) {
		o.Worker, o.Failover, o.Observe = worker, 5*time.Second, f.w.observe
		o.Streams = dynamodbstreams.NewFromConfig(f.db.Config(nil))
		o.Triggers[0].Mapping.BatchSize, o.Triggers[0].Mapping.Timeout = 5, time.Minute
		o.Triggers[0].New = func(consumer.Environment) (any, error) {
			return func(_ context.Context, e events.DynamoDBEvent) error { f.deliver(worker, e); return nil }, nil
		}
		if change != nil {
			change(o)
		}
	})
	r.world = f.w
	return r
}

func (f *fleetOnMemory) deliver(worker string, e events.DynamoDBEvent) {
	for _, r := range e.Records {
		key, round := r.Change.Keys["pk"].String(), r.Change.NewImage["round"].Number()
		f.mu.Lock()
		f.given[key] = append(f.given[key], round)
		f.mu.Unlock()
		if f.hang(worker, round) {
			<-f.freed
			return
		}
	}
}

// delivered tells whether each item's records have come up to the last round.
func (f *fleetOnMemory) delivered() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := range fleetKeys {
		if !slices.Contains(f.given[fmt.Sprint("item", i)], fmt.Sprint(f.rounds)) {
			return false
		}
	}
	return true
}

// check wants all rounds of each item, in order; again is how many deliveries may
// be repetitions, each of which goes on from an earlier round.
func (f *fleetOnMemory) check(again int) {
	f.t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	var want []string
	for n := range f.rounds {
		want = append(want, fmt.Sprint(n+1))
	}
	repeated := 0
	for i := range fleetKeys {
		key := fmt.Sprint("item", i)
		var first []string
		for _, round := range f.given[key] {
			if slices.Contains(first, round) {
				repeated++
			} else {
				first = append(first, round)
			}
		}
		if diff := cmp.Diff(want, first); diff != "" {
			f.t.Errorf("%s (-want +got):\n%s", key, diff)
		}
	}
	if repeated > again {
		f.t.Errorf("%d records came again, at most %d may", repeated, again)
	}
}

// All that a worker had is taken over when it is not heard of any more, in the
// middle of an invocation and while its shards split: nothing is lost, each item's
// records come in order, and again comes at most what it had begun with.
func TestTakeoverOnTheMemoryEngine(t *testing.T) {
	inFleetOnMemory(t, func(t *testing.T, f *fleetOnMemory) {
		wall := &wall{Store: lease.NewDynamoDB(f.tables, "vms_consumer_indicators")}
		f.hang = func(worker, round string) bool { return worker == "lost" && round == "2" }
		lost := f.work("lost", func(o *consumer.Options) { o.Leases, o.StopTimeout = wall.of, time.Second })
		f.write()
		lost.until("the first round", func([]consumer.MappingStatus) bool { return f.delivered() })
		heir := f.work("heir", nil)
		heir.until("its start", func(all []consumer.MappingStatus) bool { return all[0].Syncs > 0 })
		f.write()
		lost.until("an invocation that hangs", func(all []consumer.MappingStatus) bool { return all[0].Running > 0 })
		wall.cut.Store(true)
		began := time.Now()
		f.control(f.controls.SplitShard)
		f.control(f.controls.CloseShard)
		f.write()
		heir.until("all of it", func([]consumer.MappingStatus) bool { return f.delivered() })
		if took := time.Since(began); took > 8*time.Second {
			t.Errorf("took %v, with a failover time of 5 s", took)
		}
		close(f.freed)
		lost.cancel()
		<-lost.result
		f.write()
		heir.until("what follows", func([]consumer.MappingStatus) bool { return f.delivered() })
		heir.stop()
		f.check(4 * 5) // a batch of each of its shards
		if n := len(facts[consumer.LeaseLost](f.w)); n == 0 {
			t.Error("the worker that was cut off keeps its leases")
		}
	})
}

// Workers that come and go share the shards, which split and roll over meanwhile:
// each record comes once.
func TestWorkersOnTheMemoryEngine(t *testing.T) {
	inFleetOnMemory(t, func(t *testing.T, f *fleetOnMemory) {
		one, two := f.work("one", nil), f.work("two", nil)
		both := func(all []consumer.MappingStatus) bool { return working(all) == 2 }
		one.until("half of the shards", both)
		two.until("the other half", both)
		for _, change := range []func(string) error{f.controls.SplitShard, f.controls.CloseShard, f.controls.SplitShard} {
			f.write()
			f.control(change)
			f.write()
			two.until("these rounds", func([]consumer.MappingStatus) bool { return f.delivered() })
		}
		three := f.work("three", nil)
		three.until("its share", func(all []consumer.MappingStatus) bool { return working(all) > 0 })
		one.stop()
		f.write()
		three.until("the round without one", func([]consumer.MappingStatus) bool { return f.delivered() })
		two.stop()
		f.write()
		three.until("the round alone", func([]consumer.MappingStatus) bool { return f.delivered() })
		three.stop()
		f.check(0)
		if n := len(facts[consumer.LeaseLost](f.w)); n != 0 {
			t.Errorf("%d leases lost\n%s", n, f.w.narrate())
		}
		f.checkRows()
	})
}

// checkRows wants every lease in the table behind a record, and free unless its
// shard was read out: such a row names who did that until it is deleted, which is
// when its children have come on and a list is due.
func (f *fleetOnMemory) checkRows() {
	f.t.Helper()
	rows, err := lease.NewDynamoDB(f.tables, "vms_consumer_indicators").List(f.t.Context())
	if err != nil || len(rows) == 0 {
		f.t.Fatalf("%d leases, %v", len(rows), err)
	}
	for _, row := range rows {
		if row.Owner != "" && !row.Ended() || row.Checkpoint == lease.TrimHorizon {
			f.t.Errorf("%+v\n%s", row, f.w.narrate())
		}
	}
}
