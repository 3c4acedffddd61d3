package mutations

import (
	"context"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/triggers/model"
)

type changeFindingSeverityArgs struct {
	Finding string `yaml:"finding"`
	vector
}

// changeFindingSeverity: F severity_score; no history.
func changeFindingSeverity() harness.Mutation {
	return harness.NewMutation("change_finding_severity", "Changes the severity of a finding, which vulnerabilities without their own inherit.",
		func(ctx context.Context, w harness.Writer, a changeFindingSeverityArgs) error {
			score, err := model.Score3x4(a.CVSSv3, a.CVSSv4)
			if err != nil {
				return err
			}
			f, err := readFinding(ctx, w, a.Finding)
			if err != nil {
				return err
			}
			return setSeverity(ctx, w, f.item, score)
		})
}
