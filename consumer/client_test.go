package consumer_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/google/go-cmp/cmp"

	"github.com/stillwater-streams/stillwater/consumer"
)

// wire answers the SDK over HTTP, in memory, with bodies as DynamoDB Local
// sends them; those that name an exception come with status 400.
type wire struct {
	answers []string
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	if len(w.answers) == 0 {
		return nil, fmt.Errorf("no answer left for %s", r.Header.Get("X-Amz-Target"))
	}
	body := w.answers[0]
	w.answers = w.answers[1:]
	status := http.StatusOK
	if strings.Contains(body, "Exception") {
		status = http.StatusBadRequest
	}
	return &http.Response{
		StatusCode: status,
		Header:     http.Header{"Content-Type": {"application/x-amz-json-1.0"}},
		Body:       io.NopCloser(strings.NewReader(body)),
		Request:    r,
	}, nil
}

// TestReaderThroughTheSDK: the errors to survive are known by what a real
// client makes of them.
func TestReaderThroughTheSDK(t *testing.T) {
	const record = `{"Records":[{"eventID":"e","dynamodb":{"SequenceNumber":"%d"}}],"NextShardIterator":"next"}`
	const exception = `{"__type":"com.amazonaws.dynamodb.v20120810#%s"}`
	network := &wire{answers: []string{
		`{"ShardIterator":"first"}`,
		fmt.Sprintf(exception, "TrimmedDataAccessException"),
		`{"ShardIterator":"second"}`,
		fmt.Sprintf(record, 101),
		fmt.Sprintf(exception, "ExpiredIteratorException"),
		`{"ShardIterator":"third"}`,
		fmt.Sprintf(record, 102),
	}}
	client := dynamodbstreams.New(dynamodbstreams.Options{
		Region:       "us-east-1",
		BaseEndpoint: aws.String("http://127.0.0.1"),
		Credentials:  credentials.NewStaticCredentialsProvider("key", "secret", ""),
		HTTPClient:   &http.Client{Transport: network},
		Retryer:      aws.NopRetryer{},
	})
	reader := consumer.NewReader(client, arn, "shardId-1", "")
	var got []string
	for range 2 {
		records, _, err := reader.Read(t.Context(), 10)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, sequences(records)...)
	}
	if diff := cmp.Diff([]string{"101", "102"}, got); diff != "" || len(network.answers) != 0 {
		t.Errorf("records (-want +got):\n%s%d answers left", diff, len(network.answers))
	}
}
