package indicators_test

import (
	"testing"

	"github.com/stillwater-streams/stillwater/triggers/model"
)

func TestStatus(t *testing.T) {
	check(t, "status", []example{
		{name: "no vulnerabilities", want: "DRAFT"},
		{name: "drafts only", vulnerabilities: all(open(status(model.StateSubmitted)), open(status(model.StateRejected))), want: "DRAFT"},
		{name: "deleted and masked are not released", vulnerabilities: all(open(status(model.StateDeleted)), open(status(model.StateMasked))), want: "DRAFT"},
		{name: "one open among closed", vulnerabilities: all(closed(), open(), closed()), want: "VULNERABLE"},
		{name: "all closed", vulnerabilities: all(closed(), closed()), want: "SAFE"},
		{name: "closed beside a draft", vulnerabilities: all(closed(), open(status(model.StateSubmitted))), want: "SAFE"},
		{name: "the only open one is claimed zero risk", vulnerabilities: all(open(zeroRisk(model.ZeroRiskRequested))), want: "DRAFT"},
		{name: "zero risk confirmed beside a closed one", vulnerabilities: all(open(zeroRisk(model.ZeroRiskConfirmed)), closed()), want: "SAFE"},
		{name: "zero risk rejected counts as none", vulnerabilities: all(open(zeroRisk(model.ZeroRiskRejected))), want: "VULNERABLE"},
		{name: "a deleted finding keeps its status", finding: finding(model.FindingDeleted, "", ""), vulnerabilities: all(open()), want: "VULNERABLE"},
		{name: "an item without state is in no set", vulnerabilities: all(model.Vulnerability{}), want: "DRAFT"},
	})
}
