package destination_test

import (
	"context"
	"fmt"
	"time"

	"github.com/stillwater-streams/stillwater/consumer/core"
	"github.com/stillwater-streams/stillwater/consumer/destination"
	"github.com/stillwater-streams/stillwater/consumer/destination/sqslocal"
)

// A batch that was given up goes to the queue that on_failure names.
func Example() {
	queues := sqslocal.New(sqslocal.Options{})
	if err := queues.Create("integrates_streams_dlq"); err != nil {
		fmt.Println(err)
		return
	}
	target, err := destination.ParseTarget("integrates_streams_dlq")
	if err != nil {
		fmt.Println(err)
		return
	}
	// In production the configuration is that of config.LoadDefaultConfig.
	d := target.Destination(queues.Config(), destination.Options{})

	at := time.Date(2024, 9, 19, 10, 0, 0, 0, time.UTC)
	err = d.Send(context.Background(), destination.Failure{
		RequestID: "i7", FunctionARN: "arn:f", StreamARN: "arn:s", ShardID: "shardId-1", Now: at,
		Deliver: core.Deliver{Lost: core.Lost{
			Records:   []core.Record{{Sequence: "7", Arrived: at}},
			Condition: core.RetryAttemptsExhausted,
			Attempts:  3,
			Unhandled: true,
		}},
	})
	fmt.Println("error:", err)
	for _, m := range queues.Messages("integrates_streams_dlq") {
		fmt.Println(m.Body)
	}
	// Output:
	// error: <nil>
	// {"requestContext":{"requestId":"i7","functionArn":"arn:f","condition":"RetryAttemptsExhausted","approximateInvokeCount":3},"responseContext":{"statusCode":200,"executedVersion":"$LATEST","functionError":"Unhandled"},"version":"1.0","timestamp":"2024-09-19T10:00:00.000Z","DDBStreamBatchInfo":{"shardId":"shardId-1","startSequenceNumber":"7","endSequenceNumber":"7","approximateArrivalOfFirstRecord":"2024-09-19T10:00:00Z","approximateArrivalOfLastRecord":"2024-09-19T10:00:00Z","batchSize":1,"streamArn":"arn:s"}}
}

// Kafka, which Lambda takes, is refused by name.
func ExampleParseTarget() {
	target, err := destination.ParseTarget("arn:aws:sqs:us-east-1:123456789012:failures")
	fmt.Println(target.Kind, target.Name, target.Region, err)
	_, err = destination.ParseTarget("kafka://failures")
	fmt.Println(err)
	// Output:
	// sqs failures us-east-1 <nil>
	// on-failure destination: "kafka://failures": a Kafka topic, which Lambda takes but this consumer does not: on_failure takes the name, URL or ARN of a standard SQS queue, the ARN of a standard SNS topic ("arn:aws:sns:us-east-1:123456789012:topic") or of an S3 bucket ("arn:aws:s3:::bucket")
}
