package streamscript_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	tabletypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"github.com/stillwater-streams/stillwater/consumer/streamscript"
)

// stage is an endpoint with one table of one shard, and the calls of a test on it.
type stage struct {
	*streamscript.Endpoint
	t          *testing.T
	arn, shard string
}

func newStage(t *testing.T, o streamscript.Options) stage {
	e := streamscript.New(o)
	arn := e.Enable("vms", types.StreamViewTypeNewImage)
	return stage{e, t, arn, e.Shards("vms")[0]}
}

// put writes n records to the first shard and gives their sequence numbers.
func (s stage) put(n int) (numbers []string) {
	for range n {
		numbers = append(numbers, s.PutTo(s.shard, types.Record{}))
	}
	return numbers
}

// iterator takes an iterator on the first shard.
func (s stage) iterator(kind types.ShardIteratorType, sequence ...string) (*string, error) {
	in := &dynamodbstreams.GetShardIteratorInput{StreamArn: &s.arn, ShardId: &s.shard, ShardIteratorType: kind}
	if len(sequence) > 0 {
		in.SequenceNumber = &sequence[0]
	}
	out, err := s.Client().GetShardIterator(s.t.Context(), in)
	if err != nil {
		return nil, err
	}
	return out.ShardIterator, nil
}

func (s stage) mustIterator(kind types.ShardIteratorType, sequence ...string) *string {
	s.t.Helper()
	it, err := s.iterator(kind, sequence...)
	if err != nil {
		s.t.Fatal(err)
	}
	return it
}

// get reads one page and gives its sequence numbers.
func (s stage) get(it *string, limit int32) (numbers []string, next *string, err error) {
	out, err := s.Client().GetRecords(s.t.Context(), &dynamodbstreams.GetRecordsInput{ShardIterator: it, Limit: &limit})
	if err != nil {
		return nil, nil, err
	}
	for _, r := range out.Records {
		numbers = append(numbers, *r.Dynamodb.SequenceNumber)
	}
	return numbers, out.NextShardIterator, nil
}

// want reads one page and compares; it gives the next iterator.
func (s stage) want(it *string, limit int32, want ...string) *string {
	s.t.Helper()
	got, next, err := s.get(it, limit)
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		s.t.Errorf("%v, page (-want +got):\n%s", err, diff)
	}
	return next
}

func code(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return ""
}

const (
	trimHorizon = types.ShardIteratorTypeTrimHorizon
	latest      = types.ShardIteratorTypeLatest
	after       = types.ShardIteratorTypeAfterSequenceNumber
	at          = types.ShardIteratorTypeAtSequenceNumber
)

func TestIterators(t *testing.T) {
	s := newStage(t, streamscript.Options{})
	n := s.put(4)
	last := s.mustIterator(latest)
	s.want(s.mustIterator(trimHorizon), 3, n[:3]...)
	s.want(s.mustIterator(after, n[1]), 9, n[2:]...)
	s.want(s.mustIterator(at, n[1]), 9, n[1:]...)
	s.want(s.mustIterator(after, n[3]), 9)
	more := s.put(2)
	next := s.want(last, 1, more[0])
	s.want(last, 1, more[0]) // an iterator may be used again
	s.want(next, 1, more[1])
	for _, test := range []struct {
		kind     types.ShardIteratorType
		sequence string
		want     string
	}{
		{after, "0", "ValidationException"}, // before the start of the shard
		{types.ShardIteratorTypeAtTimestamp, "", "ValidationException"},
	} {
		if _, err := s.iterator(test.kind, test.sequence); code(err) != test.want {
			t.Errorf("%s %s: %v", test.kind, test.sequence, err)
		}
	}
	if _, err := s.iterator(after); code(err) != "ValidationException" {
		t.Errorf("without a number: %v", err)
	}
	for _, wrong := range []string{"garbage", "e30", "bm9uc2Vuc2U"} {
		if _, _, err := s.get(&wrong, 1); err == nil {
			t.Errorf("iterator %s: no error", wrong)
		}
	}
	for _, limit := range []int32{0, 1001} {
		if _, _, err := s.get(last, limit); code(err) != "ValidationException" {
			t.Errorf("limit %d: %v", limit, err)
		}
	}
}

func TestIteratorsExpire(t *testing.T) {
	s := newStage(t, streamscript.Options{})
	n := s.put(1)
	first := s.mustIterator(trimHorizon)
	s.Advance(15*time.Minute - time.Nanosecond)
	second := s.want(first, 1, n...)
	s.Advance(time.Nanosecond)
	var expired *types.ExpiredIteratorException
	if _, _, err := s.get(first, 1); !errors.As(err, &expired) {
		t.Errorf("after 15 minutes: %v", err)
	}
	s.want(second, 1)
	s.ExpireIterators()
	if _, _, err := s.get(second, 1); !errors.As(err, &expired) {
		t.Errorf("expired on command: %v", err)
	}
	s.want(s.mustIterator(trimHorizon), 1, n...)
}

