package recompute_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/batch"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/stillwater-streams/stillwater/triggers/recompute"
)

func TestArgumentsSayTheRequest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		id := rapid.StringMatching(`[a-zA-Z0-9=-]{1,8}`)
		r := recompute.Request{DryRun: rapid.Bool().Draw(t, "dry run")}
		switch rapid.SampledFrom([]string{"all", "group", "findings"}).Draw(t, "which") {
		case "all":
			r.All = true
		case "group":
			r.Group = id.Draw(t, "group")
		default:
			r.Findings = rapid.SliceOfN(id, 1, 4).Draw(t, "findings")
		}
		got, err := recompute.ParseArguments(r.Arguments(), nil)
		if diff := cmp.Diff(r, got); err != nil || diff != "" {
			t.Errorf("%q: %v, %s", r.Arguments(), err, diff)
		}
		if r.Name() != got.Name() {
			t.Errorf("names %s and %s", r.Name(), got.Name())
		}
	})
}

func TestArgumentsThatAreWrong(t *testing.T) {
	for arguments, want := range map[string]string{
		"":                      "say which findings",
		"--dry-run":             "say which findings",
		"--all --group=harbor":  "say which findings",
		"--group=a#b":           "a name has no '#'",
		"--finding= --finding=": "without an id",
		"f1":                    `"f1": not an argument`,
		"--al":                  "flag provided but not defined",
	} {
		var usage bytes.Buffer
		if _, err := recompute.ParseArguments(strings.Fields(arguments), &usage); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error = %v, want %q", arguments, err, want)
		}
	}
	if (recompute.Request{All: true}).Name() == (recompute.Request{All: true, DryRun: true}).Name() {
		t.Error("a dry run would resume where a run that writes stopped")
	}
}

// The real client of AWS Batch, against a local endpoint.
func TestSubmitToAWSBatch(t *testing.T) {
	var path string
	var body map[string]any
	status := http.StatusOK
	endpoint := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path = r.URL.Path
		b, _ := io.ReadAll(r.Body)
		_ = json.Unmarshal(b, &body)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, `{"jobId":"j-1","jobName":"x"}`)
	}))
	defer endpoint.Close()
	client := batch.New(batch.Options{Region: "us-east-1", BaseEndpoint: &endpoint.URL, HTTPClient: endpoint.Client(),
		Credentials: credentials.NewStaticCredentialsProvider("a", "b", ""), Retryer: aws.NopRetryer{}})
	job := recompute.Batch{API: client, Queue: "integrates_streams", Definition: "integrates_streams_recompute"}
	request := recompute.Request{Findings: []string{"f1", "f2"}, DryRun: true}
	id, err := job.Submit(context.Background(), request)
	if err != nil || id != "j-1" {
		t.Fatal(id, err)
	}
	want := map[string]any{
		"jobName": request.Name(), "jobQueue": "integrates_streams", "jobDefinition": "integrates_streams_recompute",
		"containerOverrides": map[string]any{"command": []any{"--finding=f1", "--finding=f2", "--dry-run"}},
	}
	if diff := cmp.Diff(want, body); diff != "" || path != "/v1/submitjob" {
		t.Errorf("%s: %s", path, diff)
	}
	status = http.StatusForbidden
	if _, err := job.Submit(context.Background(), request); err == nil || !strings.Contains(err.Error(), "submit to queue integrates_streams") {
		t.Errorf("error = %v", err)
	}
	if _, err := job.Submit(context.Background(), recompute.Request{}); err == nil {
		t.Error("a request of nothing was submitted")
	}
}

// A job of ECS that is too long fails after it was accepted: nobody would know.
func TestAJobTooLongForItsOverrides(t *testing.T) {
	job := recompute.Batch{Queue: "q", Definition: "d"} // without an API: it must not be asked
	findings := make([]string, 200)
	for i := range findings {
		findings[i] = fmt.Sprintf("%08d-4a2c-4b7e-9d1f-2f3c5a6b7c8d", i)
	}
	if _, err := recompute.ByName(job).Submit(context.Background(), findings); err == nil || !strings.Contains(err.Error(), "200 findings make 9814 characters of overrides, and a job takes 8192: lower the batch_size") {
		t.Errorf("error = %v", err)
	}
}

// submitted is a job that runs at once.
type submitted struct {
	run func(recompute.Request) error
}

func (s submitted) Submit(_ context.Context, r recompute.Request) (string, error) {
	return r.Name(), s.run(r)
}

// What the trigger has no time for is what the job computes.
func TestTheTriggersJobComputesByName(t *testing.T) {
	w := newWorld(t)
	job := recompute.ByName(submitted{func(r recompute.Request) error { _, err := w.run(r); return err }})
	if _, err := job.Submit(context.Background(), []string{"i3", "f2"}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"f2", "i3"}, w.computed()); diff != "" {
		t.Error(diff)
	}
}
