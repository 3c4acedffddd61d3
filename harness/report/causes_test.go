package report_test

import (
	"encoding/json"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/scenario"
	"github.com/stillwater-streams/stillwater/harness/snapshot"
	"github.com/stillwater-streams/stillwater/harness/trace"
)

// The recorded runs of this file are those whose changed lines nobody wrote, or
// that are there no more.

const (
	finding       = "t FIN#f2 GROUP#g" // the recordings' fixture writes it
	vulnerability = "t VULN#v1 FIN#f2"
)

// values is a section of numbers.
func values(at, label string, numbers map[string]string) snapshot.Section {
	m := map[string]types.AttributeValue{}
	for name, text := range numbers {
		m[name] = &types.AttributeValueMemberN{Value: text}
	}
	return snapshot.Section{View: "indicators", Label: label, Value: &types.AttributeValueMemberM{Value: m}, At: at}
}

// compared gives a result the sections it shows and the snapshot it is held against.
func compared(t *testing.T, l recording, sources []string, before, now []snapshot.Section) *harness.Result {
	const name = "vulnerabilities/close_one"
	r := l.result(harness.Differs)
	r.Scenario.Fixture = &scenario.Fixture{Path: "fixtures/two_open.yaml"}
	r.Sources = sources
	r.Rendering = snapshot.Document{Scenario: name, Sections: now}.Render()
	dir := t.TempDir()
	if _, err := (snapshot.Store{Dir: dir, Update: true}).Compare(name, snapshot.Document{Scenario: name, Sections: before}.Render()); err != nil {
		t.Fatal(err)
	}
	var err error
	if r.Snapshot, err = (snapshot.Store{Dir: dir}).Compare(name, r.Rendering); err != nil {
		t.Fatal(err)
	}
	r.Snapshot.Path = "snapshots/" + name + ".snap"
	return r
}

// notWritten: an invocation was given the change of a vulnerability and wrote
// nothing, a second one failed, and the filters turned a third change away.
func notWritten(t *testing.T) *harness.Result {
	l := newRecording()
	l.invoke(1, "", "ok", l.step("close_vulnerabilities v1", "close_one.yaml:5", vulnerability))
	l.invoke(1, "", "panic: poison at example.handle (handler.go:7)", l.step("close_vulnerabilities v2", "close_one.yaml:6", "t VULN#v2 FIN#f2"))
	r3 := l.step("touch v3", "close_one.yaml:7", "t VULN#v3 FIN#f2")
	l.Append(trace.Event{Kind: trace.Filtered, Actor: "indicators", Shard: "s0", Cause: []trace.ID{r3}})
	r4 := l.step("close_vulnerabilities v9", "close_one.yaml:8", "t VULN#v9 FIN#f9") // of another finding
	for _, record := range []trace.ID{r3, r4} {                                      // one line in the timeline
		l.Append(trace.Event{Kind: trace.Filtered, Actor: "archive", Shard: "s0", Cause: []trace.ID{record}})
	}
	l.settled()
	was, is := map[string]string{"open": "1", "closed": "1"}, map[string]string{"open": "2", "closed": "0"}
	return compared(t, l, []string{finding}, []snapshot.Section{values("", "FIN#f2", was)}, []snapshot.Section{values("", "FIN#f2", is)})
}

// fixtureOnly: no step touches the finding whose value differs.
func fixtureOnly(t *testing.T) *harness.Result {
	l := newRecording()
	l.invoke(1, "", "ok", l.step("close_vulnerabilities v9", "close_one.yaml:5", "t VULN#v9 FIN#f9"))
	l.settled()
	was, is := map[string]string{"open": "1"}, map[string]string{"open": "2"}
	return compared(t, l, []string{finding}, []snapshot.Section{values("", "FIN#f2", was)}, []snapshot.Section{values("", "FIN#f2", is)})
}

