package indicators_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stillwater-streams/stillwater/triggers/indicators"
	"github.com/stillwater-streams/stillwater/triggers/model"
)

// The edge cases of all indicators at once: what each shows where there is little
// or nothing to compute from. An attribute that an edge does not name is as it is
// without any vulnerability.
func TestEdges(t *testing.T) {
	nothing := map[string]string{
		"status": "DRAFT", "vulnerabilities_summary": "", "treatment_summary": "", "verification_summary": "",
		"max_open_severity_score": "0", "max_open_severity_score_v4": "0", "total_open_cvssf": "0", "total_open_cvssf_v4": "0",
		"max_open_epss": "0",
	}
	for _, e := range edges() {
		t.Run(e.name, func(t *testing.T) {
			want := maps.Clone(nothing)
			maps.Copy(want, e.want)
			got := shown(indicators.Compute(indicators.Snapshot{Finding: e.finding, Vulnerabilities: e.vulnerabilities}))
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

type edge struct {
	name            string
	finding         model.Finding
	vulnerabilities []model.Vulnerability
	want            map[string]string
}

func edges() []edge {
	const noon, at10 = "2024-09-19T12:00:00+00:00", "2024-09-19T10:00:00+00:00"
	rich := func(edits ...edit) model.Vulnerability {
		return open(append([]edit{scored("9", "5"), epss("0.5"), root(model.CriticalityHigh), place("a.go"),
			treated(model.TreatmentAccepted), verification(model.VerificationRequested)}, edits...)...)
	}
	one := map[string]string{
		"status": "VULNERABLE", "vulnerabilities_summary": "open:1 open_low:1 open_low_v3:1", "treatment_summary": "untreated:1",
		"total_open_cvssf": "0.004", "total_open_cvssf_v4": "0.004",
		"oldest_vulnerability_report_date": noon, "newest_vulnerability_report_date": noon,
	}
	with := func(m map[string]string, pairs ...string) map[string]string {
		m = maps.Clone(m)
		for i := 0; i < len(pairs); i += 2 {
			m[pairs[i]] = pairs[i+1]
		}
		return m
	}
	many, places := tooManyPlaces()
	return []edge{
		{name: "no vulnerabilities"},
		{
			name:            "only drafts",
			vulnerabilities: all(rich(status(model.StateSubmitted)), rich(status(model.StateRejected)), rich(status(model.StateSubmitted))),
			want:            map[string]string{"vulnerabilities_summary": "rejected:1 submitted:2"},
		},
		{
			name: "a standing zero-risk claim in every state",
			vulnerabilities: all(rich(zeroRisk(model.ZeroRiskRequested)), rich(status(model.StateSafe), zeroRisk(model.ZeroRiskConfirmed)),
				rich(status(model.StateSubmitted), zeroRisk(model.ZeroRiskConfirmed)), rich(status(model.StateRejected), zeroRisk(model.ZeroRiskRequested)),
				rich(status(model.StateDeleted), zeroRisk(model.ZeroRiskConfirmed)), rich(status(model.StateMasked), zeroRisk(model.ZeroRiskRequested))),
		},
		{
			name: "a rejected zero-risk claim in every state",
			vulnerabilities: all(open(zeroRisk(model.ZeroRiskRejected)), closed(zeroRisk(model.ZeroRiskRejected)),
				open(status(model.StateSubmitted), zeroRisk(model.ZeroRiskRejected)), open(status(model.StateRejected), zeroRisk(model.ZeroRiskRejected)),
				open(status(model.StateDeleted), zeroRisk(model.ZeroRiskRejected)), open(status(model.StateMasked), zeroRisk(model.ZeroRiskRejected))),
			want: with(one, "vulnerabilities_summary", "closed:1 open:1 open_low:1 open_low_v3:1 rejected:1 submitted:1"),
		},
		{name: "masked and deleted", vulnerabilities: all(rich(status(model.StateMasked)), rich(status(model.StateDeleted)))},
		{name: "no treatment, no score, no place", vulnerabilities: all(open()), want: one},
		{
			name:            "a score in one version only",
			vulnerabilities: all(open(scored("7.3", ""))),
			want: with(one, "vulnerabilities_summary", "open:1 open_high_v3:1 open_low:1", "max_open_severity_score", "7.3",
				"total_open_cvssf", "97.006"),
		},
		{
			name:            "a naive date is UTC and written with its zone",
			vulnerabilities: all(open(created("2024-09-19T10:00:00"))),
			want:            with(one, "oldest_vulnerability_report_date", at10, "newest_vulnerability_report_date", at10),
		},
		{
			name:            "one instant in three notations is a tie",
			vulnerabilities: all(open(created("2024-09-19T10:00:00")), closed(created("2024-09-19T12:00:00+02:00")), closed(created("2024-09-19T10:00:00Z"))),
			want: with(one, "vulnerabilities_summary", "closed:2 open:1 open_low:1 open_low_v3:1",
				"oldest_vulnerability_report_date", at10, "newest_vulnerability_report_date", at10),
		},
		{
			name:            "ties of scores, probabilities, criticalities and places",
			vulnerabilities: all(rich(), rich()),
			want: with(one, "vulnerabilities_summary", "open:2 open_critical_v3:2 open_medium:2", "treatment_summary", "accepted:2",
				"verification_summary", "requested:2", "max_open_severity_score", "9", "max_open_severity_score_v4", "5",
				"total_open_cvssf", "2048", "total_open_cvssf_v4", "8", "max_open_epss", "0.5", "max_open_root_criticality", "HIGH", "where", "a.go"),
		},
		{
			name:            "more than 20 places",
			vulnerabilities: many,
			want: with(one, "vulnerabilities_summary", "open:25 open_low:25 open_low_v3:25", "treatment_summary", "untreated:25",
				"total_open_cvssf", "0.1", "total_open_cvssf_v4", "0.1", "where", places),
		},
		{
			name:            "a masked finding",
			finding:         finding(model.FindingMasked, "9", "9"),
			vulnerabilities: all(rich()),
			want: with(one, "vulnerabilities_summary", "open:1 open_critical_v3:1 open_medium:1", "treatment_summary", "accepted:1",
				"verification_summary", "requested:1", "total_open_cvssf", "0", "total_open_cvssf_v4", "0", "where", "a.go"),
		},
	}
}

// tooManyPlaces returns 25 open vulnerabilities, last place first, and the text of
// the first 20 places.
func tooManyPlaces() (vulnerabilities []model.Vulnerability, first string) {
	var kept []string
	for i := range 25 {
		vulnerabilities = append(vulnerabilities, open(place(fmt.Sprintf("src/%02d.go", 24-i))))
		if i < 20 {
			kept = append(kept, fmt.Sprintf("src/%02d.go", i))
		}
	}
	return vulnerabilities, strings.Join(kept, ", ")
}
