package consumer

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
)

// Shard is one shard of a stream: "shardId-00000001795431094853-2a5f6c03".
type Shard struct {
	ID string
	// ParentID names the shard that must be read out before this one; "" for a
	// root. The parent may be gone already, trimmed after 24 hours.
	ParentID string
	// Closed says that nothing is written to the shard any more.
	Closed bool
}

// Shards lists the shards of a stream, from all pages, parents before their
// children and otherwise by ID. Shards come and go, about every four hours on a
// real table: list them again and again, never once at start.
func Shards(ctx context.Context, api StreamsAPI, streamARN string) ([]Shard, error) {
	var shards []Shard
	var start *string
	for {
		out, err := api.DescribeStream(ctx, &dynamodbstreams.DescribeStreamInput{
			StreamArn:             aws.String(streamARN),
			ExclusiveStartShardId: start,
		})
		if err != nil {
			return nil, fmt.Errorf("list shards: %s: %w", streamARN, err)
		}
		if out.StreamDescription == nil {
			return nil, fmt.Errorf("list shards: %s: DescribeStream answered without a description: is the endpoint DynamoDB Streams?", streamARN)
		}
		for _, s := range out.StreamDescription.Shards {
			shards = append(shards, newShard(s))
		}
		last := out.StreamDescription.LastEvaluatedShardId
		if aws.ToString(last) == "" {
			return parentsFirst(shards), nil
		}
		if aws.ToString(last) == aws.ToString(start) {
			return nil, fmt.Errorf("list shards: %s: DescribeStream gives the page after %s again and again", streamARN, *last)
		}
		start = last
	}
}

func newShard(s types.Shard) Shard {
	shard := Shard{ID: aws.ToString(s.ShardId), ParentID: aws.ToString(s.ParentShardId)}
	if s.SequenceNumberRange != nil {
		shard.Closed = aws.ToString(s.SequenceNumberRange.EndingSequenceNumber) != ""
	}
	return shard
}

// parentsFirst sorts by ID and then moves each shard behind its parent. A page
// may repeat a shard while the stream splits; the last word counts.
func parentsFirst(shards []Shard) []Shard {
	byID := make(map[string]Shard, len(shards))
	for _, s := range shards {
		byID[s.ID] = s
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
