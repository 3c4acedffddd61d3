package report_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/golden"
	"github.com/stillwater-streams/stillwater/harness/report"
	"github.com/stillwater-streams/stillwater/harness/scenario"
	"github.com/stillwater-streams/stillwater/harness/settle"
	"github.com/stillwater-streams/stillwater/harness/snapshot"
	"github.com/stillwater-streams/stillwater/harness/trace"
)

// recorded are the runs that every format words.
func recorded(t *testing.T) map[string]*harness.Result {
	return map[string]*harness.Result{
		"passed":       passed(t),
		"differs":      differs(t),
		"missing":      missing(t),
		"accepted":     accepted(t),
		"step_failed":  stepFailed(),
		"loop":         looped(),
		"left_open":    leftOpen(),
		"many_events":  manyEvents(),
		"several_keys": severalTables(t),
		"skipped":      skipped(),
		"not_written":  notWritten(t),
		"fixture":      fixtureOnly(t),
		"vanished":     vanished(t),
		"moments":      moments(t),
		"given_up":     givenUp(t),
	}
}

// What people read of the recorded runs; the texts are in testdata, and
// STILLWATER_UPDATE=true go test ./harness/report rewrites them.
func TestText(t *testing.T) {
	for name, r := range recorded(t) {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			write := report.Full
			switch {
			case r.Outcome == harness.Skipped:
				write = func(io.Writer, *harness.Result) error { return nil }
			case r.Outcome != harness.Passed:
				write = func(w io.Writer, r *harness.Result) error {
					return report.Failure(w, r, false)
				}
			case r.Snapshot.Accepted:
				write = report.Accepted
			}
			if err := errors.Join(report.Line(&b, r), write(&b, r)); err != nil {
				t.Fatal(err)
			}
			requireGolden(t, name+".txt", b.String())
		})
	}
}

// Every format over the same recorded runs, in one run.
func TestFormats(t *testing.T) {
	runs := recorded(t)
	delete(runs, "many_events") // its length is what it shows, and only to people
	for _, f := range []struct {
		file string
		of   func(w, summary io.Writer) report.Format
	}{
		{"all.txt", func(w, _ io.Writer) report.Format { return report.Text(w, report.TextOptions{}) }},
		{"all_color.txt", func(w, _ io.Writer) report.Format { return report.Text(w, report.TextOptions{Color: true}) }},
		{"all.json", func(w, _ io.Writer) report.Format { return report.JSON(w) }},
		{"all.xml", func(w, _ io.Writer) report.Format { return report.JUnit(w) }},
		{"all_github.txt", func(w, summary io.Writer) report.Format {
			return report.GitHub(w, report.GitHubOptions{Folder: "project", Summary: summary})
		}},
	} {
		t.Run(f.file, func(t *testing.T) {
			var out, summary bytes.Buffer
			format := f.of(&out, &summary)
			for _, name := range slices.Sorted(maps.Keys(runs)) {
				if err := format.Add(runs[name]); err != nil {
					t.Fatal(err)
				}
			}
			if err := errors.Join(format.Obsolete([]string{"other/gone"}), format.Close()); err != nil {
				t.Fatal(err)
			}
			requireGolden(t, f.file, out.String())
			if summary.Len() > 0 {
				requireGolden(t, "all_github.md", summary.String())
			}
		})
	}
}

// A document that is read and written again is the same: nothing of it is lost.
func TestDocumentRoundTrip(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("testdata", "all.json"))
	if err != nil {
		t.Fatal(err)
	}
	var d report.Document
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&d); err != nil {
		t.Fatal(err)
	}
	if d.Version != report.DocumentVersion || len(d.Results) != len(recorded(t))-1 {
		t.Errorf("version %d, %d results", d.Version, len(d.Results))
	}
	var again bytes.Buffer
	enc := json.NewEncoder(&again)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(d); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(text), again.String()); diff != "" {
		t.Errorf("(-read +written):\n%s", diff)
	}
}

// Colours are added to the text and change nothing of it.
func TestColorsAreAllThatIsAdded(t *testing.T) {
	plain, err := os.ReadFile(filepath.Join("testdata", "all.txt"))
	if err != nil {
		t.Fatal(err)
	}
	colored, err := os.ReadFile(filepath.Join("testdata", "all_color.txt"))
	if err != nil {
		t.Fatal(err)
	}
	for _, code := range []string{"\x1b[31m", "\x1b[32m", "\x1b[2m", "\x1b[0m"} {
		colored = bytes.ReplaceAll(colored, []byte(code), nil)
	}
	if diff := cmp.Diff(string(plain), string(colored)); diff != "" {
		t.Errorf("(-plain +colored):\n%s", diff)
	}
}

func TestAWholeTimelineIsShownOnRequest(t *testing.T) {
	var short, whole bytes.Buffer
	r := manyEvents()
	if err := errors.Join(report.Failure(&short, r, false), report.Failure(&whole, r, true)); err != nil {
		t.Fatal(err)
	}
	if s, w := strings.Count(short.String(), "\n"), strings.Count(whole.String(), "\n"); s > 80 || w < 400 {
		t.Errorf("%d lines in short, %d in whole", s, w)
	}
}

