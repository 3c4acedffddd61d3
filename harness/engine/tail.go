package engine

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	streamtypes "github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
)

// tail reads a stream of a single shard from its first record on. It is for the engine's own tables, which hold a
// record before a tail is made; streams of users are read by package consumer.
type tail struct {
	api      *dynamodbstreams.Client
	arn      string
	shard    string
	limit    *int32 // of records in a page; nil = what the service gives
	iterator *string
	last     *string // sequence number of the last record read
}

func newTail(ctx context.Context, api *dynamodbstreams.Client, arn string) (*tail, error) {
	out, err := api.DescribeStream(ctx, &dynamodbstreams.DescribeStreamInput{StreamArn: aws.String(arn)})
	if err != nil {
		return nil, fmt.Errorf("stream %s: %w", arn, err)
	}
	if n := len(out.StreamDescription.Shards); n != 1 {
		return nil, fmt.Errorf("stream %s: %d shards, want exactly one: this endpoint has no order across a table", arn, n)
	}
	t := &tail{api: api, arn: arn, shard: aws.ToString(out.StreamDescription.Shards[0].ShardId)}
	return t, t.position(ctx)
}

// position takes an iterator after the last record read.
func (t *tail) position(ctx context.Context) error {
	in := &dynamodbstreams.GetShardIteratorInput{
		StreamArn:         aws.String(t.arn),
		ShardId:           aws.String(t.shard),
		ShardIteratorType: streamtypes.ShardIteratorTypeTrimHorizon,
	}
	if t.last != nil {
		in.ShardIteratorType, in.SequenceNumber = streamtypes.ShardIteratorTypeAfterSequenceNumber, t.last
	}
	out, err := t.api.GetShardIterator(ctx, in)
	if err != nil {
		return fmt.Errorf("stream %s: %w", t.arn, err)
	}
	t.iterator = out.ShardIterator
	return nil
}

// read returns the next page, empty at the end of what was written so far. An iterator that expired (15 minutes) is
// renewed without a gap.
func (t *tail) read(ctx context.Context) ([]streamtypes.Record, error) {
	out, err := t.api.GetRecords(ctx, &dynamodbstreams.GetRecordsInput{ShardIterator: t.iterator, Limit: t.limit})
	if expired := (*streamtypes.ExpiredIteratorException)(nil); errors.As(err, &expired) {
		if err := t.position(ctx); err != nil {
			return nil, err
		}
		out, err = t.api.GetRecords(ctx, &dynamodbstreams.GetRecordsInput{ShardIterator: t.iterator, Limit: t.limit})
	}
	if err != nil {
		return nil, fmt.Errorf("stream %s: %w", t.arn, err)
	}
	if out.NextShardIterator == nil {
		return nil, broken(Paging, "an open shard ended: a page came without the iterator of the next one")
	}
	t.iterator = out.NextShardIterator
	if n := len(out.Records); n > 0 {
		t.last = out.Records[n-1].Dynamodb.SequenceNumber
	}
	return out.Records, nil
}
