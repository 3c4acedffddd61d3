package mutations

import (
	"context"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/triggers/model"
)

type assignArgs struct {
	Vulnerability string `yaml:"vulnerability"`
	Assigned      string `yaml:"assigned"`
	author
}

// assign: the writes of a treatment change, with a new assignee and all else kept.
func assign() harness.Mutation {
	return harness.NewMutation("assign", "Gives a vulnerability to somebody to treat.",
		func(ctx context.Context, w harness.Writer, a assignArgs) error {
			v, err := requireOne(ctx, w, a.Vulnerability, stateIs(model.StateVulnerable))
			if err != nil {
				return err
			}
			t := v.nextTreatment(w, a.by(), model.TreatmentUntreated)
			if v.Treatment != nil {
				date := t.ModifiedDate
				t = *v.Treatment
				t.ModifiedBy, t.ModifiedDate = a.by(), date
			}
			t.Assigned = a.Assigned
			return v.changeTreatment(ctx, w, t)
		})
}
