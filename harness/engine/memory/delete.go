package memory

import (
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/stillwater-streams/stillwater/harness/engine/memory/expression"
)

func (db *Database) deleteItem(in *dynamodb.DeleteItemInput) (*dynamodb.DeleteItemOutput, error) {
	if err := checkDelete(in); err != nil {
		return nil, err
	}
	key, err := normalKey(in.Key)
	if err != nil {
		return nil, err
	}
	compiled, err := expression.Compile(expression.Request{
		Operation: "DeleteItem", ConditionExpression: in.ConditionExpression,
		ExpressionAttributeNames: in.ExpressionAttributeNames, ExpressionAttributeValues: in.ExpressionAttributeValues,
		Expected: in.Expected, ConditionalOperator: in.ConditionalOperator,
	})
	if err != nil {
		return nil, err
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	m, err := db.keyMutation(in.TableName, key, compiled)
	if err != nil {
		return nil, err
	}
	m.delete, m.onFail = true, in.ReturnValuesOnConditionCheckFailure
	o, err := db.mutate(m)
	if err != nil {
		return nil, err
	}
	return &dynamodb.DeleteItemOutput{
		Attributes:            returned(in.ReturnValues, nil, o),
		ConsumedCapacity:      writeCapacity(in.ReturnConsumedCapacity, 1, o),
		ItemCollectionMetrics: collectionMetrics(in.ReturnItemCollectionMetrics, o),
	}, nil
}
