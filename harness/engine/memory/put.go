package memory

import (
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/stillwater-streams/stillwater/harness/engine/memory/expression"
	"github.com/stillwater-streams/stillwater/harness/engine/memory/item"
)

func (db *Database) putItem(in *dynamodb.PutItemInput) (*dynamodb.PutItemOutput, error) {
	if err := checkPut(in); err != nil {
		return nil, err
	}
	it, err := normalItem(in.Item)
	if err != nil {
		return nil, err
	}
	compiled, err := expression.Compile(expression.Request{
		Operation: "PutItem", ConditionExpression: in.ConditionExpression,
		ExpressionAttributeNames: in.ExpressionAttributeNames, ExpressionAttributeValues: in.ExpressionAttributeValues,
		Expected: in.Expected, ConditionalOperator: in.ConditionalOperator,
	})
	if err != nil {
		return nil, err
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	m, err := db.putMutation(in.TableName, it, compiled)
	if err != nil {
		return nil, err
	}
	m.onFail = in.ReturnValuesOnConditionCheckFailure
	o, err := db.mutate(m)
	if err != nil {
		return nil, err
	}
	return &dynamodb.PutItemOutput{
		Attributes:            returned(in.ReturnValues, nil, o),
		ConsumedCapacity:      writeCapacity(in.ReturnConsumedCapacity, 1, o),
		ItemCollectionMetrics: collectionMetrics(in.ReturnItemCollectionMetrics, o),
	}, nil
}

// normalItem takes an item of a request: a copy in normal form, not too large.
func normalItem(in item.Item) (item.Item, error) {
	it, err := item.Take(in)
	if err != nil {
		return nil, err
	}
	return it, item.CheckSize(it)
}

// putMutation checks an item against the table that it is for.
func (db *Database) putMutation(name *string, it item.Item, compiled *expression.Compiled) (*mutation, error) {
	t, err := db.table(name)
	if err != nil {
		return nil, err
	}
	if err := t.schema.CheckItem(it); err != nil {
		return nil, err
	}
	for _, x := range t.indexes {
		if err := x.schema.CheckIndexed(it); err != nil {
			return nil, err
		}
	}
	if err := compiled.CheckKeys(t.schema, t.indexSchemas()...); err != nil {
		return nil, err
	}
	return &mutation{table: t, key: keyOf(t.schema, it), put: it, compiled: compiled}, nil
}

// keyMutation checks a key against its table.
func (db *Database) keyMutation(name *string, key item.Item, compiled *expression.Compiled) (*mutation, error) {
	t, err := db.table(name)
	if err != nil {
		return nil, err
	}
	if err := t.schema.CheckKey(key); err != nil {
		return nil, err
	}
	if err := compiled.CheckKeys(t.schema, t.indexSchemas()...); err != nil {
		return nil, err
	}
	return &mutation{table: t, key: keyOf(t.schema, key), keyItem: key, compiled: compiled}, nil
}

// mutate makes a single mutation.
func (db *Database) mutate(m *mutation) (outcome, error) {
	o, err := m.plan()
	if err == nil {
		db.apply(nil, o)
	}
	return o, err
}
