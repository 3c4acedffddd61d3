package lease_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/stillwater-streams/stillwater/consumer/core"
	"github.com/stillwater-streams/stillwater/consumer/lease"
)

// Two workers and one shard: the second takes over from the first, which finds
// out with its next write.
func Example() {
	ctx := context.Background()
	store := lease.NewMemory() // or lease.NewDynamoDB(client, "orders_consumer_audit")
	if err := store.Prepare(ctx); err != nil {
		fmt.Println(err)
		return
	}
	shards := []lease.Shard{{ID: "shardId-1"}}
	for _, l := range lease.Missing(shards, nil, lease.TrimHorizon) {
		_, _ = store.Create(ctx, l)
	}

	leases, _ := store.List(ctx)
	first, _ := store.Take(ctx, leases[0], "worker-1")
	first, _ = store.Checkpoint(ctx, first, core.Position{Sequence: "000000000000000000004"})

	second, _ := store.Take(ctx, first, "worker-2") // after it has seen first stand still
	fmt.Println(second.Owner, "goes on behind", second.Position())

	_, err := store.Checkpoint(ctx, first, core.Position{Sequence: "000000000000000000007"})
	fmt.Println(errors.Is(err, lease.ErrLost), err)
	// Output:
	// worker-2 goes on behind 000000000000000000004
	// true checkpoint lease shardId-1: lease lost: somebody else changed or deleted it: held by worker-2 at counter 3, known was counter 2
}

// A worker looks at the leases every few seconds and does what the plan says.
func ExampleObserver() {
	ctx := context.Background()
	store := lease.NewMemory()
	for _, key := range []string{"shardId-1", "shardId-2"} {
		_, _ = store.Create(ctx, lease.Lease{Key: key, Owner: "worker-1"})
	}
	observer := lease.Observer{Worker: "worker-2", Failover: 10 * time.Second}
	working := map[string]lease.Lease{}
	works := func(key string) bool { _, ok := working[key]; return ok }

	now := time.Date(2024, 9, 19, 10, 0, 0, 0, time.UTC)
	for range 3 {
		leases, _ := store.List(ctx)
		plan := observer.Plan(now, leases, works)
		for _, move := range plan.Take {
			if l, err := store.Take(ctx, move.Lease, "worker-2"); err == nil {
				working[l.Key] = l
				fmt.Printf("%s takes %s: %s\n", now.Format("15:04:05"), l.Key, move.Why)
			}
		}
		now = now.Add(5 * time.Second)
	}
	// Output:
	// 10:00:10 takes shardId-1: worker-1 has not renewed it for 10s
	// 10:00:10 takes shardId-2: worker-1 has not renewed it for 10s
}
