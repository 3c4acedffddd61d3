package report_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/report"
	"github.com/stillwater-streams/stillwater/harness/trace"
)

func TestARecordsLineNamesWhatTellsMost(t *testing.T) {
	sixty := strings.Repeat("x", 59) + "…" // as the trace cuts
	for _, test := range []struct {
		name    string
		changes []trace.Change
		want    string
	}{
		{"none", nil, ""},
		{"one", []trace.Change{{Path: "a.open", From: "2", To: "1"}}, "  open 2→1"},
		{"what all paths share goes", []trace.Change{{Path: "a.b.open", From: "2", To: "1"}, {Path: "a.c", To: "1"}}, "  c ∅→1, b.open 2→1"},
		{"short ones first", []trace.Change{
			{Path: "sk_5", From: "VULN#ZR#false#STATE#vulnerable", To: "VULN#ZR#false#STATE#safe"}, {Path: "status", From: "VULNERABLE", To: "SAFE"},
		}, "  status VULNERABLE→SAFE, sk_5 …vulnerable→…safe"},
		{"a long beginning and a long end", []trace.Change{
			{Path: "sk_5", From: "VULN#ZR#false#STATE#vulnerable#VERIF#none", To: "VULN#ZR#false#STATE#safe#VERIF#none"},
		}, "  sk_5 …vulnerable…→…safe…"},
		{"one is the beginning of the other", []trace.Change{{Path: "k", From: "STATE#2024#", To: "STATE#2024#09#19T10:00:00"}}, "  k …→…09#19T10:00:00"},
		{"a date", []trace.Change{{Path: "at", From: "2024-04-15T10:00:00+00:00", To: "2024-09-19T10:00:00+00:00"}}, "  at 2024-04-15T10…→2024-09-19T10…"},
		{"nothing in common", []trace.Change{{Path: "k", From: strings.Repeat("a", 30), To: "b"}}, "  k " + strings.Repeat("a", 23) + "…→b"},
		{"alike as far as the trace goes", []trace.Change{{Path: "k", From: sixty, To: sixty}}, "  k changed behind its first 59 characters"},
		{"four", []trace.Change{{Path: "a", To: "1"}, {Path: "b", To: "1"}, {Path: "c", To: "1"}, {Path: "d", To: "1"}}, "  a ∅→1, b ∅→1, c ∅→1, +1 more"},
		{"too long for a line", []trace.Change{
			{Path: strings.Repeat("p", 30), From: "1", To: "2"}, {Path: strings.Repeat("q", 31), From: "1", To: "2"},
		}, "  " + strings.Repeat("p", 30) + " 1→2, +1 more"},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := newRecording()
			l.Append(trace.Event{Kind: trace.MutationStart, ID: l.Mint(trace.TypeMutation), Actor: "put a", Ref: "a.yaml:4"})
			l.Append(trace.Event{Kind: trace.RecordSeen, ID: l.Mint(trace.TypeRecord), Op: "MODIFY", Key: "t a", Changes: test.changes})
			var b bytes.Buffer
			if err := report.Full(&b, l.result(harness.Passed)); err != nil {
				t.Fatal(err)
			}
			if want := "MODIFY a" + test.want + "\n"; !strings.Contains(b.String(), want) {
				t.Errorf("no line ends with %q:\n%s", want, b.String())
			}
		})
	}
}
