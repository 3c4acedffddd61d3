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

// findOlder looks for streams that were missed, when the table has one that is
// not read yet: those of leases that belong to none that is known, because the
// table got another stream while no worker ran, and those between. What is in
// them is to be read first. Leases whose stream is gone are deleted, and that is
// told.
func (s *syncing) findOlder(ctx context.Context) {
	lister, ok := s.w.c.options.Streams.(streamLister)
	if !ok || s.w.trigger.StreamARN != "" || s.incomplete || len(s.rows) == 0 || !s.begins() {
		return
	}
	candidates, err := s.candidates(ctx, lister)
	if err != nil {
		s.missing(err, true)
		return
	}
	all := slices.Concat(candidates, s.streams)
	slices.SortStableFunc(all, func(a, b Stream) int { return cmp.Compare(a.Label, b.Label) })
	// From the first that has a lease on: what was before was never begun, or is
	// read out.
	first := slices.IndexFunc(all, s.leased)
	newest, found := "", len(s.streams) > 0
	if found {
		newest = s.streams[len(s.streams)-1].Label
	}
	for _, stream := range all[max(0, first):] {
		if !s.known(stream.ARN) && (!found || stream.Label < newest) {
			s.streams = append(s.streams, stream)
			s.w.emit(Place{StreamARN: stream.ARN}, StreamFound{ViewType: string(stream.ViewType)})
		}
	}
	slices.SortStableFunc(s.streams, func(a, b Stream) int { return cmp.Compare(a.Label, b.Label) })
	for _, row := range s.strays() {
		if s.abandoned(row) {
			s.w.emit(Place{ShardID: row.Key}, RecordsLost{After: row.Position().Sequence, Whole: true, Err: errStreamGone})
			s.deleteOne(ctx, row)
		}
	}
}

// begins says whether the newest stream has no lease yet, though there are others,
// or some lease is of no stream that is known.
func (s *syncing) begins() bool {
	return len(s.streams) > 0 && !s.leased(s.streams[len(s.streams)-1]) || len(s.strays()) > 0
}

// candidates are the streams of the table that are not known.
func (s *syncing) candidates(ctx context.Context, lister streamLister) ([]Stream, error) {
	arns, err := tableStreams(ctx, lister, s.w.trigger.Mapping.Table)
	if err != nil {
		return nil, err
	}
	var found []Stream
	for _, arn := range arns {
		if s.known(arn) {
			continue
		}
		stream, err := DescribeStream(ctx, s.w.c.options.Streams, arn)
		var gone *GoneError
		if err != nil && !errors.As(err, &gone) {
			return nil, err
		}
		if err == nil {
			found = append(found, stream)
		}
	}
	return found, nil
}

func (s *syncing) known(arn string) bool {
	return slices.ContainsFunc(s.streams, func(stream Stream) bool { return stream.ARN == arn })
}

// leased says whether a shard of the stream has a lease.
func (s *syncing) leased(stream Stream) bool {
	return slices.ContainsFunc(s.rows, func(row lease.Lease) bool { return of(stream, row) })
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
	if slices.ContainsFunc(s.streams, s.leased) {
		return false
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
