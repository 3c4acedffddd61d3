package mutations

import (
	"context"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/triggers/model"
)

type holdReattackArgs struct {
	Vulnerabilities []string `yaml:"vulnerabilities"`
	Event           string   `yaml:"event"`
	Comment         string   `yaml:"comment,omitempty"`
	author
}

// holdReattack: F verification ON_HOLD, FH; per v: V verification ON_HOLD with
// its event, VH, V pk_4/sk_4; C.
func holdReattack() harness.Mutation {
	return harness.NewMutation("hold_reattack", "Puts requested reattacks on hold because of an event.",
		func(ctx context.Context, w harness.Writer, a holdReattackArgs) error {
			list, err := require(ctx, w, a.Vulnerabilities, verificationIs(model.VerificationRequested))
			if err != nil {
				return err
			}
			f, err := commonFinding(ctx, w, list)
			if err != nil {
				return err
			}
			id := commentID(w.Now, list[0])
			if err := f.changeVerification(ctx, w, a.by(), model.VerificationOnHold, id, list); err != nil {
				return err
			}
			for _, v := range list {
				if err := v.changeVerification(ctx, w, model.VerificationOnHold, a.Event); err != nil {
					return err
				}
				// pk_4 follows from event_id, so both go in one write.
				v.EventID = a.Event
				if err := v.writeIndex(ctx, w, "verification", "event_id", "pk_4", "sk_4"); err != nil {
					return err
				}
			}
			return comment(ctx, w, model.Comment{
				ID: id, FindingID: f.ID, Type: model.CommentVerification, Email: a.by(),
				Content: or(a.Comment, "On hold because of event "+a.Event+"."),
			})
		})
}

func verificationIs(want ...model.VerificationStatus) requirement {
	return func(v model.Vulnerability) string {
		var status model.VerificationStatus
		if v.Verification != nil {
			status = v.Verification.Status
		}
		return mustBe("verification", status, want...)
	}
}
