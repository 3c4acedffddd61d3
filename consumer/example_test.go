package consumer_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

	"github.com/stillwater-streams/stillwater/consumer"
	"github.com/stillwater-streams/stillwater/consumer/core"
)

// A Lambda handler, unchanged, called with a record of a stream.
func ExampleNewFunction() {
	function, err := consumer.NewFunction(func(ctx context.Context, e events.DynamoDBEvent) error {
		for _, r := range e.Records {
			fmt.Println(r.EventName, r.Change.Keys["pk"].String(), r.Change.NewImage["score"].Number())
		}
		return fmt.Errorf("no use for %d record(s)", len(e.Records))
	})
	if err != nil {
		log.Fatal(err)
	}
	// A record as Reader.Read returns it.
	read := types.Record{
		EventID:   aws.String("9c1f6a5e"),
		EventName: types.OperationTypeInsert,
		Dynamodb: &types.StreamRecord{
			SequenceNumber: aws.String("000000000000000000004"),
			Keys:           map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: "VULN#1"}},
			NewImage:       map[string]types.AttributeValue{"score": &types.AttributeValueMemberN{Value: "7.50"}},
			SizeBytes:      aws.Int64(20),
			StreamViewType: types.StreamViewTypeNewImage,
		},
	}
	record, err := consumer.NewRecord(read, consumer.Origin{
		StreamARN: "arn:aws:dynamodb:us-east-1:000000000000:table/vms/stream/1",
		Region:    "us-east-1",
		Arrived:   time.Date(2024, 9, 19, 10, 0, 0, 0, time.UTC),
	})
	if err != nil {
		log.Fatal(err)
	}

	ctx := consumer.WithInvocation(context.Background(), consumer.Invocation{RequestID: "i1"})
	_, err = function.Invoke(ctx, consumer.Event([]core.Record{record}))
	fmt.Println(err)
	// Output:
	// INSERT VULN#1 7.50
	// errorString: no use for 1 record(s)
}
