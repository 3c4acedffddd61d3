package sink_test

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/stillwater-streams/stillwater/harness/sink"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const ownClient = "trigger indicators built its own client; take it from Environment.AWS"

// open isolates the process for one test.
func open(t *testing.T) *sink.Sink {
	t.Helper()
	s, err := sink.Isolate(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// strays collects what a sink reports.
func strays(t *testing.T, s *sink.Sink) func() []sink.Stray {
	var mu sync.Mutex
	var got []sink.Stray
	t.Cleanup(s.OnStray(func(stray sink.Stray) {
		mu.Lock()
		defer mu.Unlock()
		got = append(got, stray)
	}))
	return func() []sink.Stray {
		mu.Lock()
		defer mu.Unlock()
		return append([]sink.Stray(nil), got...)
	}
}

// handler is a trigger as teams write them: it asks nobody for its client.
func handler(ctx context.Context) error {
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return err
	}
	_, err = dynamodb.NewFromConfig(cfg).ListTables(ctx, &dynamodb.ListTablesInput{})
	return err
}

func requireRefused(t *testing.T, err error, text string) {
	t.Helper()
	var api smithy.APIError
	if !errors.As(err, &api) {
		t.Fatalf("error is %v, not one of the API", err)
	}
	if api.ErrorCode() != "NoWayOut" || api.ErrorMessage() != text {
		t.Errorf("error is %s: %s\nwant NoWayOut: %s", api.ErrorCode(), api.ErrorMessage(), text)
	}
}

func TestHandlerThatBuildsItsOwnClientIsToldOnce(t *testing.T) {
	s := open(t)
	got := strays(t, s)
	done := s.Run("indicators i7")
	err := handler(t.Context())
	done()
	requireRefused(t, err, ownClient)
	want := []sink.Stray{{Service: "dynamodb", Operation: "ListTables", Suspects: "indicators i7", Message: ownClient}}
	if d := cmp.Diff(want, got()); d != "" {
		t.Error("strays, exactly one (-want +got):\n" + d)
	}
}

func TestMessageIsAsPreciseAsItCanBe(t *testing.T) {
	for _, tt := range []struct {
		name, message, suspects string
		running                 []string
	}{
		{"one of one", ownClient, "indicators i7", []string{"indicators i7"}},
		{"two of one trigger", ownClient, "indicators i7, indicators i8", []string{"indicators i8", "indicators i7"}},
		{
			"two triggers", "one of the triggers archive, indicators built its own client; take it from Environment.AWS",
			"archive i9, indicators i7", []string{"indicators i7", "archive i9"},
		},
		{"nobody runs", "code outside any invocation built its own client; take it from Environment.AWS", "", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := open(t)
			got := strays(t, s)
			ended := s.Run("webhook i1")
			ended()
			for _, name := range tt.running {
				defer s.Run(name)()
			}
			requireRefused(t, handler(t.Context()), tt.message)
			want := []sink.Stray{{Service: "dynamodb", Operation: "ListTables", Suspects: tt.suspects, Message: tt.message}}
			if d := cmp.Diff(want, got()); d != "" {
				t.Error("(-want +got):\n" + d)
			}
		})
	}
}

