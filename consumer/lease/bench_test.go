package lease_test

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/consumer/core"
	"github.com/stillwater-streams/stillwater/consumer/lease"
)

func BenchmarkMemory(b *testing.B) { benchmarkStore(b, lease.NewMemory()) }

func BenchmarkDynamoDB(b *testing.B) {
	db := open(b, container(b))
	benchmarkStore(b, prepared(b, db, nil))
	client := dynamodb.NewFromConfig(db.Config(nil))
	b.Run("floor: an unconditional UpdateItem", func(b *testing.B) {
		for b.Loop() {
			_, err := client.UpdateItem(b.Context(), &dynamodb.UpdateItemInput{
				TableName:                 aws.String(leases),
				Key:                       map[string]types.AttributeValue{"leaseKey": &types.AttributeValueMemberS{Value: "floor"}},
				UpdateExpression:          aws.String("ADD leaseCounter :one SET checkpoint = :c"),
				ExpressionAttributeValues: map[string]types.AttributeValue{":one": &types.AttributeValueMemberN{Value: "1"}, ":c": &types.AttributeValueMemberS{Value: "1"}},
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	})
}

// benchmarkStore measures the two writes that a worker makes all the time, and
// a list of a hundred leases.
func benchmarkStore(b *testing.B, store *lease.Table) {
	ctx := b.Context()
	for i := range 100 {
		if _, err := store.Create(ctx, lease.Lease{Key: fmt.Sprintf("shardId-%020d-%08d", i, i)}); err != nil {
			b.Fatal(err)
		}
	}
	leases, err := store.List(ctx)
	if err != nil {
		b.Fatal(err)
	}
	l, err := store.Take(ctx, leases[0], "worker-A")
	if err != nil {
		b.Fatal(err)
	}
	b.Run("renew", func(b *testing.B) {
		for b.Loop() {
			if l, err = store.Renew(ctx, l); err != nil {
				b.Fatal(err)
			}
		}
	})
	sequence := 0
	for _, lanes := range []int{1, 10} {
		b.Run(fmt.Sprintf("checkpoint/lanes=%d", lanes), func(b *testing.B) {
			for b.Loop() {
				sequence++
				p := core.Position{Sequence: strconv.Itoa(sequence)}
				for i := 0; lanes > 1 && i < lanes; i++ {
					p.Parts = append(p.Parts, p.Sequence)
				}
				if l, err = store.Checkpoint(ctx, l, p); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("list/leases=100", func(b *testing.B) {
		for b.Loop() {
			if _, err := store.List(ctx); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkPlan(b *testing.B) {
	for _, count := range []int{8, 1000} {
		b.Run(fmt.Sprintf("leases=%d", count), func(b *testing.B) {
			var leases []lease.Lease
			for i := range count {
				leases = append(leases, lease.Lease{Key: fmt.Sprintf("shardId-%020d-%08d", i, i), Owner: fmt.Sprintf("worker-%d", i%3)})
			}
			o := lease.Observer{Worker: "worker-9"}
			now := time.Date(2024, 9, 19, 10, 0, 0, 0, time.UTC)
			for b.Loop() {
				for i := range leases {
					leases[i].Counter++
				}
				now = now.Add(time.Second)
				o.Plan(now, leases, func(string) bool { return false })
			}
		})
	}
}
