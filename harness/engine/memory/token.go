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
	text := func(s *string) { h = chain(h, hashBytes(aws.ToString(s))) }
	attributes := func(it item.Item) { h = chain(h, hashItem(it)) }
	names := func(n map[string]string) {
		sum := uint64(0)
		for k, v := range n {
			sum += chain(hashBytes(k), hashBytes(v))
		}
		h = chain(h, sum)
	}
	for _, t := range in.TransactItems {
		switch {
		case t.Put != nil:
			h = chain(h, 1)
			text(t.Put.TableName)
			text(t.Put.ConditionExpression)
			attributes(t.Put.Item)
			attributes(t.Put.ExpressionAttributeValues)
			names(t.Put.ExpressionAttributeNames)
		case t.Update != nil:
			h = chain(h, 2)
			text(t.Update.TableName)
			text(t.Update.UpdateExpression)
			text(t.Update.ConditionExpression)
			attributes(t.Update.Key)
			attributes(t.Update.ExpressionAttributeValues)
			names(t.Update.ExpressionAttributeNames)
		case t.Delete != nil:
			h = chain(h, 3)
			text(t.Delete.TableName)
			text(t.Delete.ConditionExpression)
			attributes(t.Delete.Key)
			attributes(t.Delete.ExpressionAttributeValues)
			names(t.Delete.ExpressionAttributeNames)
		case t.ConditionCheck != nil:
			h = chain(h, 4)
			text(t.ConditionCheck.TableName)
			text(t.ConditionCheck.ConditionExpression)
			attributes(t.ConditionCheck.Key)
			attributes(t.ConditionCheck.ExpressionAttributeValues)
			names(t.ConditionCheck.ExpressionAttributeNames)
		}
	}
	return h
}
