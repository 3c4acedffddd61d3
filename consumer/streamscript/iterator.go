package streamscript

import (
	"encoding/base64"
	"encoding/json"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

	"github.com/stillwater-streams/stillwater/consumer/core"
)

// iteratorLife is how long an iterator lasts (section 3 of the Lambda reference).
const iteratorLife = 15 * time.Minute

// iterator is what an opaque iterator says: the endpoint keeps none.
type iterator struct {
	Number  int64
	Shard   string
	After   string // the place: behind this sequence number; "" = before all
	Issued  time.Time
	Empty   bool  // the shard had no record yet
	Counter int64 // of the endpoint
}

// ExpireIterators lets all iterators that were issued so far expire.
func (e *Endpoint) ExpireIterators() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.expired = e.issued
}

func (e *Endpoint) issue(s *shard, after string) *string {
	e.issued++
	text, err := json.Marshal(iterator{
		Number: e.issued, Shard: s.id, After: after, Issued: e.clock(),
		Empty: s.last == "", Counter: e.counter,
	})
	if err != nil {
		panic(err)
	}
	return aws.String(base64.RawURLEncoding.EncodeToString(text))
}

// resolve finds the place of an iterator, if it is still alive.
func (e *Endpoint) resolve(text string) (*shard, string, error) {
	var it iterator
	decoded, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || json.Unmarshal(decoded, &it) != nil {
		return nil, "", invalid("Invalid ShardIterator")
	}
	s := e.shards[it.Shard]
	switch {
	case s == nil:
		return nil, "", missing("Invalid ShardId in ShardIterator")
	case it.Number <= e.expired || e.clock().Sub(it.Issued) >= iteratorLife:
		return nil, "", &types.ExpiredIteratorException{Message: aws.String("Iterator expired")}
	case core.CompareSequence(it.After, s.trimmed) < 0, e.defective(it, s):
		return nil, "", horizon()
	}
	return s, it.After, nil
}

// defective tells iterators that the defect of empty shards kills.
func (e *Endpoint) defective(it iterator, s *shard) bool {
	return e.options.Quirks.EmptyShardDefect && it.Empty && len(s.records) > 0 &&
		core.CompareSequence(*s.records[0].Dynamodb.SequenceNumber, number(it.Counter+1)) > 0
}

// place is the sequence number behind which an iterator of the type stands.
func (e *Endpoint) place(s *shard, in *dynamodbstreams.GetShardIteratorInput) (string, error) {
	switch in.ShardIteratorType {
	case types.ShardIteratorTypeTrimHorizon:
		return s.trimmed, nil
	case types.ShardIteratorTypeLatest:
		if s.last == "" {
			return s.trimmed, nil
		}
		return s.last, nil
	case types.ShardIteratorTypeAfterSequenceNumber, types.ShardIteratorTypeAtSequenceNumber:
		at := aws.ToString(in.SequenceNumber)
		switch {
		case at == "":
			return "", invalid("SequenceNumber must be given with " + string(in.ShardIteratorType))
		case core.CompareSequence(at, s.start) < 0:
			return "", invalid("Invalid SequenceNumber: before the start of the shard")
		case core.CompareSequence(at, s.trimmed) <= 0:
			return "", horizon()
		case in.ShardIteratorType == types.ShardIteratorTypeAfterSequenceNumber:
			return at, nil
		}
		return s.before(at), nil
	default:
		return "", invalid("ShardIteratorType " + string(in.ShardIteratorType) + " is not supported")
	}
}

// before is the sequence number of the last record below the one given.
func (s *shard) before(sequence string) string {
	last := s.trimmed
	for _, r := range s.records {
		if core.CompareSequence(*r.Dynamodb.SequenceNumber, sequence) >= 0 {
			break
		}
		last = *r.Dynamodb.SequenceNumber
	}
	return last
}