// vanished: one line went with a write, one never came since its item was made
// without it, and a whole section is gone with its item.
func vanished(t *testing.T) *harness.Result {
	l := newRecording()
	first := l.step("close_vulnerabilities v1", "close_one.yaml:5", vulnerability)
	second := l.step("close_vulnerabilities v2", "close_one.yaml:6", "t VULN#v2 FIN#f2")
	b, i := l.Mint(trace.TypeBatch), l.Mint(trace.TypeInvocation)
	l.Append(trace.Event{Kind: trace.BatchFormed, ID: b, Cause: []trace.ID{first, second}, N: 2})
	l.Append(trace.Event{Kind: trace.InvokeStart, ID: i, Actor: "indicators", Shard: "s0", Cause: []trace.ID{b}, N: 1, Depth: 1})
	write := func(op, event, key string, depth int, changes ...trace.Change) trace.ID {
		w, r := l.Mint(trace.TypeWrite), l.Mint(trace.TypeRecord)
		l.Append(trace.Event{Kind: trace.Write, ID: w, Op: op, Key: key, Cause: []trace.ID{i}, Note: "ok", N: 1, Depth: depth, Actor: "indicators"})
		l.Append(trace.Event{Kind: trace.RecordSeen, ID: r, Shard: "s0", Op: event, Key: key, Cause: []trace.ID{w}, Depth: depth, Changes: changes})
		return r
	}
	write("UpdateItem", "MODIFY", finding, 1, trace.Change{Path: "newest", From: "3"})
	fresh := write("PutItem", "INSERT", "t FIN#f3 GROUP#g", 1)
	l.KeepImages(fresh, func() trace.Images { return trace.Images{After: json.RawMessage(`{"open":{"N":"0"}}`)} })
	write("DeleteItem", "REMOVE", "t FIN#f4 GROUP#g", 1)
	l.Append(trace.Event{Kind: trace.InvokeEnd, ID: i, Actor: "indicators", Note: "ok"})
	l.settled()
	return compared(
		t, l, []string{finding, "t FIN#f3 GROUP#g"},
		[]snapshot.Section{
			values("", "FIN#f2", map[string]string{"open": "2", "newest": "3"}),
			values("", "FIN#f3", map[string]string{"open": "0", "worst": "9"}),
			values("", "FIN#f4", map[string]string{"open": "1"}),
		},
		[]snapshot.Section{
			values("", "FIN#f2", map[string]string{"open": "2"}),
			values("", "FIN#f3", map[string]string{"open": "0"}),
		},
	)
}

// moments: at the first moment the value is still that of the fixture, and the
// write after it explains only what is seen in the end.
func moments(t *testing.T) *harness.Result {
	l := newRecording()
	l.Append(trace.Event{Kind: trace.Observed, Note: "before"})
	l.invoke(1, finding, "ok", l.step("close_vulnerabilities v1", "close_one.yaml:6", vulnerability))
	l.settled()
	l.Append(trace.Event{Kind: trace.Observed})
	section := func(at, open string) snapshot.Section {
		return values(at, "FIN#f2", map[string]string{"open": open})
	}
	r := compared(t, l, []string{finding, finding},
		[]snapshot.Section{section("before", "1"), section("", "3")},
		[]snapshot.Section{section("before", "2"), section("", "1")})
	r.Attributes = []string{"indicators.summary", "indicators.summary"}
	return r
}

// givenUp: the batch of a step went nowhere, which the snapshot shows.
func givenUp(t *testing.T) *harness.Result {
	l := newRecording()
	l.invoke(1, "", "panic: poison", l.step("put a", "close_one.yaml:4", "t a"))
	l.Append(trace.Event{Kind: trace.Dropped, Actor: "indicators", Shard: "s0", Cause: []trace.ID{"b1"}, N: 1, Note: "RetryAttemptsExhausted"})
	l.settled()
	lost := values("", "batch 1", map[string]string{"attempts": "3"})
	lost.View = "dropped"
	return compared(t, l, []string{""}, nil, []snapshot.Section{lost})
}
