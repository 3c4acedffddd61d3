package observability_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	collectorlogs "go.opentelemetry.io/proto/otlp/collector/logs/v1"
	collectortrace "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	common "go.opentelemetry.io/proto/otlp/common/v1"
	"google.golang.org/protobuf/proto"

	"github.com/stillwater-streams/stillwater/triggers/observability"
)

const apiKey = "0123456789abcdef0123456789abcdef"

// receiver is Bugsnag and an OTLP collector on a real local HTTP endpoint.
type receiver struct {
	*httptest.Server
	mu       sync.Mutex
	requests []string // every path asked for
	events   []event
	spans    []string // "name key=value …"
	lines    []string // "SEVERITY body key=value …"
	resource string
	secret   string // the Authorization of OTLP
	hang     bool
}

// event is what Bugsnag is told, as much as the tests look at.
type event struct {
	App        struct{ Type, Version, ReleaseStage string }
	Context    string
	Unhandled  bool
	Severity   string
	Exceptions []struct {
		ErrorClass, Message string
		Stacktrace          []struct {
			Method    string
			InProject bool
		}
	}
	MetaData map[string]map[string]any
}

func newReceiver(t *testing.T) *receiver {
	r := &receiver{}
	r.Server = httptest.NewServer(r)
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	body, _ := io.ReadAll(request.Body)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.requests = append(r.requests, request.URL.Path)
	if r.hang {
		r.mu.Unlock()
		<-request.Context().Done()
		r.mu.Lock()
		return
	}
	if err := r.take(request, body); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
	}
}

func (r *receiver) take(request *http.Request, body []byte) error {
	switch request.URL.Path {
	case "/bugsnag":
		var report struct {
			APIKey string
			Events []event
		}
		if err := json.Unmarshal(body, &report); err != nil {
			return err
		}
		if report.APIKey != apiKey || request.Header.Get("Bugsnag-Api-Key") != apiKey {
			return fmt.Errorf("api key %q", report.APIKey)
		}
		r.events = append(r.events, report.Events...)
	case "/v1/traces":
		r.secret = request.Header.Get("Authorization")
		var traces collectortrace.ExportTraceServiceRequest
		if err := proto.Unmarshal(body, &traces); err != nil {
			return err
		}
		for _, rs := range traces.ResourceSpans {
			r.resource = attributes(rs.Resource.Attributes)
			for _, ss := range rs.ScopeSpans {
				for _, s := range ss.Spans {
					r.spans = append(r.spans, s.Name+attributes(s.Attributes)+" "+s.Status.GetMessage())
				}
			}
		}
	case "/v1/logs":
		var logs collectorlogs.ExportLogsServiceRequest
		if err := proto.Unmarshal(body, &logs); err != nil {
			return err
		}
		for _, rl := range logs.ResourceLogs {
			for _, sl := range rl.ScopeLogs {
				for _, l := range sl.LogRecords {
					r.lines = append(r.lines, l.SeverityText+" "+l.Body.GetStringValue()+attributes(l.Attributes))
				}
			}
		}
	default:
		return fmt.Errorf("no such path %s", request.URL.Path)
	}
	return nil
}

func attributes(kvs []*common.KeyValue) (text string) {
	for _, kv := range kvs {
		text += " " + kv.Key + "=" + kv.Value.GetStringValue()
	}
	return text
}

// seen returns what has arrived.
func (r *receiver) seen() (events []event, spans, lines, requests []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.events, r.spans, r.lines, r.requests
}

// options configure everything, for the receiver.
func (r *receiver) options() observability.Options {
	return observability.Options{
		Trigger: "indicators", Version: "7", Stage: "test", Transport: r.Client().Transport,
		Bugsnag: observability.Bugsnag{APIKey: apiKey, Endpoint: r.URL + "/bugsnag"},
		OTLP:    observability.OTLP{Endpoint: r.URL + "/", Headers: map[string]string{"Authorization": "Bearer x"}},
	}
}
