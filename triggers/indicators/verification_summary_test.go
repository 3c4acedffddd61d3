package indicators_test

import (
	"testing"

	"github.com/stillwater-streams/stillwater/triggers/model"
)

func TestVerificationSummary(t *testing.T) {
	check(t, "verification_summary", []example{
		{name: "nothing", want: ""},
		{
			name: "each status",
			vulnerabilities: all(open(verification(model.VerificationRequested)), open(verification(model.VerificationOnHold)),
				open(verification(model.VerificationVerified)), open(verification(model.VerificationMasked))),
			want: "masked:1 on_hold:1 requested:1 verified:1",
		},
		{name: "never asked for is counted nowhere", vulnerabilities: all(open(), open(verification(""))), want: ""},
		{
			name: "open ones only",
			vulnerabilities: all(closed(verification(model.VerificationVerified)),
				open(verification(model.VerificationRequested), zeroRisk(model.ZeroRiskRequested)),
				open(verification(model.VerificationRequested), zeroRisk(model.ZeroRiskRejected))),
			want: "requested:1",
		},
	})
}
