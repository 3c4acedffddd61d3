package consumer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
	"github.com/aws/smithy-go"
)

// Stream is what DescribeStream says of a stream.
type Stream struct {
	ARN string
	// Label is the last part of the ARN: "2024-09-19T10:00:00.000".
	Label string
	// Table is the name of the table.
	Table string
	// Status is ENABLED while the table writes to the stream, DISABLED when it
	// does not any more: then nothing comes after what is there.
	Status types.StreamStatus
	// ViewType says which images records have; it never changes (E3).
	ViewType types.StreamViewType
	// Shards are all shards, parents before their children and otherwise by ID.
	Shards []Shard
}

// Disabled says that nothing is written to the stream any more, not even to a
// shard that is not Closed: read those with [Reader.EndWhenEmpty] (K6).
func (s Stream) Disabled() bool { return s.Status == types.StreamStatusDisabled }

// Shard is one shard of a stream: "shardId-00000001795431094853-2a5f6c03".
type Shard struct {
	ID string
	// ParentID names the shard that must be read out before this one; "" for a
	// root. The parent may be gone already, trimmed after 24 hours.
	ParentID string
	// Closed says that nothing is written to the shard any more: the stream says
	// so, or it has children already (K6).
	Closed bool
}

// Shards lists the shards of a stream as [DescribeStream] does. Shards come and
// go, about every four hours on a real table: list them again and again, never
// once at start.
func Shards(ctx context.Context, api StreamsAPI, streamARN string) ([]Shard, error) {
	stream, err := DescribeStream(ctx, api, streamARN)
	if err != nil {
		return nil, err
	}
	return stream.Shards, nil
}

// DescribeStream tells how a stream is and lists its shards, from all pages. A
// stream that does not exist is a [GoneError].
func DescribeStream(ctx context.Context, api StreamsAPI, streamARN string) (Stream, error) {
	return describe(ctx, api, &dynamodbstreams.DescribeStreamInput{StreamArn: aws.String(streamARN)})
}

// Children lists the children of a shard, as soon as it has them: after its end
// they may be a moment late, and in a disabled stream there are none. It is
// cheaper than listing the whole stream where the service has a ShardFilter,
// and does that where it has none.
func Children(ctx context.Context, api StreamsAPI, streamARN, shardID string) ([]Shard, error) {
	stream, err := describe(ctx, api, &dynamodbstreams.DescribeStreamInput{
		StreamArn:   aws.String(streamARN),
		ShardFilter: &types.ShardFilter{Type: types.ShardFilterTypeChildShards, ShardId: aws.String(shardID)},
	})
	if refused(err) {
		stream, err = DescribeStream(ctx, api, streamARN)
	}
	if err != nil {
		return nil, err
	}
	// DynamoDB Local before 3.2 ignores the filter.
	return slices.DeleteFunc(stream.Shards, func(s Shard) bool { return s.ParentID != shardID }), nil
}

// refused tells whether the service does not take the request as it is; a filter
// may be the cause.
func refused(err error) bool {
	var api smithy.APIError
	var gone *GoneError
	return errors.As(err, &api) && !errors.As(err, &gone) && !Transient(err)
}

// describe asks for all pages.
func describe(ctx context.Context, api StreamsAPI, in *dynamodbstreams.DescribeStreamInput) (Stream, error) {
	var shards []Shard
	for {
		out, err := api.DescribeStream(ctx, in)
		if notFound(err) {
			return Stream{}, fmt.Errorf("list shards: %w", &GoneError{StreamARN: *in.StreamArn, Err: err})
		}
		if err != nil {
			return Stream{}, fmt.Errorf("list shards: %s: %w", *in.StreamArn, err)
		}
		d := out.StreamDescription
		if d == nil {
			return Stream{}, fmt.Errorf("list shards: %s: DescribeStream answered without a description: is the endpoint DynamoDB Streams?", *in.StreamArn)
		}
		for _, s := range d.Shards {
			shards = append(shards, newShard(s))
		}
		last := aws.ToString(d.LastEvaluatedShardId)
		if last == "" {
			return Stream{
				ARN: *in.StreamArn, Label: aws.ToString(d.StreamLabel), Table: aws.ToString(d.TableName),
				Status: d.StreamStatus, ViewType: d.StreamViewType, Shards: parentsFirst(shards),
			}, nil
		}
		if last == aws.ToString(in.ExclusiveStartShardId) {
			return Stream{}, fmt.Errorf("list shards: %s: DescribeStream gives the page after %s again and again", *in.StreamArn, last)
		}
		in.ExclusiveStartShardId = &last
	}
}

func newShard(s types.Shard) Shard {
	shard := Shard{ID: aws.ToString(s.ShardId), ParentID: aws.ToString(s.ParentShardId)}
	if s.SequenceNumberRange != nil {
		shard.Closed = aws.ToString(s.SequenceNumberRange.EndingSequenceNumber) != ""
	}
	return shard
}

// parentsFirst sorts by ID, moves each shard behind its parent and closes the
// parents. A page may repeat a shard while the stream splits; the last word
// counts.
func parentsFirst(shards []Shard) []Shard {
	byID := make(map[string]Shard, len(shards))
	for _, s := range shards {
		byID[s.ID] = s
	}
	for _, s := range shards {
		if parent, listed := byID[s.ParentID]; listed {
			parent.Closed = true
			byID[s.ParentID] = parent
		}
	}
	slices.SortStableFunc(shards, func(a, b Shard) int { return cmp.Compare(a.ID, b.ID) })

	sorted := make([]Shard, 0, len(byID))
	placed := make(map[string]bool, len(byID))
	var place func(id string)
	place = func(id string) {
		s, listed := byID[id]
		if !listed || placed[id] {
			return
		}
		placed[id] = true // before the parent: a cycle would end here
		place(s.ParentID)
		sorted = append(sorted, s)
	}
	for _, s := range shards {
		place(s.ID)
	}
	return sorted
}
