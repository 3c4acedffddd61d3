package mutations

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/triggers/model"
)

type rejectAcceptanceArgs struct {
	Vulnerability string `yaml:"vulnerability"`
	author
}

// rejectAcceptance: VH TREATMENT# with REJECTED, which the main item never shows,
// then a treatment change back to what was before, one second later.
func rejectAcceptance() harness.Mutation {
	return harness.NewMutation("reject_acceptance", "Refuses to accept a vulnerability for good.",
		func(ctx context.Context, w harness.Writer, a rejectAcceptanceArgs) error {
			v, err := requireOne(ctx, w, a.Vulnerability, acceptanceSubmitted)
			if err != nil {
				return err
			}
			previous, err := previousTreatment(ctx, w, v)
			if err != nil {
				return err
			}
			rejected := *v.Treatment
			rejected.AcceptanceStatus = model.AcceptanceRejected
			rejected.ModifiedBy, rejected.ModifiedDate = a.by(), stamp(w.Now, rejected.ModifiedDate)
			pk, err := model.VulnerabilityPK(v.ID)
			if err != nil {
				return err
			}
			if err := putHistory(ctx, w, pk, rejected); err != nil {
				return err
			}
			previous.ModifiedBy = a.by()
			previous.ModifiedDate = rejected.ModifiedDate.Add(time.Second)
			return v.changeTreatment(ctx, w, previous)
		})
}

// previousTreatment is the latest in the history before the present one;
// UNTREATED, for the same person, when the history holds none.
func previousTreatment(ctx context.Context, w harness.Writer, v *vulnerability) (model.Treatment, error) {
	pk, err := model.VulnerabilityPK(v.ID)
	if err != nil {
		return model.Treatment{}, err
	}
	history, err := query(ctx, w, byPrefix(pk, "TREATMENT#"))
	if err != nil {
		return model.Treatment{}, fmt.Errorf("%s: read treatments: %w", v.ID, err)
	}
	previous := model.Treatment{Status: model.TreatmentUntreated, Assigned: v.Treatment.Assigned}
	for _, item := range history { // ascending by date
		// A history item holds at top level what the main item holds in a map.
		past, err := model.ParseVulnerability(model.Item{"treatment": &types.AttributeValueMemberM{Value: item}})
		if err != nil {
			return model.Treatment{}, err
		}
		if past.Treatment.ModifiedDate.Before(v.Treatment.ModifiedDate) {
			previous = *past.Treatment
		}
	}
	return previous, nil
}
