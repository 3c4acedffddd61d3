package daemon_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
	"github.com/google/go-cmp/cmp"

	"github.com/stillwater-streams/stillwater/consumer"
	"github.com/stillwater-streams/stillwater/consumer/core"
	"github.com/stillwater-streams/stillwater/harness/daemon"
)

// record is one as the consumer makes it, with an image that tries to mislead.
func record(t *testing.T, sequence string, event types.OperationType, keys map[string]types.AttributeValue) core.Record {
	t.Helper()
	r, err := consumer.NewRecord(types.Record{EventName: event, EventID: aws.String("e"), Dynamodb: &types.StreamRecord{
		SequenceNumber: aws.String(sequence), Keys: keys, NewImage: map[string]types.AttributeValue{
			"eventName": &types.AttributeValueMemberS{Value: `"eventName":"REMOVE"`},
		},
	}}, consumer.Origin{StreamARN: "arn", Region: "us-east-1"})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestBatch(t *testing.T) {
	keys := map[string]types.AttributeValue{
		"sk": &types.AttributeValueMemberN{Value: "7"}, "pk": &types.AttributeValueMemberS{Value: "FIN#1"},
	}
	insert := record(t, "1", types.OperationTypeInsert, keys)
	modify := record(t, "2", types.OperationTypeModify, keys)
	remove := record(t, "3", types.OperationTypeRemove, keys)
	for _, tt := range []struct {
		records []core.Record
		want    daemon.Batch
		text    string
	}{
		{nil, daemon.Batch{}, "0 records"},
		{[]core.Record{insert}, daemon.Batch{Records: 1, Insert: 1, Key: "FIN#1 7", First: "1", Last: "1"}, "INSERT FIN#1 7"},
		{[]core.Record{insert, modify, modify, remove}, daemon.Batch{Records: 4, Insert: 1, Modify: 2, Remove: 1, First: "1", Last: "3"}, "4 records: 1 INSERT, 2 MODIFY, 1 REMOVE"},
		{[]core.Record{remove, remove}, daemon.Batch{Records: 2, Remove: 2, First: "3", Last: "3"}, "2 records: 2 REMOVE"},
		{[]core.Record{{Sequence: "4", Key: "k"}}, daemon.Batch{Records: 1, Key: "k", First: "4", Last: "4"}, "1 record"},
	} {
		got := daemon.NewBatch(tt.records)
		if d := cmp.Diff(&tt.want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", tt.text, d)
		}
		if got.String() != tt.text {
			t.Errorf("%q, want %q", got, tt.text)
		}
	}
}

func TestKeyText(t *testing.T) {
	for key, want := range map[string]string{
		`{"id":{"S":"a b"}}`:                  "a b",
		`{"pk":{"S":"x"},"sk":{"N":"10"}}`:    "x 10",
		`{"sk":{"B":"Af8="},"pk":{"S":"\n"}}`: "\n Af8=",
		`things a`:                            "things a",
		`{"id":"a"}`:                          `{"id":"a"}`,
		"":                                    "",
	} {
		if got := daemon.KeyText(key); got != want {
			t.Errorf("%s: %q, want %q", key, got, want)
		}
	}
}
