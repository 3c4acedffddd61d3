package consumer_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/stillwater-streams/stillwater/consumer"
)

// reading is the result of one Read: sequence numbers, end, part of the error.
type reading struct {
	Records []string
	End     bool
	Err     string
}

// TestReader reads with limit 3, as often as there are readings, against a
// script of the calls and answers of the service.
func TestReader(t *testing.T) {
	for _, test := range []struct {
		name   string
		after  string
		script []exchange
		want   []reading
	}{
		{
			name: "from the horizon on, iterator by iterator",
			script: []exchange{
				{"iterator TRIM_HORIZON", iterator("a")},
				{"get a limit 3", page("b", "101", "102", "103")},
				{"get b limit 3", page("c", "104")},
				{"get c limit 3", page("d")},
			},
			want: []reading{{Records: []string{"101", "102", "103"}}, {Records: []string{"104"}}, {}},
		},
		{
			name:  "from a checkpoint on",
			after: "100",
			script: []exchange{
				{"iterator AFTER_SEQUENCE_NUMBER 100", iterator("a")},
				{"get a limit 3", page("b", "101")},
			},
			want: []reading{{Records: []string{"101"}}},
		},
		{
			name: "an empty page in the middle is not the end",
			script: []exchange{
				{"iterator TRIM_HORIZON", iterator("a")},
				{"get a limit 3", page("b", "101")},
				{"get b limit 3", page("c")},
				{"get c limit 3", page("d", "102")},
			},
			want: []reading{{Records: []string{"101"}}, {}, {Records: []string{"102"}}},
		},
		{
			name: "a closed shard ends with its last page, and is not asked again",
			script: []exchange{
				{"iterator TRIM_HORIZON", iterator("a")},
				{"get a limit 3", page("", "101")},
			},
			want: []reading{{Records: []string{"101"}, End: true}, {End: true}},
		},
		{
			name: "a closed shard ends with an empty page",
			script: []exchange{
				{"iterator TRIM_HORIZON", iterator("a")},
				{"get a limit 3", page("b", "101")},
				{"get b limit 3", page("")},
			},
			want: []reading{{Records: []string{"101"}}, {End: true}},
		},
		{
			name: "empty-shard defect before the first record: the horizon again",
			script: []exchange{
				{"iterator TRIM_HORIZON", iterator("a")},
				{"get a limit 3", page("b")},
				{"get b limit 3", trimmed()},
				{"iterator TRIM_HORIZON", iterator("c")},
				{"get c limit 3", page("d", "101")},
			},
			want: []reading{{}, {Records: []string{"101"}}},
		},
		{
			name: "empty-shard defect on the very first iterator",
			script: []exchange{
				{"iterator TRIM_HORIZON", iterator("a")},
				{"get a limit 3", trimmed()},
				{"iterator TRIM_HORIZON", iterator("b")},
				{"get b limit 3", page("c", "101")},
			},
			want: []reading{{Records: []string{"101"}}},
		},
		{
			name: "empty-shard defect after the first record: behind the last one read",
			script: []exchange{
				{"iterator TRIM_HORIZON", iterator("a")},
				{"get a limit 3", page("b", "101", "102")},
				{"get b limit 3", trimmed()},
				{"iterator AFTER_SEQUENCE_NUMBER 102", iterator("c")},
				{"get c limit 3", page("d", "103")},
			},
			want: []reading{{Records: []string{"101", "102"}}, {Records: []string{"103"}}},
		},
		{
			name: "an iterator expires half-way: behind the last one read",
			script: []exchange{
				{"iterator TRIM_HORIZON", iterator("a")},
				{"get a limit 3", page("b", "101", "102", "103")},
				{"get b limit 3", expired()},
				{"iterator AFTER_SEQUENCE_NUMBER 103", iterator("c")},
				{"get c limit 3", page("d", "104")},
				{"get d limit 3", page("e", "105")},
			},
			want: []reading{{Records: []string{"101", "102", "103"}}, {Records: []string{"104"}}, {Records: []string{"105"}}},
		},
		{
			name:  "data that is really trimmed is an error, and the place stays",
			after: "7",
			script: []exchange{
				{"iterator AFTER_SEQUENCE_NUMBER 7", iterator("a")},
				{"get a limit 3", trimmed()},
				{"iterator AFTER_SEQUENCE_NUMBER 7", iterator("b")},
				{"get b limit 3", trimmed()},
				{"iterator AFTER_SEQUENCE_NUMBER 7", trimmed()},
			},
			want: []reading{
				{Err: "get records: shard shardId-1, after 7: TrimmedDataAccessException: " + horizon +
					": that record is not in the shard any more, and what followed it may be lost: ResumeAtHorizon goes on with what is left"},
				{Err: "get shard iterator: shard shardId-1, after 7: TrimmedDataAccessException"},
			},
		},
		{
			name: "another error is returned, and the next read goes on behind the last record",
			script: []exchange{
				{"iterator TRIM_HORIZON", errors.New("no route")},
				{"iterator TRIM_HORIZON", iterator("a")},
				{"get a limit 3", page("b", "101")},
				{"get b limit 3", errors.New("connection reset")},
				{"iterator AFTER_SEQUENCE_NUMBER 101", iterator("c")},
				{"get c limit 3", page("d", "102")},
			},
			want: []reading{
				{Err: "get shard iterator: shard shardId-1, TRIM_HORIZON: no route"},
				{Records: []string{"101"}},
				{Err: "get records: shard shardId-1, after 101: connection reset"},
				{Records: []string{"102"}},
			},
		},
		{
			name: "a page out of order is an error",
			script: []exchange{
				{"iterator TRIM_HORIZON", iterator("a")},
				{"get a limit 3", page("b", "99", "100")},
				{"get b limit 3", page("c", "101", "100")},
			},
			want: []reading{
				{Records: []string{"99", "100"}},
				{Err: `record "100" comes after "101"`},
			},
		},
		{
			name: "a page that repeats the one before is an error",
			script: []exchange{
				{"iterator TRIM_HORIZON", iterator("a")},
				{"get a limit 3", page("b", "99", "100")},
				{"get b limit 3", page("c", "100", "101")},
			},
			want: []reading{
				{Records: []string{"99", "100"}},
				{Err: `record "100" comes after "100"`},
			},
		},
		{
			name: "a record without sequence number is an error",
			script: []exchange{
				{"iterator TRIM_HORIZON", iterator("a")},
				{"get a limit 3", &dynamodbstreams.GetRecordsOutput{Records: []types.Record{{}}}},
			},
			want: []reading{{Err: `record "" comes after ""`}},
		},
		{
			name: "an answer without iterator is an error",
			script: []exchange{
				{"iterator TRIM_HORIZON", &dynamodbstreams.GetShardIteratorOutput{}},
			},
			want: []reading{{Err: "the answer holds none"}},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			reader := consumer.NewReader(play(t, test.script...), arn, "shardId-1", test.after)
			for i, want := range test.want {
				records, end, err := reader.Read(t.Context(), 3)
				if want.Err != "" {
					if err == nil || !strings.Contains(err.Error(), want.Err) || records != nil || end {
						t.Errorf("read %d: %v, %v, %v, want an error with %q", i+1, sequences(records), end, err, want.Err)
					}
					continue
				}
				if err != nil {
					t.Fatalf("read %d: %v", i+1, err)
				}
				if diff := cmp.Diff(want, reading{Records: sequences(records), End: end}); diff != "" {
					t.Errorf("read %d (-want +got):\n%s", i+1, diff)
				}
			}
		})
	}
}