// TestDeveloperMachineIsShielded sets all that a real machine may have set; each
// entry alone would send a client elsewhere or make it fail to load.
func TestDeveloperMachineIsShielded(t *testing.T) {
	home := t.TempDir()
	profile := filepath.Join(home, ".aws", "credentials")
	for path, text := range map[string]string{
		profile: "[default]\naws_access_key_id = AKIAREAL\naws_secret_access_key = real\n" +
			"[prod]\naws_access_key_id = AKIAREAL\naws_secret_access_key = real\n",
		filepath.Join(home, ".aws", "config"): "[default]\nregion = eu-west-1\nendpoint_url = http://127.0.0.1:1\n" +
			"[profile prod]\nregion = eu-west-1\nendpoint_url = http://127.0.0.1:1\nuse_fips_endpoint = true\n",
	} {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, value := range map[string]string{
		"HOME": home, "USERPROFILE": home,
		"AWS_PROFILE": "prod", "AWS_DEFAULT_PROFILE": "prod", "AWS_SHARED_CREDENTIALS_FILE": profile,
		"AWS_ACCESS_KEY_ID": "AKIAREAL", "AWS_ACCESS_KEY": "AKIAREAL",
		"AWS_SECRET_ACCESS_KEY": "real", "AWS_SECRET_KEY": "real", "AWS_SESSION_TOKEN": "real",
		"AWS_ACCOUNT_ID": "123456789012", "AWS_ACCOUNT_ID_ENDPOINT_MODE": "required",
		"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-1",
		"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:1",
		"AWS_ENDPOINT_URL_STS": "http://127.0.0.1:1", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
		"AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/r", "AWS_ROLE_SESSION_NAME": "s",
		"AWS_WEB_IDENTITY_TOKEN_FILE":        filepath.Join(home, "token"),
		"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:1", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "real",
		"AWS_LOGIN_CACHE_DIRECTORY": home, "AWS_CA_BUNDLE": filepath.Join(home, "no.pem"),
		"AWS_USE_FIPS_ENDPOINT": "true", "AWS_USE_DUALSTACK_ENDPOINT": "true",
		"AWS_MAX_ATTEMPTS": "not a number", "AWS_RETRY_MODE": "adaptive",
	} {
		t.Setenv(name, value)
	}
	s := open(t)
	got := strays(t, s)
	defer s.Run("indicators i7")()
	requireRefused(t, handler(t.Context()), ownClient)
	if n := len(got()); n != 1 {
		t.Errorf("%d strays, want 1", n)
	}

	cfg, err := config.LoadDefaultConfig(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	creds, err := cfg.Credentials.Retrieve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	type loaded struct{ Region, Endpoint, AccessKey, SessionToken, AccountID string }
	want := loaded{Region: sink.Region, Endpoint: s.URL(), AccessKey: sink.AccessKey}
	if d := cmp.Diff(want, loaded{cfg.Region, aws.ToString(cfg.BaseEndpoint), creds.AccessKeyID, creds.SessionToken, creds.AccountID}); d != "" {
		t.Error("configuration (-want +got):\n" + d)
	}
	if _, err := config.LoadDefaultConfig(t.Context(), config.WithSharedConfigProfile("prod")); err == nil {
		t.Error("the profile prod can still be loaded")
	}
}

func TestCloseRestoresTheEnvironmentExactly(t *testing.T) {
	t.Setenv("AWS_PROFILE", "prod")
	t.Setenv("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:1")
	t.Setenv("AWS_SESSION_TOKEN", "") // empty is not the same as unset
	t.Setenv("AWS_REGION", "eu-west-1")
	before := environ()
	s := open(t)
	if cmp.Equal(before, environ()) {
		t.Fatal("isolation changed nothing")
	}
	// What a handler sets goes as well, and what it changes comes back.
	for name, value := range map[string]string{"AWS_SDK_UA_APP_ID": "app", "AWS_PROFILE": "other"} {
		if err := os.Setenv(name, value); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(before, environ()); d != "" {
			t.Error("environment (-before +after):\n" + d)
		}
	}
}

func environ() map[string]string {
	m := map[string]string{}
	for _, e := range os.Environ() {
		name, value, _ := strings.Cut(e, "=")
		m[name] = value
	}
	return m
}

func TestOneSinkAProcess(t *testing.T) {
	first := open(t)
	_, err := sink.Isolate(t.Context())
	want := "sink: isolate: this process is isolated already, by the sink at " + first.URL() + ": share that one, or close it first"
	if err == nil || err.Error() != want {
		t.Fatalf("second Isolate: %v\nwant %s", err, want)
	}
	defer first.Run("indicators i7")()
	requireRefused(t, handler(t.Context()), ownClient) // the refused one broke nothing
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	open(t)
}

func TestFailedStartChangesNothing(t *testing.T) {
	before := environ()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if s, err := sink.Isolate(ctx); err == nil {
		t.Error(errors.Join(errors.New("Isolate worked with a cancelled context"), s.Close()))
	}
	if d := cmp.Diff(before, environ()); d != "" {
		t.Error("environment (-before +after):\n" + d)
	}
}

func TestCancelledSubscriberHearsNothing(t *testing.T) {
	s := open(t)
	count := 0
	cancel := s.OnStray(func(sink.Stray) { count++ })
	others := strays(t, s)
	_ = handler(t.Context())
	cancel()
	cancel()
	_ = handler(t.Context())
	if count != 1 || len(others()) != 2 {
		t.Errorf("cancelled subscriber heard %d of 2 calls, the other %d; want 1 and 2", count, len(others()))
	}
}

func TestConcurrentHandlers(t *testing.T) {
	s := open(t)
	got := strays(t, s)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			defer s.Run("indicators i7")()
			requireRefused(t, handler(t.Context()), ownClient)
		})
	}
	wg.Wait()
	if n := len(got()); n != 8 {
		t.Errorf("%d strays of 8", n)
	}
}

// The port may be another process's right after Close, so that a new connection
// would say nothing: the one that is open tells.
func TestCloseEndsWhatIsConnected(t *testing.T) {
	s := open(t)
	client, err := net.Dial("tcp", strings.TrimPrefix(s.URL(), "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = client.Close() }()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(client, "GET / HTTP/1.0\r\n\r\n")
	if answer, _ := io.ReadAll(client); len(answer) != 0 {
		t.Errorf("after Close the sink answers %q", answer)
	}
}
