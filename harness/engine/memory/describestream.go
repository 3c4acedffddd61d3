package memory

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	streamtypes "github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
)

// maxShards and maxStreams are how many of them a page has at most.
const (
	maxShards  = 100
	maxStreams = 100
)

// stream finds a stream and trims it.
func (db *Database) stream(arn *string) (*stream, error) {
	s := db.streamNamed(aws.ToString(arn))
	if s == nil || db.gone(s) {
		return nil, &streamtypes.ResourceNotFoundException{Message: aws.String("Requested resource not found: Stream: " + aws.ToString(arn) + " not found")}
	}
	s.trim(db.now())
	return s, nil
}

// gone tells whether a stream was disabled a day ago.
func (db *Database) gone(s *stream) bool {
	if s.enabled {
		return false
	}
	s.trim(db.now())
	return len(s.shards) == 0
}

func (s *stream) shard(id string) *shard {
	for _, h := range s.shards {
		if h.id == id {
			return h
		}
	}
	return nil
}

func noShard(s *stream, id string) error {
	return &streamtypes.ResourceNotFoundException{Message: aws.String("Requested resource not found: Shard: " + id + " in Stream: " + s.arn + " not found")}
}

func (db *Database) describeStream(in *dynamodbstreams.DescribeStreamInput) (*dynamodbstreams.DescribeStreamOutput, error) {
	var c constraints
	c.required("streamArn", in.StreamArn == nil)
	c.least("limit", in.Limit, 1)
	c.most("limit", in.Limit, maxShards)
	if f := in.ShardFilter; f != nil {
		enum(&c, "shardFilter.type", f.Type, streamtypes.ShardFilterTypeChildShards)
	}
	if err := c.err(); err != nil {
		return nil, err
	}
	db.mu.Lock() // trims
	defer db.mu.Unlock()
	s, err := db.stream(in.StreamArn)
	if err != nil {
		return nil, err
	}
	shards := s.filter(in.ShardFilter)
	if in.ExclusiveStartShardId != nil {
		at := slices.IndexFunc(shards, func(h *shard) bool { return h.id == *in.ExclusiveStartShardId })
		if at < 0 {
			return nil, noShard(s, *in.ExclusiveStartShardId)
		}
		shards = shards[at+1:]
	}
	d := s.description()
	if limit := pageLimit(in.Limit, maxShards); len(shards) > limit {
		shards = shards[:limit]
		d.LastEvaluatedShardId = aws.String(shards[limit-1].id)
	}
	for _, h := range shards {
		d.Shards = append(d.Shards, h.description())
	}
	return &dynamodbstreams.DescribeStreamOutput{StreamDescription: d}, nil
}

func pageLimit(asked *int32, most int) int {
	if asked == nil {
		return most
	}
	return int(*asked)
}

// filter returns the shards that a filter leaves.
func (s *stream) filter(f *streamtypes.ShardFilter) []*shard {
	if f == nil || f.Type != streamtypes.ShardFilterTypeChildShards {
		return s.shards
	}
	var children []*shard
	for _, h := range s.shards {
		if h.parent != "" && h.parent == aws.ToString(f.ShardId) {
			children = append(children, h)
		}
	}
	return children
}

func (s *stream) description() *streamtypes.StreamDescription {
	status := streamtypes.StreamStatusDisabled
	if s.enabled {
		status = streamtypes.StreamStatusEnabled
	}
	d := &streamtypes.StreamDescription{
		StreamArn: aws.String(s.arn), StreamLabel: aws.String(s.label), TableName: aws.String(s.table),
		StreamStatus: status, StreamViewType: s.view, CreationRequestDateTime: aws.Time(s.created), Shards: []streamtypes.Shard{},
	}
	for i, a := range s.schema.Attributes() {
		role := streamtypes.KeyTypeHash
		if i >= len(s.schema.Hash) {
			role = streamtypes.KeyTypeRange
		}
		d.KeySchema = append(d.KeySchema, streamtypes.KeySchemaElement{AttributeName: aws.String(a.Name), KeyType: role})
	}
	return d
}

func (h *shard) description() streamtypes.Shard {
	out := streamtypes.Shard{
		ShardId: aws.String(h.id), SequenceNumberRange: &streamtypes.SequenceNumberRange{StartingSequenceNumber: sequence(h.start)},
	}
	if h.parent != "" {
		out.ParentShardId = aws.String(h.parent)
	}
	if h.end > 0 {
		out.SequenceNumberRange.EndingSequenceNumber = sequence(h.end)
	}
	return out
}

func (db *Database) listStreams(in *dynamodbstreams.ListStreamsInput) (*dynamodbstreams.ListStreamsOutput, error) {
	var c constraints
	c.least("limit", in.Limit, 1)
	c.most("limit", in.Limit, maxStreams)
	if err := c.err(); err != nil {
		return nil, err
	}
	db.mu.Lock() // trims
	defer db.mu.Unlock()
	var found []*stream
	for _, s := range db.state.streams {
		if !db.gone(s) && (in.TableName == nil || s.table == tableName(in.TableName)) {
			found = append(found, s)
		}
	}
	if in.ExclusiveStartStreamArn != nil {
		at := slices.IndexFunc(found, func(s *stream) bool { return s.arn == *in.ExclusiveStartStreamArn })
		found = found[at+1:]
	}
	out := &dynamodbstreams.ListStreamsOutput{Streams: []streamtypes.Stream{}}
	if limit := pageLimit(in.Limit, maxStreams); len(found) > limit {
		found = found[:limit]
		out.LastEvaluatedStreamArn = aws.String(found[limit-1].arn)
	}
	for _, s := range found {
		out.Streams = append(out.Streams, streamtypes.Stream{
			StreamArn: aws.String(s.arn), StreamLabel: aws.String(s.label), TableName: aws.String(s.table),
		})
	}
	return out, nil
}
