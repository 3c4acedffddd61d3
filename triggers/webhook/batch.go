package webhook

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/triggers/model"
	"github.com/stillwater-streams/stillwater/triggers/record"
)

// batch is what one invocation has learned: everything is asked once.
type batch struct {
	trigger   *Trigger
	endpoints map[string]string // by group; "" = none
	approved  map[string]bool   // by finding
	down      map[string]error  // by endpoint: why it gets nothing more
	failed    map[model.Key]bool
}

// tell sends the notification of a record, if there is one and somebody wants it.
// After one that failed nothing more is sent of its item: it comes again, and an
// endpoint would hear of the later change first.
func (b *batch) tell(ctx context.Context, c record.Change) error {
	n, ok := news(c)
	if !ok {
		return nil
	}
	if b.failed[c.Key] {
		return fmt.Errorf("%s of %s: not sent, a change of it before this one failed in this batch", n.Event, n.VulnerabilityID)
	}
	err := b.send(ctx, c, n)
	b.failed[c.Key] = err != nil
	return err
}

// send sends the notification of a record to its group.
func (b *batch) send(ctx context.Context, c record.Change, n Notification) error {
	endpoint, err := b.endpoint(ctx, n.Group)
	if endpoint == "" || err != nil {
		return err
	}
	if c.Event == record.Insert {
		approved, err := b.isApproved(ctx, n.FindingID, n.Group)
		if !approved || err != nil {
			return err
		}
	}
	if err := b.down[endpoint]; err != nil {
		return fmt.Errorf("%s of %s: not sent, the endpoint of group %s failed before in this batch: %w", n.Event, n.VulnerabilityID, n.Group, err)
	}
	unreachable, err := b.trigger.deliver(ctx, endpoint, n)
	if unreachable {
		b.down[endpoint] = err
	}
	if err != nil {
		return fmt.Errorf("%s of %s: endpoint of group %s: %w", n.Event, n.VulnerabilityID, n.Group, err)
	}
	return nil
}

// endpoint is where a group wants to be told, "" if nowhere. A vulnerability does
// not tell its group's organization, which is the group's range key: hence a query.
func (b *batch) endpoint(ctx context.Context, group string) (string, error) {
	if endpoint, known := b.endpoints[group]; known {
		return endpoint, nil
	}
	out, err := b.trigger.db.Query(ctx, &dynamodb.QueryInput{
		TableName:                &b.trigger.table,
		ConsistentRead:           aws.Bool(true),
		KeyConditionExpression:   aws.String("#pk = :pk AND begins_with(#sk, :prefix)"),
		ExpressionAttributeNames: map[string]string{"#pk": "pk", "#sk": "sk"},
		ExpressionAttributeValues: model.Item{
			":pk": &types.AttributeValueMemberS{Value: "GROUP#" + group}, ":prefix": &types.AttributeValueMemberS{Value: "ORG#"},
		},
	})
	if err != nil {
		return "", fmt.Errorf("read group %s: %w", group, err)
	}
	var endpoint string
	if len(out.Items) > 0 {
		endpoint = text(out.Items[0], "webhook_url")
	}
	b.endpoints[group] = endpoint
	return endpoint, nil
}

// isApproved tells whether a finding is released: a vulnerability that is put into
// any other is not reported yet.
func (b *batch) isApproved(ctx context.Context, finding, group string) (bool, error) {
	if approved, known := b.approved[finding]; known {
		return approved, nil
	}
	key, err := model.FindingKey(finding, group)
	if err != nil {
		return false, err
	}
	out, err := b.trigger.db.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: &b.trigger.table, Key: key.Item(), ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return false, fmt.Errorf("read finding %s: %w", finding, err)
	}
	b.approved[finding] = text(out.Item, "state", "status") == string(model.FindingApproved)
	return b.approved[finding], nil
}