// TestReaderBeyondOnePage: a limit above what one call may return takes more
// calls, while the pages are full.
func TestReaderBeyondOnePage(t *testing.T) {
	t.Run("until a page is short", func(t *testing.T) {
		reader := consumer.NewReader(play(t,
			exchange{"iterator TRIM_HORIZON", iterator("a")},
			exchange{"get a limit 1000", page("b", count(1, 1000)...)},
			exchange{"get b limit 1000", page("c", count(1001, 1000)...)},
			exchange{"get c limit 500", page("d", count(2001, 499)...)},
		), arn, "shardId-1", "")
		records, end, err := reader.Read(t.Context(), 2500)
		if len(records) != 2499 || end || err != nil {
			t.Errorf("%d records, %v, %v", len(records), end, err)
		}
	})
	t.Run("until the shard ends", func(t *testing.T) {
		reader := consumer.NewReader(play(t,
			exchange{"iterator TRIM_HORIZON", iterator("a")},
			exchange{"get a limit 1000", page("", count(1, 1000)...)},
		), arn, "shardId-1", "")
		records, end, err := reader.Read(t.Context(), 2500)
		if len(records) != 1000 || !end || err != nil {
			t.Errorf("%d records, %v, %v", len(records), end, err)
		}
	})
	t.Run("an error behind a full page waits for the next read", func(t *testing.T) {
		broken := errors.New("broken")
		reader := consumer.NewReader(play(t,
			exchange{"iterator TRIM_HORIZON", iterator("a")},
			exchange{"get a limit 1000", page("b", count(1, 1000)...)},
			exchange{"get b limit 1", broken},
			exchange{"iterator AFTER_SEQUENCE_NUMBER 1000", broken},
		), arn, "shardId-1", "")
		if records, _, err := reader.Read(t.Context(), 1001); len(records) != 1000 || err != nil {
			t.Errorf("first read: %d records, %v", len(records), err)
		}
		if records, _, err := reader.Read(t.Context(), 1001); len(records) != 0 || !errors.Is(err, broken) {
			t.Errorf("second read: %d records, %v", len(records), err)
		}
	})
}

