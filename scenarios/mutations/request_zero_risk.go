package mutations

import (
	"context"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/triggers/model"
)

type requestZeroRiskArgs struct {
	Vulnerabilities []string `yaml:"vulnerabilities"`
	Comment         string   `yaml:"comment,omitempty"`
	author
}

// requestZeroRisk: C; per v: V zero risk REQUESTED, VH ZERORISK#.
func requestZeroRisk() harness.Mutation {
	return harness.NewMutation("request_zero_risk", "Claims that open vulnerabilities of one finding are no risk at all.",
		func(ctx context.Context, w harness.Writer, a requestZeroRiskArgs) error {
			return changeZeroRisks(ctx, w, a.by(), a.Vulnerabilities, model.ZeroRiskRequested,
				or(a.Comment, "This is no risk."), stateIs(model.StateVulnerable), noZeroRiskPending)
		})
}

func noZeroRiskPending(v model.Vulnerability) string {
	if v.ZeroRisk != nil && v.ZeroRisk.Status == model.ZeroRiskRequested {
		return "a zero-risk request is pending already"
	}
	return ""
}

// changeZeroRisks makes the writes that the three zero-risk mutations share.
func changeZeroRisks(ctx context.Context, w harness.Writer, by string, ids []string, status model.ZeroRiskStatus, content string, requirements ...requirement) error {
	list, err := require(ctx, w, ids, requirements...)
	if err != nil {
		return err
	}
	f, err := commonFinding(ctx, w, list)
	if err != nil {
		return err
	}
	id := commentID(w.Now, list[0])
	if err := comment(ctx, w, model.Comment{
		ID: id, FindingID: f.ID, Type: model.CommentZeroRisk, Email: by, Content: content,
	}); err != nil {
		return err
	}
	for _, v := range list {
		if err := v.changeZeroRisk(ctx, w, by, status, id); err != nil {
			return err
		}
	}
	return nil
}
