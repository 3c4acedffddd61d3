package indicators_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stillwater-streams/stillwater/triggers/indicators"
	"github.com/stillwater-streams/stillwater/triggers/model"
)

// example is one row of an indicator's test table.
type example struct {
	name            string
	finding         model.Finding
	vulnerabilities []model.Vulnerability
	want            string // as show has it; "" = the attribute is absent
}

// check computes every example and compares one indicator.
func check(t *testing.T, indicator string, examples []example) {
	t.Helper()
	for _, e := range examples {
		t.Run(e.name, func(t *testing.T) {
			s := indicators.Snapshot{Finding: e.finding, Vulnerabilities: e.vulnerabilities}
			if got := show(indicators.Compute(s)[indicator]); got != e.want {
				t.Errorf("%s = %q, want %q", indicator, got, e.want)
			}
		})
	}
}

// show writes a value for people: a map as "key:value" in order, without those
// that are 0.
func show(v types.AttributeValue) string {
	switch v := v.(type) {
	case nil:
		return ""
	case *types.AttributeValueMemberS:
		return v.Value
	case *types.AttributeValueMemberN:
		return v.Value
	case *types.AttributeValueMemberNULL:
		return "NULL"
	case *types.AttributeValueMemberM:
		var pairs []string
		for _, key := range slices.Sorted(maps.Keys(v.Value)) {
			if value := show(v.Value[key]); value != "0" {
				pairs = append(pairs, key+":"+value)
			}
		}
		return strings.Join(pairs, " ")
	}
	return "?"
}

// edit changes a vulnerability while it is built.
type edit func(*model.Vulnerability)

// open is a VULNERABLE vulnerability, created at noon, with whatever the edits add.
func open(edits ...edit) model.Vulnerability {
	v := model.Vulnerability{
		CreatedDate: day("2024-09-19T12:00:00+00:00"),
		State:       model.State{Status: model.StateVulnerable},
	}
	for _, e := range edits {
		e(&v)
	}
	return v
}

// closed is a SAFE vulnerability.
func closed(edits ...edit) model.Vulnerability {
	return open(append([]edit{status(model.StateSafe)}, edits...)...)
}

func status(s model.StateStatus) edit {
	return func(v *model.Vulnerability) { v.State.Status = s }
}

func place(where string) edit { return func(v *model.Vulnerability) { v.State.Where = where } }

// scored gives a vulnerability a v3.1 and a v4 score; "" is none.
func scored(v3, v4 string) edit {
	return func(v *model.Vulnerability) { v.SeverityScore = severity(v3, v4) }
}

func treated(s model.TreatmentStatus) edit {
	return func(v *model.Vulnerability) { v.Treatment = &model.Treatment{Status: s} }
}

func verification(s model.VerificationStatus) edit {
	return func(v *model.Vulnerability) { v.Verification = &model.Verification{Status: s} }
}

func zeroRisk(s model.ZeroRiskStatus) edit {
	return func(v *model.Vulnerability) { v.ZeroRisk = &model.ZeroRisk{Status: s} }
}

func epss(p string) edit { return func(v *model.Vulnerability) { v.EPSS = decimal(p) } }

func root(c model.Criticality) edit {
	return func(v *model.Vulnerability) { v.RootCriticality = c }
}

func created(date string) edit {
	return func(v *model.Vulnerability) { v.CreatedDate = day(date) }
}

func reported(date string) edit {
	return func(v *model.Vulnerability) { v.Indicators.ReportDate = day(date) }
}

// finding is a finding in a state, with scores for vulnerabilities without.
func finding(status model.FindingStatus, v3, v4 string) model.Finding {
	return model.Finding{State: model.FindingState{Status: status}, SeverityScore: severity(v3, v4)}
}

func severity(v3, v4 string) *model.SeverityScore {
	return &model.SeverityScore{TemporalScore: score(v3), ThreatScore: score(v4)}
}

func score(text string) model.Score {
	if text == "" {
		return model.Score{}
	}
	s, err := model.ParseScore(text)
	if err != nil {
		panic(err)
	}
	return s
}

func decimal(text string) model.Decimal {
	d, err := model.ParseDecimal(text)
	if err != nil {
		panic(err)
	}
	return d
}

// day reads a date; "" is none.
func day(text string) time.Time {
	if text == "" {
		return time.Time{}
	}
	at, err := model.ParseTime(text)
	if err != nil {
		panic(err)
	}
	return at
}

func all(vulnerabilities ...model.Vulnerability) []model.Vulnerability { return vulnerabilities }
