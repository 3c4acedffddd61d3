package indicators_test

import (
	"testing"

	"github.com/stillwater-streams/stillwater/triggers/model"
)

func TestMaxOpenSeverityScoreV4(t *testing.T) {
	check(t, "max_open_severity_score_v4", []example{
		{name: "nothing", want: "0"},
		{name: "the highest, as a number", vulnerabilities: all(open(scored("1.1", "9")), open(scored("1.1", "10")), open(scored("1.1", "5.4"))), want: "10"},
		{name: "the other version does not matter", vulnerabilities: all(open(scored("9.9", "5.4"))), want: "5.4"},
		{name: "closed and zero-risk ones do not count", vulnerabilities: all(closed(scored("1.1", "9")), open(scored("1.1", "8"), zeroRisk(model.ZeroRiskConfirmed)), open(scored("1.1", "3.1"))), want: "3.1"},
		{name: "no own score: the finding's", finding: finding(model.FindingApproved, "1.1", "7.3"), vulnerabilities: all(open(), open(scored("1.1", "2"))), want: "7.3"},
		{name: "this version missing in the own score: the finding's", finding: finding(model.FindingApproved, "1.1", "7.3"), vulnerabilities: all(open(scored("9", ""))), want: "7.3"},
		{name: "no score anywhere", vulnerabilities: all(open()), want: "0"},
		{name: "a deleted finding", finding: finding(model.FindingDeleted, "1.1", "9"), vulnerabilities: all(open()), want: "0"},
		{name: "a masked finding", finding: finding(model.FindingMasked, "1.1", "9"), vulnerabilities: all(open()), want: "0"},
	})
}
