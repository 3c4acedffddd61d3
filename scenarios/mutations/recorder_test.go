package mutations_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/triggers/model"
)

// recorder is a table on paper: it knows the few expressions that this package
// uses, refuses all others, and writes down every write it is asked for.
type recorder struct {
	items map[string]model.Item // by "pk sk"
	log   []string

	beforeWrite func() // another writer, who comes just before a write
	skipWrites  int    // so many writes are made before the other writer comes
	unprocessed int    // so many requests of the next batch calls come back
	pageSize    int    // of queries, to see that all pages are read
}

var _ harness.Client = (*recorder)(nil)

func newRecorder() *recorder { return &recorder{items: map[string]model.Item{}, pageSize: 2} }

func (r *recorder) GetItem(_ context.Context, in *dynamodb.GetItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	return &dynamodb.GetItemOutput{Item: maps.Clone(r.items[keyOf(in.Key)])}, nil
}

// Query answers what is asked: a hash key of the table or of an index, with a prefix
// of the range key.
func (r *recorder) Query(_ context.Context, in *dynamodb.QueryInput, _ ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	hash, ranged := "pk", "sk"
	if in.IndexName != nil {
		var known bool
		if hash, ranged, known = indexKeys(*in.IndexName); !known {
			return nil, fmt.Errorf("recorder: index %q", *in.IndexName)
		}
		if aws.ToBool(in.ConsistentRead) {
			return nil, errors.New("ValidationException: consistent reads are not supported on global secondary indexes")
		}
	} else if !aws.ToBool(in.ConsistentRead) {
		return nil, errors.New("recorder: reads of the table are consistent here")
	}
	want, prefix, err := keyCondition(in, hash, ranged)
	if err != nil {
		return nil, err
	}
	var found []model.Item
	for _, key := range slices.Sorted(maps.Keys(r.items)) {
		item := r.items[key]
		if textOf(item[hash]) == want && strings.HasPrefix(textOf(item[ranged]), prefix) && key > keyOf(in.ExclusiveStartKey) {
			found = append(found, maps.Clone(item))
		}
	}
	out := &dynamodb.QueryOutput{Items: found}
	if len(found) > r.pageSize {
		out.Items = found[:r.pageSize]
		last := out.Items[r.pageSize-1]
		out.LastEvaluatedKey = model.Item{"pk": last["pk"], "sk": last["sk"]}
	}
	return out, nil
}

func indexKeys(index string) (hash, ranged string, known bool) {
	switch index {
	case "inverted_index":
		return "sk", "pk", true
	case "gsi_2":
		return "pk_2", "sk_2", true
	}
	return "", "", false
}

func keyCondition(in *dynamodb.QueryInput, hash, ranged string) (want, prefix string, err error) {
	first, second, hasPrefix := strings.Cut(aws.ToString(in.KeyConditionExpression), " AND ")
	name, value, ok := strings.Cut(first, " = ")
	if !ok || name != hash {
		return "", "", fmt.Errorf("recorder: key condition %q", first)
	}
	want = textOf(in.ExpressionAttributeValues[value])
	if hasPrefix {
		argument, ok := strings.CutPrefix(second, "begins_with("+ranged+", ")
		if !ok {
			return "", "", fmt.Errorf("recorder: key condition %q", second)
		}
		prefix = textOf(in.ExpressionAttributeValues[strings.TrimSuffix(argument, ")")])
	}
	return want, prefix, nil
}

func (r *recorder) PutItem(_ context.Context, in *dynamodb.PutItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	err := r.write("put", in.Item, in.ConditionExpression, nil, nil, func() error {
		r.logItem(in.Item)
		r.items[keyOf(in.Item)] = in.Item
		return nil
	})
	return &dynamodb.PutItemOutput{}, err
}

func (r *recorder) DeleteItem(_ context.Context, in *dynamodb.DeleteItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.DeleteItemOutput, error) {
	err := r.write("delete", in.Key, in.ConditionExpression, nil, nil, func() error {
		delete(r.items, keyOf(in.Key))
		return nil
	})
	return &dynamodb.DeleteItemOutput{}, err
}

