package mutations

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/triggers/model"
)

type removeFindingArgs struct {
	Finding string `yaml:"finding"`
	author
}

// removeFinding: per v: V state DELETED, VH; delete the comments; F state DELETED,
// FH; per v that was released: V state MASKED, VH; if F was APPROVED: F state MASKED,
// FH; per v: delete V and its history; delete F and its history; delete the marker.
func removeFinding() harness.Mutation {
	return harness.NewMutation("remove_finding", "Removes a finding with its vulnerabilities, comments and history.",
		func(ctx context.Context, w harness.Writer, a removeFindingArgs) error {
			f, err := readFinding(ctx, w, a.Finding)
			if err != nil {
				return err
			}
			// MASKED is allowed: a removal that did not get further is taken up again.
			if f.State.Status == model.FindingDeleted {
				return fmt.Errorf("%s: it is removed already: state is %s", f.ID, f.State.Status)
			}
			list, err := allVulnerabilitiesOf(ctx, w, f.ID)
			if err != nil {
				return err
			}
			if err := f.markRemoved(ctx, w, a.by(), list); err != nil {
				return err
			}
			for _, v := range list {
				if err := v.erase(ctx, w); err != nil {
					return err
				}
			}
			return f.erase(ctx, w)
		})
}

// markRemoved makes everything DELETED, and then MASKED what the customer has seen.
func (f *finding) markRemoved(ctx context.Context, w harness.Writer, by string, list []*vulnerability) error {
	var released []*vulnerability
	for _, v := range list {
		if v.Released() {
			released = append(released, v)
		}
		if v.Deleted() {
			continue
		}
		if err := v.mark(ctx, w, by, model.StateDeleted); err != nil {
			return err
		}
	}
	comments, err := query(ctx, w, byIndex("inverted_index", "sk", "FIN#"+f.ID, "pk", "CMNT#"))
	if err != nil {
		return fmt.Errorf("%s: list comments: %w", f.ID, err)
	}
	if err := batchDelete(ctx, w, comments); err != nil {
		return err
	}
	wasApproved := f.State.Status == model.FindingApproved
	if err := f.changeState(ctx, w, by, model.FindingDeleted); err != nil {
		return err
	}
	for _, v := range released {
		if err := v.mark(ctx, w, by, model.StateMasked); err != nil {
			return err
		}
	}
	if wasApproved {
		return f.changeState(ctx, w, by, model.FindingMasked)
	}
	return nil
}

// erase deletes the finding, then its history, then its marker: an old finding has
// none, and a second try finds it gone.
func (f *finding) erase(ctx context.Context, w harness.Writer) error {
	if err := erase(ctx, w, f.item); err != nil {
		return err
	}
	marker, err := markerItem(f.ID)
	if err != nil {
		return err
	}
	key := model.Item{"pk": marker["pk"], "sk": marker["sk"]}
	_, err = w.DB.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: aws.String(w.Table), Key: key})
	return worded("delete", key, err)
}
