package mutations

import (
	"context"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/triggers/model"
)

type approveAcceptanceArgs struct {
	Vulnerability string `yaml:"vulnerability"`
	author
}

// approveAcceptance: a treatment change to ACCEPTED_UNDEFINED, approved, the
// assignee kept.
func approveAcceptance() harness.Mutation {
	return harness.NewMutation("approve_acceptance", "Approves that a vulnerability is accepted for good.",
		func(ctx context.Context, w harness.Writer, a approveAcceptanceArgs) error {
			v, err := requireOne(ctx, w, a.Vulnerability, acceptanceSubmitted)
			if err != nil {
				return err
			}
			t := v.nextTreatment(w, a.by(), model.TreatmentAcceptedUndefined)
			t.AcceptanceStatus, t.Justification = model.AcceptanceApproved, v.Treatment.Justification
			return v.changeTreatment(ctx, w, t)
		})
}

func acceptanceSubmitted(v model.Vulnerability) string {
	if v.Treatment == nil {
		return "acceptance is absent, must be SUBMITTED"
	}
	return mustBe("acceptance", v.Treatment.AcceptanceStatus, model.AcceptanceSubmitted)
}
