package observability

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Project is the name under which everything is reported.
const Project = "integrates-streams"

// Options says where to. The zero value sends nothing.
type Options struct {
	Trigger string // its name: "indicators"
	Version string // of the function
	Stage   string // "production"; "" = not said

	Bugsnag Bugsnag
	OTLP    OTLP

	Log   io.Writer  // takes the log as lines of JSON; nil = nowhere
	Level slog.Level // the least that is logged; 0 = info

	// Transport makes the requests of all deliveries; nil = http.DefaultTransport.
	Transport http.RoundTripper
	// Timeout is how long each delivery may take; 0 = 2 s. Somebody pays for the time
	// of an invocation, and a receiver that is away must not end it.
	Timeout time.Duration
}

// Bugsnag is where errors go. Without an APIKey nothing is sent.
type Bugsnag struct {
	APIKey   string // of the project, 32 hexadecimal digits
	Endpoint string // "" = Bugsnag's own
}

// OTLP is where traces and logs go, as OTLP over HTTP. Without an Endpoint nothing
// is sent.
type OTLP struct {
	Endpoint string            // "https://ingress.coralogix.com:443"; v1/traces and v1/logs follow
	Headers  map[string]string // {"Authorization": "Bearer …"}
}

// FromEnvironment reads what is configured, as it is set for a function:
//
//	BUGSNAG_API_KEY, BUGSNAG_ENDPOINT        where errors go
//	OTEL_EXPORTER_OTLP_ENDPOINT, …_HEADERS   where traces and logs go, as OpenTelemetry spells them
//	STAGE                                    "production"
//	AWS_LAMBDA_FUNCTION_VERSION              set by Lambda
//	LOG_LEVEL                                debug, info, warn or error
func FromEnvironment(getenv func(string) string) (Options, error) {
	o := Options{
		Version: getenv("AWS_LAMBDA_FUNCTION_VERSION"), Stage: getenv("STAGE"),
		Bugsnag: Bugsnag{APIKey: getenv("BUGSNAG_API_KEY"), Endpoint: getenv("BUGSNAG_ENDPOINT")},
		OTLP:    OTLP{Endpoint: getenv("OTEL_EXPORTER_OTLP_ENDPOINT")},
	}
	if level := getenv("LOG_LEVEL"); level != "" {
		if err := o.Level.UnmarshalText([]byte(level)); err != nil {
			return o, fmt.Errorf("observability: LOG_LEVEL: %q: use debug, info, warn or error", level)
		}
	}
	var err error
	o.OTLP.Headers, err = headers(getenv("OTEL_EXPORTER_OTLP_HEADERS"))
	return o, err
}

// headers reads "name=value,name=value", values as in a URL.
func headers(text string) (map[string]string, error) {
	if text == "" {
		return nil, nil
	}
	parsed := map[string]string{}
	for pair := range strings.SplitSeq(text, ",") {
		name, value, ok := strings.Cut(pair, "=")
		decoded, err := url.PathUnescape(strings.TrimSpace(value))
		if name = strings.TrimSpace(name); !ok || name == "" || err != nil {
			// The text is a secret, usually.
			return nil, fmt.Errorf("observability: OTEL_EXPORTER_OTLP_HEADERS: not of the form name=value,name=value")
		}
		parsed[name] = decoded
	}
	return parsed, nil
}

func (o Options) check() error {
	if n := len(o.Bugsnag.APIKey); n != 0 && n != 32 {
		return fmt.Errorf("observability: the API key of Bugsnag has %d characters instead of 32: see the settings of project %s", n, Project)
	}
	for name, endpoint := range map[string]string{"Bugsnag": o.Bugsnag.Endpoint, "OTLP": o.OTLP.Endpoint} {
		u, err := url.Parse(endpoint)
		if endpoint != "" && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
			return fmt.Errorf("observability: the endpoint of %s is no http or https address: %q", name, endpoint)
		}
	}
	return nil
}

func (o Options) timeout() time.Duration {
	if o.Timeout == 0 {
		return 2 * time.Second
	}
	return o.Timeout
}

func (o Options) transport() http.RoundTripper {
	if o.Transport == nil {
		return http.DefaultTransport
	}
	return o.Transport
}
