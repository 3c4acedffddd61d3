package consumer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

	"github.com/stillwater-streams/stillwater/consumer/core"
)

// MaxRecords is the most records of one GetRecords call; above it the service
// answers ValidationException. A [Reader] asked for more makes several calls.
const MaxRecords = 1000

// Reader reads one shard from a position to its end. Its place is the sequence
// number of the last record it returned, never an iterator: iterators expire
// after 15 minutes, and on DynamoDB Local one taken on an empty shard dies with
// the first record. It is not safe for concurrent use.
type Reader struct {
	api       StreamsAPI
	streamARN string
	shardID   string

	after     string    // last record returned; "" = none
	latest    bool      // the first iterator is LATEST, and it is not taken yet
	since     time.Time // TRIM_HORIZON leaves out what arrived before
	rewound   bool      // after is not in the shard any more: take TRIM_HORIZON
	whenEmpty bool      // an empty page is the end

	iterator *string                 // nil = take a new one at the place
	skip     func(types.Record) bool // what to leave out, up to the first record not to; nil = nothing
	end      bool
}

// NewReader returns a reader of the shard that starts behind the record with
// the sequence number after, or at TRIM_HORIZON if that is "".
func NewReader(api StreamsAPI, streamARN, shardID, after string) *Reader {
	return &Reader{api: api, streamARN: streamARN, shardID: shardID, after: after}
}

// NewLatestReader returns a reader that starts at LATEST: what is written from
// its Open on is read, what was written before is not (P4). The caller gives
// the time and calls Open at once.
//
// An iterator at LATEST may die before it has returned a record. Taking LATEST
// again would lose what was written since, so the reader then goes on as one of
// [NewReaderSince] would.
func NewLatestReader(api StreamsAPI, streamARN, shardID string, now time.Time) *Reader {
	return &Reader{api: api, streamARN: streamARN, shardID: shardID, latest: true, since: earliest(now)}
}

// NewReaderSince returns a reader that starts at TRIM_HORIZON, but leaves out
// the records that arrived before the time, up to the first that did not. It is
// for a mapping that began at LATEST, then, and has no checkpoint yet.
//
// It errs on the side of reading too much, never too little: DynamoDB Local
// floors ApproximateCreationDateTime to the minute, and the clock of the caller
// may be up to a minute ahead of the service's. So records of up to two
// minutes before the time are read as well.
func NewReaderSince(api StreamsAPI, streamARN, shardID string, since time.Time) *Reader {
	return &Reader{api: api, streamARN: streamARN, shardID: shardID, since: earliest(since)}
}

// earliest is the least ApproximateCreationDateTime that a record written at t
// may have.
func earliest(t time.Time) time.Time {
	const ahead, floored = time.Minute, time.Minute
	return t.Add(-ahead).Truncate(floored)
}

// Open takes the first iterator. Only a reader that starts at LATEST needs it,
// since that is a place in time; any other may leave it to Read. Opening twice,
// or after Read, does nothing.
func (r *Reader) Open(ctx context.Context) error {
	if r.iterator != nil || r.end {
		return nil
	}
	return r.open(ctx)
}

// EndWhenEmpty says that nothing more will be written to the shard, even if the
// service never says that it is closed: the next empty page is its end. It is
// for the shards of a disabled stream that are not Closed (K6).
func (r *Reader) EndWhenEmpty() { r.whenEmpty = true }

// ResumeAtHorizon lets the reader go on after a [TrimmedError]: at TRIM_HORIZON,
// with the first record behind its place. The records between are lost; the
// error names the one, and the next Read returns the other end of the gap.
func (r *Reader) ResumeAtHorizon() {
	r.rewound, r.iterator = r.after != "", nil
}

// Read returns the next records in order, at most limit; none if there are
// none now, or if the service gave an empty page as it may. end says that the
// shard is closed and read out: nothing comes any more. More than one call is
// made where limit exceeds a page of 1,000 records and the pages are full.
//
// After an error the place is where it was, so Read may be called again. An
// error of a call that follows a full page is not lost: the records read are
// returned without it, and the next Read meets it. What an error means for the
// shard is told by [Transient], [TrimmedError] and [GoneError].
func (r *Reader) Read(ctx context.Context, limit int) (records []types.Record, end bool, err error) {
	if limit < 1 {
		return nil, false, r.failed("read", fmt.Errorf("limit %d: must be at least 1", limit))
	}
	for !r.end && len(records) < limit {
		ask := min(limit-len(records), MaxRecords)
		page, size, err := r.page(ctx, ask)
		if err != nil {
			if len(records) > 0 {
				break
			}
			return nil, false, err
		}
		records = append(records, page...)
		if size == 0 || size < ask && len(records) > 0 {
			break
		}
	}
	return records, r.end, nil
}

