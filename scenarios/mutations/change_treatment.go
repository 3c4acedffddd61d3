package mutations

import (
	"context"
	"time"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/triggers/model"
)

type changeTreatmentArgs struct {
	Vulnerability string          `yaml:"vulnerability"`
	Status        treatmentStatus `yaml:"status"`
	Assigned      string          `yaml:"assigned,omitempty"`
	AcceptedUntil time.Time       `yaml:"accepted_until,omitempty"`
	Justification string          `yaml:"justification,omitempty"`
	author
}

// changeTreatment: V treatment, VH TREATMENT#, V pk_3/sk_3.
func changeTreatment() harness.Mutation {
	return harness.NewMutation("change_treatment", "Changes what is to be done about a vulnerability.",
		func(ctx context.Context, w harness.Writer, a changeTreatmentArgs) error {
			v, err := requireOne(ctx, w, a.Vulnerability, stateIs(model.StateVulnerable))
			if err != nil {
				return err
			}
			t := v.nextTreatment(w, a.by(), model.TreatmentStatus(a.Status))
			t.Assigned = or(a.Assigned, t.Assigned)
			t.AcceptedUntil, t.Justification = a.AcceptedUntil, a.Justification
			return v.changeTreatment(ctx, w, t)
		})
}