// TestTrim: what stands before the horizon dies; what stands behind it lives.
func TestTrim(t *testing.T) {
	s := newStage(t, streamscript.Options{})
	n := s.put(4)
	before, behind := s.mustIterator(trimHorizon), s.mustIterator(after, n[1])
	s.Trim(s.shard, n[1])
	var trimmed *types.TrimmedDataAccessException
	if _, _, err := s.get(before, 9); !errors.As(err, &trimmed) {
		t.Errorf("an old iterator: %v", err)
	}
	for _, sequence := range n[:2] {
		if _, err := s.iterator(after, sequence); !errors.As(err, &trimmed) {
			t.Errorf("after %s: %v", sequence, err)
		}
	}
	s.want(behind, 9, n[2:]...)
	s.want(s.mustIterator(trimHorizon), 9, n[2:]...)
	s.Trim(s.shard, n[3])
	s.want(s.mustIterator(trimHorizon), 9)
	s.want(s.mustIterator(latest), 9)
}

// TestEndOfShard: only a shard that is closed and read out has no next iterator.
func TestEndOfShard(t *testing.T) {
	s := newStage(t, streamscript.Options{})
	n := s.put(3)
	open := s.want(s.mustIterator(trimHorizon), 9, n...)
	s.Close(s.shard)
	s.EmptyPages(s.shard, 1)
	first := s.mustIterator(trimHorizon)
	next := s.want(first, 2) // empty, though more follows
	next = s.want(next, 2, n[:2]...)
	if last := s.want(next, 2, n[2]); last != nil {
		t.Errorf("an iterator after the last record: %s", *last)
	}
	if last := s.want(open, 9); last != nil {
		t.Errorf("an iterator after the end: %s", *last)
	}
}

func TestQuirks(t *testing.T) {
	t.Run("the empty shard", func(t *testing.T) {
		s := newStage(t, streamscript.Options{Quirks: streamscript.Quirks{EmptyShardDefect: true}})
		s.Enable("others", types.StreamViewTypeNewImage)
		quiet := s.mustIterator(trimHorizon)
		n := s.put(1)
		s.want(quiet, 9, n...) // nobody else has written
		s = newStage(t, streamscript.Options{Quirks: streamscript.Quirks{EmptyShardDefect: true}})
		s.Enable("others", types.StreamViewTypeNewImage)
		dead := s.want(s.mustIterator(latest), 9)
		s.Put("others", types.Record{})
		s.want(dead, 9)
		n = s.put(1)
		var trimmed *types.TrimmedDataAccessException
		if _, _, err := s.get(dead, 9); !errors.As(err, &trimmed) {
			t.Errorf("%v", err)
		}
		alive := s.want(s.mustIterator(trimHorizon), 9, n...)
		s.Put("others", types.Record{})
		s.want(alive, 9, s.put(1)...)
	})
	t.Run("the minute", func(t *testing.T) {
		s := newStage(t, streamscript.Options{Quirks: streamscript.Quirks{FloorToMinute: true}})
		s.Advance(119 * time.Second)
		s.put(1)
		out, err := s.Client().GetRecords(t.Context(), &dynamodbstreams.GetRecordsInput{ShardIterator: s.mustIterator(trimHorizon)})
		if err != nil {
			t.Fatal(err)
		}
		if got := out.Records[0].Dynamodb.ApproximateCreationDateTime.UTC().Format(time.RFC3339); got != "2024-09-19T10:01:00Z" {
			t.Error(got)
		}
	})
	t.Run("open for ever", func(t *testing.T) {
		s := newStage(t, streamscript.Options{Quirks: streamscript.Quirks{ShardsStayOpen: true}})
		s.Disable("vms")
		if next := s.want(s.mustIterator(trimHorizon), 9); next == nil || s.describe().Shards[0].SequenceNumberRange.EndingSequenceNumber != nil {
			t.Error("it ended")
		}
	})
}

func (s stage) describe() *types.StreamDescription {
	s.t.Helper()
	out, err := s.Client().DescribeStream(s.t.Context(), &dynamodbstreams.DescribeStreamInput{StreamArn: &s.arn})
	if err != nil {
		s.t.Fatal(err)
	}
	return out.StreamDescription
}

