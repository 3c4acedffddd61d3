package consumer_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	tabletypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/stillwater-streams/stillwater/consumer"
	"github.com/stillwater-streams/stillwater/consumer/streamscript"
)

// TestDescribeStream: before and after the stream is disabled, through the SDK.
func TestDescribeStream(t *testing.T) {
	s := newStage(streamscript.Options{ShardPageSize: 1})
	child := s.Roll(s.shard)
	want := consumer.Stream{
		ARN: s.arn, Label: "2024-09-19T10:00:00.000", Table: "vms",
		Status: types.StreamStatusEnabled, ViewType: types.StreamViewTypeKeysOnly,
		Shards: []consumer.Shard{{ID: s.shard, Closed: true}, {ID: child, ParentID: s.shard}},
	}
	got, err := consumer.DescribeStream(t.Context(), s.Client(), s.arn)
	if diff := cmp.Diff(want, got); diff != "" || err != nil || got.Disabled() {
		t.Errorf("DescribeStream: %v (-want +got):\n%s", err, diff)
	}
	if n := s.Calls(streamscript.DescribeStream); n != 2 {
		t.Errorf("%d pages", n)
	}
	s.Disable("vms")
	want.Status, want.Shards[1].Closed = types.StreamStatusDisabled, true
	got, err = consumer.DescribeStream(t.Context(), s.Client(), s.arn)
	if diff := cmp.Diff(want, got); diff != "" || err != nil || !got.Disabled() {
		t.Errorf("disabled: %v (-want +got):\n%s", err, diff)
	}
}

// TestOpenParent: a shard that has children counts as closed (K6).
func TestOpenParent(t *testing.T) {
	got, err := consumer.Shards(t.Context(), play(t, exchange{`describe from ""`, describe("", "s1", "s2<s1", "s3<s2")}), arn)
	want := []consumer.Shard{{ID: "s1", Closed: true}, {ID: "s2", ParentID: "s1", Closed: true}, {ID: "s3", ParentID: "s2"}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("Shards: %v (-want +got):\n%s", err, diff)
	}
}

// TestChildren: with the filter, where it is ignored and where it is refused.
func TestChildren(t *testing.T) {
	refusal := func(code string) error { return &smithy.GenericAPIError{Code: code, Fault: smithy.FaultClient} }
	for _, test := range []struct {
		name   string
		quirks streamscript.Quirks
		first  error // of the first call
		calls  int
		err    string
	}{
		{name: "known", calls: 1},
		{name: "ignored", quirks: streamscript.Quirks{IgnoreShardFilter: true}, calls: 3},
		{name: "refused", first: refusal("ValidationException"), calls: 4},
		{name: "not understood", first: refusal("SerializationException"), calls: 4},
		{name: "throttled", first: streamscript.Throttled(), calls: 1, err: "Rate exceeded"},
		{name: "broken", first: streamscript.Disconnected(), calls: 1, err: "connection reset"},
		{name: "gone", first: &types.ResourceNotFoundException{}, calls: 1, err: "describe the table"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newStage(streamscript.Options{Quirks: test.quirks, ShardPageSize: 2})
			left, right := s.Split(s.shard)
			s.Split(left)
			if test.first != nil {
				s.Fail(streamscript.DescribeStream, 1, test.first)
			}
			got, err := consumer.Children(t.Context(), s.Client(), s.arn, s.shard)
			if n := s.Calls(streamscript.DescribeStream); n != test.calls {
				t.Errorf("%d calls, want %d", n, test.calls)
			}
			if test.err != "" {
				if err == nil || !strings.Contains(err.Error(), test.err) {
					t.Errorf("error %v, want %q", err, test.err)
				}
				return
			}
			// Only the whole list shows that the left one has children.
			want := []consumer.Shard{{ID: left, ParentID: s.shard, Closed: true}, {ID: right, ParentID: s.shard}}
			if diff := cmp.Diff(want, got); diff != "" || err != nil {
				t.Errorf("Children: %v (-want +got):\n%s", err, diff)
			}
			leaf, err := consumer.Children(t.Context(), s, s.arn, right)
			if diff := cmp.Diff([]consumer.Shard{}, leaf, cmpopts.EquateEmpty()); diff != "" || err != nil {
				t.Errorf("Children of a leaf: %v (-want +got):\n%s", err, diff)
			}
		})
	}
}

// TestStreamOf follows a table through its life.
func TestStreamOf(t *testing.T) {
	s := newStage(streamscript.Options{})
	streamOf := func() (consumer.TableStream, error) { return consumer.StreamOf(t.Context(), s, "vms") }
	want := consumer.TableStream{ARN: s.arn, Label: "2024-09-19T10:00:00.000", ViewType: "KEYS_ONLY"}
	if got, err := streamOf(); err != nil || got != want {
		t.Errorf("StreamOf: %+v, %v", got, err)
	}
	s.Disable("vms")
	const disabled = "stream of table vms: the table writes to no stream: enable it with a StreamSpecification, view type NEW_AND_OLD_IMAGES; its last one, which can still be read, was "
	if _, err := streamOf(); !errors.Is(err, consumer.ErrNoStream) || err.Error() != disabled+s.arn {
		t.Errorf("disabled: %v", err)
	}
	second := s.Enable("vms", types.StreamViewTypeNewImage)
	if got, err := streamOf(); err != nil || got.ARN != second || got.ARN == s.arn || got.ViewType != "NEW_IMAGE" {
		t.Errorf("enabled again: %+v, %v", got, err)
	}
	s.Drop("vms")
	if _, err := streamOf(); !errors.Is(err, consumer.ErrNoTable) || consumer.Transient(err) {
		t.Errorf("dropped: %v", err)
	}
	s.Fail(streamscript.DescribeTable, 1, streamscript.ServerError())
	if _, err := streamOf(); !consumer.Transient(err) || errors.Is(err, consumer.ErrNoTable) {
		t.Errorf("a fault of the server: %v", err)
	}
}

// tableOf answers DescribeTable.
type tableOf struct{ *tabletypes.TableDescription }

func (t tableOf) DescribeTable(context.Context, *dynamodb.DescribeTableInput, ...func(*dynamodb.Options)) (*dynamodb.DescribeTableOutput, error) {
	return &dynamodb.DescribeTableOutput{Table: t.TableDescription}, nil
}

func TestStreamOfOtherAnswers(t *testing.T) {
	_, err := consumer.StreamOf(t.Context(), tableOf{&tabletypes.TableDescription{}}, "vms")
	if !errors.Is(err, consumer.ErrNoStream) || strings.Contains(err.Error(), "last one") {
		t.Errorf("a table that never had a stream: %v", err)
	}
	off := &tabletypes.TableDescription{
		StreamSpecification: &tabletypes.StreamSpecification{StreamEnabled: aws.Bool(false)}, LatestStreamArn: aws.String(arn),
	}
	if _, err := consumer.StreamOf(t.Context(), tableOf{off}, "vms"); !errors.Is(err, consumer.ErrNoStream) {
		t.Errorf("a specification that says off: %v", err)
	}
	if _, err := consumer.StreamOf(t.Context(), tableOf{}, "vms"); err == nil || !strings.Contains(err.Error(), "is the endpoint DynamoDB?") {
		t.Errorf("an answer without description: %v", err)
	}
}
