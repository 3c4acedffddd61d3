package streamscript

import (
	"bytes"
	"errors"
	"io"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
)

// Client returns the SDK's own client of the endpoint. It retries nothing
// unless an option says so.
func (e *Endpoint) Client(options ...func(*dynamodbstreams.Options)) *dynamodbstreams.Client {
	return dynamodbstreams.New(dynamodbstreams.Options{
		Region:       "us-east-1",
		BaseEndpoint: aws.String("http://streamscript.test"),
		Credentials:  credentials.NewStaticCredentialsProvider("key", "secret", ""),
		HTTPClient:   e.HTTPClient(),
		Retryer:      aws.NopRetryer{},
	}, options...)
}

// HTTPClient returns a client whose every request the endpoint answers, in
// memory and in the goroutine of the caller.
func (e *Endpoint) HTTPClient() *http.Client {
	return &http.Client{Transport: transport{e}}
}

type transport struct{ endpoint *Endpoint }

// RoundTrip makes an error of the panic with which a handler breaks a connection.
func (t transport) RoundTrip(r *http.Request) (response *http.Response, err error) {
	if r.Body != nil {
		defer r.Body.Close()
	} else {
		r.Body = http.NoBody
	}
	defer func() {
		if cause := recover(); cause == http.ErrAbortHandler {
			response, err = nil, errors.New("connection reset by peer")
		} else if cause != nil {
			panic(cause)
		}
	}()
	recorded := &recorder{header: http.Header{}}
	t.endpoint.ServeHTTP(recorded, r)
	return &http.Response{
		StatusCode:    recorded.status,
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        recorded.header,
		ContentLength: int64(recorded.body.Len()),
		Body:          io.NopCloser(&recorded.body),
		Request:       r,
	}, nil
}

// recorder keeps the answer of the handler.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (r *recorder) Header() http.Header         { return r.header }
func (r *recorder) WriteHeader(status int)      { r.status = status }
func (r *recorder) Write(b []byte) (int, error) { return r.body.Write(b) }
