package scenarios_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	streamtypes "github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/engine"
	"github.com/stillwater-streams/stillwater/harness/scenario"
)

// startHarness readies the project on e and loads its scenarios.
func startHarness(tb testing.TB, e engine.Engine, o harness.Options) (*harness.Harness, []*scenario.Scenario) {
	tb.Helper()
	p, err := project()
	if err != nil {
		tb.Fatal(err)
	}
	all, err := p.Load()
	if err != nil {
		tb.Fatal(err)
	}
	o.ReadOnly, o.Runs = true, tb.TempDir()
	h, err := harness.Start(context.Background(), p, e, o)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := h.Close(); err != nil {
			tb.Error(err)
		}
	})
	return h, all
}

// BenchmarkSettle measures the time from the end of the last handler to the
// verdict, over all scenarios, beside its floor in the same run: one fence and
// one empty GetRecords round trip. Only settlings of at most 100 records count.
func BenchmarkSettle(b *testing.B) {
	e, err := container(context.Background(), func(line string) { b.Log(line) })
	if err != nil {
		b.Fatal(err)
	}
	if e == nil {
		b.Skip("container benchmarks: no Docker")
	}
	b.Cleanup(func() {
		if err := e.Close(context.Background()); err != nil {
			b.Error(err)
		}
	})
	h, all := startHarness(b, e, harness.Options{})
	floor := newFloor(b, e)
	var settles, floors []time.Duration
	for b.Loop() {
		for _, sc := range all {
			r, err := h.Run(context.Background(), sc)
			if err != nil {
				b.Fatal(err)
			}
			if r.Outcome == harness.Skipped {
				continue
			}
			if r.Outcome != harness.Passed { // else this measures something else
				b.Fatalf("%s: %v, must pass to be measured: %v", sc.Name, r.Outcome, r.Err)
			}
			for _, s := range r.Settled[1:] { // the fixture's is not a user's
				if s.Records > 100 { // not the size this measures
					continue
				}
				settles = append(settles, s.After)
			}
			floors = append(floors, floor(b))
		}
	}
	settle, ground := median(settles), median(floors)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(milliseconds(settle), "settle-ms")
	b.ReportMetric(milliseconds(ground), "floor-ms")
	b.ReportMetric(float64(settle)/float64(ground), "settle/floor")
	b.ReportMetric(milliseconds(settles[len(settles)*9/10]), "settle-p90-ms")
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// median sorts the list.
func median(list []time.Duration) time.Duration {
	slices.Sort(list)
	return list[len(list)/2]
}

// newFloor returns a function that times one fence and one empty GetRecords in a
// database of its own.
func newFloor(b *testing.B, e engine.Engine) func(*testing.B) time.Duration {
	ctx := context.Background()
	db, err := e.Open(ctx)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(db.Close)
	config := db.Config(nil)
	fence, err := engine.NewFence(ctx, config)
	if err != nil {
		b.Fatal(err)
	}
	streams, iterator := emptyShard(b, config)
	return func(b *testing.B) time.Duration {
		began := time.Now()
		if _, err := fence.Mark(ctx); err != nil {
			b.Fatal(err)
		}
		out, err := streams.GetRecords(ctx, &dynamodbstreams.GetRecordsInput{ShardIterator: iterator})
		if err != nil {
			b.Fatal(err)
		}
		if len(out.Records) > 0 {
			b.Fatal("the page is not empty")
		}
		return time.Since(began)
	}
}

// emptyShard makes a stream of one record and an iterator behind it.
func emptyShard(b *testing.B, config aws.Config) (*dynamodbstreams.Client, *string) {
	ctx := context.Background()
	tables, streams := dynamodb.NewFromConfig(config), dynamodbstreams.NewFromConfig(config)
	created, err := tables.CreateTable(ctx, &dynamodb.CreateTableInput{
		TableName: aws.String("floor"), BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("id"), AttributeType: types.ScalarAttributeTypeS}},
		KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("id"), KeyType: types.KeyTypeHash}},
		StreamSpecification:  &types.StreamSpecification{StreamEnabled: aws.Bool(true), StreamViewType: types.StreamViewTypeKeysOnly},
	})
	if err != nil {
		b.Fatal(err)
	}
	item := map[string]types.AttributeValue{"id": &types.AttributeValueMemberS{Value: "a"}}
	if _, err := tables.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String("floor"), Item: item}); err != nil {
		b.Fatal(err)
	}
	arn := created.TableDescription.LatestStreamArn
	described, err := streams.DescribeStream(ctx, &dynamodbstreams.DescribeStreamInput{StreamArn: arn})
	if err != nil {
		b.Fatal(err)
	}
	got, err := streams.GetShardIterator(ctx, &dynamodbstreams.GetShardIteratorInput{
		StreamArn: arn, ShardId: described.StreamDescription.Shards[0].ShardId, ShardIteratorType: streamtypes.ShardIteratorTypeTrimHorizon,
	})
	if err != nil {
		b.Fatal(err)
	}
	page, err := streams.GetRecords(ctx, &dynamodbstreams.GetRecordsInput{ShardIterator: got.ShardIterator})
	if err != nil {
		b.Fatal(err)
	}
	return streams, page.NextShardIterator
}
