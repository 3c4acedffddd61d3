package function_test

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/stillwater-streams/stillwater/triggers/function"
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
