package mutations

import (
	"context"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/triggers/model"
)

type closeVulnerabilitiesArgs struct {
	Vulnerabilities []string `yaml:"vulnerabilities"`
	author
}

// closeVulnerabilities: per v: V state SAFE with its closing date, VH.
func closeVulnerabilities() harness.Mutation {
	return harness.NewMutation("close_vulnerabilities", "Closes open vulnerabilities: they are fixed.",
		func(ctx context.Context, w harness.Writer, a closeVulnerabilitiesArgs) error {
			list, err := require(ctx, w, a.Vulnerabilities, stateIs(model.StateVulnerable))
			if err != nil {
				return err
			}
			for _, v := range list {
				if err := v.close(ctx, w, a.by()); err != nil {
					return err
				}
			}
			return nil
		})
}

func (v *vulnerability) close(ctx context.Context, w harness.Writer, by string) error {
	return v.changeState(ctx, w, by, func(s *model.State, i *model.VulnerabilityIndicators) {
		s.Status, i.ClosingDate = model.StateSafe, s.ModifiedDate
	})
}
