package memory

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/harness/engine/memory/item"
)

// tokenLife is how long a ClientRequestToken stands for its first request.
const tokenLife = 10 * time.Minute

// replay is a transaction that was made under a token.
type replay struct {
	request uint64 // its hash
	until   time.Time
}

// replayed tells whether a transaction was made before. Its token with another
// request is an error.
func (db *Database) replayed(in *dynamodb.TransactWriteItemsInput) (bool, error) {
	before, ok := db.state.tokens.Get(aws.ToString(in.ClientRequestToken))
	if in.ClientRequestToken == nil || !ok || !db.now().Before(before.until) {
		return false, nil
	}
	if before.request != hashRequest(in) {
		return false, &types.IdempotentParameterMismatchException{
			Message: aws.String("Parameters of this request are not the same as those of the original request with the same ClientRequestToken"),
		}
	}
	return true, nil
}

// remember notes a transaction under its token, and forgets what is out of date.
func (db *Database) remember(in *dynamodb.TransactWriteItemsInput) {
	if in.ClientRequestToken == nil {
		return
	}
	var old []string
	db.state.tokens.Scan(func(token string, r *replay) bool {
		if !db.now().Before(r.until) {
			old = append(old, token)
		}
		return true
	})
	for _, token := range old {
		db.state.tokens.Delete(token)
	}
	db.state.tokens.Set(*in.ClientRequestToken, &replay{hashRequest(in), db.now().Add(tokenLife)})
}

// hashRequest hashes what a transaction does.
func hashRequest(in *dynamodb.TransactWriteItemsInput) uint64 {
	h := uint64(0)
	for _, t := range in.TransactItems {
		switch {
		case t.Put != nil:
			h = chain(h, 1, hashWrite(t.Put.TableName, nil, t.Put.ConditionExpression, t.Put.Item, t.Put.ExpressionAttributeValues, t.Put.ExpressionAttributeNames))
		case t.Update != nil:
			h = chain(h, 2, hashWrite(t.Update.TableName, t.Update.UpdateExpression, t.Update.ConditionExpression, t.Update.Key, t.Update.ExpressionAttributeValues, t.Update.ExpressionAttributeNames))
		case t.Delete != nil:
			h = chain(h, 3, hashWrite(t.Delete.TableName, nil, t.Delete.ConditionExpression, t.Delete.Key, t.Delete.ExpressionAttributeValues, t.Delete.ExpressionAttributeNames))
		case t.ConditionCheck != nil:
			h = chain(h, 4, hashWrite(t.ConditionCheck.TableName, nil, t.ConditionCheck.ConditionExpression, t.ConditionCheck.Key, t.ConditionCheck.ExpressionAttributeValues, t.ConditionCheck.ExpressionAttributeNames))
		}
	}
	return h
}

// hashWrite hashes one write: its item or its key, and its expressions.
func hashWrite(table, update, condition *string, it, values item.Item, names map[string]string) uint64 {
	sum := uint64(0) // of names, in any order
	for k, v := range names {
		sum += chain(hashBytes(k), hashBytes(v))
	}
	return chain(hashBytes(aws.ToString(table)), hashBytes(aws.ToString(update)), hashBytes(aws.ToString(condition)), hashItem(it), hashItem(values), sum)
}
