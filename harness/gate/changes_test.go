package gate_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	streamtypes "github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

	"github.com/stillwater-streams/stillwater/harness/gate"
	"github.com/stillwater-streams/stillwater/harness/trace"
)

type item = map[string]streamtypes.AttributeValue

func str(v string) streamtypes.AttributeValue { return &streamtypes.AttributeValueMemberS{Value: v} }
func num(v string) streamtypes.AttributeValue { return &streamtypes.AttributeValueMemberN{Value: v} }
func obj(m item) streamtypes.AttributeValue   { return &streamtypes.AttributeValueMemberM{Value: m} }
func set(v ...string) streamtypes.AttributeValue {
	return &streamtypes.AttributeValueMemberSS{Value: v}
}

func TestChanges(t *testing.T) {
	list := &streamtypes.AttributeValueMemberL{Value: []streamtypes.AttributeValue{num("1")}}
	for name, test := range map[string]struct {
		old, new item
		want     []trace.Change
	}{
		"an insert has none":       {nil, item{"a": num("1")}, nil},
		"a removal has none":       {item{"a": num("1")}, nil, nil},
		"what stays is not listed": {item{"a": num("1"), "b": str("x")}, item{"a": num("2"), "b": str("x")}, []trace.Change{{Path: "a", From: "1", To: "2"}}},
		"maps by their members, sorted": {
			item{"m": obj(item{"z": num("1"), "a": obj(item{"b": str("x")})})},
			item{"m": obj(item{"z": num("2"), "a": obj(item{"b": str("y")})})},
			[]trace.Change{{Path: "m.a.b", From: "x", To: "y"}, {Path: "m.z", From: "1", To: "2"}},
		},
		"a map that comes, by its members": {
			item{}, item{"m": obj(item{"a": num("1"), "b": num("2")})},
			[]trace.Change{{Path: "m.a", To: "1"}, {Path: "m.b", To: "2"}},
		},
		"an empty map that comes": {item{}, item{"m": obj(item{})}, []trace.Change{{Path: "m", To: "map of 0"}}},
		"an attribute that goes":  {item{"a": set("x", "y")}, item{}, []trace.Change{{Path: "a", From: "{x, y}"}}},
		"lists as a whole":        {item{"l": list}, item{"l": str("gone")}, []trace.Change{{Path: "l", From: "list of 1", To: "gone"}}},
		"long values are cut": {
			item{"a": str("x")}, item{"a": str("two\nlines " + strings.Repeat("é", 100))},
			[]trace.Change{{Path: "a", From: "x", To: "two lines " + strings.Repeat("é", 49) + "…"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := gate.Changes(&streamtypes.StreamRecord{OldImage: test.old, NewImage: test.new})
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestImages(t *testing.T) {
	sequence := "1"
	for name, test := range map[string]struct {
		record streamtypes.StreamRecord
		want   trace.Images
	}{
		"both":   {streamtypes.StreamRecord{OldImage: item{"a": num("1.50")}, NewImage: item{"a": str("x")}}, trace.Images{Before: []byte(`{"a":{"N":"1.50"}}`), After: []byte(`{"a":{"S":"x"}}`)}},
		"insert": {streamtypes.StreamRecord{NewImage: item{"a": num("1")}}, trace.Images{After: []byte(`{"a":{"N":"1"}}`)}},
		"none":   {streamtypes.StreamRecord{}, trace.Images{}},
	} {
		t.Run(name, func(t *testing.T) {
			test.record.SequenceNumber = &sequence
			if d := cmp.Diff(test.want, gate.Images(streamtypes.Record{Dynamodb: &test.record})); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
	if got := gate.Images(streamtypes.Record{}); got.Before != nil || got.After != nil {
		t.Errorf("a record without a number has images %s, %s", got.Before, got.After)
	}
}