func requireGolden(t *testing.T, name, got string) {
	t.Helper()
	golden.File(t, filepath.Join("testdata", name), got)
}

// start is the virtual time of the recorded runs.
var start = time.Date(2024, 9, 19, 10, 0, 0, 0, time.UTC)

// recording writes a log with a real clock that moves 1.5 ms an event.
type recording struct{ *trace.Log }

func newRecording() recording {
	now := start
	l := trace.New(func() time.Time { now = now.Add(1500 * time.Microsecond); return now }, func() time.Time { return start })
	m := l.Mint(trace.TypeMutation)
	l.Append(trace.Event{Kind: trace.MutationStart, ID: m, Actor: "finding f1", Ref: "two_open.yaml:3"})
	w := l.Mint(trace.TypeWrite)
	l.Append(trace.Event{Kind: trace.Write, ID: w, Op: "PutItem", Key: "t FIN#f2 GROUP#g", Cause: []trace.ID{m}, Note: "ok", N: 1})
	l.Append(trace.Event{Kind: trace.RecordSeen, ID: l.Mint(trace.TypeRecord), Op: "INSERT", Key: "t FIN#f2 GROUP#g", Cause: []trace.ID{w}})
	l.EndSetup()
	return recording{l}
}

// step is a step with one write and its record.
func (l recording) step(text, ref, key string) trace.ID {
	m := l.Mint(trace.TypeMutation)
	l.Append(trace.Event{Kind: trace.MutationStart, ID: m, Actor: text, Ref: ref})
	return l.write(m, key, 0)
}

func (l recording) write(cause trace.ID, key string, depth int) trace.ID {
	w, r := l.Mint(trace.TypeWrite), l.Mint(trace.TypeRecord)
	l.Append(trace.Event{Kind: trace.Write, ID: w, Op: "UpdateItem", Key: key, Cause: []trace.ID{cause}, Note: "ok", N: 1, Depth: depth, Actor: "indicators"})
	l.Append(trace.Event{Kind: trace.RecordSeen, ID: r, Shard: "s0", Op: "MODIFY", Key: key, Cause: []trace.ID{w}, Depth: depth, Changes: []trace.Change{
		{Path: "indicators.newest_report_date", From: "2024-04-15T10:00:00+00:00", To: "2024-09-19T10:00:00+00:00"},
		{Path: "indicators.summary.closed", From: "0", To: "1"}, {Path: "indicators.summary.open", From: "2", To: "1"},
		{Path: "indicators.where", From: "src/a"},
	}})
	return r
}

// invoke is an invocation, and its write if key is not empty.
func (l recording) invoke(depth int, key, note string, records ...trace.ID) trace.ID {
	b, i := l.Mint(trace.TypeBatch), l.Mint(trace.TypeInvocation)
	l.Append(trace.Event{Kind: trace.BatchFormed, ID: b, Cause: records, N: len(records)})
	l.Append(trace.Event{Kind: trace.InvokeStart, ID: i, Actor: "indicators", Shard: "s0", Cause: []trace.ID{b}, N: 1, Depth: depth})
	var r trace.ID
	if key != "" {
		r = l.write(i, key, depth)
	}
	l.Append(trace.Event{Kind: trace.InvokeEnd, ID: i, Actor: "indicators", Note: note, Took: 2 * time.Millisecond})
	return r
}

func (l recording) settled() {
	l.Append(trace.Event{Kind: trace.SettleDone, N: 2, Took: 9 * time.Millisecond})
}

func (l recording) result(o harness.Outcome) *harness.Result {
	return &harness.Result{
		Scenario: &scenario.Scenario{Name: "vulnerabilities/close_one", Path: "scenarios/vulnerabilities/close_one.yaml", Title: "closing one lowers the counts"},
		Outcome:  o, Log: l.Log, Took: 84 * time.Millisecond,
		Settled: []harness.Settling{{After: time.Second}, {After: 9 * time.Millisecond}, {After: 8 * time.Millisecond}},
	}
}

// closing is a run that closes a vulnerability, with the result open.
func closing(t *testing.T, o harness.Outcome, accepted, now string) *harness.Result {
	l := newRecording()
	r := l.step("close_vulnerabilities v1", "close_one.yaml:5", "t VULN#v1 FIN#f1")
	l.invoke(1, "t FIN#f1 GROUP#g", "ok", r)
	l.settled()
	result := l.result(o)
	document := func(open string) snapshot.Rendering {
		value := &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{
			"open": &types.AttributeValueMemberN{Value: open}, "status": &types.AttributeValueMemberS{Value: "VULNERABLE"},
		}}
		return snapshot.Document{Scenario: "vulnerabilities/close_one", Sections: []snapshot.Section{
			{View: "indicators", Label: "FIN#f1", Value: value}, {View: "indicators", Label: "FIN#f2", Value: value},
		}}.Render()
	}
	result.Rendering, result.Sources = document(now), []string{"t FIN#f1 GROUP#g", "t FIN#f2 GROUP#g"}
	dir := t.TempDir()
	store := snapshot.Store{Dir: dir, Update: true}
	if accepted != "" {
		if _, err := store.Compare("vulnerabilities/close_one", document(accepted)); err != nil {
			t.Fatal(err)
		}
	}
	store.Update = false
	var err error
	if result.Snapshot, err = store.Compare("vulnerabilities/close_one", result.Rendering); err != nil {
		t.Fatal(err)
	}
	result.Snapshot.Path = "snapshots/vulnerabilities/close_one.snap"
	return result
}

