package runs_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/report"
	"github.com/stillwater-streams/stillwater/harness/runs"
	"github.com/stillwater-streams/stillwater/harness/scenario"
	"github.com/stillwater-streams/stillwater/harness/settle"
	"github.com/stillwater-streams/stillwater/harness/snapshot"
	"github.com/stillwater-streams/stillwater/harness/trace"
)

// written is a run whose step changes t a so many times, with the snapshot of n.
func written(tb testing.TB, name string, times int) *harness.Result {
	now := func() time.Time { return time.Date(2024, 9, 19, 10, 0, 0, 0, time.UTC) }
	log := trace.New(now, now)
	log.EndSetup()
	for i := range times {
		m, w, r := log.Mint(trace.TypeMutation), log.Mint(trace.TypeWrite), log.Mint(trace.TypeRecord)
		key := fmt.Sprintf("t a%d", i)
		log.Append(trace.Event{Kind: trace.MutationStart, ID: m, Actor: "put " + key, Ref: fmt.Sprintf("one.yaml:%d", i+3)})
		log.Append(trace.Event{Kind: trace.Write, ID: w, Op: "PutItem", Key: key, Cause: []trace.ID{m}, Note: "ok", N: 1})
		log.Append(trace.Event{Kind: trace.RecordSeen, ID: r, Op: "INSERT", Key: key, Shard: "s0", Cause: []trace.ID{w}})
		log.KeepImages(r, func() trace.Images { return trace.Images{After: json.RawMessage(`{"n":{"N":"1"}}`)} })
		log.Append(trace.Event{Kind: trace.SettleDone, N: 2})
	}
	r := &harness.Result{
		Scenario: &scenario.Scenario{Name: name, Path: "scenarios/one.yaml", Title: "one", Fixture: &scenario.Fixture{Path: "fixtures/f.yaml"}},
		Outcome:  harness.Differs, Log: log, Sources: []string{"t a0"}, Seed: 7, Took: time.Second,
		Settled: []harness.Settling{{Records: 1, After: time.Millisecond}},
	}
	r.Rendering = snapshot.Document{Scenario: name, Sections: []snapshot.Section{{
		View: "items", Label: "a0", Value: &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{"n": &types.AttributeValueMemberN{Value: "1"}}},
	}}}.Render()
	compared, err := snapshot.Store{Dir: tb.TempDir()}.Compare(name, r.Rendering)
	if err != nil {
		tb.Fatal(err)
	}
	r.Snapshot = compared
	r.Snapshot.Path = "snapshots/" + name + ".snap"
	return r
}

func openWritten(t *testing.T, dir string, r *harness.Result) *harness.Result {
	t.Helper()
	if err := runs.Write(dir, r); err != nil {
		t.Fatal(err)
	}
	read, err := runs.Open(dir, r.Scenario.Name)
	if err != nil {
		t.Fatal(err)
	}
	return read
}

// What reports say of a run does not change when the run was kept and opened.
func TestReportsOfAKeptRunAreTheSame(t *testing.T) {
	unsettled := written(t, "b/unsettled", 1)
	unsettled.Outcome = harness.Unsettled
	unsettled.NotSettled = &settle.NotSettled{Why: "1 left open", Last: "i1", Open: []settle.Obligation{{ID: "b1", What: "a retry", Discharge: "time"}}}
	unsettled.Err = unsettled.NotSettled
	unsettled.Loop = []trace.Event{{Kind: trace.Write, Actor: "x"}}
	for _, r := range []*harness.Result{written(t, "a/differs", 2), unsettled} {
		read := openWritten(t, t.TempDir(), r)
		for name, format := range map[string]func(*bytes.Buffer) report.Format{
			"text":   func(b *bytes.Buffer) report.Format { return report.Text(b, report.TextOptions{Whole: true}) },
			"json":   func(b *bytes.Buffer) report.Format { return report.JSON(b) },
			"junit":  func(b *bytes.Buffer) report.Format { return report.JUnit(b) },
			"github": func(b *bytes.Buffer) report.Format { return report.GitHub(b, report.GitHubOptions{}) },
		} {
			var texts [2]bytes.Buffer
			for i, result := range []*harness.Result{r, read} {
				f := format(&texts[i])
				if err := errors.Join(f.Add(result), f.Close()); err != nil {
					t.Fatal(err)
				}
			}
			if d := cmp.Diff(texts[0].String(), texts[1].String()); d != "" {
				t.Errorf("%s of %s (-run +opened):\n%s", name, r.Scenario.Name, d)
			}
		}
	}
}

