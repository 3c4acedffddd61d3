package engine

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// steps are calls of every kind that a trigger or a scenario makes; half of them change nothing, and must count nothing.
func (t *selfTest) steps() []step {
	const streamed, plain = selfTestStreamed, selfTestPlain
	return []step{
		{what: "put of a new item", moves: 1, records: 1, do: t.put(put(streamed, "k", 1))},
		{what: "the same put again", do: t.put(put(streamed, "k", 1))},
		{what: "put in a table without a stream", moves: 1, do: t.put(put(plain, "k", 1))},
		{what: "put that fails its condition", do: t.failingPut},
		{what: "update", moves: 1, records: 1, do: t.update(2)},
		{what: "update to the same value", do: t.update(2)},
		{what: "query", do: t.query},
		{what: "batch of a put, a delete and a put in another table", moves: 3, records: 2, do: t.batch},
		{what: "transaction of two puts", moves: 2, records: 2, do: t.transaction},
		{what: "delete", moves: 1, records: 1, do: t.delete},
		{what: "delete of what is not there", do: t.delete},
	}
}

func (t *selfTest) put(in *dynamodb.PutItemInput) func(context.Context) error {
	return func(ctx context.Context) error {
		_, err := t.db.PutItem(ctx, in)
		return err
	}
}

func (t *selfTest) failingPut(ctx context.Context) error {
	in := put(selfTestStreamed, "k", 9)
	in.ConditionExpression = aws.String("attribute_not_exists(" + selfTestKey + ")")
	_, err := t.db.PutItem(ctx, in)
	if failed := (*types.ConditionalCheckFailedException)(nil); errors.As(err, &failed) {
		return nil
	}
	return fmt.Errorf("its condition did not fail: %w", err)
}

func (t *selfTest) update(value int) func(context.Context) error {
	return func(ctx context.Context) error {
		_, err := t.db.UpdateItem(ctx, &dynamodb.UpdateItemInput{
			TableName:                 aws.String(selfTestStreamed),
			Key:                       key("k"),
			UpdateExpression:          aws.String("SET n = :n"),
			ExpressionAttributeValues: map[string]types.AttributeValue{":n": number(value)},
		})
		return err
	}
}

func (t *selfTest) query(ctx context.Context) error {
	_, err := t.db.Query(ctx, &dynamodb.QueryInput{
		TableName:                 aws.String(selfTestStreamed),
		KeyConditionExpression:    aws.String(selfTestKey + " = :id"),
		ExpressionAttributeValues: map[string]types.AttributeValue{":id": &types.AttributeValueMemberS{Value: "k"}},
	})
	return err
}

func (t *selfTest) batch(ctx context.Context) error {
	_, err := t.db.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{
		selfTestStreamed: {
			{PutRequest: &types.PutRequest{Item: put("", "l", 1).Item}},
			{DeleteRequest: &types.DeleteRequest{Key: key("first")}},
		},
		selfTestPlain: {{PutRequest: &types.PutRequest{Item: put("", "l", 1).Item}}},
	}})
	return err
}

func (t *selfTest) transaction(ctx context.Context) error {
	one, two := put(selfTestStreamed, "m", 1), put(selfTestStreamed, "n", 1)
	_, err := t.db.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
		{Put: &types.Put{TableName: one.TableName, Item: one.Item}},
		{Put: &types.Put{TableName: two.TableName, Item: two.Item}},
	}})
	return err
}

func (t *selfTest) delete(ctx context.Context) error {
	_, err := t.db.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: aws.String(selfTestStreamed), Key: key("k")})
	return err
}

func put(table, id string, n int) *dynamodb.PutItemInput {
	item := key(id)
	item["n"] = number(n)
	return &dynamodb.PutItemInput{TableName: aws.String(table), Item: item}
}

func key(id string) map[string]types.AttributeValue {
	return map[string]types.AttributeValue{selfTestKey: &types.AttributeValueMemberS{Value: id}}
}

func number(n int) types.AttributeValue { return &types.AttributeValueMemberN{Value: strconv.Itoa(n)} }
