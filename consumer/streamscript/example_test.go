package streamscript_test

import (
	"context"
	"fmt"
	"log"

	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

	"github.com/stillwater-streams/stillwater/consumer"
	"github.com/stillwater-streams/stillwater/consumer/streamscript"
)

// A shard that splits while it is read through the SDK's client, and a service
// that throttles.
func Example() {
	ctx := context.Background()
	endpoint := streamscript.New(streamscript.Options{})
	arn := endpoint.Enable("vms", types.StreamViewTypeNewAndOldImages)
	root := endpoint.Shards("vms")[0]
	endpoint.PutTo(root, types.Record{})
	endpoint.Split(root)
	endpoint.Fail(streamscript.GetRecords, 1, streamscript.Throttled())

	reader := consumer.NewReader(endpoint.Client(), arn, root, "")
	_, _, err := reader.Read(ctx, 10)
	fmt.Println(consumer.Throttled(err), consumer.Transient(err))
	records, end, err := reader.Read(ctx, 10)
	fmt.Println(len(records), end, err)
	children, err := consumer.Children(ctx, endpoint.Client(), arn, root)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(children))
	// Output:
	// true true
	// 1 true <nil>
	// 2
}
