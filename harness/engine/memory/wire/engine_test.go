package wire_test

import (
	"context"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"pgregory.net/rapid"

	"github.com/stillwater-streams/stillwater/harness/engine/memory"
	"github.com/stillwater-streams/stillwater/harness/engine/memory/wire"
)

// Clients other than Go's send requests without what is required, and with
// anything in the rest. The engine refuses them; it never breaks.
func TestNoRequestBreaksTheEngine(t *testing.T) {
	db := memory.NewDatabase(memory.Options{})
	do := func(ctx context.Context, _ wire.Caller, input any) (any, error) { return db.Do(ctx, input) }
	create := `{"TableName":"tab","BillingMode":"PAY_PER_REQUEST","StreamSpecification":{"StreamEnabled":true,"StreamViewType":"NEW_IMAGE"},` +
		`"AttributeDefinitions":[{"AttributeName":"x","AttributeType":"S"}],"KeySchema":[{"AttributeName":"x","KeyType":"HASH"}]}`
	for operation, client := range operations() {
		in := reflect.ValueOf(client).MethodByName(operation).Type().In(1)
		service, _ := strings.CutSuffix(strings.TrimPrefix(in.String(), "*"), "."+operation+"Input")
		target := map[string]string{"dynamodb": "DynamoDB_20120810.", "dynamodbstreams": "DynamoDBStreams_20120810."}[service] + operation
		t.Run(operation, func(t *testing.T) {
			rapid.Check(t, func(r *rapid.T) {
				answer(do, post("DynamoDB_20120810.CreateTable", create)) // unless it is there
				input := filler{T: r, sparse: true}.pointer(in)
				if name := reflect.ValueOf(input).Elem().FieldByName("TableName"); name.IsValid() && operation != "DeleteTable" {
					name.Set(reflect.ValueOf(aws.String("tab")))
				}
				body, err := wire.Encode(input)
				if err != nil {
					r.Fatal(err)
				}
				if w := answer(do, post(target, string(body))); w.Code >= http.StatusInternalServerError {
					r.Errorf("%s\n%d %s", body, w.Code, w.Body)
				}
			})
			if w := answer(do, post(target, "{}")); w.Code >= http.StatusInternalServerError {
				t.Errorf("%d %s", w.Code, w.Body)
			}
		})
	}
}
