package mutations

import (
	"context"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/triggers/model"
)

type requestPermanentAcceptanceArgs struct {
	Vulnerability string `yaml:"vulnerability"`
	Justification string `yaml:"justification,omitempty"`
	author
}

// requestPermanentAcceptance: a treatment change to ACCEPTED_UNDEFINED, submitted.
func requestPermanentAcceptance() harness.Mutation {
	return harness.NewMutation("request_permanent_acceptance", "Asks to accept a vulnerability for good.",
		func(ctx context.Context, w harness.Writer, a requestPermanentAcceptanceArgs) error {
			v, err := requireOne(ctx, w, a.Vulnerability, stateIs(model.StateVulnerable))
			if err != nil {
				return err
			}
			t := v.nextTreatment(w, a.by(), model.TreatmentAcceptedUndefined)
			t.AcceptanceStatus, t.Justification = model.AcceptanceSubmitted, a.Justification
			return v.changeTreatment(ctx, w, t)
		})
}
