package consumer_test

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

	"github.com/stillwater-streams/stillwater/consumer"
	"github.com/stillwater-streams/stillwater/consumer/core"
)

// TestFunctionDecodesFast: handlers of every signature that takes the event of
// aws-lambda-go get what encoding/json would give them, and answer as before;
// so does one whose payload has white space.
func TestFunctionDecodesFast(t *testing.T) {
	one, err := consumer.NewRecord(record(map[string]types.AttributeValue{"a": n("1.50")}), origin())
	if err != nil {
		t.Fatal(err)
	}
	payload := consumer.Event([]core.Record{one, one})
	var want events.DynamoDBEvent
	if err := json.Unmarshal(payload, &want); err != nil {
		t.Fatal(err)
	}
	var got events.DynamoDBEvent
	type key struct{}
	ctx := context.WithValue(t.Context(), key{}, "kept")
	response := events.DynamoDBEventResponse{BatchItemFailures: []events.DynamoDBBatchItemFailure{{ItemIdentifier: "1"}}}
	for i, handler := range []any{
		func(e events.DynamoDBEvent) { got = e },
		func(e events.DynamoDBEvent) error { got = e; return nil },
		func(c context.Context, e events.DynamoDBEvent) (events.DynamoDBEventResponse, error) {
			if got = e; c.Value(key{}) != "kept" {
				return response, fmt.Errorf("another context")
			}
			return response, nil
		},
	} {
		function, err := consumer.NewFunction(handler)
		if err != nil {
			t.Fatal(err)
		}
		for _, payload := range [][]byte{payload, append([]byte(" "), payload...)} {
			got = events.DynamoDBEvent{}
			out, err := function.Invoke(ctx, payload)
			if err != nil || !reflect.DeepEqual(want, got) {
				t.Errorf("handler %d: %v, got %+v", i, err, got)
			}
			if wanted := map[bool]string{false: "null", true: `{"batchItemFailures":[{"itemIdentifier":"1"}]}`}[i == 2]; string(out) != wanted {
				t.Errorf("handler %d: response %s, want %s", i, out, wanted)
			}
		}
	}
}
