package wire_test

import (
	"context"
	"errors"
	"hash/crc32"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	streamtypes "github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"github.com/stillwater-streams/stillwater/harness/engine/memory/wire"
)

const authorization = "AWS4-HMAC-SHA256 Credential=KEY/20260101/eu-west-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0"

// echo answers what it is asked.
func echo(_ context.Context, _ wire.Caller, input any) (any, error) { return input, nil }

func post(target, body string, header ...string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	r.Header.Set("X-Amz-Target", target)
	r.Header.Set("Authorization", authorization)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return r
}

func answer(dispatch wire.Dispatch, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	wire.Handler(dispatch).ServeHTTP(w, r)
	return w
}

// Whatever is no request is refused in the service's form.
func TestRefusals(t *testing.T) {
	const (
		put, list = "DynamoDB_20120810.PutItem", "DynamoDB_20120810.ListTables"
		unknown   = `{"__type":"com.amazon.coral.service#UnknownOperationException","message":"An unknown operation was requested."}`
	)
	serialization := func(message string) string {
		return `{"__type":"com.amazon.coral.service#SerializationException","message":"` + message + `"}`
	}
	deep := strings.Repeat(`{"L":[`, 20_000)
	for _, test := range []struct {
		name    string
		request *http.Request
		status  int
		want    string
	}{
		{"no target", post("", "{}"), 400, unknown},
		{"a target that is none", post("DynamoDB_20120810", "{}"), 400, unknown},
		{"not offered", post("DynamoDB_20120810.ExecuteStatement", "{}"), 400, unknown},
		{"the other service's", post("DynamoDBStreams_20120810.PutItem", "{}"), 400, unknown},
		{"a stream's of the tables' service", post("DynamoDB_20120810.GetRecords", "{}"), 400, unknown},
		{"another version", post("DynamoDB_20111205.ListTables", "{}"), 400, unknown},
		{"another method", httptest.NewRequest(http.MethodPut, "/", nil), 404, unknown},
		{"nobody", post(list, "{}", "Authorization", ""), 400,
			`{"__type":"com.amazon.coral.service#MissingAuthenticationToken","message":"Request must contain either a valid (registered) AWS access key ID or X.509 certificate."}`},
		{"half a credential", post(list, "{}", "Authorization", "AWS4-HMAC-SHA256 Credential=KEY/eu-west-1, Signature=0"), 400,
			`{"__type":"com.amazon.coral.service#IncompleteSignature","message":"Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 'KEY/eu-west-1'"}`},
		{"nothing", post(list, ""), 400, serialization("no JSON: EOF")},
		{"half an object", post(list, `{"Limit":`), 400, serialization("no JSON: unexpected EOF")},
		{"two objects", post(list, `{}{}`), 400, serialization("no JSON: something follows its end at byte 3")},
		{"a list", post(list, `[]`), 400, serialization("ListTables: want an object")},
		{"null", post(list, `null`), 400, serialization("ListTables: want an object")},
		{"a number for a string", post(put, `{"TableName":5}`), 400, serialization("NUMBER_VALUE cannot be converted to String")},
		{"true for a string", post(put, `{"TableName":true}`), 400, serialization("TRUE_VALUE cannot be converted to String")},
		{"an object for a string", post(put, `{"TableName":{}}`), 400, serialization("Start of structure or map found where String was expected")},
		{"a string for a number", post(list, `{"Limit":"5"}`), 400, serialization("STRING_VALUE cannot be converted to Integer")},
		{"a large number", post(list, `{"Limit":99999999999}`), 400, serialization("99999999999 is out of range")},
		{"a huge number", post(list, `{"Limit":1e999}`), 400, serialization("1e999 is out of range")},
		{"a string for a boolean", post("DynamoDB_20120810.Scan", `{"ConsistentRead":"true"}`), 400, serialization("STRING_VALUE cannot be converted to Boolean")},
		{"a list for a map", post(put, `{"Item":[]}`), 400, serialization("Start of list found where a map was expected")},
		{"an object for a list", post("DynamoDB_20120810.Scan", `{"AttributesToGet":{}}`), 400, serialization("Start of structure or map found where a list was expected")},
		{"a string for a structure", post("DynamoDB_20120810.UpdateTable", `{"StreamSpecification":"on"}`), 400, serialization("STRING_VALUE cannot be converted to a structure")},
		{"a string for a value", post(put, `{"Item":{"a":"x"}}`), 400, serialization("STRING_VALUE cannot be converted to an attribute value")},
		{"a number for N", post(put, `{"Item":{"a":{"N":5}}}`), 400, serialization("NUMBER_VALUE cannot be converted to String")},
		{"no base64", post(put, `{"Item":{"a":{"B":"***"}}}`), 400, serialization("a Blob that is no base64: illegal base64 data at input byte 0")},
		{"two types", post(put, `{"Item":{"a":{"S":"5","N":"5"}}}`), 400,
			`{"__type":"com.amazon.coral.validate#ValidationException","message":"Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes"}`},
		{"a hostile depth", post(put, `{"Item":{"a":`+deep), 400, serialization("no JSON: invalid character '{' exceeded max depth")},
		{"a hostile size", post(put, strings.Repeat(" ", 16<<20+1)), 413,
			`{"__type":"com.amazon.coral.service#RequestEntityTooLarge","message":"Request size exceeds 16777216 bytes"}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := answer(echo, test.request)
			if diff := cmp.Diff(test.want, w.Body.String()); w.Code != test.status || diff != "" {
				t.Errorf("status %d, want %d; body (-want +got):\n%s", w.Code, test.status, diff)
			}
			checkHeaders(t, w)
		})
	}
}

// A request without a type for a value, or with members of another version,
// reaches whoever knows what is wrong with it.
func TestLeftAlone(t *testing.T) {
	for _, test := range []struct{ body, want string }{
		{`{"Item":{"a":{}},"TableName":null}`, `{"Item":{"a":null}}`},
		{`{"Item":{"a":{"S":null}},"Unknown":{"x":[1]}}`, `{"Item":{"a":null}}`},
		{`{"Item":{"a":{"Q":"x","S":"y"}}}`, `{"Item":{"a":{"S":"y"}}}`},
		{`{"tableName":"abc","Item":{}}`, `{"Item":{}}`},
	} {
		var got any
		answer(func(_ context.Context, _ wire.Caller, input any) (any, error) {
			got = input
			return nil, errors.New("enough")
		}, post("DynamoDB_20120810.PutItem", test.body))
		in, ok := got.(*dynamodb.PutItemInput)
		if !ok {
			t.Errorf("%s: dispatched %T", test.body, got)
			continue
		}
		want, err := wire.Decode("PutItem", []byte(test.want))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, any(in), exported()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.body, diff)
		}
	}
}

func TestHealthy(t *testing.T) {
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		r := httptest.NewRequest(method, "http://localhost:8000/anything", nil)
		w := answer(echo, r)
		if w.Code != http.StatusOK || w.Body.String() != "healthy: localhost:8000\n" {
			t.Errorf("%s: %d %q", method, w.Code, w.Body)
		}
		checkHeaders(t, w)
	}
}

// A presigned request has its credentials in the address.
func TestCredentialsInTheAddress(t *testing.T) {
	r := post("DynamoDB_20120810.ListTables", "{}", "Authorization", "")
	r.URL.RawQuery = "X-Amz-Credential=OTHER%2F20260101%2Fus-west-2%2Fdynamodb%2Faws4_request"
	var got wire.Caller
	answer(func(_ context.Context, caller wire.Caller, input any) (any, error) {
		got = caller
		return input, nil
	}, r)
	if want := (wire.Caller{AccessKey: "OTHER", Region: "us-west-2"}); got != want {
		t.Errorf("caller = %v, want %v", got, want)
	}
}

func checkHeaders(t *testing.T, w *httptest.ResponseRecorder) {
	t.Helper()
	if sum := strconv.FormatUint(uint64(crc32.ChecksumIEEE(w.Body.Bytes())), 10); w.Header().Get("X-Amz-Crc32") != sum {
		t.Errorf("X-Amz-Crc32 = %s, want %s", w.Header().Get("X-Amz-Crc32"), sum)
	}
	if id := w.Header().Get("X-Amzn-Requestid"); len(id) != 52 {
		t.Errorf("X-Amzn-Requestid = %q, want 52 characters", id)
	}
}

// Errors reach the caller of an SDK client as they left Dispatch.
func TestErrors(t *testing.T) {
	item := map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: "a"}}
	text := aws.String("text")
	for _, want := range []smithy.APIError{
		&types.ConditionalCheckFailedException{Message: text, Item: item},
		&types.TransactionCanceledException{Message: text, CancellationReasons: []types.CancellationReason{
			{Code: aws.String("None")}, {Code: aws.String("ConditionalCheckFailed"), Message: text, Item: item}}},
		&types.ResourceNotFoundException{Message: text},
		&types.ResourceInUseException{Message: text},
		&types.LimitExceededException{Message: text},
		&types.ProvisionedThroughputExceededException{Message: text},
		&types.IdempotentParameterMismatchException{Message: text},
		&types.TransactionInProgressException{Message: text},
		&types.ItemCollectionSizeLimitExceededException{Message: text},
		&types.InternalServerError{Message: text},
		&smithy.GenericAPIError{Code: "ValidationException", Message: "text"},
		&smithy.GenericAPIError{Code: "UnknownOperationException", Message: "text"},
	} {
		t.Run(want.ErrorCode(), func(t *testing.T) {
			c := config(func(context.Context, wire.Caller, any) (any, error) { return nil, want })
			_, err := call(t.Context(), c, "TransactWriteItems", &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{}})
			var got smithy.APIError
			if !errors.As(err, &got) {
				t.Fatalf("err = %v", err)
			}
			if diff := cmp.Diff(want, got, exported()); diff != "" {
				t.Errorf("-sent +arrived:\n%s", diff)
			}
		})
	}
	t.Run("of a stream", func(t *testing.T) {
		c := config(func(context.Context, wire.Caller, any) (any, error) {
			return nil, &streamtypes.TrimmedDataAccessException{Message: text}
		})
		_, err := call(t.Context(), c, "ListStreams", &dynamodbstreams.ListStreamsInput{})
		if trimmed := (*streamtypes.TrimmedDataAccessException)(nil); !errors.As(err, &trimmed) || *trimmed.Message != "text" {
			t.Errorf("err = %v", err)
		}
	})
}

// What is no answer of the service is its internal error, which SDKs retry.
func TestDefects(t *testing.T) {
	for name, test := range map[string]struct {
		dispatch wire.Dispatch
		want     string
	}{
		"an error without a code": {func(context.Context, wire.Caller, any) (any, error) { return nil, io.ErrUnexpectedEOF }, "unexpected EOF"},
		"a panic": {func(context.Context, wire.Caller, any) (any, error) { panic("oh no") },
			"a defect of the memory engine, please report it: *dynamodb.ListTablesInput: oh no"},
		"an answer that is none": {func(context.Context, wire.Caller, any) (any, error) { return 5, nil },
			"encode: int: no struct of the SDK with a schema"},
	} {
		t.Run(name, func(t *testing.T) {
			w := answer(test.dispatch, post("DynamoDB_20120810.ListTables", "{}"))
			want := `{"__type":"com.amazonaws.dynamodb.v20120810#InternalServerError","message":"` + test.want + `"}`
			if w.Code != http.StatusInternalServerError || w.Body.String() != want {
				t.Errorf("%d %s, want 500 %s", w.Code, w.Body, want)
			}
		})
	}
}

// FuzzRequest: no body ends the process, and what is taken means the same when it
// is written again.
func FuzzRequest(f *testing.F) {
	f.Add("PutItem", []byte(`{"TableName":"abc","Item":{"a":{"M":{"b":{"NS":["1"]}}}}}`))
	f.Add("TransactWriteItems", []byte(`{"TransactItems":[{"Put":{"Item":{"a":{"L":[{"NULL":true}]}}}}]}`))
	f.Add("GetRecords", []byte(`{"Limit":1e3,"ShardIterator":"\ud800"}`))
	f.Fuzz(func(t *testing.T, operation string, body []byte) {
		input, err := wire.Decode(operation, body)
		if err != nil {
			return
		}
		again, err := wire.Encode(input)
		if err != nil {
			t.Fatal(err)
		}
		got, err := wire.Decode(operation, again)
		if err != nil {
			t.Fatalf("%v\n%s", err, again)
		}
		if diff := cmp.Diff(input, got, exported()); diff != "" {
			t.Errorf("-first +again:\n%s", diff)
		}
	})
}
