package indicators_test

import (
	"testing"

	"github.com/stillwater-streams/stillwater/triggers/model"
)

func TestTotalOpenCVSSFV4(t *testing.T) {
	stale := open(scored("1.1", "5"))
	stale.SeverityScore.CVSSFv4 = decimal("4096")
	check(t, "total_open_cvssf_v4", []example{
		{name: "nothing", want: "0"},
		{name: "one", vulnerabilities: all(open(scored("1.1", "7.3"))), want: "97.006"},
		{name: "rounded, then added: three times 0.0625", vulnerabilities: all(open(scored("1.1", "2.0")), open(scored("1.1", "2")), open(scored("1.1", "2.0"))), want: "0.186"},
		{name: "different scores", vulnerabilities: all(open(scored("1.1", "9")), open(scored("1.1", "5")), open(scored("1.1", "7.3"))), want: "1125.006"},
		{name: "no score weighs as 0", vulnerabilities: all(open()), want: "0.004"},
		{name: "the finding's score for those without", finding: finding(model.FindingApproved, "1.1", "9"), vulnerabilities: all(open(), open(scored("1.1", "10"))), want: "5120"},
		{name: "a stale stored weight does not leak in", vulnerabilities: all(stale), want: "4"},
		{name: "closed and zero-risk ones do not count", vulnerabilities: all(closed(scored("1.1", "9")), open(scored("1.1", "9"), zeroRisk(model.ZeroRiskRequested)), open(scored("1.1", "5"))), want: "4"},
		{name: "a deleted finding", finding: finding(model.FindingDeleted, "1.1", "9"), vulnerabilities: all(open()), want: "0"},
		{name: "a masked finding", finding: finding(model.FindingMasked, "1.1", "9"), vulnerabilities: all(open()), want: "0"},
	})
}
