package consumer

import (
	"context"
	"errors"
	"fmt"

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

	after    string  // last record returned; "" = none, TRIM_HORIZON
	iterator *string // nil = take a new one at after
	end      bool
}

// NewReader returns a reader of the shard that starts behind the record with
// the sequence number after, or at TRIM_HORIZON if that is "".
func NewReader(api StreamsAPI, streamARN, shardID, after string) *Reader {
	return &Reader{api: api, streamARN: streamARN, shardID: shardID, after: after}
}

// Read returns the next records in order, at most limit; none if there are
// none now, or if the service gave an empty page as it may. end says that the
// shard is closed and read out: nothing comes any more. More than one call is
// made where limit exceeds a page of 1,000 records and the pages are full.
//
// After an error the place is where it was, so Read may be called again. An
// error of a call that follows a full page is not lost: the records read are
// returned without it, and the next Read meets it.
func (r *Reader) Read(ctx context.Context, limit int) (records []types.Record, end bool, err error) {
	if limit < 1 {
		return nil, false, r.failed("read", fmt.Errorf("limit %d: must be at least 1", limit))
	}
	for !r.end && len(records) < limit {
		ask := min(limit-len(records), MaxRecords)
		page, err := r.page(ctx, ask)
		if err != nil {
			if len(records) > 0 {
				break
			}
			return nil, false, err
		}
		records = append(records, page...)
		if len(page) < ask {
			break
		}
	}
	return records, r.end, nil
}

// page reads one page. A dead iterator is replaced once, even a fresh one: on
// DynamoDB Local the first record may come between taking and using it.
func (r *Reader) page(ctx context.Context, limit int) ([]types.Record, error) {
	if r.iterator == nil {
		if err := r.open(ctx); err != nil {
			return nil, err
		}
	}
	out, err := r.get(ctx, limit)
	if dead(err) {
		if err := r.open(ctx); err != nil {
			return nil, err
		}
		out, err = r.get(ctx, limit)
	}
	if err != nil {
		return nil, err
	}
	if err := r.advance(out.Records); err != nil {
		return nil, err
	}
	r.iterator = out.NextShardIterator
	r.end = r.iterator == nil
	return out.Records, nil
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

// open takes an iterator behind the last record returned. Never LATEST: that
// would lose what was written since.
func (r *Reader) open(ctx context.Context) error {
	in := &dynamodbstreams.GetShardIteratorInput{
		StreamArn:         aws.String(r.streamARN),
		ShardId:           aws.String(r.shardID),
		ShardIteratorType: types.ShardIteratorTypeTrimHorizon,
	}
	if r.after != "" {
		in.ShardIteratorType = types.ShardIteratorTypeAfterSequenceNumber
		in.SequenceNumber = aws.String(r.after)
	}
	out, err := r.api.GetShardIterator(ctx, in)
	if err != nil {
		return r.failed("get shard iterator", err)
	}
	if out.ShardIterator == nil {
		return r.failed("get shard iterator", errors.New("the answer holds none"))
	}
	r.iterator = out.ShardIterator
	return nil
}

// dead tells the two errors that say "take a new iterator", not "broken":
// it expired, or it was taken while the shard was empty (DynamoDB Local).
func dead(err error) bool {
	var expired *types.ExpiredIteratorException
	return errors.As(err, &expired) || trimmed(err)
}

func trimmed(err error) bool {
	var trimmed *types.TrimmedDataAccessException
	return errors.As(err, &trimmed)
}

// advance moves the place behind the page, and refuses a page that is not in
// order or goes back: a lane built on it would lose records or repeat them.
func (r *Reader) advance(page []types.Record) error {
	last := r.after
	for _, rec := range page {
		sequence := ""
		if rec.Dynamodb != nil {
			sequence = aws.ToString(rec.Dynamodb.SequenceNumber)
		}
		if core.CompareSequence(sequence, last) <= 0 {
			r.iterator = nil
			return r.failed("get records", fmt.Errorf("record %q comes after %q: records of a shard must come in order and once", sequence, last))
		}
		last = sequence
	}
	r.after = last
	return nil
}

// failed adds to an error where it happened, and to one that will not go away
// what to do about it.
func (r *Reader) failed(op string, err error) error {
	if r.after == "" {
		return fmt.Errorf("%s: shard %s, TRIM_HORIZON: %w", op, r.shardID, err)
	}
	if trimmed(err) {
		err = fmt.Errorf("%w: that record is not in the shard any more, and what followed it may be lost: read on from TRIM_HORIZON", err)
	}
	return fmt.Errorf("%s: shard %s, after %s: %w", op, r.shardID, r.after, err)
}
