package oracle_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"

	"github.com/stillwater-streams/stillwater/scenarios/oracle"
)

type item = map[string]types.AttributeValue

// The examples of domain.md section 2, and the rules that a formula alone leaves
// open. Expected values are worked out by hand.
func TestIndicatorsByHand(t *testing.T) {
	table := []item{
		finding("f1", "APPROVED", "7.3", "5"),
		// Scored by its finding: 97.006 and 4.
		vulnerability("v1", "f1", "VULNERABLE", item{"created_date": s("2024-01-02T00:00:00")}),
		// 1024 and 0.062; reported earlier than it was created.
		vulnerability("v2", "f1", "VULNERABLE", item{
			"severity_score": m(item{"temporal_score": n("9"), "threat_score": n("2.0")}), "epss": n("0.420"), "root_criticality": s("HIGH"),
			"treatment": m(item{"status": s("ACCEPTED")}), "verification": m(item{"status": s("ON_HOLD")}),
			"unreliable_indicators": m(item{"unreliable_report_date": s("2024-01-02T01:00:00+02:00")}),
			"zero_risk":             m(item{"status": s("REJECTED")}),
		}),
		vulnerability("v3", "f1", "SAFE", item{"created_date": s("2024-05-01T00:00:00.5+00:00")}),
		vulnerability("v4", "f1", "VULNERABLE", item{"zero_risk": m(item{"status": s("CONFIRMED")})}),
		vulnerability("v5", "f1", "SUBMITTED", nil),
		vulnerability("v6", "f1", "REJECTED", nil),
		vulnerability("v7", "f1", "MASKED", nil),
		vulnerability("v8", "f2", "VULNERABLE", nil),
		{"pk": s("CMNT#c1"), "sk": s("FIN#f1")},
		{"pk": s("FIN#f1"), "sk": s("STATE#2024-01-01T00:00:00+00:00")},
	}
	want := map[string]string{
		"status":                  "VULNERABLE",
		"vulnerabilities_summary": "closed:1 open:2 open_critical_v3:1 open_high_v3:1 open_low:1 open_medium:1 rejected:1 submitted:1",
		"treatment_summary":       "accepted:1 untreated:1", "verification_summary": "on_hold:1",
		"max_open_severity_score": "9", "max_open_severity_score_v4": "5",
		"total_open_cvssf": "1121.006", "total_open_cvssf_v4": "4.062",
		"max_open_epss": "0.42", "max_open_root_criticality": "HIGH",
		"oldest_vulnerability_report_date": "2024-01-01T23:00:00+00:00", "newest_vulnerability_report_date": "2024-05-01T00:00:00.5+00:00",
		"where": "a.go",
	}
	compare(t, table, want)

	table[0] = finding("f1", "MASKED", "7.3", "5")
	maps.Copy(want, map[string]string{"max_open_severity_score": "0", "max_open_severity_score_v4": "0",
		"total_open_cvssf": "0", "total_open_cvssf_v4": "0", "max_open_epss": "0"})
	delete(want, "max_open_root_criticality")
	compare(t, table, want)

	compare(t, table[:1], map[string]string{
		"status": "DRAFT", "vulnerabilities_summary": "", "treatment_summary": "", "verification_summary": "",
		"max_open_severity_score": "0", "max_open_severity_score_v4": "0", "total_open_cvssf": "0", "total_open_cvssf_v4": "0", "max_open_epss": "0",
	})
}

// Weights, each worked out apart: 4^(s-4) to three decimals, half to even.
func TestWeights(t *testing.T) {
	for score, want := range map[string]string{
		"0": "0.004", "2.0": "0.062", "4": "1", "5": "4", "7.3": "97.006", "9": "1024", "9.8": "3104.188", "10": "4096",
	} {
		table := []item{finding("f1", "APPROVED", score, "0"), vulnerability("v1", "f1", "VULNERABLE", nil)}
		all, err := oracle.Indicators(table)
		if err != nil {
			t.Fatal(err)
		}
		if got := show(all["FIN#f1"]["total_open_cvssf"]); got != want {
			t.Errorf("weight of %s = %s, want %s", score, got, want)
		}
	}
}

func TestWhatIsOddIsAnError(t *testing.T) {
	f := finding("f1", "APPROVED", "5", "5")
	for name, table := range map[string][]item{
		"an unknown state":        {f, vulnerability("v1", "f1", "ODD", nil)},
		"an unknown treatment":    {f, vulnerability("v1", "f1", "VULNERABLE", item{"treatment": m(item{"status": s("ODD")})})},
		"an unknown verification": {f, vulnerability("v1", "f1", "VULNERABLE", item{"verification": m(item{"status": s("ODD")})})},
		"a date that is none":     {f, vulnerability("v1", "f1", "SAFE", item{"created_date": s("yesterday")})},
		"a finding in two groups": {f, {"pk": s("FIN#f1"), "sk": s("GROUP#g2")}},
	} {
		if all, err := oracle.Indicators(table); err == nil {
			t.Errorf("%s: %v, want an error", name, all)
		}
	}
}

func compare(t *testing.T, table []item, want map[string]string) {
	t.Helper()
	all, err := oracle.Indicators(table)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for name, v := range all["FIN#f1"] {
		got[name] = show(v)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// show writes a map without its zeros.
func show(v types.AttributeValue) string {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return v.Value
	case *types.AttributeValueMemberN:
		return v.Value
	case *types.AttributeValueMemberM:
		var pairs []string
		for _, name := range slices.Sorted(maps.Keys(v.Value)) {
			if count := show(v.Value[name]); count != "0" {
				pairs = append(pairs, name+":"+count)
			}
		}
		return strings.Join(pairs, " ")
	}
	return fmt.Sprintf("%T", v)
}

func finding(id, status, v3, v4 string) item {
	return item{"pk": s("FIN#" + id), "sk": s("GROUP#g1"), "state": m(item{"status": s(status)}),
		"severity_score": m(item{"temporal_score": n(v3), "threat_score": n(v4)})}
}

func vulnerability(id, finding, status string, more item) item {
	v := item{"pk": s("VULN#" + id), "sk": s("FIN#" + finding), "created_date": s("2024-03-01T00:00:00+00:00"),
		"state": m(item{"status": s(status), "where": s("a.go")})}
	maps.Copy(v, more)
	return v
}

func s(text string) types.AttributeValue { return &types.AttributeValueMemberS{Value: text} }
func n(text string) types.AttributeValue { return &types.AttributeValueMemberN{Value: text} }
func m(v item) types.AttributeValue      { return &types.AttributeValueMemberM{Value: v} }
