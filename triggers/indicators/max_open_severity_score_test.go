package indicators_test

import (
	"testing"

	"github.com/stillwater-streams/stillwater/triggers/model"
)

func TestMaxOpenSeverityScore(t *testing.T) {
	check(t, "max_open_severity_score", []example{
		{name: "nothing", want: "0"},
		{name: "the highest, as a number", vulnerabilities: all(open(scored("9", "1.1")), open(scored("10", "1.1")), open(scored("5.4", "1.1"))), want: "10"},
		{name: "the other version does not matter", vulnerabilities: all(open(scored("5.4", "9.9"))), want: "5.4"},
		{name: "closed and zero-risk ones do not count", vulnerabilities: all(closed(scored("9", "1.1")), open(scored("8", "1.1"), zeroRisk(model.ZeroRiskConfirmed)), open(scored("3.1", "1.1"))), want: "3.1"},
		{name: "no own score: the finding's", finding: finding(model.FindingApproved, "7.3", "1.1"), vulnerabilities: all(open(), open(scored("2", "1.1"))), want: "7.3"},
		{name: "this version missing in the own score: the finding's", finding: finding(model.FindingApproved, "7.3", "1.1"), vulnerabilities: all(open(scored("", "9"))), want: "7.3"},
		{name: "no score anywhere", vulnerabilities: all(open()), want: "0"},
		{name: "a deleted finding", finding: finding(model.FindingDeleted, "9", "1.1"), vulnerabilities: all(open()), want: "0"},
		{name: "a masked finding", finding: finding(model.FindingMasked, "9", "1.1"), vulnerabilities: all(open()), want: "0"},
	})
}
