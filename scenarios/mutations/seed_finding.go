package mutations

import (
	"context"
	"time"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/triggers/model"
)

type findingArgs struct {
	ID           string             `yaml:"id,key"`
	Group        string             `yaml:"group"`
	Title        string             `yaml:"title"`
	Status       findingStatus      `yaml:"status"`
	CreatedDate  time.Time          `yaml:"created_date,omitempty"`
	ModifiedDate time.Time          `yaml:"modified_date,omitempty"`
	Verification verificationStatus `yaml:"verification,omitempty"`
	vector
	author
}

// seedFinding puts a finding as its report would have left it, with marker and
// history, but without indicators: those are the trigger's. Of its states only
// the last one is in the history.
func seedFinding() harness.Mutation {
	return harness.NewMutation("finding", "A finding of a group.",
		func(ctx context.Context, w harness.Writer, a findingArgs) error {
			score, err := a.score()
			if err != nil {
				return err
			}
			created := or(a.CreatedDate, w.Now)
			modified := or(a.ModifiedDate, created)
			f := model.Finding{
				ID: a.ID, GroupName: a.Group, Title: a.Title, SeverityScore: score,
				Creation: &model.FindingState{Status: model.FindingCreated, ModifiedBy: a.by(), ModifiedDate: created, Source: defaultSource},
				State:    model.FindingState{Status: model.FindingStatus(a.Status), ModifiedBy: a.by(), ModifiedDate: modified, Source: defaultSource},
			}
			entries := []model.Entry{f.State}
			if a.Verification != "" {
				f.Verification = &model.FindingVerification{
					Status: model.VerificationStatus(a.Verification), ModifiedBy: a.by(), ModifiedDate: modified,
				}
				entries = append(entries, *f.Verification)
			}
			item, err := f.Item()
			if err != nil {
				return err
			}
			marker, err := markerItem(a.ID)
			if err != nil {
				return err
			}
			if err := putNew(ctx, w, marker); err != nil {
				return err
			}
			return putSeed(ctx, w, item, entries...)
		})
}
