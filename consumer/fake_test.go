package consumer_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
	"github.com/google/go-cmp/cmp"
)

const arn = "arn:aws:dynamodb:ddblocal:000000000000:table/vms/stream/2024-09-19T10:00:00.000"

// exchange is one call that is expected, as text, and its answer: an output of
// the SDK or an error.
type exchange struct {
	call   string
	answer any
}

// script is a StreamsAPI that expects exactly these calls in this order.
type script struct {
	t         *testing.T
	exchanges []exchange
	calls     []string
}

func play(t *testing.T, exchanges ...exchange) *script {
	s := &script{t: t, exchanges: exchanges}
	t.Cleanup(func() {
		var want []string
		for _, e := range exchanges {
			want = append(want, e.call)
		}
		if diff := cmp.Diff(want, s.calls); diff != "" {
			t.Errorf("calls (-want +got):\n%s", diff)
		}
	})
	return s
}

// answer gives the answer of the script to a call: *Out or error.
func answer[Out any](s *script, format string, args ...any) (*Out, error) {
	call := fmt.Sprintf(format, args...)
	s.calls = append(s.calls, call)
	if n := len(s.calls); n > len(s.exchanges) || s.exchanges[n-1].call != call {
		return nil, fmt.Errorf("call %d is %s: not in the script", n, call)
	}
	switch a := s.exchanges[len(s.calls)-1].answer.(type) {
	case *Out:
		return a, nil
	case error:
		return nil, a
	default:
		s.t.Fatalf("%s cannot be answered with %T", call, a)
		return nil, nil
	}
}

func (s *script) DescribeStream(_ context.Context, in *dynamodbstreams.DescribeStreamInput, _ ...func(*dynamodbstreams.Options)) (*dynamodbstreams.DescribeStreamOutput, error) {
	if *in.StreamArn != arn {
		s.t.Errorf("DescribeStream of %s", *in.StreamArn)
	}
	return answer[dynamodbstreams.DescribeStreamOutput](s, "describe from %q", aws.ToString(in.ExclusiveStartShardId))
}

func (s *script) GetShardIterator(_ context.Context, in *dynamodbstreams.GetShardIteratorInput, _ ...func(*dynamodbstreams.Options)) (*dynamodbstreams.GetShardIteratorOutput, error) {
	if *in.StreamArn != arn || *in.ShardId != "shardId-1" {
		s.t.Errorf("GetShardIterator of %s %s", *in.StreamArn, *in.ShardId)
	}
	at := string(in.ShardIteratorType)
	if in.SequenceNumber != nil {
		at += " " + *in.SequenceNumber
	}
	return answer[dynamodbstreams.GetShardIteratorOutput](s, "iterator %s", at)
}

func (s *script) GetRecords(_ context.Context, in *dynamodbstreams.GetRecordsInput, _ ...func(*dynamodbstreams.Options)) (*dynamodbstreams.GetRecordsOutput, error) {
	return answer[dynamodbstreams.GetRecordsOutput](s, "get %s limit %d", *in.ShardIterator, *in.Limit)
}

// iterator is the answer of GetShardIterator.
func iterator(name string) *dynamodbstreams.GetShardIteratorOutput {
	return &dynamodbstreams.GetShardIteratorOutput{ShardIterator: &name}
}

// page is the answer of GetRecords; next "" is the end of a closed shard.
func page(next string, sequences ...string) *dynamodbstreams.GetRecordsOutput {
	out := &dynamodbstreams.GetRecordsOutput{}
	if next != "" {
		out.NextShardIterator = &next
	}
	for _, n := range sequences {
		out.Records = append(out.Records, types.Record{Dynamodb: &types.StreamRecord{SequenceNumber: aws.String(n)}})
	}
	return out
}

// count gives n sequence numbers from the first on.
func count(first, n int) []string {
	var numbers []string
	for i := range n {
		numbers = append(numbers, fmt.Sprint(first+i))
	}
	return numbers
}

// sequences gives the sequence numbers of records.
func sequences(records []types.Record) []string {
	var numbers []string
	for _, r := range records {
		numbers = append(numbers, *r.Dynamodb.SequenceNumber)
	}
	return numbers
}

const horizon = "attempted access beyond the horizon of data in the stream"

func trimmed() error {
	return &types.TrimmedDataAccessException{Message: aws.String(horizon)}
}

func expired() error {
	return &types.ExpiredIteratorException{}
}
