package memory_test

import (
	"context"
	"fmt"
	"strconv"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	streamtypes "github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

	"github.com/stillwater-streams/stillwater/harness/engine"
	"github.com/stillwater-streams/stillwater/harness/engine/dynamodblocal"
	"github.com/stillwater-streams/stillwater/harness/engine/memory"
	"github.com/stillwater-streams/stillwater/harness/engine/memory/serve"
)

// tables is what the benchmarks need of a DynamoDB client.
type tables interface {
	CreateTable(context.Context, *dynamodb.CreateTableInput, ...func(*dynamodb.Options)) (*dynamodb.CreateTableOutput, error)
	PutItem(context.Context, *dynamodb.PutItemInput, ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error)
	UpdateItem(context.Context, *dynamodb.UpdateItemInput, ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error)
	Query(context.Context, *dynamodb.QueryInput, ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error)
}

// streams is what they need of a client of streams.
type streams interface {
	DescribeStream(context.Context, *dynamodbstreams.DescribeStreamInput, ...func(*dynamodbstreams.Options)) (*dynamodbstreams.DescribeStreamOutput, error)
	GetShardIterator(context.Context, *dynamodbstreams.GetShardIteratorInput, ...func(*dynamodbstreams.Options)) (*dynamodbstreams.GetShardIteratorOutput, error)
	GetRecords(context.Context, *dynamodbstreams.GetRecordsInput, ...func(*dynamodbstreams.Options)) (*dynamodbstreams.GetRecordsOutput, error)
}

// BenchmarkOperations measures the same four calls, side by side in one run: the
// Go API, SDK clients answered in the process, SDK clients over HTTP, and DynamoDB
// Local.
func BenchmarkOperations(b *testing.B) {
	b.Run("engine=memory", func(b *testing.B) {
		db := memory.NewDatabase(memory.Options{})
		operations(b, memory.NewClient(db), memory.NewStreamsClient(db))
	})
	b.Run("engine=memory-sdk", func(b *testing.B) {
		config := memory.NewDatabase(memory.Options{}).Engine("A").Config(nil)
		operations(b, dynamodb.NewFromConfig(config), dynamodbstreams.NewFromConfig(config))
	})
	b.Run("engine=memory-http", func(b *testing.B) {
		config := serveBench(b)
		operations(b, dynamodb.NewFromConfig(config), dynamodbstreams.NewFromConfig(config))
	})
	b.Run("engine=dynamodblocal", func(b *testing.B) {
		if err := dynamodblocal.Unavailable(b.Context()); err != nil {
			b.Skip(err)
		}
		e, err := dynamodblocal.Start(b.Context(), dynamodblocal.Options{})
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { _ = e.Close(context.Background()) })
		db, err := e.Open(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		operations(b, dynamodb.NewFromConfig(db.Config(nil)), dynamodbstreams.NewFromConfig(db.Config(nil)))
	})
}

// serveBench serves the engine until the benchmark ends.
func serveBench(b *testing.B) aws.Config {
	s, err := serve.Listen(b.Context(), serve.Options{Address: "127.0.0.1:0"})
	must(b, err)
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx) }()
	db := engine.NewDatabase(s.URL(), "us-east-1", "BENCH", nil)
	b.Cleanup(func() {
		db.Close()
		cancel()
		must(b, <-served)
	})
	return db.Config(nil)
}

func operations(b *testing.B, db tables, api streams) {
	ctx := b.Context()
	out, err := db.CreateTable(ctx, benchTable())
	must(b, err)
	for i := range 100 {
		_, err := db.PutItem(ctx, benchPut("query", i))
		must(b, err)
	}
	b.Run("op=PutItem", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			_, err := db.PutItem(ctx, benchPut("put"+strconv.Itoa(i%1000), i))
			must(b, err)
		}
	})
	b.Run("op=UpdateItem", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			_, err := db.UpdateItem(ctx, benchUpdate(i))
			must(b, err)
		}
	})
	b.Run("op=Query100", func(b *testing.B) {
		for b.Loop() {
			out, err := db.Query(ctx, benchQuery())
			must(b, err)
			if out.Count != 100 {
				b.Fatalf("%d items", out.Count)
			}
		}
	})
	b.Run("op=GetRecords100", func(b *testing.B) {
		iterator := firstIterator(b, api, out.TableDescription.LatestStreamArn)
		for b.Loop() {
			out, err := api.GetRecords(ctx, &dynamodbstreams.GetRecordsInput{ShardIterator: iterator, Limit: aws.Int32(100)})
			must(b, err)
			if len(out.Records) != 100 {
				b.Fatalf("%d records", len(out.Records))
			}
		}
	})
}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

