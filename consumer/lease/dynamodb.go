package lease

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// DynamoDBAPI is what the lease table needs of DynamoDB. A *dynamodb.Client has it.
type DynamoDBAPI interface {
	CreateTable(context.Context, *dynamodb.CreateTableInput, ...func(*dynamodb.Options)) (*dynamodb.CreateTableOutput, error)
	DescribeTable(context.Context, *dynamodb.DescribeTableInput, ...func(*dynamodb.Options)) (*dynamodb.DescribeTableOutput, error)
	UpdateTable(context.Context, *dynamodb.UpdateTableInput, ...func(*dynamodb.Options)) (*dynamodb.UpdateTableOutput, error)
	Scan(context.Context, *dynamodb.ScanInput, ...func(*dynamodb.Options)) (*dynamodb.ScanOutput, error)
	GetItem(context.Context, *dynamodb.GetItemInput, ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error)
	PutItem(context.Context, *dynamodb.PutItemInput, ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error)
	UpdateItem(context.Context, *dynamodb.UpdateItemInput, ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error)
	DeleteItem(context.Context, *dynamodb.DeleteItemInput, ...func(*dynamodb.Options)) (*dynamodb.DeleteItemOutput, error)
}

var _ DynamoDBAPI = (*dynamodb.Client)(nil)

// NewDynamoDB returns a [Store] in the named table; call Prepare first. Throttling
// and transient errors are for the client's retryer.
func NewDynamoDB(api DynamoDBAPI, table string) *Table {
	return &Table{rows: &remote{api: api, table: table}}
}

// remote keeps rows in a DynamoDB table.
type remote struct {
	api   DynamoDBAPI
	table string
}

func (r *remote) scan(ctx context.Context) ([]item, error) {
	pages := dynamodb.NewScanPaginator(r.api, &dynamodb.ScanInput{
		TableName:      &r.table,
		ConsistentRead: aws.Bool(true),
	})
	var found []item
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, r.failed(err)
		}
		found = append(found, page.Items...)
	}
	return found, nil
}

func (r *remote) create(ctx context.Context, _ string, row item) (bool, error) {
	e := expression{}
	e.absent(attrKey)
	_, err := r.api.PutItem(ctx, &dynamodb.PutItemInput{
		TableName:                &r.table,
		Item:                     row,
		ConditionExpression:      e.condition(),
		ExpressionAttributeNames: e.names,
	})
	var exists *types.ConditionalCheckFailedException
	if errors.As(err, &exists) {
		return false, nil
	}
	return err == nil, r.failed(err)
}

func (r *remote) update(ctx context.Context, key string, change edit) (item, bool, error) {
	e := newExpression(change)
	out, err := r.api.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName:                           &r.table,
		Key:                                 item{attrKey: text(key)},
		ConditionExpression:                 e.condition(),
		UpdateExpression:                    e.update(),
		ExpressionAttributeNames:            e.names,
		ExpressionAttributeValues:           e.values,
		ReturnValues:                        types.ReturnValueAllNew,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	})
	if err != nil {
		row, err := r.standing(ctx, key, err)
		return row, false, err
	}
	return out.Attributes, true, nil
}

func (r *remote) remove(ctx context.Context, key string, change edit) (item, bool, error) {
	e := newExpression(change)
	_, err := r.api.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName:                           &r.table,
		Key:                                 item{attrKey: text(key)},
		ConditionExpression:                 e.condition(),
		ExpressionAttributeNames:            e.names,
		ExpressionAttributeValues:           e.values,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	})
	if err != nil {
		row, err := r.standing(ctx, key, err)
		return row, false, err
	}
	return nil, true, nil
}

// standing returns the row that did not meet a condition; any other error it
// passes on. The service sends the row with the refusal; where an emulator does
// not, it is read.
func (r *remote) standing(ctx context.Context, key string, refusal error) (item, error) {
	var refused *types.ConditionalCheckFailedException
	if !errors.As(refusal, &refused) {
		return nil, r.failed(refusal)
	}
	if len(refused.Item) > 0 {
		return refused.Item, nil
	}
	out, err := r.api.GetItem(ctx, &dynamodb.GetItemInput{
		TableName:      &r.table,
		Key:            item{attrKey: text(key)},
		ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return nil, r.failed(err)
	}
	return out.Item, nil
}

// failed adds the table to an error, and what to do about one that is gone.
func (r *remote) failed(err error) error {
	var gone *types.ResourceNotFoundException
	switch {
	case err == nil:
		return nil
	case errors.As(err, &gone):
		return fmt.Errorf("table %s: %w: Prepare creates it anew, without checkpoints", r.table, err)
	default:
		return fmt.Errorf("table %s: %w", r.table, err)
	}
}

// expression writes an edit in DynamoDB's language. Every name is replaced, so
// that none can be a reserved word.
type expression struct {
	names                map[string]string
	values               item
	conditions           []string
	assignments, removal []string
}

// newExpression names things in one order, so that equal edits are equal requests.
func newExpression(change edit) *expression {
	e := &expression{}
	for _, name := range slices.Sorted(maps.Keys(change.equal)) {
		e.conditions = append(e.conditions, e.name(name)+" = "+e.value(change.equal[name]))
	}
	for _, name := range change.absent {
		e.absent(name)
	}
	for _, name := range slices.Sorted(maps.Keys(change.set)) {
		e.assignments = append(e.assignments, e.name(name)+" = "+e.value(change.set[name]))
	}
	for _, name := range change.remove {
		e.removal = append(e.removal, e.name(name))
	}
	return e
}

func (e *expression) absent(name string) {
	e.conditions = append(e.conditions, "attribute_not_exists("+e.name(name)+")")
}

func (e *expression) name(name string) string {
	if e.names == nil {
		e.names = map[string]string{}
	}
	e.names["#"+name] = name
	return "#" + name
}

func (e *expression) value(v types.AttributeValue) string {
	if e.values == nil {
		e.values = item{}
	}
	name := ":" + strconv.Itoa(len(e.values))
	e.values[name] = v
	return name
}

func (e *expression) condition() *string {
	return aws.String(strings.Join(e.conditions, " AND "))
}

func (e *expression) update() *string {
	clauses := "SET " + strings.Join(e.assignments, ", ")
	if len(e.removal) > 0 {
		clauses += " REMOVE " + strings.Join(e.removal, ", ")
	}
	return &clauses
}
