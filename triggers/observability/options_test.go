package observability_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stillwater-streams/stillwater/triggers/observability"
)

func TestFromEnvironment(t *testing.T) {
	environment := map[string]string{
		"BUGSNAG_API_KEY": apiKey, "BUGSNAG_ENDPOINT": "http://localhost/b", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost/o",
		"OTEL_EXPORTER_OTLP_HEADERS": "Authorization=Bearer%20x, a=b=c", "STAGE": "production", "AWS_LAMBDA_FUNCTION_VERSION": "3", "LOG_LEVEL": "debug",
	}
	got, err := observability.FromEnvironment(func(name string) string { return environment[name] })
	if err != nil {
		t.Fatal(err)
	}
	want := observability.Options{
		Version: "3", Stage: "production", Level: slog.LevelDebug,
		Bugsnag: observability.Bugsnag{APIKey: apiKey, Endpoint: "http://localhost/b"},
		OTLP:    observability.OTLP{Endpoint: "http://localhost/o", Headers: map[string]string{"Authorization": "Bearer x", "a": "b=c"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("options (-want +got):\n%s", diff)
	}
	empty, err := observability.FromEnvironment(func(string) string { return "" })
	if diff := cmp.Diff(observability.Options{}, empty); diff != "" || err != nil {
		t.Errorf("an empty environment: %v, %s", err, diff)
	}
}

func TestSettingsThatCannotWork(t *testing.T) {
	for want, environment := range map[string]map[string]string{
		"LOG_LEVEL":                  {"LOG_LEVEL": "loud"},
		"OTEL_EXPORTER_OTLP_HEADERS": {"OTEL_EXPORTER_OTLP_HEADERS": "secret"},
	} {
		if _, err := observability.FromEnvironment(func(name string) string { return environment[name] }); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("error = %v, want %s without the value", err, want)
		}
	}
	for want, o := range map[string]observability.Options{
		"has 3 characters instead of 32":   {Bugsnag: observability.Bugsnag{APIKey: "abc"}},
		"the endpoint of Bugsnag":          {Bugsnag: observability.Bugsnag{APIKey: apiKey, Endpoint: "notify"}},
		"the endpoint of OTLP is no http ": {OTLP: observability.OTLP{Endpoint: "ftp://x"}},
	} {
		telemetry, err := observability.Start(context.Background(), o)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error = %v, want %q", err, want)
		}
		telemetry.StartFailed(context.Background(), err) // it is there to say so
	}
}
