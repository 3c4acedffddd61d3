package indicators_test

import (
	"testing"

	"github.com/stillwater-streams/stillwater/triggers/model"
)

func TestMaxOpenRootCriticality(t *testing.T) {
	low, medium := open(root(model.CriticalityLow)), open(root(model.CriticalityMedium))
	high, critical := open(root(model.CriticalityHigh)), open(root(model.CriticalityCritical))
	check(t, "max_open_root_criticality", []example{
		{name: "nothing", want: ""},
		{name: "none known", vulnerabilities: all(open(), open()), want: ""},
		{name: "absent ones are ignored", vulnerabilities: all(open(), low), want: "LOW"},
		{name: "LOW < MEDIUM, not by the alphabet", vulnerabilities: all(medium, low), want: "MEDIUM"},
		{name: "MEDIUM < HIGH, not by the alphabet", vulnerabilities: all(high, medium), want: "HIGH"},
		{name: "HIGH < CRITICAL, not by the alphabet", vulnerabilities: all(critical, high), want: "CRITICAL"},
		{name: "open ones only", vulnerabilities: all(closed(root(model.CriticalityCritical)), open(root(model.CriticalityHigh), zeroRisk(model.ZeroRiskConfirmed)), low), want: "LOW"},
		{name: "a deleted finding", finding: finding(model.FindingMasked, "", ""), vulnerabilities: all(high), want: ""},
	})
}
