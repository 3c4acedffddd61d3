package trace_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stillwater-streams/stillwater/harness/trace"
)

// A log that was written and read is the same log, images included.
func TestALogSurvivesItsFiles(t *testing.T) {
	now := func() time.Time { return time.Date(2024, 9, 19, 10, 0, 0, 1, time.UTC) }
	l := trace.New(now, now)
	l.Append(trace.Event{Kind: trace.MutationStart, ID: l.Mint(trace.TypeMutation), Actor: "seed"})
	l.EndSetup()
	l.Append(trace.Event{Kind: trace.MutationStart, ID: l.Mint(trace.TypeMutation), Actor: "close v1", Ref: "a.yaml:3"})
	l.Append(trace.Event{Kind: trace.Write, ID: "w1", Cause: []trace.ID{"m1"}, N: 1, Took: time.Millisecond})
	l.Append(trace.Event{Kind: trace.RecordSeen, ID: "r1", Cause: []trace.ID{"w1"}, Changes: []trace.Change{{Path: "a.b", From: "1", To: "2"}}})
	l.Append(trace.Event{Kind: trace.RecordSeen, ID: "r2", Cause: []trace.ID{"w1"}})
	l.KeepImages("r1", func() trace.Images {
		return trace.Images{Before: json.RawMessage(`{"a":{"S":"1"}}`), After: json.RawMessage(`{"a":{"S":"2"}}`)}
	})

	var file, images bytes.Buffer
	if err := l.WriteNDJSON(&file); err != nil {
		t.Fatal(err)
	}
	if err := l.WriteImages(&images); err != nil {
		t.Fatal(err)
	}
	read, err := trace.Read(&file)
	if err != nil {
		t.Fatal(err)
	}
	if err := read.ReadImages(&images); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(l.Events(), read.Events()); d != "" {
		t.Errorf("(-written +read):\n%s", d)
	}
	if d := cmp.Diff(l.Chain("r1"), read.Chain("r1")); d != "" {
		t.Errorf("chain (-written +read):\n%s", d)
	}
	want, _ := l.Images("r1")
	got, ok := read.Images("r1")
	if d := cmp.Diff(want, got); d != "" || !ok {
		t.Errorf("images %v (-written +read):\n%s", ok, d)
	}
	if _, ok := read.Images("r2"); ok {
		t.Error("r2 has images")
	}
}

func TestWhatIsNoTraceIsRefused(t *testing.T) {
	for _, text := range []string{"{", "{}", `{"seq":1}` + "\n[]"} {
		if _, err := trace.Read(strings.NewReader(text)); err == nil {
			t.Errorf("%q is read as a trace", text)
		}
	}
}
