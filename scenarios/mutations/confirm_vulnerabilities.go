package mutations

import (
	"context"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/triggers/model"
)

type confirmVulnerabilitiesArgs struct {
	Vulnerabilities []string `yaml:"vulnerabilities"`
	author
}

// confirmVulnerabilities: per v: V state VULNERABLE with its report date, VH.
func confirmVulnerabilities() harness.Mutation {
	return harness.NewMutation("confirm_vulnerabilities", "Releases submitted vulnerabilities.",
		func(ctx context.Context, w harness.Writer, a confirmVulnerabilitiesArgs) error {
			list, err := require(ctx, w, a.Vulnerabilities, stateIs(model.StateSubmitted))
			if err != nil {
				return err
			}
			return release(ctx, w, a.by(), list)
		})
}
