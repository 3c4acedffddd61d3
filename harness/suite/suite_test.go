//go:build unix

package suite_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/gomega"

	"github.com/stillwater-streams/stillwater/consumer/mapping"
	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/engine"
	"github.com/stillwater-streams/stillwater/harness/engine/choose"
	"github.com/stillwater-streams/stillwater/harness/suite"
)

// What the suite below is told by its environment.
const (
	rootVariable = "STILLWATER_SUITE_ROOT" // the project
	waitVariable = "STILLWATER_SUITE_WAIT" // a socket: the trigger waits there
)

// TestScenarios is a suite as a team has it; the other tests run it as a process.
func TestScenarios(t *testing.T) {
	root := os.Getenv(rootVariable)
	if root == "" {
		t.Skip("for the other tests")
	}
	suite.Scenarios(suite.Options{
		Project: func() (harness.Project, error) { return notes(root) },
		Engine: func(ctx context.Context, progress func(string)) (engine.Engine, error) {
			return choose.Start(ctx, choose.Memory, progress)
		},
	})
	gomega.RegisterFailHandler(ginkgo.Fail)
	ginkgo.RunSpecs(t, "notes")
}

// notes is a project whose trigger does nothing but wait, if it is told to.
func notes(root string) (harness.Project, error) {
	tables, err := harness.LoadTables(filepath.Join(root, "fixtures", "tables"))
	return harness.Project{
		Root: root, Tables: tables,
		Triggers: []harness.Trigger{{
			Mapping: mapping.Mapping{Trigger: "waits", Table: "notes", Enabled: true, BatchSize: 100, Timeout: time.Minute},
			New:     func(harness.Environment) (any, error) { return wait, nil },
		}},
		Views: []harness.View{{
			Name: "notes", Of: func(_ string, item map[string]types.AttributeValue) (string, types.AttributeValue, bool) {
				return item["id"].(*types.AttributeValueMemberS).Value, item["text"], true
			},
		}},
	}, err
}

// wait returns when the other side of the socket has closed it.
func wait(ctx context.Context, e events.DynamoDBEvent) error {
	socket := os.Getenv(waitVariable)
	if socket == "" || e.Records[0].Change.Keys["id"].String() != "b" {
		return nil
	}
	c, err := (&net.Dialer{}).DialContext(ctx, "unix", socket)
	if err != nil {
		return err
	}
	defer c.Close()
	_, _ = c.Read(make([]byte, 1))
	return nil
}

func project(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range map[string]string{
		"fixtures/tables/notes.json": `{"TableName": "notes", "BillingMode": "PAY_PER_REQUEST",
			"AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}], "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
			"StreamSpecification": {"StreamEnabled": true, "StreamViewType": "NEW_AND_OLD_IMAGES"}}`,
		"fixtures/one_note.yaml":           "items:\n  - put: {item: {id: a, text: first}}\n",
		"scenarios/notes/a_second.yaml":    "fixture: one_note\nstart: 2024-09-19T10:00:00Z\nsteps:\n  - put: {item: {id: b, text: second}}\n",
		"scenarios/notes/not_for_all.yaml": "fixture: one_note\nstart: 2024-09-19T10:00:00Z\nsteps:\n  - put: {item: {id: a, text: other}}\nobserve: [notes]\n",
	} {
		file := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// run is the suite as a process.
func run(t *testing.T, root string, environment []string, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, append([]string{"-test.run=^TestScenarios$", "-ginkgo.no-color"}, args...)...)
	cmd.Env = append(append(os.Environ(), "CI=", rootVariable+"="+root), environment...)
	return cmd
}

func TestFailuresCarryTheReport(t *testing.T) {
	root := project(t)
	file := filepath.Join(root, "report.json")
	out, err := run(t, root, nil, "-ginkgo.json-report="+file).CombinedOutput()
	if err == nil {
		t.Fatalf("the suite passed without snapshots:\n%s", out)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var reports []ginkgo.Report
	if err := json.Unmarshal(text, &reports); err != nil {
		t.Fatal(err)
	}
	failed := 0
	for _, spec := range reports[0].SpecReports {
		if !spec.Failed() || spec.LeafNodeText == "" {
			continue
		}
		failed++
		if len(spec.ReportEntries) != 1 || !strings.Contains(spec.ReportEntries[0].StringRepresentation(), "✗ "+spec.LeafNodeText) {
			t.Errorf("%s: its entries are %v, want the report", spec.LeafNodeText, spec.ReportEntries)
		}
		if want := spec.LeafNodeText + ": snapshot differs; rerun: stillwater run "; !strings.HasPrefix(spec.Failure.Message, want) {
			t.Errorf("%s: failed with %q, want %q…", spec.LeafNodeText, spec.Failure.Message, want)
		}
	}
	if failed != 2 || strings.Count(string(out), "✗ notes/a_second ") != 1 {
		t.Errorf("%d specs failed, want both, with the report once:\n%s", failed, out)
	}
	if _, err := os.Stat(filepath.Join(root, ".runs", "notes", "a_second", "trace.ndjson")); err != nil {
		t.Errorf("a run that did not pass is not kept: %v", err)
	}
	out, err = run(t, root, []string{"STILLWATER_UPDATE=true"}).CombinedOutput()
	if err != nil {
		t.Errorf("an update failed: %v\n%s", err, out)
	}
	if err := os.WriteFile(filepath.Join(root, "snapshots", "notes", "gone.snap"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	out, err = run(t, root, nil).CombinedOutput()
	if err == nil || !strings.Contains(string(out), "notes/gone") {
		t.Errorf("an obsolete snapshot did not fail the suite: %v\n%s", err, out)
	}
}

// TestSignal asks a suite that waits what it waits for.
func TestSignal(t *testing.T) {
	dir, err := os.MkdirTemp("", "sw") // short, as the paths of sockets have to be
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	listener, err := net.Listen("unix", filepath.Join(dir, "s"))
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	cmd := run(t, project(t), []string{"STILLWATER_UPDATE=true", fmt.Sprint(waitVariable, "=", listener.Addr())})
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	waiting, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Process.Signal(syscall.SIGUSR1); err != nil {
		t.Fatal(err)
	}
	seen, open := "", false
	for lines := bufio.NewScanner(out); lines.Scan(); {
		seen += lines.Text() + "\n"
		if !open && strings.Contains(seen, "under way:") && strings.Contains(seen, "of waits, attempt 1, runs") {
			open = true
			waiting.Close() // and the suite goes on
		}
	}
	if err := cmd.Wait(); err != nil || !open {
		t.Errorf("%v; the progress report tells of the invocation: %v\n%s", err, open, seen)
	}
}
