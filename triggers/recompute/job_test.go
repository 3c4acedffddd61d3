package recompute_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
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

// A job in the process outlives the invocation that submitted it, and is open until
// it is done.
func TestAJobInTheProcess(t *testing.T) {
	release, started := make(chan struct{}), make(chan recompute.Request)
	broken := errors.New("broken")
	runner := &recompute.InProcess{Run: func(ctx context.Context, r recompute.Request) error {
		started <- r
		<-release
		if err := ctx.Err(); err != nil {
			return err
		}
		return broken
	}}
	ctx, cancel := context.WithCancel(context.Background())
	id, err := runner.Submit(ctx, recompute.Request{Group: "harbor"})
	if err != nil || id != "job-1" {
		t.Fatal(id, err)
	}
	if r := <-started; r.Group != "harbor" {
		t.Errorf("request %+v", r)
	}
	cancel() // the invocation ends
	if diff := cmp.Diff([]string{"job-1"}, runner.Open()); diff != "" {
		t.Error(diff)
	}
	close(release)
	if err := runner.Wait(); !errors.Is(err, broken) || !strings.Contains(err.Error(), "job-1") {
		t.Errorf("error = %v", err)
	}
	if open := runner.Open(); len(open) != 0 {
		t.Errorf("open: %v", open)
	}
	if _, err := runner.Submit(context.Background(), recompute.Request{}); err == nil {
		t.Error("a request of nothing was accepted")
	}
}

// What is submitted is what is run, against a table.
func TestAJobInTheProcessComputes(t *testing.T) {
	w := newWorld(t)
	runner := &recompute.InProcess{Run: func(ctx context.Context, r recompute.Request) error {
		_, err := recompute.Run(ctx, w.Options, r)
		return err
	}}
	if _, err := runner.Submit(context.Background(), recompute.Request{Group: "island"}); err != nil {
		t.Fatal(err)
	}
	if err := runner.Wait(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"i1", "i2", "i3"}, w.computed()); diff != "" {
		t.Error(diff)
	}
}
