package mutations

import (
	"context"
	"time"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/triggers/model"
)

type reopenVulnerabilitiesArgs struct {
	Vulnerabilities []string `yaml:"vulnerabilities"`
	author
}

// reopenVulnerabilities: per v: V state VULNERABLE without closing date, VH.
func reopenVulnerabilities() harness.Mutation {
	return harness.NewMutation("reopen_vulnerabilities", "Opens closed vulnerabilities again.",
		func(ctx context.Context, w harness.Writer, a reopenVulnerabilitiesArgs) error {
			list, err := require(ctx, w, a.Vulnerabilities, stateIs(model.StateSafe))
			if err != nil {
				return err
			}
			for _, v := range list {
				if err := v.changeState(ctx, w, a.by(), func(s *model.State, i *model.VulnerabilityIndicators) {
					s.Status, i.ClosingDate = model.StateVulnerable, time.Time{}
				}); err != nil {
					return err
				}
			}
			return nil
		})
}
