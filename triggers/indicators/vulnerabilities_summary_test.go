package indicators_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stillwater-streams/stillwater/triggers/indicators"
	"github.com/stillwater-streams/stillwater/triggers/model"
)

func TestVulnerabilitiesSummary(t *testing.T) {
	check(t, "vulnerabilities_summary", []example{
		{name: "nothing", want: ""},
		{
			name:            "every state once",
			vulnerabilities: all(open(), closed(), open(status(model.StateSubmitted)), open(status(model.StateRejected)), open(status(model.StateDeleted)), open(status(model.StateMasked))),
			want:            "closed:1 open:1 open_low:1 open_low_v3:1 rejected:1 submitted:1",
		},
		{
			name: "levels start at 4, 7 and 9",
			vulnerabilities: all(open(scored("3.9", "0")), open(scored("4", "4.0")), open(scored("6.9", "6.9")),
				open(scored("7", "7")), open(scored("8.9", "8.9")), open(scored("9", "9")), open(scored("10", "10"))),
			want: "open:7 open_critical:2 open_critical_v3:2 open_high:2 open_high_v3:2 open_low:1 open_low_v3:1 open_medium:2 open_medium_v3:2",
		},
		{
			name:            "plain levels are v4, _v3 marks v3.1",
			vulnerabilities: all(open(scored("2", "9.3"))),
			want:            "open:1 open_critical:1 open_low_v3:1",
		},
		{
			name:            "a missing score is the finding's, each version by itself",
			finding:         finding(model.FindingApproved, "5", "9.5"),
			vulnerabilities: all(open(), open(scored("8", ""))),
			want:            "open:2 open_critical:2 open_high_v3:1 open_medium_v3:1",
		},
		{
			name: "a standing zero-risk claim takes any state out",
			vulnerabilities: all(open(zeroRisk(model.ZeroRiskRequested)), closed(zeroRisk(model.ZeroRiskConfirmed)),
				open(status(model.StateSubmitted), zeroRisk(model.ZeroRiskRequested)), open(zeroRisk(model.ZeroRiskRejected))),
			want: "open:1 open_low:1 open_low_v3:1",
		},
		{
			name:            "a deleted finding still counts",
			finding:         finding(model.FindingMasked, "9", "9"),
			vulnerabilities: all(open(), closed()),
			want:            "closed:1 open:1 open_critical:1 open_critical_v3:1",
		},
	})
}

// The maps of counts have all their keys whatever there is to count (pitfall 7).
func TestMapsAlwaysHaveAllTheirKeys(t *testing.T) {
	want := map[string]string{
		"vulnerabilities_summary": "closed open open_critical open_critical_v3 open_high open_high_v3 open_low open_low_v3 open_medium open_medium_v3 rejected submitted",
		"treatment_summary":       "accepted accepted_undefined in_progress untreated",
		"verification_summary":    "masked on_hold requested verified",
	}
	every := all(open(treated(model.TreatmentAccepted), verification(model.VerificationOnHold)), closed())
	for _, vulnerabilities := range [][]model.Vulnerability{nil, every} {
		computed := indicators.Compute(indicators.Snapshot{Vulnerabilities: vulnerabilities})
		for name, keys := range want {
			m, ok := computed[name].(*types.AttributeValueMemberM)
			if !ok {
				t.Fatalf("%s is %T, want a map", name, computed[name])
			}
			if got := strings.Join(slices.Sorted(maps.Keys(m.Value)), " "); got != keys {
				t.Errorf("%s of %d vulnerabilities has keys %q, want %q", name, len(vulnerabilities), got, keys)
			}
		}
	}
}
