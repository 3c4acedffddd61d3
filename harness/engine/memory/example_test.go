package memory_test

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"

	"github.com/stillwater-streams/stillwater/harness/engine/memory"
)

// The SDK's own clients, without a network.
func ExampleNew() {
	ctx := context.Background()
	db, _ := memory.New(memory.Options{}).Open(ctx)
	defer db.Close()
	client := dynamodb.NewFromConfig(db.Config(nil))
	_, _ = client.CreateTable(ctx, streamedTable(types.StreamViewTypeNewAndOldImages))
	_, err := client.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String("tab"), Item: key("a"), ConditionExpression: aws.String("attribute_exists(pk)")})
	fmt.Println(err)
	// Output:
	// operation error DynamoDB: PutItem, https response error StatusCode: 400, RequestID: MEMORY, ConditionalCheckFailedException: The conditional request failed
}

// A shard that splits: its children say whose they are.
func ExampleDatabase_SplitShard() {
	ctx := context.Background()
	db := memory.NewDatabase(memory.Options{})
	table, _ := memory.NewClient(db).CreateTable(ctx, streamedTable(types.StreamViewTypeNewAndOldImages))
	_ = db.SplitShard("tab")
	out, _ := memory.NewStreamsClient(db).DescribeStream(ctx, &dynamodbstreams.DescribeStreamInput{StreamArn: table.TableDescription.LatestStreamArn})
	parent := *out.StreamDescription.Shards[0].ShardId
	for _, s := range out.StreamDescription.Shards {
		fmt.Println(s.SequenceNumberRange.EndingSequenceNumber != nil, aws.ToString(s.ParentShardId) == parent)
	}
	// Output:
	// true false
	// false true
	// false true
}

// What happens to a clone does not happen to the database.
func ExampleDatabase_Clone() {
	ctx := context.Background()
	db := memory.NewDatabase(memory.Options{})
	_, _ = memory.NewClient(db).CreateTable(ctx, streamedTable(types.StreamViewTypeNewImage))
	clone := db.Clone()
	fmt.Println(clone.Hash() == db.Hash())
	_, _ = memory.NewClient(clone).PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String("tab"), Item: key("a")})
	fmt.Println(clone.Hash() == db.Hash(), clone.Writes()-db.Writes())
	db.Restore(clone)
	fmt.Println(clone.Hash() == db.Hash())
	// Output:
	// true
	// false 1
	// true
}