func TestTheFolderOfARun(t *testing.T) {
	dir := t.TempDir()
	openWritten(t, dir, written(t, "a/differs", 1))
	openWritten(t, dir, written(t, "a", 1)) // its folder holds the other's
	if got, want := under(t, dir), []string{
		"a/diff.txt", "a/differs/diff.txt", "a/differs/images.ndjson", "a/differs/report.txt", "a/differs/rerun.txt",
		"a/differs/result.json", "a/differs/trace.ndjson", "a/images.ndjson", "a/report.txt", "a/rerun.txt",
		"a/result.json", "a/trace.ndjson", "latest",
	}; !slices.Equal(got, want) {
		t.Errorf("files %q, want %q", got, want)
	}
	if rerun, err := os.ReadFile(filepath.Join(dir, "a", "rerun.txt")); err != nil || string(rerun) != "stillwater run --timeline a --seed 7\n" {
		t.Errorf("rerun %q, %v", rerun, err)
	}
	for _, latest := range []string{"", runs.Latest} {
		if r, err := runs.Open(dir, latest); err != nil || r.Scenario.Name != "a" {
			t.Errorf("latest is %v, %v", r, err)
		}
	}
	if names, err := runs.List(dir); err != nil || !slices.Equal(names, []string{"a", "a/differs"}) {
		t.Errorf("kept %q, %v", names, err)
	}
}

// A run that passes leaves nothing, and takes away what the one before left.
func TestARunThatPassedIsNotKept(t *testing.T) {
	dir := t.TempDir()
	openWritten(t, dir, written(t, "a/differs", 1))
	for _, name := range []string{"a/differs", "never/ran"} {
		passed := written(t, name, 1)
		passed.Outcome = harness.Passed
		if err := runs.Write(dir, passed); err != nil {
			t.Fatal(err)
		}
	}
	if got := under(t, dir); len(got) > 0 {
		t.Errorf("left: %q", got)
	}
	for _, name := range []string{"a/differs", runs.Latest} {
		if _, err := runs.Open(dir, name); !errors.Is(err, runs.ErrNone) {
			t.Errorf("open %s: %v", name, err)
		}
	}
}

// A folder that a crash left without its last file counts as none.
func TestAnIncompleteFolderIsNoRun(t *testing.T) {
	dir := t.TempDir()
	openWritten(t, dir, written(t, "a", 1))
	if err := os.Remove(filepath.Join(dir, "a", "result.json")); err != nil {
		t.Fatal(err)
	}
	if _, err := runs.Open(dir, "a"); !errors.Is(err, runs.ErrNone) {
		t.Errorf("open: %v", err)
	}
}

func TestAnotherVersionIsRefused(t *testing.T) {
	dir := t.TempDir()
	openWritten(t, dir, written(t, "a", 1))
	if err := os.WriteFile(filepath.Join(dir, "a", "result.json"), []byte(`{"version":99}`), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := runs.Open(dir, "a"); err == nil || errors.Is(err, runs.ErrNone) {
		t.Errorf("open: %v", err)
	}
}

// BenchmarkWhy is the time from the question to the answer, with the run in its
// files: 10,000 events.
func BenchmarkWhy(b *testing.B) {
	dir := b.TempDir()
	if err := runs.Write(dir, written(b, "a", 2500)); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		r, err := runs.Open(dir, "a")
		if err != nil {
			b.Fatal(err)
		}
		var text bytes.Buffer
		if err := report.Why(&text, r, "a0/n"); err != nil {
			b.Fatal(err)
		}
	}
}

// under lists the files and links below dir.
func under(t *testing.T, dir string) []string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		names = append(names, filepath.ToSlash(rel))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}
