package mutations

import (
	"context"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/triggers/model"
)

type rejectVulnerabilitiesArgs struct {
	Vulnerabilities []string `yaml:"vulnerabilities"`
	Reasons         []string `yaml:"reasons"`
	author
}

// rejectVulnerabilities: per v: V state REJECTED with reasons, VH.
func rejectVulnerabilities() harness.Mutation {
	return harness.NewMutation("reject_vulnerabilities", "Rejects submitted vulnerabilities.",
		func(ctx context.Context, w harness.Writer, a rejectVulnerabilitiesArgs) error {
			list, err := require(ctx, w, a.Vulnerabilities, stateIs(model.StateSubmitted))
			if err != nil {
				return err
			}
			for _, v := range list {
				if err := v.changeState(ctx, w, a.by(), func(s *model.State, _ *model.VulnerabilityIndicators) {
					s.Status, s.Reasons = model.StateRejected, a.Reasons
				}); err != nil {
					return err
				}
			}
			return nil
		})
}
