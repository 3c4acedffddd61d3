package indicators_test

import (
	"testing"

	"github.com/stillwater-streams/stillwater/triggers/model"
)

func TestMaxOpenEPSS(t *testing.T) {
	check(t, "max_open_epss", []example{
		{name: "nothing", want: "0"},
		{name: "absent counts as 0", vulnerabilities: all(open()), want: "0"},
		{name: "the highest, no digit lost", vulnerabilities: all(open(epss("0.00043")), open(epss("0.97565000000000000001")), open()), want: "0.97565000000000000001"},
		{name: "open ones only", vulnerabilities: all(closed(epss("0.9")), open(epss("0.8"), zeroRisk(model.ZeroRiskRequested)), open(epss("0.1"))), want: "0.1"},
		{name: "a deleted finding", finding: finding(model.FindingDeleted, "", ""), vulnerabilities: all(open(epss("0.9"))), want: "0"},
	})
}
