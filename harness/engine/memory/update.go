package memory

import (
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/harness/engine/memory/expression"
	"github.com/stillwater-streams/stillwater/harness/engine/memory/item"
)

func (db *Database) updateItem(in *dynamodb.UpdateItemInput) (*dynamodb.UpdateItemOutput, error) {
	if err := checkUpdate(in); err != nil {
		return nil, err
	}
	key, err := normalKey(in.Key)
	if err != nil {
		return nil, err
	}
	compiled, err := compileUpdate(in)
	if err != nil {
		return nil, err
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	m, err := db.keyMutation(in.TableName, key, compiled)
	if err != nil {
		return nil, err
	}
	m.onFail = in.ReturnValuesOnConditionCheckFailure
	o, err := m.plan()
	if err != nil {
		return nil, err
	}
	if compiled.Update == nil && o.old == nil {
		o.new = key // an update of nothing makes an item of its key
	}
	db.apply(nil, o)
	return &dynamodb.UpdateItemOutput{
		Attributes:            returned(in.ReturnValues, compiled.Update, o),
		ConsumedCapacity:      writeCapacity(in.ReturnConsumedCapacity, 1, o),
		ItemCollectionMetrics: collectionMetrics(in.ReturnItemCollectionMetrics, o),
	}, nil
}

// compileUpdate copies the values of a request: what it sets becomes part of the
// item.
func compileUpdate(in *dynamodb.UpdateItemInput) (*expression.Compiled, error) {
	values, err := item.TakeRaw(in.ExpressionAttributeValues)
	if err != nil {
		return nil, err
	}
	updates, err := takeUpdates(in.AttributeUpdates)
	if err != nil {
		return nil, err
	}
	return expression.Compile(expression.Request{
		Operation: "UpdateItem", UpdateExpression: in.UpdateExpression, ConditionExpression: in.ConditionExpression,
		ExpressionAttributeNames: in.ExpressionAttributeNames, ExpressionAttributeValues: values,
		AttributeUpdates: updates, Expected: in.Expected, ConditionalOperator: in.ConditionalOperator,
	})
}

func takeUpdates(in map[string]types.AttributeValueUpdate) (map[string]types.AttributeValueUpdate, error) {
	if in == nil {
		return nil, nil
	}
	out := make(map[string]types.AttributeValueUpdate, len(in))
	for name, u := range in {
		value, err := item.TakeRaw(item.Item{name: u.Value})
		if err != nil {
			return nil, err
		}
		u.Value = value[name]
		out[name] = u
	}
	return out, nil
}

// returned are the attributes that ReturnValues asks for; u is nil for a put and a
// delete, which return old ones at most.
func returned(want types.ReturnValue, u *expression.Update, o outcome) item.Item {
	switch want {
	case types.ReturnValueAllOld:
		return item.Clone(o.old)
	case types.ReturnValueAllNew:
		return item.Clone(o.new)
	case types.ReturnValueUpdatedOld:
		return updatedPart(u, o.old)
	case types.ReturnValueUpdatedNew:
		return updatedPart(u, o.new)
	}
	return nil
}

func updatedPart(u *expression.Update, it item.Item) item.Item {
	if u == nil || it == nil {
		return nil
	}
	if part := u.Project(it); len(part) > 0 {
		return item.Clone(part)
	}
	return nil
}

// normalKey takes a key of a request: a copy in normal form.
func normalKey(in item.Item) (item.Item, error) { return item.Take(in) }
