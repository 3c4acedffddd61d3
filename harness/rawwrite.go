package harness

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

	"github.com/stillwater-streams/stillwater/harness/scenario"
)

// rawWrites makes the writes of a step that a scenario spells out.
func rawWrites(ctx context.Context, db *dynamodb.Client, s scenario.Step) error {
	switch s.Verb {
	case "transact":
		return transact(ctx, db, s.Writes)
	case "batch":
		return batchWrite(ctx, db, s.Writes)
	}
	var err error
	for _, w := range s.Writes {
		switch w.Op {
		case "put":
			_, err = db.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String(w.Table), Item: w.Item})
		case "delete":
			in := &dynamodb.DeleteItemInput{TableName: aws.String(w.Table), Key: w.Key}
			if w.Existing {
				in.ExpressionAttributeNames = map[string]string{}
				in.ConditionExpression = exists(w, in.ExpressionAttributeNames)
			}
			_, err = db.DeleteItem(ctx, in)
		case "update":
			u := updateOf(w)
			_, err = db.UpdateItem(ctx, &dynamodb.UpdateItemInput{
				TableName: u.TableName, Key: u.Key, UpdateExpression: u.UpdateExpression, ConditionExpression: u.ConditionExpression,
				ExpressionAttributeNames: u.ExpressionAttributeNames, ExpressionAttributeValues: u.ExpressionAttributeValues,
			})
		default:
			return fmt.Errorf("raw write %q: not put, update or delete", w.Op)
		}
		if refused := (*types.ConditionalCheckFailedException)(nil); w.Existing && errors.As(err, &refused) {
			return fmt.Errorf("the fixture has no item with this key, so there is nothing to override: %w", err)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// exists is the condition that the item of an override is there.
func exists(w scenario.Write, names map[string]string) *string {
	first := slices.Min(slices.Collect(maps.Keys(w.Key)))
	return aws.String("attribute_exists(" + alias(first, names) + ")")
}

func transact(ctx context.Context, db *dynamodb.Client, writes []scenario.Write) error {
	var items []types.TransactWriteItem
	for _, w := range writes {
		switch w.Op {
		case "put":
			items = append(items, types.TransactWriteItem{Put: &types.Put{TableName: aws.String(w.Table), Item: w.Item}})
		case "delete":
			items = append(items, types.TransactWriteItem{Delete: &types.Delete{TableName: aws.String(w.Table), Key: w.Key}})
		case "update":
			items = append(items, types.TransactWriteItem{Update: updateOf(w)})
		default:
			return fmt.Errorf("raw write %q: not put, update or delete", w.Op)
		}
	}
	_, err := db.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: items})
	return err
}

// batchWrite makes one BatchWriteItem call.
func batchWrite(ctx context.Context, db *dynamodb.Client, writes []scenario.Write) error {
	requests := map[string][]types.WriteRequest{}
	for _, w := range writes {
		switch w.Op {
		case "put":
			requests[w.Table] = append(requests[w.Table], types.WriteRequest{PutRequest: &types.PutRequest{Item: w.Item}})
		case "delete":
			requests[w.Table] = append(requests[w.Table], types.WriteRequest{DeleteRequest: &types.DeleteRequest{Key: w.Key}})
		default:
			return fmt.Errorf("raw write %q: a batch has put and delete", w.Op)
		}
	}
	out, err := db.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{RequestItems: requests})
	if err == nil && len(out.UnprocessedItems) > 0 {
		return fmt.Errorf("the engine left writes to %d tables unprocessed", len(out.UnprocessedItems))
	}
	return err
}

// updateOf writes the expression of an update, paths in order:
// "SET #a.#b = :v0 REMOVE #c".
func updateOf(w scenario.Write) *types.Update {
	u := &types.Update{TableName: aws.String(w.Table), Key: w.Key, ExpressionAttributeNames: map[string]string{}}
	var paths, sets, removes []string
	for path := range w.Set {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	for i, path := range paths {
		if u.ExpressionAttributeValues == nil {
			u.ExpressionAttributeValues = map[string]types.AttributeValue{}
		}
		value := fmt.Sprintf(":v%d", i)
		u.ExpressionAttributeValues[value] = w.Set[path]
		sets = append(sets, alias(path, u.ExpressionAttributeNames)+" = "+value)
	}
	for _, path := range w.Remove {
		removes = append(removes, alias(path, u.ExpressionAttributeNames))
	}
	var clauses []string
	if len(sets) > 0 {
		clauses = append(clauses, "SET "+strings.Join(sets, ", "))
	}
	if len(removes) > 0 {
		clauses = append(clauses, "REMOVE "+strings.Join(removes, ", "))
	}
	u.UpdateExpression = aws.String(strings.Join(clauses, " "))
	if w.Existing {
		u.ConditionExpression = exists(w, u.ExpressionAttributeNames)
	}
	return u
}

// alias names each part of a dotted path, since any may be a reserved word.
func alias(path string, names map[string]string) string {
	parts := strings.Split(path, ".")
	for i, part := range parts {
		name := "#" + strings.Map(letters, part)
		for n := 2; names[name] != "" && names[name] != part; n++ {
			name = fmt.Sprintf("#%s_%d", strings.Map(letters, part), n)
		}
		names[name] = part
		parts[i] = name
	}
	return strings.Join(parts, ".")
}

func letters(r rune) rune {
	if r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
		return r
	}
	return '_'
}
