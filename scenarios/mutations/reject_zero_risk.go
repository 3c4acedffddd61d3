package mutations

import (
	"context"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/triggers/model"
)

type rejectZeroRiskArgs struct {
	Vulnerabilities []string `yaml:"vulnerabilities"`
	Comment         string   `yaml:"comment,omitempty"`
	author
}

// rejectZeroRisk: C; per v: V zero risk REJECTED, VH.
func rejectZeroRisk() harness.Mutation {
	return harness.NewMutation("reject_zero_risk", "Refuses a zero-risk claim: the vulnerabilities count again.",
		func(ctx context.Context, w harness.Writer, a rejectZeroRiskArgs) error {
			return changeZeroRisks(ctx, w, a.by(), a.Vulnerabilities, model.ZeroRiskRejected,
				or(a.Comment, "Rejected."), zeroRiskRequested)
		})
}
