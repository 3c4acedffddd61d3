package engine_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/stillwater-streams/stillwater/harness/engine"
)

// What a client of a database sends must depend on the database alone, not on the computer it runs on.
func TestConfigIgnoresTheEnvironment(t *testing.T) {
	for name, value := range map[string]string{
		"AWS_ACCESS_KEY_ID": "REAL", "AWS_SECRET_ACCESS_KEY": "REAL", "AWS_PROFILE": "production", "AWS_REGION": "sa-east-1",
		"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_MAX_ATTEMPTS": "9", "HTTP_PROXY": "http://127.0.0.1:1",
	} {
		t.Setenv(name, value)
	}
	var authorization string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		authorization = r.Header.Get("Authorization")
		_, _ = w.Write([]byte(`{"TableNames":[]}`))
	}))
	defer server.Close()
	db := engine.NewDatabase(server.URL, "eu-west-3", "KEY1", nil)
	defer db.Close()
	if _, err := dynamodb.NewFromConfig(db.Config(nil)).ListTables(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"Credential=KEY1/", "/eu-west-3/dynamodb/"} {
		if !strings.Contains(authorization, part) {
			t.Errorf("Authorization: %s: no %s", authorization, part)
		}
	}
}

func TestConfigRetriesTheSameWayEveryTime(t *testing.T) {
	var calls atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		calls.Add(1)
		w.WriteHeader(http.StatusInternalServerError)
	}))
	defer server.Close()
	db := engine.NewDatabase(server.URL, "us-east-1", "KEY1", nil)
	defer db.Close()
	client := dynamodb.NewFromConfig(db.Config(nil))
	// A quota on retries would let the first calls have all the attempts and later ones fewer.
	for range 40 {
		calls.Store(0)
		if _, err := client.ListTables(t.Context(), nil); err == nil {
			t.Fatal("no error")
		}
		if got := calls.Load(); got != 3 {
			t.Fatalf("%d attempts, want 3", got)
		}
	}
}

type countingClient struct{ calls int }

func (c *countingClient) Do(r *http.Request) (*http.Response, error) {
	c.calls++
	return http.DefaultClient.Do(r)
}

func TestConfigTakesTheCallersClient(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{}`))
	}))
	defer server.Close()
	db := engine.NewDatabase(server.URL, "us-east-1", "KEY1", nil)
	defer db.Close()
	client := &countingClient{}
	if _, err := dynamodb.NewFromConfig(db.Config(client)).ListTables(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if client.calls != 1 {
		t.Errorf("the caller's client saw %d calls, want 1", client.calls)
	}
}

func TestCloseReleasesOnce(t *testing.T) {
	released := 0
	db := engine.NewDatabase("http://127.0.0.1:1", "us-east-1", "KEY1", func() { released++ })
	db.Close()
	db.Close()
	if released != 1 {
		t.Errorf("released %d times, want once", released)
	}
	engine.NewDatabase("http://127.0.0.1:1", "us-east-1", "KEY1", nil).Close() // must not panic
}
