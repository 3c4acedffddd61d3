package function_test

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/harness/engine/memory"
	"github.com/stillwater-streams/stillwater/triggers/function"
	"github.com/stillwater-streams/stillwater/triggers/recompute"
)

func TestTheCommandRecompute(t *testing.T) {
	for _, test := range []struct {
		name, arguments string
		code            int
		out, log        []string
	}{
		{"a dry run", "--group harbor --dry-run", 0,
			[]string{`f1: where: stored nothing, computed "src/a.go"`, `f1: max_open_epss: stored nothing, computed 0`,
				`treatment_summary: stored nothing, computed {accepted 0, accepted_undefined 0, in_progress 0, untreated 1}`,
				"1 findings, 1 changed, 0 failed"}, nil},
		{"a run", "--all", 0, []string{"f1: changed\n1 findings, 1 changed, 0 failed"}, []string{`"msg":"recompute","trigger":"recompute","findings":1`}},
		{"help", "--help", 0, nil, []string{"-finding id"}},
		{"nothing named", "", 2, nil, []string{"say which findings"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			var out, log bytes.Buffer
			if code := function.RunJob(context.Background(), strings.Fields(test.arguments), w.getenv(t), &out, &log); code != test.code {
				t.Errorf("exit code %d, want %d: %s", code, test.code, log.String())
			}
			for _, want := range test.out {
				if !strings.Contains(out.String(), want) {
					t.Errorf("out %s, want %q", out.String(), want)
				}
			}
			for _, want := range test.log {
				if !strings.Contains(log.String(), want) {
					t.Errorf("log %s, want %q", log.String(), want)
				}
			}
		})
	}
}

func TestTheCommandRecomputeTellsWhatFails(t *testing.T) {
	var out, log bytes.Buffer
	code := function.RunJob(context.Background(), []string{"--all"}, func(string) string { return "" }, &out, &log)
	if code != 1 || !strings.Contains(log.String(), "TABLE is not set") {
		t.Errorf("exit code %d, log %s", code, log.String())
	}
	w := newWorld(t)
	getenv := w.getenv(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if code := function.RunJob(ctx, []string{"--finding=f1"}, getenv, &out, &log); code != 1 {
		t.Errorf("exit code %d for a job that was stopped", code)
	}
}

// What a trigger handed over goes on only where an attempt of the same job stopped.
func TestAJobOfBatchResumesItself(t *testing.T) {
	for id, want := range map[string]string{"b-1": "1 findings, 0 changed, 0 failed", "b-2": "f1: changed\n1 findings, 1 changed, 0 failed"} {
		t.Run(id, func(t *testing.T) {
			w := newWorld(t)
			w.do(t, &dynamodb.CreateTableInput{TableName: aws.String("jobs"), BillingMode: types.BillingModePayPerRequest,
				AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("job"), AttributeType: types.ScalarAttributeTypeS}},
				KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("job"), KeyType: types.KeyTypeHash}}})
			settings := w.getenv(t)
			db := memory.NewClient(w.Database)
			done := recompute.Checkpoint{Ended: true, Summary: recompute.Summary{Findings: 1}}
			if err := (recompute.Items{DynamoDB: db, Table: "jobs"}).Save(context.Background(), "b-1", done); err != nil {
				t.Fatal(err)
			}
			getenv := func(name string) string {
				switch name {
				case function.JobsVariable:
					return "jobs"
				case "AWS_BATCH_JOB_ID":
					return id
				}
				return settings(name)
			}
			var out, log bytes.Buffer
			if code := function.RunJob(context.Background(), []string{"--finding=f1"}, getenv, &out, &log); code != 0 || !strings.HasPrefix(out.String(), want) {
				t.Errorf("exit code %d, out %s, want %s; %s", code, out.String(), want, log.String())
			}
		})
	}
}
