package report_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/report"
	"github.com/stillwater-streams/stillwater/harness/scenario"
	"github.com/stillwater-streams/stillwater/harness/snapshot"
	"github.com/stillwater-streams/stillwater/harness/trace"
)

// The failure that the README quotes: closing_one_lowers_the_counts, with a
// trigger that calls a finding SAFE as soon as one vulnerability is closed. The
// trace is that of such a run.
func TestTheFailureInTheReadme(t *testing.T) {
	var b bytes.Buffer
	if err := report.Failure(&b, calledSafeTooEarly(t), false); err != nil {
		t.Fatal(err)
	}
	requireGolden(t, "readme.txt", b.String())
}

func calledSafeTooEarly(t *testing.T) *harness.Result {
	const (
		name          = "vulnerabilities/closing_one_lowers_the_counts"
		vulnerability = "integrates_vms VULN#v1 FIN#f1"
		history       = "integrates_vms VULN#v1 STATE#2024-09-19T10:00:00+00:00"
		finding       = "integrates_vms FIN#f1 GROUP#harbor"
	)
	now := start
	log := trace.New(func() time.Time { return now }, func() time.Time { return start })
	log.EndSetup()
	at := func(ms float64, e trace.Event) {
		now = start.Add(time.Duration(ms * float64(time.Millisecond)))
		log.Append(e)
	}
	at(0, trace.Event{Kind: trace.MutationStart, ID: "m1", Actor: "close_vulnerabilities v1", Ref: "closing_one_lowers_the_counts.yaml:5"})
	at(20.2, trace.Event{Kind: trace.Write, ID: "w1", Op: "UpdateItem", Key: vulnerability, Cause: []trace.ID{"m1"}, Note: "ok", N: 1})
	at(20.2, trace.Event{Kind: trace.RecordSeen, ID: "r1", Shard: "s0", Op: "MODIFY", Key: vulnerability, Cause: []trace.ID{"w1"}, Changes: []trace.Change{
		{Path: "sk_5", From: "VULN#ZR#false#STATE#vulnerable#TREAT#false", To: "VULN#ZR#false#STATE#safe#TREAT#false"},
		{Path: "sk_6", From: "VULN#DELETED#false#RELEASED#true#ZR#false#STATE#vulnerable#…", To: "VULN#DELETED#false#RELEASED#true#ZR#false#STATE#safe#VERIF#…"},
		{Path: "state.modified_date", From: "2024-03-01T10:00:00+00:00", To: "2024-09-19T10:00:00+00:00"},
		{Path: "state.status", From: "VULNERABLE", To: "SAFE"},
		{Path: "unreliable_indicators.unreliable_closing_date", To: "2024-09-19T10:00:00+00:00"},
	}})
	at(28.1, trace.Event{Kind: trace.Write, ID: "w2", Op: "PutItem", Key: history, Cause: []trace.ID{"m1"}, Note: "ok", N: 1})
	at(28.1, trace.Event{Kind: trace.RecordSeen, ID: "r2", Shard: "s0", Op: "INSERT", Key: history, Cause: []trace.ID{"w2"}})
	at(35.5, trace.Event{Kind: trace.BatchFormed, ID: "b1", Cause: []trace.ID{"r1", "r2"}, N: 2})
	at(35.6, trace.Event{Kind: trace.InvokeStart, ID: "i1", Actor: "indicators", Shard: "s0", Cause: []trace.ID{"b1"}, N: 1, Depth: 1})
	at(55.2, trace.Event{Kind: trace.Write, ID: "w3", Op: "UpdateItem", Key: finding, Cause: []trace.ID{"i1"}, Note: "ok", N: 1, Depth: 1})
	at(55.3, trace.Event{Kind: trace.RecordSeen, ID: "r3", Shard: "s0", Op: "MODIFY", Key: finding, Cause: []trace.ID{"w3"}, Depth: 1, Changes: safeTooEarly()})
	at(70, trace.Event{Kind: trace.InvokeEnd, ID: "i1", Note: "ok", Took: 34 * time.Millisecond})
	at(73, trace.Event{Kind: trace.BatchFormed, ID: "b2", Cause: []trace.ID{"r3"}, N: 1})
	at(73.1, trace.Event{Kind: trace.InvokeStart, ID: "i2", Actor: "indicators", Shard: "s0", Cause: []trace.ID{"b2"}, N: 1, Depth: 2})
	at(73.9, trace.Event{Kind: trace.InvokeEnd, ID: "i2", Note: "ok", Took: 400 * time.Microsecond})
	at(95.4, trace.Event{Kind: trace.SettleDone, N: 2, Took: 21900 * time.Microsecond})

	r := &harness.Result{
		Scenario: &scenario.Scenario{Name: name, Path: "scenarios/" + name + ".yaml"}, Outcome: harness.Differs, Log: log,
		Rendering: indicators(name, "SAFE"), Sources: []string{finding}, Took: 435600 * time.Microsecond,
	}
	dir := t.TempDir()
	if _, err := (snapshot.Store{Dir: dir, Update: true}).Compare(name, indicators(name, "VULNERABLE")); err != nil {
		t.Fatal(err)
	}
	var err error
	if r.Snapshot, err = (snapshot.Store{Dir: dir}).Compare(name, r.Rendering); err != nil {
		t.Fatal(err)
	}
	r.Snapshot.Path, r.Snapshot.PendingPath = "snapshots/"+name+".snap", ".runs/"+name+".snap.new"
	return r
}

// safeTooEarly are the changes of the finding, all of one map.
func safeTooEarly() []trace.Change {
	var list []trace.Change
	for _, change := range []string{
		"max_open_severity_score 9 5", "max_open_severity_score_v4 9.3 6.9", "status VULNERABLE SAFE",
		"total_open_cvssf 1028 4", "total_open_cvssf_v4 1607.988 55.715", "treatment_summary.untreated 2 1",
		"vulnerabilities_summary.closed 0 1", "vulnerabilities_summary.open 2 1",
		"vulnerabilities_summary.open_critical 1 0", "vulnerabilities_summary.open_critical_v3 1 0",
		"where https://app.example.com/orders,https://app.example.com/p… https://app.example.com/orders",
	} {
		field := strings.Fields(change)
		list = append(list, trace.Change{Path: "unreliable_indicators." + field[0], From: field[1], To: field[2]})
	}
	return list
}

// indicators is the part of the document around the status.
func indicators(name, status string) snapshot.Rendering {
	return snapshot.Document{Scenario: name, Sections: []snapshot.Section{{
		View: "indicators", Label: "FIN#f1", Value: &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{
			"max_open_severity_score":          &types.AttributeValueMemberN{Value: "5"},
			"newest_vulnerability_report_date": &types.AttributeValueMemberS{Value: "2024-04-15T10:00:00+00:00"},
			"oldest_vulnerability_report_date": &types.AttributeValueMemberS{Value: "2024-03-01T10:00:00+00:00"},
			"status":                           &types.AttributeValueMemberS{Value: status},
			"total_open_cvssf":                 &types.AttributeValueMemberN{Value: "4"},
			"total_open_cvssf_v4":              &types.AttributeValueMemberN{Value: "55.715"},
			"where":                            &types.AttributeValueMemberS{Value: "https://app.example.com/orders"},
		}},
	}}}.Render()
}
