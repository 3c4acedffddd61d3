package consumer

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"

	"github.com/stillwater-streams/stillwater/consumer/lease"
)

// streamLister is a StreamsAPI that knows all streams of a table. A
// *dynamodbstreams.Client does.
type streamLister interface {
	ListStreams(context.Context, *dynamodbstreams.ListStreamsInput, ...func(*dynamodbstreams.Options)) (*dynamodbstreams.ListStreamsOutput, error)
}

var _ streamLister = (*dynamodbstreams.Client)(nil)

// errStreamGone says why records of a shard are lost of which a lease is left.
var errStreamGone = errors.New("its stream is not there any more, and it was not read out")

// findOlder looks for the streams of leases that belong to none of those known: a
// table got a new stream while no worker ran. What is in the old one is still to
// be read. Leases whose stream is gone are deleted, and that is told.
func (s *syncing) findOlder(ctx context.Context) {
	lister, ok := s.w.c.options.Streams.(streamLister)
	if !ok || s.w.trigger.StreamARN != "" || s.incomplete || len(s.strays()) == 0 {
		return
	}
	arns, err := tableStreams(ctx, lister, s.w.trigger.Mapping.Table)
	if err != nil {
		s.missing(err, true)
		return
	}
	var older []Stream
	for _, arn := range arns {
		if slices.ContainsFunc(s.streams, func(k Stream) bool { return k.ARN == arn }) {
			continue
		}
		stream, err := DescribeStream(ctx, s.w.c.options.Streams, arn)
		var gone *GoneError
		if err != nil && !errors.As(err, &gone) {
			s.missing(err, true)
			return
		}
		if err == nil && slices.ContainsFunc(s.strays(), func(row lease.Lease) bool { return of(stream, row) }) {
			older = append(older, stream)
			s.w.emit(Place{StreamARN: arn}, StreamFound{ViewType: string(stream.ViewType)})
		}
	}
	s.streams = append(older, s.streams...)
	slices.SortStableFunc(s.streams, func(a, b Stream) int { return cmp.Compare(a.Label, b.Label) })
	for _, row := range s.strays() {
		if s.abandoned(row) {
			s.w.emit(Place{ShardID: row.Key}, RecordsLost{After: positionOf(row).Sequence, Whole: true, Err: errStreamGone})
			s.deleteOne(ctx, row)
		}
	}
}

// abandoned says whether nobody works on the shard of a stray lease: a worker
// that does may have records of it in hand, and ends the lease itself.
func (s *syncing) abandoned(row lease.Lease) bool {
	now := s.w.c.now()
	seen, known := s.w.strays[row.Key]
	if !known || seen.counter != row.Counter {
		seen = stray{row.Counter, now}
		s.w.strays[row.Key] = seen
	}
	return !s.w.worksOn(row.Key) && (row.Holder() == "" || now.Sub(seen.since) >= s.w.c.options.Failover)
}

// blocked says whether somebody still has records of a stream in hand that is
// gone, so that the next must wait. Where that has leases already it was decided
// before.
func (s *syncing) blocked() bool {
	for _, row := range s.rows {
		if slices.ContainsFunc(s.streams, func(stream Stream) bool { return of(stream, row) }) {
			return false
		}
	}
	return slices.ContainsFunc(s.strays(), func(row lease.Lease) bool { return !s.abandoned(row) })
}

// stray is since when a lease without a stream has its counter.
type stray struct {
	counter int64
	since   time.Time
}

// strays are the leases of shards that no known stream has, and that were not
// read out.
func (s *syncing) strays() []lease.Lease {
	var strays []lease.Lease
	for _, row := range s.rows {
		if !row.Ended() && !slices.ContainsFunc(s.streams, func(stream Stream) bool { return of(stream, row) }) {
			strays = append(strays, row)
		}
	}
	return strays
}

// tableStreams lists the streams that a table has, or had in the last 24 hours.
func tableStreams(ctx context.Context, api streamLister, table string) ([]string, error) {
	in := &dynamodbstreams.ListStreamsInput{TableName: &table}
	var arns []string
	for {
		out, err := api.ListStreams(ctx, in)
		if err != nil {
			return nil, err
		}
		for _, stream := range out.Streams {
			arns = append(arns, aws.ToString(stream.StreamArn))
		}
		last := aws.ToString(out.LastEvaluatedStreamArn)
		if last == "" || last == aws.ToString(in.ExclusiveStartStreamArn) {
			return arns, nil
		}
		in.ExclusiveStartStreamArn = &last
	}
}
