package streamscript

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/schemas"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/aws/smithy-go/transport/http/protocol/awsjson"
)

// ServeHTTP speaks the protocol of DynamoDB Streams, and of DynamoDB for
// DescribeTable. Signatures are not looked at.
func (e *Endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler) // the client is gone
	}
	out, err := e.dispatch(r.Context(), r.Header.Get("X-Amz-Target"), body)
	var answer smithy.APIError
	switch {
	case errors.As(err, &answer):
		writeError(w, answer)
	case err != nil:
		panic(http.ErrAbortHandler) // breaks the connection
	default:
		write(w, http.StatusOK, encode(out))
	}
}

func (e *Endpoint) dispatch(ctx context.Context, target string, body []byte) (smithy.Serializable, error) {
	switch target {
	case "DynamoDBStreams_20120810." + DescribeStream:
		return call(ctx, e.DescribeStream, body)
	case "DynamoDBStreams_20120810." + GetShardIterator:
		return call(ctx, e.GetShardIterator, body)
	case "DynamoDBStreams_20120810." + GetRecords:
		return call(ctx, e.GetRecords, body)
	case "DynamoDB_20120810." + DescribeTable:
		return call(ctx, e.DescribeTable, body)
	default:
		return nil, &smithy.GenericAPIError{Code: "UnknownOperationException", Message: "streamscript does not serve " + target, Fault: smithy.FaultClient}
	}
}

// call decodes the input of an operation, whose members are called in JSON as
// in Go, and does it.
func call[In any, Out smithy.Serializable, Options any](ctx context.Context, operation func(context.Context, *In, ...func(*Options)) (Out, error), body []byte) (smithy.Serializable, error) {
	var in In
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, &smithy.GenericAPIError{Code: "SerializationException", Message: err.Error(), Fault: smithy.FaultClient}
	}
	out, err := operation(ctx, &in)
	if err != nil {
		return nil, err // not out, a nil that is not nil
	}
	return out, nil
}

// encode writes an output as the protocol of the SDK writes an input: there is
// no difference.
func encode(out smithy.Serializable) []byte {
	request := smithyhttp.NewStackRequest().(*smithyhttp.Request)
	operation := smithy.NewOperationSchema(schemas.GetRecords, schemas.GetRecordsInput, schemas.GetRecordsOutput)
	if err := awsjson.New10(schemas.DynamoDBStreams_20120810).SerializeRequest(context.Background(), operation, out, request); err != nil {
		panic(err)
	}
	var b bytes.Buffer
	if _, err := b.ReadFrom(request.GetStream()); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func writeError(w http.ResponseWriter, answer smithy.APIError) {
	prefix := "com.amazonaws.dynamodb.v20120810#"
	status := http.StatusBadRequest
	if answer.ErrorFault() == smithy.FaultServer {
		status = http.StatusInternalServerError
	}
	if code := answer.ErrorCode(); strings.HasPrefix(code, "Validation") || strings.HasPrefix(code, "Unknown") {
		prefix = "com.amazon.coral.validate#"
	}
	body, err := json.Marshal(map[string]string{"__type": prefix + answer.ErrorCode(), "message": answer.ErrorMessage()})
	if err != nil {
		panic(err)
	}
	write(w, status, body)
}

func write(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	w.WriteHeader(status)
	_, _ = w.Write(body) // a client that is gone wants no answer
}