// page reads one page: the records to return, and how many it had. A dead
// iterator is replaced once, even a fresh one: on DynamoDB Local the first
// record may come between taking and using it.
func (r *Reader) page(ctx context.Context, limit int) (page []types.Record, size int, err error) {
	if r.iterator == nil {
		if err := r.open(ctx); err != nil {
			return nil, 0, err
		}
	}
	out, err := r.get(ctx, limit)
	if dead(err) {
		if err := r.open(ctx); err != nil {
			return nil, 0, err
		}
		out, err = r.get(ctx, limit)
	}
	if err != nil {
		return nil, 0, err
	}
	page, err = r.advance(out.Records)
	if err != nil {
		return nil, 0, err
	}
	r.iterator = out.NextShardIterator
	r.end = r.iterator == nil || r.whenEmpty && len(out.Records) == 0
	return page, len(out.Records), nil
}

// get makes one GetRecords call. After an error there is no iterator: whatever
// it was, the next call takes one anew.
func (r *Reader) get(ctx context.Context, limit int) (*dynamodbstreams.GetRecordsOutput, error) {
	out, err := r.api.GetRecords(ctx, &dynamodbstreams.GetRecordsInput{
		ShardIterator: r.iterator,
		Limit:         aws.Int32(int32(limit)),
	})
	if err != nil {
		r.iterator = nil
		return nil, r.failed("get records", err)
	}
	return out, nil
}

// open takes an iterator at the place. LATEST at most once: a second time it
// would lose what was written since the first.
func (r *Reader) open(ctx context.Context) error {
	in := &dynamodbstreams.GetShardIteratorInput{
		StreamArn: aws.String(r.streamARN),
		ShardId:   aws.String(r.shardID),
	}
	r.skip = nil
	switch {
	case r.after != "" && !r.rewound:
		in.ShardIteratorType = types.ShardIteratorTypeAfterSequenceNumber
		in.SequenceNumber = aws.String(r.after)
	case r.latest:
		in.ShardIteratorType = types.ShardIteratorTypeLatest
	default:
		in.ShardIteratorType = types.ShardIteratorTypeTrimHorizon
		r.skip = r.stale
	}
	out, err := r.api.GetShardIterator(ctx, in)
	if err != nil {
		return r.failed("get shard iterator", err)
	}
	if out.ShardIterator == nil {
		return r.failed("get shard iterator", errors.New("the answer holds none"))
	}
	r.iterator, r.latest = out.ShardIterator, false
	return nil
}

// stale tells the records that a reader at TRIM_HORIZON does not return.
func (r *Reader) stale(rec types.Record) bool {
	if r.after != "" {
		return core.CompareSequence(sequence(rec), r.after) <= 0
	}
	return rec.Dynamodb != nil && rec.Dynamodb.ApproximateCreationDateTime != nil &&
		rec.Dynamodb.ApproximateCreationDateTime.Before(r.since)
}

func sequence(rec types.Record) string {
	if rec.Dynamodb == nil {
		return ""
	}
	return aws.ToString(rec.Dynamodb.SequenceNumber)
}

// advance moves the place behind the page, and refuses a page that is not in
// order or goes back: a lane built on it would lose records or repeat them.
func (r *Reader) advance(page []types.Record) ([]types.Record, error) {
	if r.skip != nil {
		fresh := slices.IndexFunc(page, func(rec types.Record) bool { return !r.skip(rec) })
		if fresh < 0 {
			return nil, nil
		}
		page = page[fresh:]
	}
	last := r.after
	for _, rec := range page {
		next := sequence(rec)
		if core.CompareSequence(next, last) <= 0 {
			r.iterator = nil
			return nil, r.failed("get records", fmt.Errorf("record %q comes after %q: records of a shard must come in order and once", next, last))
		}
		last = next
	}
	r.after, r.skip, r.rewound = last, nil, false
	return page, nil
}

// failed adds to an error where it happened, and what it means for the shard.
func (r *Reader) failed(op string, err error) error {
	switch {
	case notFound(err):
		return fmt.Errorf("%s: %w", op, &GoneError{StreamARN: r.streamARN, ShardID: r.shardID, Err: err})
	case trimmed(err) && r.after != "" && !r.rewound:
		return fmt.Errorf("%s: %w", op, &TrimmedError{ShardID: r.shardID, After: r.after, Err: err})
	default:
		return fmt.Errorf("%s: shard %s, %s: %w", op, r.shardID, r.place(), err)
	}
}

func (r *Reader) place() string {
	switch {
	case r.after != "":
		return "after " + r.after
	case r.latest:
		return "LATEST"
	case !r.since.IsZero():
		return "TRIM_HORIZON since " + r.since.UTC().Format(time.RFC3339)
	default:
		return "TRIM_HORIZON"
	}
}
