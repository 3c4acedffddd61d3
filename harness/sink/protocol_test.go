package sink_test

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/aws-sdk-go-v2/service/sso"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/encoding/cbor"
	"github.com/google/go-cmp/cmp"

	"github.com/stillwater-streams/stillwater/harness/sink"
)

// TestRealClientsOfEveryProtocolAtHand: AWS JSON, query with XML, REST with JSON.
func TestRealClientsOfEveryProtocolAtHand(t *testing.T) {
	s := open(t)
	cfg, err := config.LoadDefaultConfig(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Run("indicators i7")()
	for _, tt := range []struct {
		service, operation string
		call               func(context.Context) error
	}{
		{"dynamodb", "GetItem", func(ctx context.Context) error {
			_, err := dynamodb.NewFromConfig(cfg).GetItem(ctx, &dynamodb.GetItemInput{TableName: new("t"), Key: key()})
			return err
		}},
		{"dynamodb", "ListStreams", func(ctx context.Context) error {
			_, err := dynamodbstreams.NewFromConfig(cfg).ListStreams(ctx, nil)
			return err
		}},
		{"sts", "GetCallerIdentity", func(ctx context.Context) error {
			_, err := sts.NewFromConfig(cfg).GetCallerIdentity(ctx, nil)
			return err
		}},
		{"", "GET /assignment/accounts", func(ctx context.Context) error {
			_, err := sso.NewFromConfig(cfg).ListAccounts(ctx, &sso.ListAccountsInput{AccessToken: new("token")})
			return err
		}},
	} {
		t.Run(tt.operation, func(t *testing.T) {
			got := strays(t, s)
			requireRefused(t, tt.call(t.Context()), ownClient)
			want := []sink.Stray{{Service: tt.service, Operation: tt.operation, Suspects: "indicators i7", Message: ownClient}}
			if d := cmp.Diff(want, got()); d != "" {
				t.Error("strays, exactly one (-want +got):\n" + d)
			}
		})
	}
}

// TestMetadataServiceIsOutOfReach: off by default, and the sink when a handler
// turns it on.
func TestMetadataServiceIsOutOfReach(t *testing.T) {
	s := open(t)
	got := strays(t, s)
	if _, err := imds.New(imds.Options{}).GetRegion(t.Context(), nil); err == nil {
		t.Error("the metadata service answered")
	}
	if len(got()) != 0 {
		t.Errorf("disabled client called: %v", got())
	}
	cfg, err := config.LoadDefaultConfig(t.Context(), config.WithEC2IMDSClientEnableState(imds.ClientEnabled))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := imds.NewFromConfig(cfg).GetRegion(t.Context(), nil); err == nil {
		t.Error("the metadata service answered")
	}
	if calls := got(); len(calls) == 0 || calls[0].Operation != "PUT /latest/api/token" {
		t.Errorf("strays %v: the metadata client did not end in the sink", calls)
	}
}

// TestHandMadeRequests covers the protocols no client here speaks.
func TestHandMadeRequests(t *testing.T) {
	s := open(t)
	defer s.Run("indicators i7")()
	const scope = "AWS4-HMAC-SHA256 Credential=K/20240919/us-east-1/%s/aws4_request, SignedHeaders=host, Signature=0"
	for _, tt := range []struct {
		name, method, path, service, operation string
		header                                 map[string]string
		message                                func([]byte) (string, error)
	}{
		{
			name: "S3", method: "PUT", path: "/bucket/key", service: "s3", operation: "PUT /bucket/key",
			message: func(b []byte) (string, error) {
				var e struct{ Message string }
				err := xml.Unmarshal(b, &e)
				return e.Message, err
			},
		},
		{
			name: "EC2", method: "POST", path: "/", service: "ec2", operation: "RunInstances",
			header: map[string]string{"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"},
			message: func(b []byte) (string, error) {
				var e struct {
					Message string `xml:"Errors>Error>Message"`
				}
				err := xml.Unmarshal(b, &e)
				return e.Message, err
			},
		},
		{
			name: "CBOR", method: "POST", path: "/service/GraniteServiceVersion20100801/operation/PutMetricData",
			service: "monitoring", operation: "PutMetricData", header: map[string]string{"Smithy-Protocol": "rpc-v2-cbor"},
			message: func(b []byte) (string, error) {
				v, err := cbor.Decode(b)
				if err != nil {
					return "", err
				}
				return string(v.(cbor.Map)["message"].(cbor.String)), nil
			},
		},
		{
			name: "unsigned", method: "POST", path: "/2015-03-31/functions/f/invocations", operation: "POST /2015-03-31/functions/f/invocations",
			message: func(b []byte) (string, error) {
				var e struct{ Message string }
				err := json.Unmarshal(b, &e)
				return e.Message, err
			},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := strays(t, s)
			req, err := http.NewRequestWithContext(t.Context(), tt.method, s.URL()+tt.path, strings.NewReader("Action=RunInstances&Version=2016-11-15"))
			if err != nil {
				t.Fatal(err)
			}
			for name, value := range tt.header {
				req.Header.Set(name, value)
			}
			if tt.service != "" {
				req.Header.Set("Authorization", strings.Replace(scope, "%s", tt.service, 1))
			}
			status, body := do(t, req)
			message, err := tt.message(body)
			if err != nil || message != ownClient || status != http.StatusBadRequest {
				t.Errorf("status %d, message %q (%v), body %s", status, message, err, body)
			}
			want := []sink.Stray{{Service: tt.service, Operation: tt.operation, Suspects: "indicators i7", Message: ownClient}}
			if d := cmp.Diff(want, got()); d != "" {
				t.Error("(-want +got):\n" + d)
			}
		})
	}
}

func do(t *testing.T, req *http.Request) (status int, body []byte) {
	t.Helper()
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err = io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, body
}

// TestProxyDoesNotDivert needs a process of its own: Go reads the proxy variables
// once. The proxy named here does not exist, so whoever asks it fails. The child
// also inherits the parent's environment with a sink in it, and may open its own.
func TestProxyDoesNotDivert(t *testing.T) {
	const marker = "STILLWATER_SINK_TEST_CHILD"
	if os.Getenv(marker) != "" {
		s := open(t)
		defer s.Run("indicators i7")()
		requireRefused(t, handler(t.Context()), ownClient)
		return
	}
	open(t)
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestProxyDoesNotDivert$", "-test.v")
	cmd.Env = append(os.Environ(), marker+"=1")
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"} {
		cmd.Env = append(cmd.Env, name+"=http://127.0.0.1:1")
	}
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: TestProxyDoesNotDivert") {
		t.Errorf("child: %v\n%s", err, out)
	}
}
