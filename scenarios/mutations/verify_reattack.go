package mutations

import (
	"context"
	"fmt"
	"slices"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/triggers/model"
)

type verifyReattackArgs struct {
	Vulnerabilities []string `yaml:"vulnerabilities"`
	Fixed           []string `yaml:"fixed,omitempty"`
	Comment         string   `yaml:"comment,omitempty"`
	author
}

// verifyReattack: F verification VERIFIED, FH; C; per v: V verification VERIFIED,
// VH; per v found fixed: V state SAFE, VH.
func verifyReattack() harness.Mutation {
	return harness.NewMutation("verify_reattack", "Reports the result of reattacks: those in fixed are closed, the others stay open.",
		func(ctx context.Context, w harness.Writer, a verifyReattackArgs) error {
			for _, id := range a.Fixed {
				if !slices.Contains(a.Vulnerabilities, id) {
					return fmt.Errorf("%s: it is in fixed, but not in vulnerabilities", id)
				}
			}
			list, err := require(ctx, w, a.Vulnerabilities,
				verificationIs(model.VerificationRequested, model.VerificationOnHold), openIfIn(a.Fixed))
			if err != nil {
				return err
			}
			f, err := commonFinding(ctx, w, list)
			if err != nil {
				return err
			}
			id := commentID(w.Now, list[0])
			if err := f.changeVerification(ctx, w, a.by(), model.VerificationVerified, id, list); err != nil {
				return err
			}
			if err := comment(ctx, w, model.Comment{
				ID: id, FindingID: f.ID, Type: model.CommentVerification, Email: a.by(), Content: or(a.Comment, "Checked."),
			}); err != nil {
				return err
			}
			for _, v := range list {
				if err := v.changeVerification(ctx, w, model.VerificationVerified, ""); err != nil {
					return err
				}
			}
			for _, v := range list {
				if slices.Contains(a.Fixed, v.ID) {
					if err := v.close(ctx, w, a.by()); err != nil {
						return err
					}
				}
			}
			return nil
		})
}

// openIfIn: only an open vulnerability can be found fixed. A reattack stays
// pending when its vulnerability is closed otherwise.
func openIfIn(fixed []string) requirement {
	return func(v model.Vulnerability) string {
		if !slices.Contains(fixed, v.ID) {
			return ""
		}
		return mustBe("state", v.State.Status, model.StateVulnerable)
	}
}
