package streamscript

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	tabletypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
)

// maxRecords is the largest Limit of GetRecords.
const maxRecords = 1000

// GetRecords answers as DynamoDB Streams does.
func (e *Endpoint) GetRecords(ctx context.Context, in *dynamodbstreams.GetRecordsInput, _ ...func(*dynamodbstreams.Options)) (*dynamodbstreams.GetRecordsOutput, error) {
	if err := e.enter(ctx, GetRecords); err != nil {
		return nil, err
	}
	defer e.mu.Unlock()
	limit := maxRecords
	if in.Limit != nil {
		limit = int(*in.Limit)
	}
	if limit < 1 || limit > maxRecords {
		return nil, invalid("1 validation error detected: Value at 'limit' failed to satisfy constraint: Member must be between 1 and 1000")
	}
	if e.options.PageSize > 0 {
		limit = min(limit, e.options.PageSize)
	}
	s, after, err := e.resolve(aws.ToString(in.ShardIterator))
	if err != nil {
		return nil, err
	}
	if s.empty > 0 {
		s.empty--
		return &dynamodbstreams.GetRecordsOutput{NextShardIterator: e.issue(s, after)}, nil
	}
	rest := s.records[s.behind(after):]
	out := &dynamodbstreams.GetRecordsOutput{Records: slices.Clone(rest[:min(limit, len(rest))])}
	if n := len(out.Records); n > 0 {
		after = *out.Records[n-1].Dynamodb.SequenceNumber
	}
	if !s.closed || len(out.Records) < len(rest) {
		out.NextShardIterator = e.issue(s, after)
	}
	return out, nil
}

// GetShardIterator answers as DynamoDB Streams does.
func (e *Endpoint) GetShardIterator(ctx context.Context, in *dynamodbstreams.GetShardIteratorInput, _ ...func(*dynamodbstreams.Options)) (*dynamodbstreams.GetShardIteratorOutput, error) {
	if err := e.enter(ctx, GetShardIterator); err != nil {
		return nil, err
	}
	defer e.mu.Unlock()
	stream := e.find(aws.ToString(in.StreamArn))
	if stream == nil {
		return nil, missing("Stream does not exist")
	}
	s := e.shards[aws.ToString(in.ShardId)]
	if s == nil || s.stream != stream {
		return nil, missing("Shard does not exist")
	}
	after, err := e.place(s, in)
	if err != nil {
		return nil, err
	}
	return &dynamodbstreams.GetShardIteratorOutput{ShardIterator: e.issue(s, after)}, nil
}

// DescribeStream answers as DynamoDB Streams does.
func (e *Endpoint) DescribeStream(ctx context.Context, in *dynamodbstreams.DescribeStreamInput, _ ...func(*dynamodbstreams.Options)) (*dynamodbstreams.DescribeStreamOutput, error) {
	if err := e.enter(ctx, DescribeStream); err != nil {
		return nil, err
	}
	defer e.mu.Unlock()
	s := e.find(aws.ToString(in.StreamArn))
	if s == nil {
		return nil, missing("Requested resource not found: Stream: " + aws.ToString(in.StreamArn) + " not found")
	}
	d := &types.StreamDescription{
		StreamArn: &s.arn, StreamLabel: &s.label, TableName: &s.table, StreamViewType: s.view,
		StreamStatus: types.StreamStatusDisabled, CreationRequestDateTime: &s.created,
		KeySchema: []types.KeySchemaElement{{AttributeName: aws.String("pk"), KeyType: types.KeyTypeHash}},
	}
	if s.enabled {
		d.StreamStatus = types.StreamStatusEnabled
	}
	shards, err := e.page(s, in)
	if err != nil {
		return nil, err
	}
	for _, shard := range shards {
		d.Shards = append(d.Shards, shard.describe())
		if len(d.Shards) == e.options.ShardPageSize && shard != shards[len(shards)-1] {
			d.LastEvaluatedShardId = &shard.id
			break
		}
	}
	return &dynamodbstreams.DescribeStreamOutput{StreamDescription: d}, nil
}

// page is what is left to list of the stream from the call's page on.
func (e *Endpoint) page(s *stream, in *dynamodbstreams.DescribeStreamInput) ([]*shard, error) {
	shards := s.shards
	if start := aws.ToString(in.ExclusiveStartShardId); start != "" {
		i := slices.IndexFunc(shards, func(s *shard) bool { return s.id == start })
		if i < 0 {
			return nil, invalid("Invalid ExclusiveStartShardId")
		}
		shards = shards[i+1:]
	}
	if in.ShardFilter == nil || e.options.Quirks.IgnoreShardFilter {
		return shards, nil
	}
	if in.ShardFilter.Type != types.ShardFilterTypeChildShards {
		return nil, invalid("Invalid ShardFilter type")
	}
	var children []*shard
	for _, s := range shards {
		if s.parent == aws.ToString(in.ShardFilter.ShardId) {
			children = append(children, s)
		}
	}
	return children, nil
}

func (s *shard) describe() types.Shard {
	d := types.Shard{
		ShardId:             aws.String(s.id),
		SequenceNumberRange: &types.SequenceNumberRange{StartingSequenceNumber: aws.String(s.start)},
	}
	if s.parent != "" {
		d.ParentShardId = aws.String(s.parent)
	}
	if s.closed {
		last := s.last
		if last == "" {
			last = s.start
		}
		d.SequenceNumberRange.EndingSequenceNumber = &last
	}
	return d
}

// DescribeTable answers as DynamoDB does, as far as streams are concerned.
func (e *Endpoint) DescribeTable(ctx context.Context, in *dynamodb.DescribeTableInput, _ ...func(*dynamodb.Options)) (*dynamodb.DescribeTableOutput, error) {
	if err := e.enter(ctx, DescribeTable); err != nil {
		return nil, err
	}
	defer e.mu.Unlock()
	s := e.tables[aws.ToString(in.TableName)]
	if s == nil {
		return nil, &tabletypes.ResourceNotFoundException{Message: aws.String("Cannot do operations on a non-existent table")}
	}
	t := &tabletypes.TableDescription{
		TableName: in.TableName, TableStatus: tabletypes.TableStatusActive,
		LatestStreamArn: &s.arn, LatestStreamLabel: &s.label,
	}
	if s.enabled {
		t.StreamSpecification = &tabletypes.StreamSpecification{
			StreamEnabled: aws.Bool(true), StreamViewType: tabletypes.StreamViewType(s.view),
		}
	}
	return &dynamodb.DescribeTableOutput{Table: t}, nil
}
