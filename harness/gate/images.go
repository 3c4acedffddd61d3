package gate

import (
	"encoding/json"

	streamtypes "github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

	"github.com/stillwater-streams/stillwater/consumer"
	"github.com/stillwater-streams/stillwater/harness/trace"
)

// images gives those of a record in DynamoDB JSON, as the handler gets them. A
// record that cannot be handed to one has none.
func images(r streamtypes.Record) trace.Images {
	record, err := consumer.RecordJSON(r, consumer.Origin{})
	var body struct {
		DynamoDB struct{ OldImage, NewImage json.RawMessage }
	}
	if err != nil || json.Unmarshal(record, &body) != nil {
		return trace.Images{}
	}
	return trace.Images{Before: body.DynamoDB.OldImage, After: body.DynamoDB.NewImage}
}
