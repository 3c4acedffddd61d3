package function_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stillwater-streams/stillwater/triggers/deploy"
	"github.com/stillwater-streams/stillwater/triggers/function"
	"github.com/stillwater-streams/stillwater/triggers/testevent"
)

// In Lambda what does not fit the time of an invocation goes to AWS Batch, by name.
func TestIndicatorsHandOverToBatch(t *testing.T) {
	payload, err := testevent.Stream{}.JSON(changes()...)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name   string
		left   time.Duration
		status int
		want   string // a part of what was submitted
		err    string
	}{
		{"time enough", time.Minute, http.StatusOK, "", ""},
		{"too little time", 5 * time.Second, http.StatusOK,
			`"containerOverrides":{"command":["--finding=f1"]},"jobDefinition":"integrates_streams_recompute"`, ""},
		{"too little time, and no queue", 5 * time.Second, http.StatusForbidden, `"jobQueue":"integrates_streams"`, "hand over 1 of 1 findings"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var submitted string
			endpoint := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				submitted = string(body)
				w.WriteHeader(test.status)
				_, _ = io.WriteString(w, `{"jobId":"j-1","jobName":"x"}`)
			}))
			defer endpoint.Close()
			w := newWorld(t)
			settings := w.getenv(t)
			t.Setenv("AWS_ENDPOINT_URL_BATCH", endpoint.URL)
			getenv := func(name string) string {
				switch name {
				case function.JobQueueVariable:
					return deploy.JobQueue
				case function.JobDefinitionVariable:
					return deploy.JobDefinition
				}
				return settings(name)
			}
			handler, telemetry, err := function.Start(context.Background(), "indicators", function.Indicators, getenv, io.Discard)
			if err != nil {
				t.Fatal(err)
			}
			defer telemetry.Close(context.Background())
			ctx, cancel := context.WithTimeout(context.Background(), test.left)
			defer cancel()
			if _, err := handler.Invoke(ctx, payload); (err == nil) != (test.err == "") || err != nil && !strings.Contains(err.Error(), test.err) {
				t.Errorf("error = %v, want %q", err, test.err)
			}
			if !strings.Contains(submitted, test.want) || test.want == "" && submitted != "" {
				t.Errorf("submitted %s, want %s", submitted, test.want)
			}
		})
	}
}

func TestHalfAJobIsAMistake(t *testing.T) {
	w := newWorld(t)
	settings := w.getenv(t)
	_, _, err := function.Start(context.Background(), "indicators", function.Indicators, func(name string) string {
		if name == function.JobQueueVariable {
			return "q"
		}
		return settings(name)
	}, io.Discard)
	if err == nil || !strings.Contains(err.Error(), "JOB_QUEUE and JOB_DEFINITION: one of them is not set") {
		t.Errorf("error = %v", err)
	}
}
