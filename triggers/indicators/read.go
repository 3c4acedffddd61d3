package indicators

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stillwater-streams/stillwater/triggers/model"
)

// state is one reading of a finding.
type state struct {
	item     model.Item // the finding as read, for the condition of the write
	snapshot Snapshot
}

// read reads all vulnerabilities of a finding that was read before them: the
// write's condition is that the finding is still as it was then.
func (t *Trigger) read(ctx context.Context, finding model.Item, task task) (*state, error) {
	parsed, err := model.ParseFinding(finding)
	if err != nil {
		return nil, err
	}
	items, err := t.readIndex(ctx, task.finding)
	if err != nil {
		return nil, err
	}
	if items, err = t.overlay(ctx, items, task); err != nil {
		return nil, err
	}
	s := &state{item: finding, snapshot: Snapshot{Finding: parsed}}
	var errs []error
	for _, item := range items {
		v, err := model.ParseVulnerability(item)
		s.snapshot.Vulnerabilities = append(s.snapshot.Vulnerabilities, v)
		errs = append(errs, err)
	}
	return s, errors.Join(errs...)
}

// readFinding reads the finding by its key, consistently; nil if there is none
// (yet): when it appears, its INSERT computes it. The range key holds the
// group, which a record of a vulnerability need not tell: hence a query of the
// primary key with the finding's hash and the GROUP# prefix, which leaves the
// finding's history out.
func (t *Trigger) readFinding(ctx context.Context, id string) (model.Item, error) {
	pk, err := model.FindingPK(id)
	if err != nil {
		return nil, err
	}
	out, err := t.db.Query(ctx, &dynamodb.QueryInput{
		TableName:                 &t.table,
		ConsistentRead:            aws.Bool(true),
		KeyConditionExpression:    aws.String("#pk = :pk AND begins_with(#sk, :prefix)"),
		ExpressionAttributeNames:  map[string]string{"#pk": "pk", "#sk": "sk"},
		ExpressionAttributeValues: model.Item{":pk": text(pk), ":prefix": text("GROUP#")},
	})
	if err != nil {
		return nil, fmt.Errorf("read finding: %w", err)
	}
	switch len(out.Items) {
	case 0:
		return nil, nil
	case 1:
		return out.Items[0], nil
	}
	return nil, fmt.Errorf("read finding: in %d groups at once: remove all but one", len(out.Items))
}

// readIndex queries the vulnerabilities of a finding to the last page. Comments
// and the marker share the hash key of the index: hence the prefix.
func (t *Trigger) readIndex(ctx context.Context, finding string) ([]model.Item, error) {
	sk, err := model.FindingPK(finding)
	if err != nil {
		return nil, err
	}
	pages := dynamodb.NewQueryPaginator(t.db, &dynamodb.QueryInput{
		TableName:                 &t.table,
		IndexName:                 aws.String("inverted_index"),
		KeyConditionExpression:    aws.String("#sk = :sk AND begins_with(#pk, :prefix)"),
		ExpressionAttributeNames:  map[string]string{"#pk": "pk", "#sk": "sk"},
		ExpressionAttributeValues: model.Item{":sk": text(sk), ":prefix": text("VULN#")},
	})
	var items []model.Item
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("query inverted_index: %w", err)
		}
		items = append(items, page.Items...)
	}
	return items, nil
}

// overlay corrects the index, which may lag behind on AWS, by what the batch
// knows: a vulnerability whose image is not what the index has is read by its
// key, consistently. Which of the two is older does not matter then; a batch
// delivered late may well be.
func (t *Trigger) overlay(ctx context.Context, indexed []model.Item, task task) ([]model.Item, error) {
	items := make(map[model.Key]model.Item, len(indexed))
	order := make([]model.Key, 0, len(indexed))
	for _, item := range indexed {
		key, err := model.KeyOf(item)
		if err != nil {
			return nil, fmt.Errorf("query inverted_index: %w", err)
		}
		items[key] = item
		order = append(order, key)
	}
	for _, key := range task.keys() {
		item, found := items[key]
		if image := task.images[key]; found == (image != nil) && model.EqualItems(item, image) {
			continue
		}
		current, err := t.readVulnerability(ctx, key)
		if err != nil {
			return nil, err
		}
		if !found {
			order = append(order, key)
		}
		items[key] = current
	}
	var current []model.Item
	for _, key := range order {
		if items[key] != nil {
			current = append(current, items[key])
		}
	}
	return current, nil
}

func (t *Trigger) readVulnerability(ctx context.Context, key model.Key) (model.Item, error) {
	out, err := t.db.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: &t.table, Key: key.Item(), ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return nil, fmt.Errorf("read vulnerability %s: %w", key.PK, err)
	}
	return out.Item, nil
}

// stateStatus is the raw state.status of an item, nil if there is none.
func stateStatus(item model.Item) types.AttributeValue {
	if state, ok := item["state"].(*types.AttributeValueMemberM); ok {
		return state.Value["status"]
	}
	return nil
}
