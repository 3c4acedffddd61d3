package mutations

import (
	"context"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/triggers/model"
)

// changeState writes F and FH.
func (f *finding) changeState(ctx context.Context, w harness.Writer, by string, status model.FindingStatus) error {
	f.State.Status = status
	f.State.ModifiedBy, f.State.ModifiedDate = by, stamp(w.Now, f.State.ModifiedDate)
	return f.write(ctx, w, "state", f.State)
}

// changeVerification writes F and FH. about are the vulnerabilities concerned.
func (f *finding) changeVerification(ctx context.Context, w harness.Writer, by string, status model.VerificationStatus, commentID string, about []*vulnerability) error {
	next := model.FindingVerification{Status: status, CommentID: commentID, ModifiedBy: by, ModifiedDate: w.Now}
	for _, v := range about {
		next.VulnerabilityIDs = append(next.VulnerabilityIDs, v.ID)
	}
	slices.Sort(next.VulnerabilityIDs)
	if f.Verification != nil {
		next.ModifiedDate = stamp(w.Now, f.Verification.ModifiedDate)
	}
	f.Verification = &next
	return f.write(ctx, w, "verification", next)
}

func (f *finding) write(ctx context.Context, w harness.Writer, name string, e model.Entry) error {
	u := newUpdate(f.item)
	u.setMap(name, e.Item())
	u.ifUnchanged(f.item, name)
	if err := u.run(ctx, w); err != nil {
		return err
	}
	// The next write of the same change is conditional on this one.
	f.item = maps.Clone(f.item)
	f.item[name] = &types.AttributeValueMemberM{Value: e.Item()}
	pk, err := model.FindingPK(f.ID)
	if err != nil {
		return err
	}
	return putHistory(ctx, w, pk, e)
}