// TestLifeOfAStream: enabled, disabled, enabled anew, dropped, forgotten.
func TestLifeOfAStream(t *testing.T) {
	s := newStage(t, streamscript.Options{Region: "eu-west-1", AccountID: "1"})
	n := s.put(1)
	if want := "arn:aws:dynamodb:eu-west-1:1:table/vms/stream/2024-09-19T10:00:00.000"; s.arn != want {
		t.Errorf("arn %s, want %s", s.arn, want)
	}
	tables := dynamodb.New(dynamodb.Options{
		Region: "eu-west-1", BaseEndpoint: aws.String("http://streamscript.test"), HTTPClient: s.HTTPClient(),
		Credentials: credentials.NewStaticCredentialsProvider("key", "secret", ""), Retryer: aws.NopRetryer{},
	})
	table := func() (string, bool, error) {
		out, err := tables.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: aws.String("vms")})
		if err != nil {
			return "", false, err
		}
		return aws.ToString(out.Table.LatestStreamArn), out.Table.StreamSpecification != nil, nil
	}
	if arn, on, err := table(); arn != s.arn || !on || err != nil {
		t.Errorf("enabled: %s, %v, %v", arn, on, err)
	}
	s.Disable("vms")
	if arn, on, err := table(); arn != s.arn || on || err != nil {
		t.Errorf("disabled: %s, %v, %v", arn, on, err)
	}
	if d := s.describe(); d.StreamStatus != types.StreamStatusDisabled || *d.Shards[0].SequenceNumberRange.EndingSequenceNumber != n[0] {
		t.Errorf("disabled: %+v", d)
	}
	second := s.Enable("vms", types.StreamViewTypeKeysOnly)
	third := s.Enable("vms", types.StreamViewTypeKeysOnly)
	if arn, on, err := table(); arn != third || second == third || second == s.arn || !on || err != nil {
		t.Errorf("enabled anew: %s, %v, %v", arn, on, err)
	}
	s.Drop("vms")
	var missing *tabletypes.ResourceNotFoundException
	if _, _, err := table(); !errors.As(err, &missing) {
		t.Errorf("dropped: %v", err)
	}
	it := s.mustIterator(trimHorizon) // the first stream is still there
	s.want(it, 9, n...)
	s.Forget(s.arn)
	var gone *types.ResourceNotFoundException
	if _, err := s.iterator(trimHorizon); !errors.As(err, &gone) {
		t.Errorf("forgotten: %v", err)
	}
	if _, _, err := s.get(it, 9); !errors.As(err, &gone) {
		t.Errorf("an iterator of a forgotten stream: %v", err)
	}
}

// TestFail: failures come in order, are used up, and reach the client as what
// they are, over the protocol as well.
func TestFail(t *testing.T) {
	s := newStage(t, streamscript.Options{})
	it := s.mustIterator(trimHorizon)
	s.Fail(streamscript.GetRecords, 2, streamscript.Throttled())
	s.Fail(streamscript.GetRecords, 1, streamscript.ServerError())
	s.Fail(streamscript.GetRecords, 1, streamscript.Disconnected())
	var got []string
	for range 4 {
		_, _, err := s.get(it, 1)
		got = append(got, code(err))
		if err == nil {
			t.Error("no error")
		}
	}
	if want := []string{"LimitExceededException", "LimitExceededException", "InternalServerError", ""}; !slices.Equal(got, want) {
		t.Errorf("codes %q, want %q", got, want)
	}
	s.want(it, 1)
	if n := s.Calls(streamscript.GetRecords); n != 5 {
		t.Errorf("%d calls", n)
	}
}

// TestBefore: the hook may answer, and sees the context.
func TestBefore(t *testing.T) {
	var seen []string
	no := errors.New("no")
	s := newStage(t, streamscript.Options{Before: func(ctx context.Context, operation string) error {
		seen = append(seen, operation)
		if operation == streamscript.GetRecords {
			return no
		}
		return ctx.Err()
	}})
	it := s.mustIterator(trimHorizon)
	if _, err := s.GetRecords(t.Context(), &dynamodbstreams.GetRecordsInput{ShardIterator: it}); !errors.Is(err, no) {
		t.Errorf("GetRecords: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.DescribeStream(ctx, &dynamodbstreams.DescribeStreamInput{StreamArn: &s.arn}); !errors.Is(err, context.Canceled) {
		t.Errorf("DescribeStream: %v", err)
	}
	if want := []string{streamscript.GetShardIterator, streamscript.GetRecords, streamscript.DescribeStream}; !slices.Equal(seen, want) {
		t.Errorf("seen %v", seen)
	}
}
