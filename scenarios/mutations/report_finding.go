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

// reportFinding: put the marker FIN_ID, then F and FH in one batch, which knows
// no conditions: that the id is free is read before, for findings without marker.
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
			marker, err := markerItem(a.ID)
			if err != nil {
				return err
			}
			history, err := historyOf(item, state)
			if err != nil {
				return err
			}
			if err := requireFree(ctx, w, a.ID, item); err != nil {
				return err
			}
			if err := putNew(ctx, w, marker); err != nil {
				return err
			}
			return batchPut(ctx, w, append([]model.Item{item}, history...)...)
		})
}

// markerItem keeps the id of a finding unique over all groups.
func markerItem(id string) (model.Item, error) {
	key, err := model.MarkerKey(id)
	if err != nil {
		return nil, err
	}
	item := key.Item()
	item["id"] = &types.AttributeValueMemberS{Value: id}
	return item, nil
}
