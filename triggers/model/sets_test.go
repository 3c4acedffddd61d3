package model_test

import (
	"fmt"
	"testing"

	"github.com/stillwater-streams/stillwater/triggers/model"
)

// Every state under every zero-risk claim.
func TestSets(t *testing.T) {
	// Released, Deleted; then without a standing claim: in R, in O, in D.
	want := map[model.StateStatus]string{
		model.StateSubmitted:  "false false false false true",
		model.StateRejected:   "false false false false true",
		model.StateVulnerable: "true false true true false",
		model.StateSafe:       "true false true false false",
		model.StateDeleted:    "false true false false false",
		model.StateMasked:     "false false false false false",
		"":                    "false false false false false",
	}
	claims := map[model.ZeroRiskStatus]bool{"": false, model.ZeroRiskRequested: true, model.ZeroRiskConfirmed: true, model.ZeroRiskRejected: false}
	for state, sets := range want {
		for claim, stands := range claims {
			v := model.Vulnerability{State: model.State{Status: state}, ZeroRisk: &model.ZeroRisk{Status: claim}}
			if v.HasZeroRisk() != stands {
				t.Errorf("zero risk %q stands: %v", claim, v.HasZeroRisk())
			}
			want := sets
			if stands {
				want = fmt.Sprint(v.Released(), v.Deleted(), false, false, false)
			}
			if got := fmt.Sprint(v.Released(), v.Deleted(), v.InReleased(), v.InOpen(), v.InDrafts()); got != want {
				t.Errorf("state %q, zero risk %q: %s, want %s", state, claim, got, want)
			}
		}
	}
	if (model.Vulnerability{}).HasZeroRisk() || (model.Vulnerability{}).Accepted() {
		t.Error("no claim and no treatment count as one")
	}
}

func TestAcceptedAndDeleted(t *testing.T) {
	for status, want := range map[model.TreatmentStatus]bool{
		model.TreatmentUntreated: false, model.TreatmentInProgress: false, model.TreatmentAccepted: true, model.TreatmentAcceptedUndefined: true,
	} {
		if got := (model.Vulnerability{Treatment: &model.Treatment{Status: status}}).Accepted(); got != want {
			t.Errorf("treatment %s: accepted = %v", status, got)
		}
	}
	for status, want := range map[model.FindingStatus]bool{
		model.FindingCreated: false, model.FindingApproved: false, model.FindingDeleted: true, model.FindingMasked: true,
	} {
		if got := (model.Finding{State: model.FindingState{Status: status}}).Deleted(); got != want {
			t.Errorf("finding %s: deleted = %v", status, got)
		}
	}
}
