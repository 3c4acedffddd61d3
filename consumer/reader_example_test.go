package consumer_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

	"github.com/stillwater-streams/stillwater/consumer"
	"github.com/stillwater-streams/stillwater/consumer/streamscript"
)

// A consumer that comes back after its place was trimmed reports the gap and
// goes on with what is left.
func ExampleReader_ResumeAtHorizon() {
	ctx := context.Background()
	endpoint := streamscript.New(streamscript.Options{}) // or a dynamodbstreams.Client
	arn := endpoint.Enable("vms", types.StreamViewTypeKeysOnly)
	shard := endpoint.Shards("vms")[0]
	var numbers []string
	for range 4 {
		numbers = append(numbers, endpoint.PutTo(shard, types.Record{}))
	}
	endpoint.Trim(shard, numbers[2])

	reader := consumer.NewReader(endpoint, arn, shard, numbers[0])
	_, _, err := reader.Read(ctx, 100)
	var trimmed *consumer.TrimmedError
	if errors.As(err, &trimmed) {
		reader.ResumeAtHorizon()
		records, _, err := reader.Read(ctx, 100)
		fmt.Println("lost: what followed", trimmed.After, "and came before", *records[0].Dynamodb.SequenceNumber, err)
	}
	// Output:
	// lost: what followed 000000000000000000002 and came before 000000000000000000005 <nil>
}
