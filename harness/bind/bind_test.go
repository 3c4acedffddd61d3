package bind_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/bind"
	"github.com/stillwater-streams/stillwater/harness/engine"
	"github.com/stillwater-streams/stillwater/harness/engine/choose"
)

// witness is a test that is watched: what goes wrong in it is written down.
type witness struct {
	ctx   context.Context
	name  string
	lines *[]string
	ends  []func()
}

func (w *witness) Helper()                  {}
func (w *witness) Parallel()                {}
func (w *witness) Log(...any)               {}
func (w *witness) Context() context.Context { return w.ctx }
func (w *witness) Cleanup(f func())         { w.ends = append(w.ends, f) }
func (w *witness) Error(args ...any)        { w.note("error", args) }
func (w *witness) Fatal(args ...any)        { w.note("fatal", args); runtime.Goexit() }
func (w *witness) Skip(args ...any)         { w.note("skip", args); runtime.Goexit() }

func (w *witness) note(what string, args []any) {
	*w.lines = append(*w.lines, w.name+what+": "+fmt.Sprint(args...))
}

func (w *witness) Run(name string, f func(*witness)) bool {
	watch(&witness{ctx: w.ctx, name: name + ": ", lines: w.lines}, f)
	return true
}

// watch runs f to its end, whatever that is, and then what it left for the end.
func watch(w *witness, f func(*witness)) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() {
			for i := len(w.ends) - 1; i >= 0; i-- {
				w.ends[i]()
			}
		}()
		f(w)
	}()
	<-done
}

// seen is what Run says of a project in root.
func seen(t *testing.T, root string, start func(context.Context, func(string)) (engine.Engine, error)) string {
	t.Helper()
	var lines []string
	watch(&witness{ctx: t.Context(), lines: &lines}, func(w *witness) {
		bind.Run(w, bind.Options{Engine: start, Project: func() (harness.Project, error) { return notes(root) }})
	})
	return strings.Join(lines, "\n")
}

// notes is a project without triggers: what is written is what is shown.
func notes(root string) (harness.Project, error) {
	tables, err := harness.LoadTables(filepath.Join(root, "fixtures", "tables"))
	return harness.Project{Root: root, Tables: tables, Views: []harness.View{{
		Name: "notes", Of: func(_ string, item map[string]types.AttributeValue) (string, types.AttributeValue, bool) {
			return item["id"].(*types.AttributeValueMemberS).Value, item["text"], true
		},
	}}}, err
}

func write(t *testing.T, root, name, text string) {
	t.Helper()
	file := filepath.Join(root, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func project(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	write(t, root, "fixtures/tables/notes.json", `{"TableName": "notes", "BillingMode": "PAY_PER_REQUEST",
		"AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}], "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}]}`)
	write(t, root, "fixtures/one_note.yaml", "items:\n  - put: {item: {id: a, text: first}}\n")
	write(t, root, "scenarios/notes/a_second.yaml", "fixture: one_note\nstart: 2024-09-19T10:00:00Z\nsteps:\n  - put: {item: {id: b, text: second}}\n")
	return root
}

func TestRunBeforeAnEngine(t *testing.T) {
	root := project(t)
	none := func(_ context.Context, progress func(string)) (engine.Engine, error) {
		progress("no Docker today")
		return nil, nil
	}
	if got := seen(t, root, none); got != "skip: no Docker today" {
		t.Errorf("without an engine: %q, want it skipped with the reason", got)
	}
	broken := func(context.Context, func(string)) (engine.Engine, error) { return nil, errors.New("it burns") }
	if got := seen(t, root, broken); got != "fatal: it burns" {
		t.Errorf("with an engine that does not start: %q", got)
	}
	write(t, root, "scenarios/notes/broken.yaml", "fixture: one_note\nstart: 2024-09-19T10:00:00Z\nsteps:\n  - putt: {}\n")
	if got := seen(t, root, broken); !strings.HasPrefix(got, "fatal: \n") || !strings.Contains(got, "broken.yaml:4:5: ") {
		t.Errorf("with a mistake in a file: %q", got)
	}
}

func TestRun(t *testing.T) {
	e, err := choose.Start(t.Context(), choose.Memory, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	again := func(context.Context, func(string)) (engine.Engine, error) { return open{e}, nil }
	root := project(t)

	// Missing, then accepted, then passed; then changed by hand, and with one too many.
	got := seen(t, root, again)
	if !strings.HasPrefix(got, "notes/a_second: error: \n✗ notes/a_second") || !strings.Contains(got, "snapshot missing") {
		t.Errorf("without a snapshot: %q", got)
	}
	if _, err := os.Stat(filepath.Join(root, ".runs", "latest", "trace.ndjson")); err != nil {
		t.Errorf("a run that did not pass is not kept: %v", err)
	}
	t.Setenv("CI", "")
	t.Setenv("STILLWATER_UPDATE", "true")
	if got := seen(t, root, again); got != "" {
		t.Errorf("with an update: %q", got)
	}
	t.Setenv("STILLWATER_UPDATE", "")
	write(t, root, "snapshots/notes/gone.snap", "# stillwater snapshot 1\n")
	if got := seen(t, root, again); got != "error: snapshots without a scenario: delete the files, or bring the scenarios back:\n  notes/gone" {
		t.Errorf("with an obsolete snapshot: %q", got)
	}
	write(t, root, "scenarios/notes/a_second.yaml", "fixture: one_note\nstart: 2024-09-19T10:00:00Z\nsteps:\n  - put: {item: {id: b, text: third}}\n")
	got = seen(t, root, again)
	if !strings.Contains(got, `-   "second"`) || !strings.Contains(got, `+   "third"`) || strings.Contains(got, "notes/gone") {
		t.Errorf("with another result: %q", got)
	}
}

// open is an engine that outlives the runs of this test.
type open struct{ engine.Engine }

func (open) Close(context.Context) error { return nil }
