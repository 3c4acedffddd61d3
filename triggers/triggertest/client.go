package triggertest

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/triggers/model"
)

// GetItem is the API's.
func (d *Database) GetItem(ctx context.Context, in *dynamodb.GetItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	line := "GetItem " + textOf(in.Key["pk"]) + eventually(in.ConsistentRead)
	return call[dynamodb.GetItemOutput](ctx, d, line, in)
}

// Query is the API's. Its conditions name the hash key first.
func (d *Database) Query(ctx context.Context, in *dynamodb.QueryInput, _ ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	paged := *in
	if d.PageSize > 0 {
		paged.Limit = &d.PageSize
	}
	if in.IndexName == nil {
		return call[dynamodb.QueryOutput](ctx, d, "Query "+hash(in)+eventually(in.ConsistentRead), &paged)
	}
	return call[dynamodb.QueryOutput](ctx, d, "Query "+*in.IndexName+" "+hash(in), &paged)
}

// hash is the value of the hash key that a query asks for: the first placeholder of
// its condition.
func hash(in *dynamodb.QueryInput) string {
	_, rest, _ := strings.Cut(aws.ToString(in.KeyConditionExpression), ":")
	placeholder, _, _ := strings.Cut(rest, " ")
	return textOf(in.ExpressionAttributeValues[":"+placeholder])
}

// eventually marks a read that may see a table as it was. Whoever needs to see its
// own writes must not make one.
func eventually(consistent *bool) string {
	if aws.ToBool(consistent) {
		return ""
	}
	return ", eventually"
}

// PutItem is the API's.
func (d *Database) PutItem(ctx context.Context, in *dynamodb.PutItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	return change[dynamodb.PutItemOutput](ctx, d, "PutItem "+textOf(in.Item["pk"])+condition(in.ConditionExpression), *in.TableName, in.Item, in)
}

// UpdateItem is the API's.
func (d *Database) UpdateItem(ctx context.Context, in *dynamodb.UpdateItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	line := fmt.Sprintf("UpdateItem %s: %s%s", textOf(in.Key["pk"]), aws.ToString(in.UpdateExpression), condition(in.ConditionExpression))
	return change[dynamodb.UpdateItemOutput](ctx, d, line, *in.TableName, in.Key, in)
}

func condition(expression *string) string {
	if expression == nil {
		return ""
	}
	return " IF " + *expression
}

// call makes a call that cannot write.
func call[Out any](ctx context.Context, d *Database, line string, in any) (*Out, error) {
	if err := d.begin(line); err != nil {
		return nil, err
	}
	store := d.store
	if query, ok := in.(*dynamodb.QueryInput); ok && query.IndexName != nil && d.Index != nil {
		store = d.Index
	}
	out, err := store.Do(ctx, in)
	return end[Out](d, line, out, err)
}

// change makes a call that may write the item of a key, and notes what it wrote.
func change[Out any](ctx context.Context, d *Database, line, table string, keyed model.Item, in any) (*Out, error) {
	if err := d.begin(line); err != nil {
		return nil, err
	}
	var out any
	var err error
	written := d.write(table, keyOf(d.t, keyed), func() { out, err = d.store.Do(ctx, in) })
	if written.Before != nil || written.After != nil {
		d.Written = append(d.Written, Write{table, written})
	}
	return end[Out](d, line, out, err)
}

// begin notes a call, and lets it fail before it is made.
func (d *Database) begin(line string) error {
	d.Calls = append(d.Calls, line)
	if d.Before == nil {
		return nil
	}
	return d.Before(line)
}

// end is the answer of a call that was made, unless it is lost.
func end[Out any](d *Database, line string, out any, err error) (*Out, error) {
	if err == nil && d.After != nil {
		err = d.After(line)
	}
	if err != nil {
		return nil, err
	}
	return out.(*Out), nil
}

// textOf is a string, "" for another type.
func textOf(v types.AttributeValue) string {
	if s, ok := v.(*types.AttributeValueMemberS); ok {
		return s.Value
	}
	return ""
}
