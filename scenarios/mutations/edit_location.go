package mutations

import (
	"context"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/triggers/model"
)

type editLocationArgs struct {
	Vulnerability string `yaml:"vulnerability"`
	Where         string `yaml:"where"`
	Specific      string `yaml:"specific,omitempty"`
	author
}

// editLocation: V state with new where/specific, VH.
func editLocation() harness.Mutation {
	return harness.NewMutation("edit_location", "Corrects where a vulnerability lies.",
		func(ctx context.Context, w harness.Writer, a editLocationArgs) error {
			v, err := requireOne(ctx, w, a.Vulnerability, notDeleted)
			if err != nil {
				return err
			}
			reasons := v.State.Reasons // the status stays, so do its reasons
			return v.changeState(ctx, w, a.by(), func(s *model.State, _ *model.VulnerabilityIndicators) {
				s.Reasons = reasons
				s.Where, s.Specific = a.Where, or(a.Specific, s.Specific)
			})
		})
}