func (r *recorder) UpdateItem(_ context.Context, in *dynamodb.UpdateItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	err := r.write("update", in.Key, in.ConditionExpression, in.ExpressionAttributeNames, in.ExpressionAttributeValues, func() error {
		item, err := r.updated(in)
		if err != nil {
			return err
		}
		if render(item) == render(r.items[keyOf(in.Key)]) {
			r.log = append(r.log, "  (no change, no record)")
		}
		r.items[keyOf(in.Key)] = item
		return nil
	})
	return &dynamodb.UpdateItemOutput{}, err
}

// BatchWriteItem shows the requests of one call; those that come back unprocessed
// are the last ones.
func (r *recorder) BatchWriteItem(_ context.Context, in *dynamodb.BatchWriteItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.BatchWriteItemOutput, error) {
	requests := in.RequestItems["integrates_vms"]
	if len(in.RequestItems) != 1 || len(requests) == 0 || len(requests) > 25 {
		return nil, fmt.Errorf("ValidationException: batch of %d requests for %d tables", len(requests), len(in.RequestItems))
	}
	done := len(requests) - min(r.unprocessed, len(requests))
	r.unprocessed -= len(requests) - done
	r.log = append(r.log, fmt.Sprintf("batch of %d, %d unprocessed", len(requests), len(requests)-done))
	for _, request := range requests[:done] {
		if request.PutRequest != nil {
			r.log = append(r.log, "put "+keyOf(request.PutRequest.Item))
			r.logItem(request.PutRequest.Item)
			r.items[keyOf(request.PutRequest.Item)] = request.PutRequest.Item
		} else {
			r.log = append(r.log, "delete "+keyOf(request.DeleteRequest.Key))
			delete(r.items, keyOf(request.DeleteRequest.Key))
		}
	}
	out := &dynamodb.BatchWriteItemOutput{}
	if done < len(requests) {
		out.UnprocessedItems = map[string][]types.WriteRequest{"integrates_vms": requests[done:]}
	}
	return out, nil
}

// TransactWriteItems is refused: a change of the domain is never a transaction.
func (r *recorder) TransactWriteItems(context.Context, *dynamodb.TransactWriteItemsInput, ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	return nil, errors.New("recorder: a change of the domain is never a transaction")
}

// write holds a write to its condition, logs it and applies it.
func (r *recorder) write(op string, key model.Item, condition *string, names map[string]string, values model.Item, apply func() error) error {
	if other := r.beforeWrite; other != nil && r.skipWrites == 0 {
		r.beforeWrite = nil
		other()
	}
	r.skipWrites = max(0, r.skipWrites-1)
	r.log = append(r.log, op+" "+keyOf(key))
	for _, c := range conditions(condition) {
		holds, text, err := r.holds(r.items[keyOf(key)], c, names, values)
		if err != nil {
			return err
		}
		r.log = append(r.log, "  if "+text)
		if !holds {
			r.log = append(r.log, "  refused")
			return &types.ConditionalCheckFailedException{Message: aws.String("The conditional request failed")}
		}
	}
	return apply()
}

func conditions(expression *string) []string {
	if expression == nil {
		return nil
	}
	return strings.Split(*expression, " AND ")
}

// holds evaluates one condition: existence, or equality.
func (r *recorder) holds(item model.Item, condition string, names map[string]string, values model.Item) (holds bool, text string, err error) {
	if path, value, ok := strings.Cut(condition, " = "); ok {
		name := resolve(path, names)
		want := values[value]
		return render(lookup(item, name)) == render(want), name + " = " + render(want), nil
	}
	function, path, ok := strings.Cut(strings.TrimSuffix(condition, ")"), "(")
	name := resolve(path, names)
	switch {
	case ok && function == "attribute_exists":
		return lookup(item, name) != nil, name + " exists", nil
	case ok && function == "attribute_not_exists":
		return lookup(item, name) == nil, name + " does not exist", nil
	}
	return false, "", fmt.Errorf("recorder: condition %q", condition)
}

func (r *recorder) logItem(item model.Item) {
	for _, name := range slices.Sorted(maps.Keys(item)) {
		if name != "pk" && name != "sk" {
			r.log = append(r.log, "  "+name+": "+render(item[name]))
		}
	}
}

// cancelled answers as the SDK does when the context has ended.
type cancelled struct{ *recorder }

func (c cancelled) Query(ctx context.Context, _ *dynamodb.QueryInput, _ ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	return nil, fmt.Errorf("operation error DynamoDB: Query: %w", ctx.Err())
}
