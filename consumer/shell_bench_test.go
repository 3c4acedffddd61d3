package consumer_test

import (
	"context"
	"fmt"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	tabletypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

	"github.com/stillwater-streams/stillwater/consumer"
	"github.com/stillwater-streams/stillwater/consumer/lease"
	"github.com/stillwater-streams/stillwater/consumer/mapping"
)

// conveyor is a stream of one shard that has as many records as asked for, made
// as they are read.
type conveyor struct{ last, end atomic.Int64 }

func (c *conveyor) DescribeTable(context.Context, *dynamodb.DescribeTableInput, ...func(*dynamodb.Options)) (*dynamodb.DescribeTableOutput, error) {
	return &dynamodb.DescribeTableOutput{Table: &tabletypes.TableDescription{
		LatestStreamArn: aws.String(arn), StreamSpecification: &tabletypes.StreamSpecification{StreamEnabled: aws.Bool(true)},
	}}, nil
}

func (c *conveyor) DescribeStream(context.Context, *dynamodbstreams.DescribeStreamInput, ...func(*dynamodbstreams.Options)) (*dynamodbstreams.DescribeStreamOutput, error) {
	return &dynamodbstreams.DescribeStreamOutput{StreamDescription: &types.StreamDescription{
		StreamStatus: types.StreamStatusEnabled, Shards: []types.Shard{{ShardId: aws.String("shardId-1")}},
	}}, nil
}

func (c *conveyor) GetShardIterator(context.Context, *dynamodbstreams.GetShardIteratorInput, ...func(*dynamodbstreams.Options)) (*dynamodbstreams.GetShardIteratorOutput, error) {
	return &dynamodbstreams.GetShardIteratorOutput{ShardIterator: aws.String("next")}, nil
}

func (c *conveyor) GetRecords(_ context.Context, in *dynamodbstreams.GetRecordsInput, _ ...func(*dynamodbstreams.Options)) (*dynamodbstreams.GetRecordsOutput, error) {
	item := map[string]types.AttributeValue{"pk": s("VULN#1"), "score": n("7.50"), "state": s("open")}
	out, now := &dynamodbstreams.GetRecordsOutput{NextShardIterator: aws.String("next")}, time.Now()
	for range min(int64(*in.Limit), c.end.Load()-c.last.Load()) {
		rec := record(item)
		rec.Dynamodb.SequenceNumber = aws.String("1" + strconv.FormatInt(1e18+c.last.Add(1), 10))
		rec.Dynamodb.ApproximateCreationDateTime = &now
		out.Records = append(out.Records, rec)
	}
	return out, nil
}

// BenchmarkLanes is what the consumer itself costs: from a page in memory to a
// checkpoint in memory. One operation is one batch.
func BenchmarkLanes(b *testing.B) {
	for _, handler := range []struct {
		name string
		any
	}{{"that looks at nothing", func() {}}, {"of events", func(events.DynamoDBEvent) {}}} {
		for _, size := range []int{1, 100, 1000} {
			b.Run(fmt.Sprintf("batches of %d, a handler %s", size, handler.name), func(b *testing.B) {
				benchmarkLanes(b, size, handler.any)
			})
		}
	}
}

func benchmarkLanes(b *testing.B, size int, handler any) {
	stream, store := &conveyor{}, lease.NewMemory()
	stream.end.Store(int64(b.N * size))
	processed := make(chan int, 1000)
	c, err := consumer.New(consumer.Options{
		Triggers: []consumer.Trigger{{
			Mapping: mapping.Mapping{Trigger: "indicators", Table: "vms", Enabled: true, BatchSize: size},
			New:     func(consumer.Environment) (any, error) { return handler, nil },
		}},
		Streams: stream, Tables: stream, Poll: time.Millisecond,
		Leases: func(mapping.Mapping) lease.Store { return store },
		Observe: func(o consumer.Occurrence) {
			if f, ok := o.Fact.(consumer.Processed); ok {
				processed <- len(f.Records)
			}
		},
	})
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	b.ReportAllocs()
	b.ResetTimer()
	go func() { ended <- c.Run(ctx) }()
	for left := b.N * size; left > 0; {
		left -= <-processed
	}
	b.StopTimer()
	b.ReportMetric(float64(b.N*size)/b.Elapsed().Seconds(), "records/s")
	cancel()
	if err := <-ended; err != nil {
		b.Fatal(err)
	}
}
