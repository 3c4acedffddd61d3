package expression_test

import (
	"context"
	"errors"
	"os"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/harness/engine/dynamodblocal"
	"github.com/stillwater-streams/stillwater/harness/engine/memory/item"
)

// local is a database of DynamoDB Local with the tables of the trials.
type local struct {
	ctx    context.Context // of the test
	client *dynamodb.Client
	rows   map[string][]item.Item // what each table holds, as far as it is known
}

// startLocal starts DynamoDB Local, or skips the test with the reason.
func startLocal(t *testing.T) *dynamodblocal.Engine {
	t.Helper()
	ctx := t.Context()
	if skip, err := dynamodblocal.SkipTests(ctx, os.Getenv); err != nil {
		t.Fatal(err)
	} else if skip != "" {
		t.Skip(skip)
	}
	e, err := dynamodblocal.Start(ctx, dynamodblocal.Options{Progress: func(line string) { t.Log(line) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return e
}

// openLocal opens a database of its own for one goroutine.
func openLocal(t *testing.T, e *dynamodblocal.Engine) *local {
	t.Helper()
	db, err := e.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	l := &local{ctx: t.Context(), rows: map[string][]item.Item{}}
	l.client = dynamodb.NewFromConfig(db.Config(nil))
	for _, table := range tables() {
		in := &dynamodb.CreateTableInput{TableName: aws.String(table.name), BillingMode: types.BillingModePayPerRequest}
		in.KeySchema, in.AttributeDefinitions = define(table.schema)
		if table.index != nil {
			key, attributes := define(*table.index)
			in.AttributeDefinitions = append(in.AttributeDefinitions, attributes...)
			in.GlobalSecondaryIndexes = []types.GlobalSecondaryIndex{{IndexName: aws.String(table.index.Index), KeySchema: key,
				Projection: &types.Projection{ProjectionType: types.ProjectionTypeAll}}}
		}
		if _, err := l.client.CreateTable(t.Context(), in); err != nil {
			t.Fatal(err)
		}
	}
	return l
}

// define returns a key as CreateTable wants it.
func define(key item.Schema) (elements []types.KeySchemaElement, attributes []types.AttributeDefinition) {
	for i, a := range key.Attributes() {
		role := types.KeyTypeHash
		if i >= len(key.Hash) {
			role = types.KeyTypeRange
		}
		elements = append(elements, types.KeySchemaElement{AttributeName: aws.String(a.Name), KeyType: role})
		attributes = append(attributes, types.AttributeDefinition{
			AttributeName: aws.String(a.Name), AttributeType: types.ScalarAttributeType(a.Kind.String())})
	}
	return elements, attributes
}

// answer answers a trial by DynamoDB Local.
func (l *local) answer(t trial) (outcome, error) {
	if err := l.fill(t); err != nil {
		return "", err
	}
	items, err := l.send(t)
	var failedCheck *types.ConditionalCheckFailedException
	if errors.As(err, &failedCheck) {
		return conditionFailed, nil
	}
	if err != nil {
		return failed(err), nil
	}
	for i := range items {
		// Sums come back as Java writes them: 3.0. Not so from the service.
		if items[i], err = item.Normal(items[i]); err != nil {
			return "", err
		}
	}
	return found(items...), nil
}

// fill makes the table hold the items of the trial and nothing else.
func (l *local) fill(t trial) error {
	rows, known := l.rows[t.table.name]
	if !known || !slices.EqualFunc(rows, t.items, func(row, it item.Item) bool {
		return item.EqualItems(t.table.schema.KeyOf(row), t.table.schema.KeyOf(it))
	}) {
		if err := l.empty(t.table); err != nil {
			return err
		}
		rows = make([]item.Item, len(t.items))
	}
	for i, it := range t.items {
		if item.EqualItems(rows[i], it) {
			continue
		}
		if _, err := l.client.PutItem(l.ctx, &dynamodb.PutItemInput{TableName: &t.table.name, Item: it}); err != nil {
			return err
		}
	}
	l.rows[t.table.name] = slices.Clone(t.items)
	return nil
}

func (l *local) empty(t table) error {
	out, err := l.client.Scan(l.ctx, &dynamodb.ScanInput{TableName: &t.name})
	if err != nil {
		return err
	}
	for _, it := range out.Items {
		if _, err := l.client.DeleteItem(l.ctx, &dynamodb.DeleteItemInput{TableName: &t.name, Key: t.schema.KeyOf(it)}); err != nil {
			return err
		}
	}
	return nil
}

// written notes that a request changed the table: its only row, or anything.
func (l *local) written(t trial, now item.Item) {
	delete(l.rows, t.table.name)
	if len(t.items) == 1 && now != nil && item.EqualItems(t.table.schema.KeyOf(t.items[0]), t.table.schema.KeyOf(now)) {
		l.rows[t.table.name] = []item.Item{now}
	}
}

// send makes the request and returns the items that it is about afterwards.
func (l *local) send(t trial) ([]item.Item, error) {
	r := t.request
	switch r.Operation {
	case "Query":
		in := &dynamodb.QueryInput{TableName: &t.table.name,
			KeyConditionExpression: r.KeyConditionExpression, FilterExpression: r.FilterExpression, ProjectionExpression: r.ProjectionExpression,
			ExpressionAttributeNames: r.ExpressionAttributeNames, ExpressionAttributeValues: r.ExpressionAttributeValues,
			KeyConditions: r.KeyConditions, QueryFilter: r.QueryFilter, AttributesToGet: r.AttributesToGet, ConditionalOperator: r.ConditionalOperator}
		if t.table.index != nil {
			in.IndexName = aws.String(t.table.index.Index)
		}
		out, err := l.client.Query(l.ctx, in)
		if err != nil {
			return nil, err
		}
		return out.Items, nil
	case "Scan":
		out, err := l.client.Scan(l.ctx, &dynamodb.ScanInput{TableName: &t.table.name,
			FilterExpression: r.FilterExpression, ProjectionExpression: r.ProjectionExpression,
			ExpressionAttributeNames: r.ExpressionAttributeNames, ExpressionAttributeValues: r.ExpressionAttributeValues,
			ScanFilter: r.ScanFilter, AttributesToGet: r.AttributesToGet, ConditionalOperator: r.ConditionalOperator})
		if err != nil {
			return nil, err
		}
		return inOrder(out.Items), nil
	case "GetItem":
		out, err := l.client.GetItem(l.ctx, &dynamodb.GetItemInput{TableName: &t.table.name, Key: t.key(),
			ProjectionExpression: r.ProjectionExpression, ExpressionAttributeNames: r.ExpressionAttributeNames, AttributesToGet: r.AttributesToGet})
		if err != nil {
			return nil, err
		}
		return []item.Item{out.Item}, nil
	}
	return l.write(t)
}

func (l *local) write(t trial) ([]item.Item, error) {
	r := t.request
	if r.Operation == "PutItem" {
		_, err := l.client.PutItem(l.ctx, &dynamodb.PutItemInput{TableName: &t.table.name, Item: t.put,
			ConditionExpression: r.ConditionExpression, ExpressionAttributeNames: r.ExpressionAttributeNames,
			ExpressionAttributeValues: r.ExpressionAttributeValues, Expected: r.Expected, ConditionalOperator: r.ConditionalOperator})
		if err != nil {
			return nil, err
		}
		l.written(t, t.put)
		if r.ConditionExpression != nil || r.Expected != nil {
			return []item.Item{t.put}, nil // the item that was there
		}
		out, err := l.client.GetItem(l.ctx, &dynamodb.GetItemInput{TableName: &t.table.name, Key: t.key()})
		if err != nil {
			return nil, err
		}
		return []item.Item{out.Item}, nil
	}
	out, err := l.client.UpdateItem(l.ctx, &dynamodb.UpdateItemInput{TableName: &t.table.name, Key: t.key(),
		UpdateExpression: r.UpdateExpression, ConditionExpression: r.ConditionExpression,
		ExpressionAttributeNames: r.ExpressionAttributeNames, ExpressionAttributeValues: r.ExpressionAttributeValues,
		AttributeUpdates: r.AttributeUpdates, Expected: r.Expected, ConditionalOperator: r.ConditionalOperator,
		ReturnValues: types.ReturnValueAllNew})
	if err != nil {
		return nil, err
	}
	l.written(t, out.Attributes)
	return []item.Item{out.Attributes}, nil
}
