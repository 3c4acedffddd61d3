package mutations

import (
	"context"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/triggers/model"
)

type confirmZeroRiskArgs struct {
	Vulnerabilities []string `yaml:"vulnerabilities"`
	Comment         string   `yaml:"comment,omitempty"`
	author
}

// confirmZeroRisk: C; per v: V zero risk CONFIRMED, VH.
func confirmZeroRisk() harness.Mutation {
	return harness.NewMutation("confirm_zero_risk", "Agrees that vulnerabilities are no risk: indicators count them no more.",
		func(ctx context.Context, w harness.Writer, a confirmZeroRiskArgs) error {
			return changeZeroRisks(ctx, w, a.by(), a.Vulnerabilities, model.ZeroRiskConfirmed,
				or(a.Comment, "Confirmed."), zeroRiskRequested)
		})
}

func zeroRiskRequested(v model.Vulnerability) string {
	var status model.ZeroRiskStatus
	if v.ZeroRisk != nil {
		status = v.ZeroRisk.Status
	}
	return mustBe("zero risk", status, model.ZeroRiskRequested)
}
