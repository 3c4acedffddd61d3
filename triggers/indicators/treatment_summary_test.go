package indicators_test

import (
	"testing"

	"github.com/stillwater-streams/stillwater/triggers/model"
)

func TestTreatmentSummary(t *testing.T) {
	accepted := open(treated(model.TreatmentAcceptedUndefined))
	accepted.Treatment.AcceptanceStatus = model.AcceptanceRejected
	check(t, "treatment_summary", []example{
		{name: "nothing", want: ""},
		{
			name: "each treatment",
			vulnerabilities: all(open(treated(model.TreatmentUntreated)), open(treated(model.TreatmentInProgress)),
				open(treated(model.TreatmentAccepted)), open(treated(model.TreatmentAcceptedUndefined))),
			want: "accepted:1 accepted_undefined:1 in_progress:1 untreated:1",
		},
		{name: "no treatment is untreated", vulnerabilities: all(open(), open(treated(""))), want: "untreated:2"},
		{name: "whatever the acceptance status", vulnerabilities: all(accepted), want: "accepted_undefined:1"},
		{
			name: "open ones only",
			vulnerabilities: all(closed(treated(model.TreatmentAccepted)), open(status(model.StateSubmitted)),
				open(zeroRisk(model.ZeroRiskConfirmed)), open(zeroRisk(model.ZeroRiskRejected))),
			want: "untreated:1",
		},
		{name: "a deleted finding still counts", finding: finding(model.FindingDeleted, "", ""), vulnerabilities: all(open()), want: "untreated:1"},
	})
}
