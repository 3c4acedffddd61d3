package mutations

import (
	"context"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/triggers/model"
)

type requestReattackArgs struct {
	Vulnerabilities []string `yaml:"vulnerabilities"`
	Comment         string   `yaml:"comment,omitempty"`
	author
}

// requestReattack: F verification REQUESTED, FH; C; per v: V verification
// REQUESTED, VH.
func requestReattack() harness.Mutation {
	return harness.NewMutation("request_reattack", "Asks to check whether vulnerabilities of one finding are really fixed.",
		func(ctx context.Context, w harness.Writer, a requestReattackArgs) error {
			list, err := require(ctx, w, a.Vulnerabilities, stateIs(model.StateVulnerable), noReattackPending)
			if err != nil {
				return err
			}
			f, err := commonFinding(ctx, w, list)
			if err != nil {
				return err
			}
			id := commentID(w.Now, list[0])
			if err := f.changeVerification(ctx, w, a.by(), model.VerificationRequested, id, list); err != nil {
				return err
			}
			if err := comment(ctx, w, model.Comment{
				ID: id, FindingID: f.ID, Type: model.CommentVerification, Email: a.by(),
				Content: or(a.Comment, "Please check whether these are fixed."),
			}); err != nil {
				return err
			}
			for _, v := range list {
				if err := v.changeVerification(ctx, w, model.VerificationRequested, ""); err != nil {
					return err
				}
			}
			return nil
		})
}

func noReattackPending(v model.Vulnerability) string {
	if v.Verification != nil && (v.Verification.Status == model.VerificationRequested || v.Verification.Status == model.VerificationOnHold) {
		return "a reattack is pending already: verification is " + string(v.Verification.Status)
	}
	return ""
}
