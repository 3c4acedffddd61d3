package consumer

import (
	"cmp"
	"context"
	"errors"
	"maps"
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

// Why records of a shard are lost of which a lease is left.
var (
	errShardGone  = errors.New("its stream has trimmed it, and it was not read out")
	errStreamGone = errors.New("no stream that can be found has it any more, and it was not read out")
)

// findOlder deals with leases that are of no stream that is known, and with a
// stream that nobody has begun with: the table got another stream while no worker
// ran, or a shard was trimmed. Streams that were missed are to be read first. What
// is not there any more is told as lost, and its lease ended, so that what comes
// after it is read from its beginning.
func (s *syncing) findOlder(ctx context.Context) {
	if s.incomplete || len(s.rows) == 0 || !s.begins() {
		return
	}
	if lister, ok := s.w.c.options.Streams.(streamLister); ok && s.w.trigger.StreamARN == "" {
		if err := s.addOlder(ctx, lister); err != nil {
			s.missing(err, true)
			return
		}
	}
	strays := s.strays()
	maps.DeleteFunc(s.w.strays, func(key string, _ stray) bool {
		return !slices.ContainsFunc(strays, func(row lease.Lease) bool { return row.Key == key })
	})
	for _, row := range strays {
		if s.forsaken(row) {
			s.endStray(ctx, row)
		} else if !s.w.worksOn(row.Key) {
			s.waits = true
		}
	}
}

// addOlder adds the streams that were missed.
func (s *syncing) addOlder(ctx context.Context, lister streamLister) error {
	candidates, err := s.candidates(ctx, lister)
	if err != nil {
		return err
	}
	byLabel := func(a, b Stream) int { return cmp.Compare(a.Label, b.Label) }
	all := slices.Concat(candidates, s.streams)
	slices.SortStableFunc(all, byLabel)
	// From the first that has a lease on: what was before was never begun, or is
	// read out.
	first := slices.IndexFunc(all, s.leased)
	newest := s.streams[len(s.streams)-1].Label
	for _, stream := range all[max(0, first):] {
		if !s.known(stream.ARN) && stream.Label < newest {
			s.streams = append(s.streams, stream)
			s.w.emit(Place{StreamARN: stream.ARN}, StreamFound{ViewType: string(stream.ViewType)})
		}
	}
	slices.SortStableFunc(s.streams, byLabel)
	return nil
}

// endStray tells that what is left of a shard is lost, and ends its lease. It is
// taken first: nobody else ends it then, and a holder that was only slow learns
// that it is not the holder any more.
func (s *syncing) endStray(ctx context.Context, row lease.Lease) {
	ctx, cancel := s.w.callContext(ctx)
	defer cancel()
	ended, err := s.w.leases.Take(ctx, row, s.w.c.worker)
	if err == nil {
		why := errStreamGone
		if slices.ContainsFunc(s.shards(), func(child lease.Shard) bool { return child.ParentID == row.Key }) {
			why = errShardGone
		}
		s.w.emit(Place{ShardID: row.Key}, RecordsLost{After: row.Position().Sequence, Whole: true, Err: why})
		ended, err = s.w.leases.End(ctx, ended)
	}
	if err != nil {
		s.waits = true
		if !isLost(err) {
			s.w.leaseFailed(row.Key, "end", err)
		}
		return
	}
	for i := range s.rows {
		if s.rows[i].Key == row.Key {
			s.rows[i] = ended
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
	return !s.w.worksOn(row.Key) && (row.Holder() == "" || s.still(row) >= s.w.c.options.Failover)
}

// forsaken says whether a stray lease has been one for the failover time, and
// nobody has touched it: a shard that is new may be missing from a list for a moment.
func (s *syncing) forsaken(row lease.Lease) bool {
	still := s.still(row)
	return !s.w.worksOn(row.Key) && still >= s.w.c.options.Failover
}

// still is how long a stray lease has been seen with its counter.
func (s *syncing) still(row lease.Lease) time.Duration {
	now := s.w.c.now()
	seen, known := s.w.strays[row.Key]
	if !known || seen.counter != row.Counter {
		seen = stray{row.Counter, now}
		s.w.strays[row.Key] = seen
	}
	return now.Sub(seen.since)
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
