package serve_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"go.uber.org/goleak"

	"github.com/stillwater-streams/stillwater/harness/engine/memory/serve"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// start serves until the test ends.
func start(t testing.TB, o serve.Options) *serve.Server {
	t.Helper()
	if o.Address == "" {
		o.Address = "127.0.0.1:0"
	}
	s, err := serve.Listen(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-served; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	return s
}

func client(t testing.TB, s *serve.Server, key, region string) *dynamodb.Client {
	return dynamodb.NewFromConfig(config(t, s, key, region))
}

func config(t testing.TB, s *serve.Server, key, region string) aws.Config {
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return aws.Config{
		Region:       region,
		Credentials:  credentials.NewStaticCredentialsProvider(key, "secret", ""),
		BaseEndpoint: aws.String(s.URL()),
		HTTPClient:   &http.Client{Transport: transport},
		Retryer:      func() aws.Retryer { return aws.NopRetryer{} },
	}
}

func table(name string) *dynamodb.CreateTableInput {
	return &dynamodb.CreateTableInput{
		TableName:            &name,
		BillingMode:          types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("pk"), AttributeType: types.ScalarAttributeTypeS}},
		KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("pk"), KeyType: types.KeyTypeHash}},
		StreamSpecification:  &types.StreamSpecification{StreamEnabled: aws.Bool(true), StreamViewType: types.StreamViewTypeNewImage},
	}
}

// Each pair of access key and region has its own tables, in its own region.
func TestDatabases(t *testing.T) {
	s := start(t, serve.Options{AccountID: "123456789012"})
	mine := client(t, s, "MINE", "eu-west-1")
	out, err := mine.CreateTable(t.Context(), table("tab"))
	if err != nil {
		t.Fatal(err)
	}
	if want := "arn:aws:dynamodb:eu-west-1:123456789012:table/tab"; *out.TableDescription.TableArn != want {
		t.Errorf("TableArn = %s, want %s", *out.TableDescription.TableArn, want)
	}
	for who, want := range map[string]int{"MINE eu-west-1": 1, "MINE us-east-1": 0, "YOURS eu-west-1": 0} {
		key, region, _ := strings.Cut(who, " ")
		tables, err := client(t, s, key, region).ListTables(t.Context(), &dynamodb.ListTablesInput{})
		if err != nil {
			t.Fatal(err)
		}
		if len(tables.TableNames) != want {
			t.Errorf("%s sees %v, want %d tables", who, tables.TableNames, want)
		}
	}
	streams, err := dynamodbstreams.NewFromConfig(config(t, s, "MINE", "eu-west-1")).ListStreams(t.Context(), &dynamodbstreams.ListStreamsInput{})
	if err != nil || len(streams.Streams) != 1 {
		t.Errorf("ListStreams = %v, %v, want one stream", streams, err)
	}
}

func TestShared(t *testing.T) {
	s := start(t, serve.Options{Shared: true, Region: "eu-west-1"})
	if _, err := client(t, s, "MINE", "us-east-1").CreateTable(t.Context(), table("tab")); err != nil {
		t.Fatal(err)
	}
	out, err := client(t, s, "YOURS", "us-west-2").DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: aws.String("tab")})
	if err != nil {
		t.Fatal(err)
	}
	if arn := *out.Table.TableArn; !strings.Contains(arn, ":eu-west-1:") {
		t.Errorf("TableArn = %s, want region eu-west-1", arn)
	}
}

// Only loopback, unless it is said otherwise.
func TestReach(t *testing.T) {
	for _, address := range []string{":0", "0.0.0.0:0", "[::]:0"} {
		if _, err := serve.Listen(t.Context(), serve.Options{Address: address}); !errors.Is(err, serve.ErrPublic) {
			t.Errorf("Listen(%q): %v, want ErrPublic", address, err)
		}
	}
	for _, o := range []serve.Options{{Address: "127.0.0.1:0"}, {Address: "localhost:0"}, {Address: "0.0.0.0:0", Public: true}} {
		s, err := serve.Listen(t.Context(), o)
		if err != nil {
			t.Errorf("Listen(%+v): %v", o, err)
			continue
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, err := serve.Listen(t.Context(), serve.Options{Address: "8000"}); err == nil || !strings.Contains(err.Error(), "want host:port") {
		t.Errorf("Listen(8000): %v", err)
	}
}

func TestAddressInUse(t *testing.T) {
	s := start(t, serve.Options{})
	_, err := serve.Listen(t.Context(), serve.Options{Address: strings.TrimPrefix(s.URL(), "http://")})
	if err == nil || !strings.Contains(err.Error(), "is another server running?") {
		t.Errorf("err = %v", err)
	}
}

func TestHealth(t *testing.T) {
	s := start(t, serve.Options{})
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	r, err := (&http.Client{Transport: transport}).Get(s.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if body, _ := io.ReadAll(r.Body); r.StatusCode != 200 || !strings.HasPrefix(string(body), "healthy: 127.0.0.1:") {
		t.Errorf("%d %s", r.StatusCode, body)
	}
}

// A server answers its first CreateTable 50 ms after its start at the latest.
func TestStartsAtOnce(t *testing.T) {
	const most = 50 * time.Millisecond
	best := time.Hour
	for range 5 { // another process may have the computer meanwhile
		began := time.Now()
		s := start(t, serve.Options{})
		if _, err := client(t, s, "KEY", "us-east-1").CreateTable(t.Context(), table("tab")); err != nil {
			t.Fatal(err)
		}
		best = min(best, time.Since(began))
	}
	if best > most {
		t.Errorf("the first CreateTable was answered after %v, want %v", best, most)
	}
	t.Logf("%v", best)
}

func ExampleListen() {
	s, err := serve.Listen(context.Background(), serve.Options{Address: "127.0.0.1:0"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(strings.HasPrefix(s.URL(), "http://127.0.0.1:"))
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	fmt.Println(s.Serve(ctx))
	// Output:
	// true
	// <nil>
}
