package model_test

import (
	"encoding/json"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stillwater-streams/stillwater/triggers/model"
)

func TestFromEvent(t *testing.T) {
	var image map[string]events.DynamoDBAttributeValue
	err := json.Unmarshal([]byte(`{"s":{"S":"x"},"n":{"N":"1.50"},"b":{"B":"AQI="},"bool":{"BOOL":true},"null":{"NULL":true},
		"ss":{"SS":["a","b"]},"ns":{"NS":["1"]},"bs":{"BS":["AQ=="]},"l":{"L":[{"S":"x"},{"M":{}}]},"m":{"M":{"k":{"N":"7"}}}}`), &image)
	if err != nil {
		t.Fatal(err)
	}
	got, err := model.FromEvent(image)
	if err != nil {
		t.Fatal(err)
	}
	want := model.Item{
		"s": text("x"), "n": number("1.50"), "b": &types.AttributeValueMemberB{Value: []byte{1, 2}},
		"bool": &types.AttributeValueMemberBOOL{Value: true}, "null": &types.AttributeValueMemberNULL{Value: true},
		"ss": set("a", "b"), "ns": &types.AttributeValueMemberNS{Value: []string{"1"}}, "bs": &types.AttributeValueMemberBS{Value: [][]byte{{1}}},
		"l": array(text("x"), object(model.Item{})), "m": object(model.Item{"k": number("7")}),
	}
	for name := range want {
		if !model.Equal(got[name], want[name]) {
			t.Errorf("%s = %#v", name, got[name])
		}
	}
	if n := got["n"].(*types.AttributeValueMemberN).Value; n != "1.50" || len(got) != len(want) {
		t.Errorf("%d values, number text %q", len(got), n)
	}
	if item, err := model.FromEvent(nil); item != nil || err != nil {
		t.Errorf("no image = %v, %v, want nil", item, err)
	}
	if item, err := model.FromEvent(map[string]events.DynamoDBAttributeValue{"zero": {}}); err != nil || !model.Absent(item["zero"]) {
		t.Errorf("the zero value = %v, %v, want NULL", item, err)
	}
}
