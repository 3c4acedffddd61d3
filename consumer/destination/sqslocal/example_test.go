package sqslocal_test

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/stillwater-streams/stillwater/consumer/destination/sqslocal"
)

// A real SDK client talks to the endpoint; the test looks into the queue from Go.
func Example() {
	ctx := context.Background()
	server, err := sqslocal.Start(ctx, sqslocal.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = server.Close() }()
	if err := server.Create("integrates_streams_dlq"); err != nil {
		fmt.Println(err)
		return
	}

	client := sqs.NewFromConfig(server.Config())
	if _, err := client.SendMessage(ctx, &sqs.SendMessageInput{
		QueueUrl:    aws.String(server.QueueURL("integrates_streams_dlq")),
		MessageBody: aws.String("hello"),
	}); err != nil {
		fmt.Println(err)
		return
	}
	for _, m := range server.Messages("integrates_streams_dlq") {
		fmt.Println(m.Body)
	}
	// Output: hello
}
