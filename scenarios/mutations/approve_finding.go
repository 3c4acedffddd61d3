package mutations

import (
	"context"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/triggers/model"
)

type approveFindingArgs struct {
	Finding string `yaml:"finding"`
	author
}

// approveFinding: F state APPROVED, FH; per SUBMITTED v: V state VULNERABLE with
// its report date, VH.
func approveFinding() harness.Mutation {
	return harness.NewMutation("approve_finding", "Approves a finding and releases its submitted vulnerabilities.",
		func(ctx context.Context, w harness.Writer, a approveFindingArgs) error {
			f, err := requireFinding(ctx, w, a.Finding, model.FindingSubmitted)
			if err != nil {
				return err
			}
			if err := f.changeState(ctx, w, a.by(), model.FindingApproved); err != nil {
				return err
			}
			submitted, err := vulnerabilitiesOf(ctx, w, f.ID, model.StateSubmitted)
			if err != nil {
				return err
			}
			return release(ctx, w, a.by(), submitted)
		})
}

// release makes drafts VULNERABLE. The report date is the date of the state that
// first was: one that is there stays.
func release(ctx context.Context, w harness.Writer, by string, drafts []*vulnerability) error {
	for _, v := range drafts {
		if err := v.changeState(ctx, w, by, func(s *model.State, i *model.VulnerabilityIndicators) {
			s.Status = model.StateVulnerable
			if i.ReportDate.IsZero() {
				i.ReportDate = s.ModifiedDate
			}
		}); err != nil {
			return err
		}
	}
	return nil
}
