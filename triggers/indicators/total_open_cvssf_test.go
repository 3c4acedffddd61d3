package indicators_test

import (
	"testing"

	"github.com/stillwater-streams/stillwater/triggers/model"
)

func TestTotalOpenCVSSF(t *testing.T) {
	stale := open(scored("5", "1.1"))
	stale.SeverityScore.CVSSF = decimal("4096")
	check(t, "total_open_cvssf", []example{
		{name: "nothing", want: "0"},
		{name: "one", vulnerabilities: all(open(scored("7.3", "1.1"))), want: "97.006"},
		{name: "rounded, then added: three times 0.0625", vulnerabilities: all(open(scored("2.0", "1.1")), open(scored("2", "1.1")), open(scored("2.0", "1.1"))), want: "0.186"},
		{name: "different scores", vulnerabilities: all(open(scored("9", "1.1")), open(scored("5", "1.1")), open(scored("7.3", "1.1"))), want: "1125.006"},
		{name: "no score weighs as 0", vulnerabilities: all(open()), want: "0.004"},
		{name: "the finding's score for those without", finding: finding(model.FindingApproved, "9", "1.1"), vulnerabilities: all(open(), open(scored("10", "1.1"))), want: "5120"},
		{name: "a stale stored weight does not leak in", vulnerabilities: all(stale), want: "4"},
		{name: "closed and zero-risk ones do not count", vulnerabilities: all(closed(scored("9", "1.1")), open(scored("9", "1.1"), zeroRisk(model.ZeroRiskRequested)), open(scored("5", "1.1"))), want: "4"},
		{name: "a deleted finding", finding: finding(model.FindingDeleted, "9", "1.1"), vulnerabilities: all(open()), want: "0"},
		{name: "a masked finding", finding: finding(model.FindingMasked, "9", "1.1"), vulnerabilities: all(open()), want: "0"},
	})
}