func passed(t *testing.T) *harness.Result  { return closing(t, harness.Passed, "1", "1") }
func differs(t *testing.T) *harness.Result { return closing(t, harness.Differs, "2", "1") }
func missing(t *testing.T) *harness.Result { return closing(t, harness.Differs, "", "1") }

// accepted is the run that differs, with its snapshot accepted.
func accepted(t *testing.T) *harness.Result {
	r := differs(t)
	r.Outcome, r.Snapshot.Accepted = harness.Passed, true
	return r
}

func severalTables(t *testing.T) *harness.Result {
	r := passed(t)
	recording{r.Log}.step("archive v1", "close_one.yaml:6", "archive VULN#v1")
	return r
}

func skipped() *harness.Result {
	r := newRecording().result(harness.Skipped)
	r.Log, r.Settled, r.Why = nil, nil, "dynamodblocal cannot split a shard"
	return r
}

func stepFailed() *harness.Result {
	l := newRecording()
	m := l.Mint(trace.TypeMutation)
	l.Append(trace.Event{Kind: trace.MutationStart, ID: m, Actor: "close_vulnerabilities v3", Ref: "close_one.yaml:5"})
	l.Append(trace.Event{Kind: trace.MutationAck, ID: m, Note: "v3: state is SAFE, must be VULNERABLE"})
	r := l.result(harness.StepFailed)
	r.Settled = nil
	r.Err = errors.New("scenarios/vulnerabilities/close_one.yaml:5:5: close_vulnerabilities: v3: state is SAFE, must be VULNERABLE")
	return r
}

func looped() *harness.Result {
	l := newRecording()
	r := l.step("put a", "loop.yaml:4", "t a")
	for depth := range 3 {
		r = l.invoke(depth+1, "t counter", "ok", r)
	}
	l.Append(trace.Event{Kind: trace.SettleRefused, Note: "i3 is 3 invocations deep"})
	result := l.result(harness.Unsettled)
	result.Settled = nil
	result.NotSettled = &settle.NotSettled{Why: "i3 is 3 invocations deep", Last: "i3"}
	result.Err = result.NotSettled
	result.Loop = []trace.Event{
		{Kind: trace.Write, Actor: "indicators", Key: "t counter", Op: "UpdateItem"},
		{Kind: trace.InvokeStart, Actor: "indicators"},
	}
	return result
}

func leftOpen() *harness.Result {
	l := newRecording()
	r := l.step("put a", "open.yaml:4", "t a")
	l.invoke(1, "", "panic: poison at example.handle (handler.go:7)", r)
	l.Append(trace.Event{Kind: trace.RetryScheduled, Actor: "indicators", Cause: []trace.ID{"b1", "i1"}, Note: "back-off before attempt 2 of 3"})
	l.Append(trace.Event{Kind: trace.Advance, Note: "2024-09-19T10:00:01Z"})
	l.Append(trace.Event{Kind: trace.HandlerLog, Actor: "indicators", Note: "WARN trying again"})
	l.Append(trace.Event{Kind: trace.HandlerLog, Actor: "indicators", Note: "DEBUG not for everyone"})
	l.Append(trace.Event{Kind: trace.Refused, Actor: "indicators", Op: "PutItem", Cause: []trace.ID{"i1"}})
	l.Append(trace.Event{Kind: trace.StrayCall, Actor: "indicators i1", Op: "GetItem", Note: "trigger indicators built its own client; take it from Environment.AWS"})
	l.Append(trace.Event{Kind: trace.RecordOrphan, ID: l.Mint(trace.TypeRecord), Shard: "s0", Op: "INSERT", Key: "t stranger"})
	l.Append(trace.Event{Kind: trace.DeadLetter, Actor: "indicators", Shard: "s0", Cause: []trace.ID{"b1"}, N: 1, Note: "RetryAttemptsExhausted"})
	l.Append(trace.Event{Kind: trace.SettleRefused, Note: "1 left open"})
	result := l.result(harness.Unsettled)
	result.Settled = nil
	result.NotSettled = &settle.NotSettled{Why: "1 left open", Open: []settle.Obligation{
		{ID: "i1", What: "i1 of indicators left a goroutine", Discharge: "the goroutine returns: wait for it in the handler"},
	}}
	result.Err = result.NotSettled
	return result
}

func manyEvents() *harness.Result {
	l := newRecording()
	for range 200 {
		l.step("put a", "many.yaml:4", "t a")
	}
	r := l.result(harness.Unsettled)
	r.Settled = nil
	r.NotSettled = &settle.NotSettled{Why: "10001 records were delivered (allowed: 10000)"}
	r.Err = r.NotSettled
	return r
}