func benchTable() *dynamodb.CreateTableInput {
	return &dynamodb.CreateTableInput{
		TableName: aws.String("bench"), BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{
			{AttributeName: aws.String("pk"), AttributeType: types.ScalarAttributeTypeS},
			{AttributeName: aws.String("sk"), AttributeType: types.ScalarAttributeTypeS},
		},
		KeySchema: []types.KeySchemaElement{
			{AttributeName: aws.String("pk"), KeyType: types.KeyTypeHash}, {AttributeName: aws.String("sk"), KeyType: types.KeyTypeRange},
		},
		StreamSpecification: &types.StreamSpecification{StreamEnabled: aws.Bool(true), StreamViewType: types.StreamViewTypeNewAndOldImages},
	}
}

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

func number(n int) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.Itoa(n)}
}

func benchPut(pk string, i int) *dynamodb.PutItemInput {
	return &dynamodb.PutItemInput{TableName: aws.String("bench"), Item: map[string]types.AttributeValue{
		"pk": text(pk), "sk": text(fmt.Sprintf("item#%06d", i)), "severity": number(i), "state": text("open"),
	}}
}

func benchUpdate(i int) *dynamodb.UpdateItemInput {
	return &dynamodb.UpdateItemInput{
		TableName: aws.String("bench"), Key: map[string]types.AttributeValue{"pk": text("update"), "sk": text("one")},
		UpdateExpression: aws.String("SET severity = :s"), ConditionExpression: aws.String("attribute_not_exists(severity) OR severity <> :s"),
		ExpressionAttributeValues: map[string]types.AttributeValue{":s": number(i)},
	}
}

func benchQuery() *dynamodb.QueryInput {
	return &dynamodb.QueryInput{
		TableName: aws.String("bench"), KeyConditionExpression: aws.String("pk = :p"),
		ExpressionAttributeValues: map[string]types.AttributeValue{":p": text("query")},
	}
}

func firstIterator(tb testing.TB, api streams, arn *string) *string {
	tb.Helper()
	d, err := api.DescribeStream(tb.Context(), &dynamodbstreams.DescribeStreamInput{StreamArn: arn})
	must(tb, err)
	i, err := api.GetShardIterator(tb.Context(), &dynamodbstreams.GetShardIteratorInput{
		StreamArn: arn, ShardId: d.StreamDescription.Shards[0].ShardId, ShardIteratorType: streamtypes.ShardIteratorTypeTrimHorizon})
	must(tb, err)
	return i.ShardIterator
}

// BenchmarkStart is an engine that answers its first call.
func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		db, err := memory.New(memory.Options{}).Open(b.Context())
		must(b, err)
		_, err = dynamodb.NewFromConfig(db.Config(nil)).CreateTable(b.Context(), benchTable())
		must(b, err)
		db.Close()
	}
}

// BenchmarkClone clones a table of 1,000 items, and writes to it or not: what is
// shared is copied with the first write.
func BenchmarkClone(b *testing.B) {
	db := memory.NewDatabase(memory.Options{})
	client := memory.NewClient(db)
	_, err := client.CreateTable(b.Context(), benchTable())
	must(b, err)
	for i := range 1000 {
		_, err := client.PutItem(b.Context(), benchPut("clone", i))
		must(b, err)
	}
	b.Run("then=nothing", func(b *testing.B) {
		for b.Loop() {
			db.Clone()
		}
	})
	b.Run("then=write", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			_, err := memory.NewClient(db.Clone()).PutItem(b.Context(), benchPut("clone", 1000+i))
			must(b, err)
		}
	})
	b.Run("then=restore", func(b *testing.B) {
		kept := db.Clone()
		for b.Loop() {
			db.Restore(kept)
		}
	})
	b.Run("then=hash", func(b *testing.B) {
		for b.Loop() {
			db.Hash()
		}
	})
}