func TestReaderRefusesLimit(t *testing.T) {
	_, _, err := consumer.NewReader(play(t), arn, "shardId-1", "").Read(t.Context(), 0)
	if err == nil || !strings.Contains(err.Error(), "limit 0: must be at least 1") {
		t.Errorf("Read(0): %v", err)
	}
}

// describe is the answer of DescribeStream: shards "id", "id<parent", with "."
// at the end if closed.
func describe(last string, shards ...string) *dynamodbstreams.DescribeStreamOutput {
	d := &types.StreamDescription{}
	if last != "" {
		d.LastEvaluatedShardId = &last
	}
	for _, text := range shards {
		s := types.Shard{SequenceNumberRange: &types.SequenceNumberRange{StartingSequenceNumber: aws.String("1")}}
		text, closed := strings.CutSuffix(text, ".")
		if closed {
			s.SequenceNumberRange.EndingSequenceNumber = aws.String("1") // empty: equal to its start
		}
		id, parent, child := strings.Cut(text, "<")
		s.ShardId = &id
		if child {
			s.ParentShardId = &parent
		}
		d.Shards = append(d.Shards, s)
	}
	return &dynamodbstreams.DescribeStreamOutput{StreamDescription: d}
}

func TestShards(t *testing.T) {
	for _, test := range []struct {
		name   string
		script []exchange
		want   []consumer.Shard
		err    string
	}{
		{
			name:   "one open shard",
			script: []exchange{{`describe from ""`, describe("", "s1")}},
			want:   []consumer.Shard{{ID: "s1"}},
		},
		{
			name:   "no shard",
			script: []exchange{{`describe from ""`, describe("")}},
		},
		{
			name: "several pages, parents first, and closed, otherwise by ID",
			script: []exchange{
				{`describe from ""`, describe("s2", "s3<s5", "s2<s3.")},
				{`describe from "s2"`, describe("s5", "s9", "s5.")},
				{`describe from "s5"`, describe("", "s4<s5")},
			},
			want: []consumer.Shard{
				{ID: "s5", Closed: true},
				{ID: "s3", ParentID: "s5", Closed: true},
				{ID: "s2", ParentID: "s3", Closed: true},
				{ID: "s4", ParentID: "s5"},
				{ID: "s9"},
			},
		},
		{
			name:   "a parent that is trimmed",
			script: []exchange{{`describe from ""`, describe("", "s2<s1")}},
			want:   []consumer.Shard{{ID: "s2", ParentID: "s1"}},
		},
		{
			name: "a shard on two pages, closed in between",
			script: []exchange{
				{`describe from ""`, describe("s1", "s1")},
				{`describe from "s1"`, describe("", "s1.", "s2<s1")},
			},
			want: []consumer.Shard{{ID: "s1", Closed: true}, {ID: "s2", ParentID: "s1"}},
		},
		{
			name:   "an error",
			script: []exchange{{`describe from ""`, &types.ResourceNotFoundException{Message: aws.String("gone")}}},
			err:    "list shards: stream " + arn + ": ResourceNotFoundException: gone: describe the table for its latest stream",
		},
		{
			name:   "an answer without description",
			script: []exchange{{`describe from ""`, &dynamodbstreams.DescribeStreamOutput{}}},
			err:    "is the endpoint DynamoDB Streams?",
		},
		{
			name: "a page that follows itself",
			script: []exchange{
				{`describe from ""`, describe("s1", "s1")},
				{`describe from "s1"`, describe("s1", "s1")},
			},
			err: "DescribeStream gives the page after s1 again and again",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := consumer.Shards(t.Context(), play(t, test.script...), arn)
			if test.err != "" {
				if err == nil || !strings.Contains(err.Error(), test.err) {
					t.Errorf("error %v, want one with %q", err, test.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("Shards (-want +got):\n%s", diff)
			}
		})
	}
}
