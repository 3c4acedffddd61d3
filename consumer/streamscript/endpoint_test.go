package streamscript_test

import (
	"context"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
	"github.com/google/go-cmp/cmp"

	"github.com/stillwater-streams/stillwater/consumer"
	"github.com/stillwater-streams/stillwater/consumer/streamscript"
)

// drain reads a shard to its end or to an empty page, and gives the sequence numbers.
func drain(t *testing.T, api consumer.StreamsAPI, arn, shard string) (sequences []string, end bool) {
	t.Helper()
	reader := consumer.NewReader(api, arn, shard, "")
	for {
		records, end, err := reader.Read(context.Background(), 3)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range records {
			sequences = append(sequences, *r.Dynamodb.SequenceNumber)
		}
		if end || len(records) == 0 {
			return sequences, end
		}
	}
}

// TestSplit reads through the SDK's client what was put around a split.
func TestSplit(t *testing.T) {
	e := streamscript.New(streamscript.Options{})
	arn := e.Enable("vms", types.StreamViewTypeKeysOnly)
	root := e.Shards("vms")[0]
	var want []string
	for range 7 {
		want = append(want, e.PutTo(root, types.Record{}))
	}
	left, right := e.Split(root)
	e.PutTo(right, types.Record{})
	for _, api := range []consumer.StreamsAPI{e, e.Client()} {
		got, end := drain(t, api, arn, root)
		if diff := cmp.Diff(want, got); diff != "" || !end {
			t.Errorf("%T: end %v, records (-want +got):\n%s", api, end, diff)
		}
		if got, end := drain(t, api, arn, right); len(got) != 1 || end {
			t.Errorf("%T: %v, end %v", api, got, end)
		}
		children, err := consumer.Children(t.Context(), api, arn, root)
		if diff := cmp.Diff([]consumer.Shard{{ID: left, ParentID: root}, {ID: right, ParentID: root}}, children); diff != "" || err != nil {
			t.Errorf("%T: %v, children (-want +got):\n%s", api, err, diff)
		}
	}
}
