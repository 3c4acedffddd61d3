package mutations

import (
	"context"
	"time"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/triggers/model"
)

type acceptTemporarilyArgs struct {
	Vulnerability string    `yaml:"vulnerability"`
	Until         time.Time `yaml:"until"`
	Justification string    `yaml:"justification,omitempty"`
	author
}

// acceptTemporarily: a treatment change to ACCEPTED with its date.
func acceptTemporarily() harness.Mutation {
	return harness.NewMutation("accept_temporarily", "Accepts a vulnerability until a date.",
		func(ctx context.Context, w harness.Writer, a acceptTemporarilyArgs) error {
			v, err := requireOne(ctx, w, a.Vulnerability, stateIs(model.StateVulnerable))
			if err != nil {
				return err
			}
			t := v.nextTreatment(w, a.by(), model.TreatmentAccepted)
			t.AcceptedUntil, t.Justification = a.Until, a.Justification
			return v.changeTreatment(ctx, w, t)
		})
}
