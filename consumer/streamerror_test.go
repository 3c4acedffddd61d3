package consumer_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

	"github.com/stillwater-streams/stillwater/consumer"
	"github.com/stillwater-streams/stillwater/consumer/streamscript"
)

// answers serves the same answer to everything, over a socket.
func answers(t *testing.T, handler http.HandlerFunc) *httptest.Server {
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server
}

// exception answers as DynamoDB and DynamoDB Local do.
func exception(status int, code string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/x-amz-json-1.0")
		w.WriteHeader(status)
		fmt.Fprintf(w, `{"__type":"com.amazonaws.dynamodb.v20120810#%s","message":"m"}`, code)
	}
}

func plain(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// cut promises more of an answer than it sends.
func cut(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Length", "100")
	_, _ = io.WriteString(w, `{"StreamDescription":{`)
}

// never answers until the client has gone.
func never(_ http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body) // or the server would not see the client go
	<-r.Context().Done()
}

func client(url string, h *http.Client, r aws.Retryer) *dynamodbstreams.Client {
	return dynamodbstreams.New(dynamodbstreams.Options{
		Region: "us-east-1", BaseEndpoint: &url, HTTPClient: h, Retryer: r,
		Credentials: credentials.NewStaticCredentialsProvider("key", "secret", ""),
	})
}

// TestTransient: what the SDK's client makes of real answers, of broken
// connections and of contexts that end. Both API calls meet the same errors.
func TestTransient(t *testing.T) {
	for _, test := range []struct {
		name                 string
		answer               http.HandlerFunc
		transient, throttled bool
	}{
		{"throttled by the shard", exception(400, "LimitExceededException"), true, true},
		{"throttled by throughput", exception(400, "ProvisionedThroughputExceededException"), true, true},
		{"throttled by the account", exception(400, "ThrottlingException"), true, true},
		{"throttled by rate", exception(400, "RequestLimitExceeded"), true, true},
		{"a fault that is named", exception(500, "InternalServerError"), true, false},
		{"DynamoDB Local's fault", exception(500, "InternalFailure"), true, false},
		{"unavailable", plain(503, "<html>Service Unavailable</html>"), true, false},
		{"a bad gateway", plain(502, ""), true, false},
		{"a fault of a proxy", plain(520, "{}"), true, false},
		{"a dead iterator", exception(400, "ExpiredIteratorException"), true, false},
		{"a refused request", exception(400, "ValidationException"), false, false},
		{"no permission", exception(400, "AccessDeniedException"), false, false},
		{"an unknown key", exception(400, "UnrecognizedClientException"), false, false},
		{"an expired token", exception(400, "ExpiredTokenException"), false, false},
		{"not this service", plain(404, "not found"), false, false},
		{"gone", exception(400, "ResourceNotFoundException"), false, false},
		{"cut short", cut, true, false},
		{"the connection breaks", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, true, false},
		{"success", plain(200, `{"StreamDescription":{}}`), false, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := answers(t, test.answer)
			_, err := consumer.Shards(t.Context(), client(server.URL, server.Client(), aws.NopRetryer{}), arn)
			if got := consumer.Transient(err); got != test.transient {
				t.Errorf("Transient(%v) = %v", err, got)
			}
			if got := consumer.Throttled(err); got != test.throttled {
				t.Errorf("Throttled(%v) = %v", err, got)
			}
		})
	}
}

// TestTransientConnection: connections that are not made, and that hang.
func TestTransientConnection(t *testing.T) {
	shards := func(ctx context.Context, c *dynamodbstreams.Client) error {
		_, err := consumer.Shards(ctx, c, arn)
		return err
	}
	t.Run("refused", func(t *testing.T) {
		server := httptest.NewServer(nil)
		server.Close()
		if err := shards(t.Context(), client(server.URL, http.DefaultClient, aws.NopRetryer{})); !consumer.Transient(err) {
			t.Errorf("Transient(%v) = false", err)
		}
	})
	t.Run("a host that is not there yet", func(t *testing.T) {
		h := &http.Client{Transport: &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
			return nil, &net.DNSError{Err: "no such host", Name: "dynamodb-local", IsNotFound: true}
		}}}
		if err := shards(t.Context(), client("http://dynamodb-local:8000", h, aws.NopRetryer{})); !consumer.Transient(err) {
			t.Errorf("Transient(%v) = false", err)
		}
	})
	t.Run("a client that waits no longer", func(t *testing.T) {
		server := answers(t, never)
		h := server.Client()
		h.Timeout = 20 * time.Millisecond
		if err := shards(t.Context(), client(server.URL, h, aws.NopRetryer{})); !consumer.Transient(err) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Transient(%v) = false", err)
		}
	})
	t.Run("retries used up", func(t *testing.T) {
		retryer := retry.NewStandard(func(o *retry.StandardOptions) { o.MaxBackoff = time.Millisecond })
		server := answers(t, exception(500, "InternalServerError"))
		c := client(server.URL, server.Client(), retryer)
		var err error
		for range 150 { // the quota of the retryer ends on the way
			if err = shards(t.Context(), c); !consumer.Transient(err) {
				t.Fatalf("Transient(%v) = false", err)
			}
		}
		if !strings.Contains(err.Error(), "quota") {
			t.Errorf("the last error is %v", err)
		}
	})
}

// TestTransientContext: a context that ends is no reason to go on.
func TestTransientContext(t *testing.T) {
	server := answers(t, never)
	for _, test := range []struct {
		name string
		api  consumer.StreamsAPI
		ctx  func(context.Context) (context.Context, context.CancelFunc)
	}{
		{"canceled", client(server.URL, server.Client(), aws.NopRetryer{}), canceled},
		{"its deadline", client(server.URL, server.Client(), aws.NopRetryer{}), soon},
		{"canceled, under a retryer", client(server.URL, server.Client(), retry.NewStandard()), canceled},
		{"its deadline, under a retryer", client(server.URL, server.Client(), retry.NewStandard()), soon},
		{"canceled, not through the SDK", newStage(streamscript.Options{}), canceled},
	} {
		t.Run(test.name, func(t *testing.T) {
			ctx, cancel := test.ctx(t.Context())
			defer cancel()
			if _, err := consumer.Shards(ctx, test.api, arn); err == nil || consumer.Transient(err) {
				t.Errorf("Transient(%v) = true", err)
			}
		})
	}
	if err := fmt.Errorf("read: %w", context.DeadlineExceeded); consumer.Transient(err) {
		t.Errorf("Transient(%v) = true", err)
	}
	if err := fmt.Errorf("read: %w", &types.InternalServerError{}); !consumer.Transient(err) {
		t.Errorf("Transient(%v) = false, without any HTTP", err)
	}
}

func canceled(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	cancel()
	return ctx, cancel
}

func soon(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, 20*time.Millisecond)
}
