package consumer

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
)

// CallTimeout is how long one call to DynamoDB or its Streams may take. An answer
// that has not come by then is a transient error: the call is made again. Without
// it a connection that breaks without a word would stop a shard for ever, since
// the lease is renewed over another.
const CallTimeout = 30 * time.Second

// noAnswerError says that a call was given up.
type noAnswerError struct{ operation string }

func (e *noAnswerError) Error() string {
	return fmt.Sprintf("%s: no answer within %v", e.operation, CallTimeout)
}

// Timeout tells the kind of error as a net.Error does.
func (*noAnswerError) Timeout() bool { return true }

// call makes one call in its time.
func call[In, Out, Option any](ctx context.Context, operation string, in In, options []Option, do func(context.Context, In, ...Option) (Out, error)) (Out, error) {
	limited, cancel := context.WithTimeout(ctx, CallTimeout)
	defer cancel()
	out, err := do(limited, in, options...)
	if err != nil && ctx.Err() == nil && errors.Is(limited.Err(), context.DeadlineExceeded) {
		err = &noAnswerError{operation}
	}
	return out, err
}

// timed gives every call of an API its time.
func timed(api StreamsAPI) StreamsAPI {
	if lister, ok := api.(streamLister); ok {
		return timedLister{timedStreams{api}, lister}
	}
	return timedStreams{api}
}

type timedStreams struct{ api StreamsAPI }

func (t timedStreams) DescribeStream(ctx context.Context, in *dynamodbstreams.DescribeStreamInput, o ...func(*dynamodbstreams.Options)) (*dynamodbstreams.DescribeStreamOutput, error) {
	return call(ctx, "DescribeStream", in, o, t.api.DescribeStream)
}

func (t timedStreams) GetShardIterator(ctx context.Context, in *dynamodbstreams.GetShardIteratorInput, o ...func(*dynamodbstreams.Options)) (*dynamodbstreams.GetShardIteratorOutput, error) {
	return call(ctx, "GetShardIterator", in, o, t.api.GetShardIterator)
}

func (t timedStreams) GetRecords(ctx context.Context, in *dynamodbstreams.GetRecordsInput, o ...func(*dynamodbstreams.Options)) (*dynamodbstreams.GetRecordsOutput, error) {
	return call(ctx, "GetRecords", in, o, t.api.GetRecords)
}

type timedLister struct {
	timedStreams
	lister streamLister
}

func (t timedLister) ListStreams(ctx context.Context, in *dynamodbstreams.ListStreamsInput, o ...func(*dynamodbstreams.Options)) (*dynamodbstreams.ListStreamsOutput, error) {
	return call(ctx, "ListStreams", in, o, t.lister.ListStreams)
}

type timedTables struct{ api TablesAPI }

func (t timedTables) DescribeTable(ctx context.Context, in *dynamodb.DescribeTableInput, o ...func(*dynamodb.Options)) (*dynamodb.DescribeTableOutput, error) {
	return call(ctx, "DescribeTable", in, o, t.api.DescribeTable)
}
