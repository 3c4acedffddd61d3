package memory

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/harness/engine/memory/expression"
	"github.com/stillwater-streams/stillwater/harness/engine/memory/item"
)

func (db *Database) getItem(in *dynamodb.GetItemInput) (*dynamodb.GetItemOutput, error) {
	if err := checkGet(in); err != nil {
		return nil, err
	}
	key, err := normalKey(in.Key)
	if err != nil {
		return nil, err
	}
	compiled, err := expression.Compile(expression.Request{
		Operation: "GetItem", ProjectionExpression: in.ProjectionExpression,
		ExpressionAttributeNames: in.ExpressionAttributeNames, AttributesToGet: in.AttributesToGet,
	})
	if err != nil {
		return nil, err
	}
	stale := !aws.ToBool(in.ConsistentRead) && db.takeStale()
	db.mu.RLock()
	defer db.mu.RUnlock()
	t, err := db.table(in.TableName)
	if err != nil {
		return nil, err
	}
	r, err := t.lookUp(key, compiled, stale)
	if err != nil {
		return nil, err
	}
	return &dynamodb.GetItemOutput{
		Item:             r.project(compiled),
		ConsumedCapacity: readCapacity(in.ReturnConsumedCapacity, t, nil, r.bytes(), aws.ToBool(in.ConsistentRead)),
	}, nil
}

// lookUp returns the row of a key, nil if there is none.
func (t *table) lookUp(key item.Item, compiled *expression.Compiled, stale bool) (*row, error) {
	if err := t.schema.CheckKey(key); err != nil {
		return nil, err
	}
	if err := compiled.CheckKeys(t.schema); err != nil {
		return nil, err
	}
	at := keyOf(t.schema, key)
	if stale {
		if r, changed := t.before(at); changed {
			return r, nil
		}
	}
	r, _ := t.rows.Get(at)
	return r, nil
}

// project returns a copy of what a request wants to see of the item, nil if there
// is none.
func (r *row) project(compiled *expression.Compiled) item.Item {
	switch {
	case r == nil:
		return nil
	case compiled.Projection != nil:
		return item.Clone(compiled.Projection.Project(r.item))
	}
	return item.Clone(r.item)
}

func (r *row) bytes() int {
	if r == nil {
		return 0
	}
	return r.size
}

// before returns what the last request found at a key; changed is false if it did
// not touch it.
func (t *table) before(key string) (r *row, changed bool) {
	for _, c := range t.last {
		if c.key() == key {
			return c.old, true
		}
	}
	return nil, false
}

func (c change) key() string {
	if c.old != nil {
		return c.old.key
	}
	return c.new.key
}

// stale returns the table as it was before the last request changed it.
func (t *table) stale() *table {
	out := t.clone(t.stream)
	for i := len(t.last) - 1; i >= 0; i-- {
		out.replace(change{old: t.last[i].new, new: t.last[i].old})
	}
	return out
}

func (db *Database) batchGetItem(in *dynamodb.BatchGetItemInput) (*dynamodb.BatchGetItemOutput, error) {
	reads, err := batchReads(in)
	if err != nil {
		return nil, err
	}
	stale := len(reads) > 0 && db.takeStale()
	members := 0
	for _, r := range reads {
		members += len(r.keys)
	}
	made := db.takePartial(members)
	db.mu.RLock()
	defer db.mu.RUnlock()
	out := &dynamodb.BatchGetItemOutput{Responses: map[string][]map[string]types.AttributeValue{}, UnprocessedKeys: map[string]types.KeysAndAttributes{}}
	for _, r := range reads {
		now := min(len(r.keys), made)
		made -= now
		if err := db.batchRead(r, now, out, stale && !r.consistent, in.ReturnConsumedCapacity); err != nil {
			return nil, err
		}
	}
	return out, nil
}
