package indicators_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stillwater-streams/stillwater/triggers/indicators"
	"github.com/stillwater-streams/stillwater/triggers/model"
)

// table is a small table with a stream: as much of DynamoDB as the trigger uses,
// with the rules that the trigger must respect, and knobs for what goes wrong.
type table struct {
	t        testing.TB
	items    map[model.Key]model.Item
	stream   []events.DynamoDBEventRecord // not delivered yet
	calls    []string                     // what the trigger did
	pageSize int                          // items a page of a query, 0 = all

	// index is what inverted_index still has in place of an item, nil = lacks it.
	index map[model.Key]model.Item
	// before runs before a call, with its line of the log; its error is the call's.
	before func(call string) error
}

func newTable(t testing.TB) *table {
	return &table{t: t, items: map[model.Key]model.Item{}, index: map[model.Key]model.Item{}}
}

func (tb *table) trigger() *indicators.Trigger {
	return indicators.New(indicators.Options{DynamoDB: tb, Table: "integrates_vms"})
}

// --- what a test does ---

// put writes an item; a no-op leaves no record, as in DynamoDB.
func (tb *table) put(item model.Item) {
	key, err := model.KeyOf(item)
	if err != nil {
		tb.t.Fatal(err)
	}
	tb.write(key, item)
}

func (tb *table) remove(key model.Key) { tb.write(key, nil) }

func (tb *table) write(key model.Key, after model.Item) {
	before := tb.items[key]
	if after == nil {
		delete(tb.items, key)
	} else {
		tb.items[key] = cloneItem(after)
	}
	if (before == nil) == (after == nil) && model.EqualItems(before, after) {
		return
	}
	event := "MODIFY"
	switch {
	case before == nil:
		event = "INSERT"
	case after == nil:
		event = "REMOVE"
	}
	tb.stream = append(tb.stream, record(event, key, before, after))
}

// take returns the undelivered records.
func (tb *table) take() []events.DynamoDBEventRecord {
	records := tb.stream
	tb.stream = nil
	return records
}

// settle delivers batches until the stream is empty, the trigger's own records
// included.
func (tb *table) settle(trigger *indicators.Trigger) {
	tb.t.Helper()
	for range 10 {
		if len(tb.stream) == 0 {
			return
		}
		if err := trigger.Handle(context.Background(), events.DynamoDBEvent{Records: tb.take()}); err != nil {
			tb.t.Fatal(err)
		}
	}
	tb.t.Fatal("the trigger feeds itself: records are left after 10 batches")
}

// stored is the indicator that the table holds, as show has it.
func (tb *table) stored(finding model.Key, path ...string) string {
	v := tb.items[finding]["unreliable_indicators"]
	for _, name := range path {
		m, ok := v.(*types.AttributeValueMemberM)
		if !ok {
			return ""
		}
		v = m.Value[name]
	}
	return show(v)
}

func (tb *table) called(prefix string) int {
	n := 0
	for _, call := range tb.calls {
		if strings.HasPrefix(call, prefix) {
			n++
		}
	}
	return n
}

// --- the API ---

func (tb *table) GetItem(_ context.Context, in *dynamodb.GetItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	key, err := model.KeyOf(in.Key)
	if err != nil {
		return nil, err
	}
	if err := tb.call("GetItem %s", key.PK); err != nil {
		return nil, err
	}
	if !aws.ToBool(in.ConsistentRead) {
		return nil, errors.New("fake: GetItem must be consistent")
	}
	return &dynamodb.GetItemOutput{Item: cloneItem(tb.items[key])}, nil
}

func (tb *table) Query(_ context.Context, in *dynamodb.QueryInput, _ ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	if in.IndexName == nil {
		return tb.queryTable(in)
	}
	sk, prefix := textOf(in.ExpressionAttributeValues[":sk"]), textOf(in.ExpressionAttributeValues[":prefix"])
	if err := tb.call("Query %s %s", *in.IndexName, sk); err != nil {
		return nil, err
	}
	if *in.KeyConditionExpression != "#sk = :sk AND begins_with(#pk, :prefix)" || aws.ToBool(in.ConsistentRead) {
		return nil, errors.New("fake: not a query of inverted_index")
	}
	indexed := maps.Clone(tb.items)
	maps.Copy(indexed, tb.index)
	var keys []model.Key
	for key, item := range indexed {
		if item != nil && key.SK == sk && strings.HasPrefix(key.PK, prefix) && (in.ExclusiveStartKey == nil || key.PK > textOf(in.ExclusiveStartKey["pk"])) {
			keys = append(keys, key)
		}
	}
	slices.SortFunc(keys, func(a, b model.Key) int { return strings.Compare(a.PK, b.PK) })
	out := &dynamodb.QueryOutput{}
	if tb.pageSize > 0 && len(keys) > tb.pageSize {
		keys = keys[:tb.pageSize]
		out.LastEvaluatedKey = keys[len(keys)-1].Item()
	}
	for _, key := range keys {
		out.Items = append(out.Items, cloneItem(indexed[key]))
	}
	return out, nil
}

func (tb *table) queryTable(in *dynamodb.QueryInput) (*dynamodb.QueryOutput, error) {
	pk, prefix := textOf(in.ExpressionAttributeValues[":pk"]), textOf(in.ExpressionAttributeValues[":prefix"])
	if err := tb.call("Query %s", pk); err != nil {
		return nil, err
	}
	if *in.KeyConditionExpression != "#pk = :pk AND begins_with(#sk, :prefix)" || !aws.ToBool(in.ConsistentRead) {
		return nil, errors.New("fake: not a consistent query of the table")
	}
	out := &dynamodb.QueryOutput{}
	for key, item := range tb.items {
		if key.PK == pk && strings.HasPrefix(key.SK, prefix) {
			out.Items = append(out.Items, cloneItem(item))
		}
	}
	return out, nil
}

func (tb *table) UpdateItem(_ context.Context, in *dynamodb.UpdateItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	key, err := model.KeyOf(in.Key)
	if err != nil {
		return nil, err
	}
	if err := tb.call("UpdateItem %s: %s IF %s", key.PK, *in.UpdateExpression, *in.ConditionExpression); err != nil {
		return nil, err
	}
	u := update{in: in, item: cloneItem(tb.items[key])}
	if stray := strayWrites(key, u); len(stray) > 0 {
		tb.t.Errorf("the trigger writes %s of %s, %s: only indicators of findings are its own", stray, key.PK, key.SK)
	}
	ok, err := u.holds()
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, &types.ConditionalCheckFailedException{Message: aws.String("The conditional request failed")}
	}
	if u.item == nil {
		u.item = key.Item() // as DynamoDB does: hence the condition on existence
	}
	if err := u.apply(); err != nil {
		return nil, err
	}
	tb.write(key, u.item)
	if in.ReturnValues != types.ReturnValueAllNew {
		return &dynamodb.UpdateItemOutput{}, nil
	}
	return &dynamodb.UpdateItemOutput{Attributes: cloneItem(u.item)}, nil
}

func (tb *table) call(format string, args ...any) error {
	call := fmt.Sprintf(format, args...)
	tb.calls = append(tb.calls, call)
	if tb.before != nil {
		return tb.before(call)
	}
	return nil
}
