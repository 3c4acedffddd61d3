package mutations

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/triggers/model"
)

const (
	batchSize    = 25 // DynamoDB's limit for BatchWriteItem
	batchRetries = 10 // for what comes back unprocessed
)

// stamp dates an entry: now, or one second after its previous date when now is
// not later, so that two history items never share a key.
func stamp(now, previous time.Time) time.Time {
	if !now.After(previous) {
		return previous.Add(time.Second)
	}
	return now
}

// putNew puts an item whose key must be free.
func putNew(ctx context.Context, w harness.Writer, item model.Item) error {
	_, err := w.DB.PutItem(ctx, &dynamodb.PutItemInput{
		TableName:           aws.String(w.Table),
		Item:                item,
		ConditionExpression: aws.String("attribute_not_exists(pk)"),
	})
	var taken *types.ConditionalCheckFailedException
	if errors.As(err, &taken) {
		return fmt.Errorf("put %s: it is there already: %w", keyText(item), err)
	}
	return worded("put", item, err)
}

// putHistory puts the history item of an entry.
func putHistory(ctx context.Context, w harness.Writer, pk string, e model.Entry) error {
	item, err := model.HistoryItem(pk, e)
	if err != nil {
		return err
	}
	return putNew(ctx, w, item)
}

// historyOf returns the history items that entries leave beside their main item.
func historyOf(main model.Item, entries ...model.Entry) ([]model.Item, error) {
	key, err := model.KeyOf(main)
	if err != nil {
		return nil, err
	}
	var items []model.Item
	for _, e := range entries {
		item, err := model.HistoryItem(key.PK, e)
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	return items, nil
}

// putSeed puts a main item whose key must be free, then the history of its
// entries.
func putSeed(ctx context.Context, w harness.Writer, main model.Item, entries ...model.Entry) error {
	history, err := historyOf(main, entries...)
	if err != nil {
		return err
	}
	if err := putNew(ctx, w, main); err != nil {
		return err
	}
	return batchPut(ctx, w, history...)
}

// comment puts the comment that goes with a change. Its id is made of the time
// and the first vulnerability concerned, so that every run gives the same one.
func comment(ctx context.Context, w harness.Writer, c model.Comment) error {
	c.ParentID, c.CreationDate = model.NoParent, w.Now
	item, err := c.Item()
	if err != nil {
		return err
	}
	return putNew(ctx, w, item)
}

func commentID(now time.Time, about *vulnerability) string {
	return strconv.FormatInt(now.UnixMilli(), 10) + "-" + about.ID
}

// batchPut puts items in batches, in this order.
func batchPut(ctx context.Context, w harness.Writer, items ...model.Item) error {
	requests := make([]types.WriteRequest, len(items))
	for i, item := range items {
		requests[i] = types.WriteRequest{PutRequest: &types.PutRequest{Item: item}}
	}
	return batch(ctx, w, requests)
}

// batchDelete deletes items by the keys in them.
func batchDelete(ctx context.Context, w harness.Writer, items []model.Item) error {
	requests := make([]types.WriteRequest, len(items))
	for i, item := range items {
		key := model.Item{"pk": item["pk"], "sk": item["sk"]}
		requests[i] = types.WriteRequest{DeleteRequest: &types.DeleteRequest{Key: key}}
	}
	return batch(ctx, w, requests)
}

// batch writes 25 requests a call and sends again what comes back unprocessed.
func batch(ctx context.Context, w harness.Writer, requests []types.WriteRequest) error {
	for len(requests) > 0 {
		n := min(len(requests), batchSize)
		pending := requests[:n]
		requests = requests[n:]
		for try := 0; len(pending) > 0; try++ {
			if try > batchRetries {
				return fmt.Errorf("batch write: %d of %d requests are still unprocessed after %d tries", len(pending), n, try)
			}
			out, err := w.DB.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{
				RequestItems: map[string][]types.WriteRequest{w.Table: pending},
			})
			if err != nil {
				return fmt.Errorf("batch write: %w", err)
			}
			pending = out.UnprocessedItems[w.Table]
		}
	}
	return nil
}
