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

// previousTreatment is the latest in the history that was more than a request:
// the one that is refused now is the last, and those refused before are nothing
// to go back to either. UNTREATED when the history holds none. Whoever is
// assigned stays.
func previousTreatment(ctx context.Context, w harness.Writer, v *vulnerability) (model.Treatment, error) {
	pk, err := model.VulnerabilityPK(v.ID)
	if err != nil {
		return model.Treatment{}, err
	}
	history, err := query(ctx, w, byPrefix(pk, "TREATMENT#"))
	if err != nil {
		return model.Treatment{}, fmt.Errorf("%s: read treatments: %w", v.ID, err)
	}
	previous := model.Treatment{Status: model.TreatmentUntreated}
	for _, item := range history { // ascending by date
		// A history item holds at top level what the main item holds in a map.
		past, err := model.ParseVulnerability(model.Item{"treatment": &types.AttributeValueMemberM{Value: item}})
		if err != nil {
			return model.Treatment{}, err
		}
		if !refusable(*past.Treatment) {
			previous = *past.Treatment
		}
	}
	previous.Assigned = v.Treatment.Assigned
	return previous, nil
}

// refusable tells whether a treatment is a request for acceptance, waiting or
// refused.
func refusable(t model.Treatment) bool {
	return t.AcceptanceStatus == model.AcceptanceSubmitted || t.AcceptanceStatus == model.AcceptanceRejected
}
