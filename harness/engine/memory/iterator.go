package memory

import (
	"encoding/base64"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	streamtypes "github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

	"github.com/stillwater-streams/stillwater/harness/engine/memory/validation"
)

// iteratorLife is how long an iterator can be used.
const iteratorLife = 15 * time.Minute

// beyond is a sequence number that no record reaches.
const beyond = math.MaxInt64

// iterator is a place in a shard: the least sequence number of the next record.
// It is given out as text that holds all of it, so clones understand it too.
type iterator struct {
	arn, shard string
	from       uint64
	given      time.Time
	round      int // of the stream's iterators
}

func (i iterator) token() *string {
	text := fmt.Sprintf("%s %d %d %d", i.shard, i.from, i.given.UnixNano(), i.round)
	return aws.String(i.arn + "|1|" + base64.StdEncoding.EncodeToString([]byte(text)))
}

func parseIterator(token string) (iterator, error) {
	invalid := validation.Errorf("Invalid ShardIterator")
	arn, rest, ok := strings.Cut(token, "|1|")
	if !ok {
		return iterator{}, invalid
	}
	text, err := base64.StdEncoding.DecodeString(rest)
	if err != nil {
		return iterator{}, invalid
	}
	i := iterator{arn: arn}
	var given int64
	if n, err := fmt.Sscanf(string(text), "%s %d %d %d", &i.shard, &i.from, &given, &i.round); err != nil || n != 4 {
		return iterator{}, invalid
	}
	i.given = time.Unix(0, given)
	return i, nil
}

func (db *Database) getShardIterator(in *dynamodbstreams.GetShardIteratorInput) (*dynamodbstreams.GetShardIteratorOutput, error) {
	var c constraints
	c.required("streamArn", in.StreamArn == nil)
	c.required("shardId", in.ShardId == nil)
	c.required("shardIteratorType", in.ShardIteratorType == "")
	enum(&c, "shardIteratorType", in.ShardIteratorType, in.ShardIteratorType.Values()...)
	if err := c.err(); err != nil {
		return nil, err
	}
	db.mu.Lock() // trims
	defer db.mu.Unlock()
	s, err := db.stream(in.StreamArn)
	if err != nil {
		return nil, err
	}
	h := s.shard(*in.ShardId)
	if h == nil {
		return nil, noShard(s, *in.ShardId)
	}
	from, err := db.position(h, in)
	if err != nil {
		return nil, err
	}
	i := iterator{arn: s.arn, shard: h.id, from: from, given: db.now(), round: s.iterators}
	return &dynamodbstreams.GetShardIteratorOutput{ShardIterator: i.token()}, nil
}

// position is the place that a request names.
func (db *Database) position(h *shard, in *dynamodbstreams.GetShardIteratorInput) (uint64, error) {
	numbered := in.ShardIteratorType == streamtypes.ShardIteratorTypeAtSequenceNumber || in.ShardIteratorType == streamtypes.ShardIteratorTypeAfterSequenceNumber
	if in.SequenceNumber != nil && !numbered {
		return 0, validation.Errorf("One or more parameter values were invalid: SequenceNumber should not be passed for this iterator type")
	}
	switch in.ShardIteratorType {
	case streamtypes.ShardIteratorTypeTrimHorizon:
		if seq, _, ok := h.records.Min(); ok {
			return seq, nil
		}
		return max(h.start, h.trimmed) + 1, nil
	case streamtypes.ShardIteratorTypeLatest:
		return db.state.counter + 1, nil
	case streamtypes.ShardIteratorTypeAtTimestamp:
		return db.positionAt(h, in.Timestamp)
	}
	if in.SequenceNumber == nil {
		return 0, validation.Errorf("One or more parameter values were invalid: Invalid SequenceNumber")
	}
	seq, err := parseSequence(*in.SequenceNumber)
	if err != nil {
		return 0, err
	}
	if seq < h.start || h.end > 0 && seq > h.end {
		return 0, validation.Errorf("Invalid SequenceNumber for the shard")
	}
	if in.ShardIteratorType == streamtypes.ShardIteratorTypeAfterSequenceNumber {
		seq++
	}
	if seq <= h.trimmed {
		return 0, trimmedAccess()
	}
	return seq, nil
}

// positionAt is the first record that was written at a time or later.
func (db *Database) positionAt(h *shard, at *time.Time) (uint64, error) {
	if at == nil {
		return 0, validation.Errorf("Invalid Timestamp in the request: a timestamp is required for ShardIteratorType AT_TIMESTAMP")
	}
	from := db.state.counter + 1
	h.records.Scan(func(seq uint64, r *record) bool {
		if r.at.Before(at.Truncate(time.Second)) {
			return true
		}
		from = seq
		return false
	})
	return from, nil
}

// parseSequence takes 21 to 40 digits. A number that no record can have is taken
// for one behind all of them.
func parseSequence(text string) (uint64, error) {
	var c constraints
	switch {
	case len(text) < 21:
		c.add("'"+text+"'", "sequenceNumber", "have length greater than or equal to 21")
	case len(text) > 40:
		c.add("'"+text+"'", "sequenceNumber", "have length less than or equal to 40")
	case strings.Trim(text, "0123456789") != "":
		c.add("'"+text+"'", "sequenceNumber", "satisfy regular expression pattern: [0-9]+")
	}
	if err := c.err(); err != nil {
		return 0, err
	}
	n, err := strconv.ParseUint(strings.TrimLeft(text, "0"), 10, 64)
	if err != nil && strings.Trim(text, "0") != "" {
		return beyond, nil
	}
	return min(n, beyond), nil
}

func trimmedAccess() error {
	return &streamtypes.TrimmedDataAccessException{Message: aws.String("The operation attempted to read past the oldest stream record in a shard.")}
}

// use checks an iterator and returns where it points.
func (db *Database) use(token *string) (*stream, *shard, iterator, error) {
	i, err := parseIterator(aws.ToString(token))
	if err != nil {
		return nil, nil, i, err
	}
	s, err := db.stream(&i.arn)
	if err != nil {
		return nil, nil, i, err
	}
	if i.round != s.iterators || !db.now().Before(i.given.Add(iteratorLife)) {
		return nil, nil, i, &streamtypes.ExpiredIteratorException{Message: aws.String("Iterator expired. The iterator was created more than 15 minutes ago.")}
	}
	h := s.shard(i.shard)
	if h == nil || i.from <= h.trimmed {
		return nil, nil, i, trimmedAccess()
	}
	return s, h, i, nil
}
