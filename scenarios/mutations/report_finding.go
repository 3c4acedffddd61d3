package mutations

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/triggers/model"
)

type reportFindingArgs struct {
	ID    string `yaml:"id"`
	Group string `yaml:"group"`
	Title string `yaml:"title"`
	vector
	author
}

// reportFinding: put the marker FIN_ID, then F and FH in one batch.
func reportFinding() harness.Mutation {
	return harness.NewMutation("report_finding", "Reports a finding, not yet submitted.",
		func(ctx context.Context, w harness.Writer, a reportFindingArgs) error {
			score, err := a.score()
			if err != nil {
				return err
			}
			state := model.FindingState{Status: model.FindingCreated, ModifiedBy: a.by(), ModifiedDate: w.Now, Source: defaultSource}
			item, err := model.Finding{
				ID: a.ID, GroupName: a.Group, Title: a.Title, Creation: &state, State: state, SeverityScore: score,
			}.Item()
			if err != nil {
				return err
			}
			marker, err := model.MarkerKey(a.ID)
			if err != nil {
				return err
			}
			pk, err := model.FindingPK(a.ID)
			if err != nil {
				return err
			}
			history, err := model.HistoryItem(pk, state)
			if err != nil {
				return err
			}
			if err := putNew(ctx, w, withText(marker.Item(), "id", a.ID)); err != nil {
				return err
			}
			return batchPut(ctx, w, item, history)
		})
}

func withText(item model.Item, name, value string) model.Item {
	item[name] = &types.AttributeValueMemberS{Value: value}
	return item
}
