package mutations

import (
	"context"
	"fmt"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/triggers/model"
)

type submitFindingArgs struct {
	Finding string `yaml:"finding"`
	author
}

// submitFinding: F state SUBMITTED, FH; per REJECTED v: V state SUBMITTED, VH.
func submitFinding() harness.Mutation {
	return harness.NewMutation("submit_finding", "Submits a finding for approval, its rejected vulnerabilities with it.",
		func(ctx context.Context, w harness.Writer, a submitFindingArgs) error {
			f, err := requireFinding(ctx, w, a.Finding, model.FindingCreated, model.FindingRejected)
			if err != nil {
				return err
			}
			if err := f.changeState(ctx, w, a.by(), model.FindingSubmitted); err != nil {
				return err
			}
			rejected, err := vulnerabilitiesOf(ctx, w, f.ID, model.StateRejected)
			if err != nil {
				return err
			}
			for _, v := range rejected {
				if err := v.changeState(ctx, w, a.by(), func(s *model.State, _ *model.VulnerabilityIndicators) {
					s.Status = model.StateSubmitted
				}); err != nil {
					return err
				}
			}
			return nil
		})
}

// requireFinding reads a finding whose own state must be one of want.
func requireFinding(ctx context.Context, w harness.Writer, id string, want ...model.FindingStatus) (*finding, error) {
	f, err := readFinding(ctx, w, id)
	if err != nil {
		return nil, err
	}
	if problem := mustBe("state", f.State.Status, want...); problem != "" {
		return nil, fmt.Errorf("%s: %s", id, problem)
	}
	return f, nil
}
