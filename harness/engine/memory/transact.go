package memory

import (
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/harness/engine/memory/expression"
	"github.com/stillwater-streams/stillwater/harness/engine/memory/item"
	"github.com/stillwater-streams/stillwater/harness/engine/memory/validation"
)

// member is one write of a transaction, before its table is known.
type member struct {
	table    *string
	put, key item.Item
	delete   bool
	compiled *expression.Compiled
	onFail   types.ReturnValuesOnConditionCheckFailure
	bytes    int // of its item or key, its expressions and their values
}

func (db *Database) transactWriteItems(in *dynamodb.TransactWriteItemsInput) (*dynamodb.TransactWriteItemsOutput, error) {
	if err := checkTransactWrite(in); err != nil {
		return nil, err
	}
	members, err := compileMembers(in.TransactItems)
	if err != nil {
		return nil, err
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	replayed, err := db.replayed(in)
	if err != nil {
		return nil, err
	}
	if replayed {
		return &dynamodb.TransactWriteItemsOutput{}, nil
	}
	outcomes, err := db.planAll(members)
	if err != nil {
		return nil, err
	}
	db.apply(nil, outcomes...)
	db.remember(in)
	out := &dynamodb.TransactWriteItemsOutput{}
	out.ConsumedCapacity = transactCapacity(in.ReturnConsumedCapacity, outcomes)
	for _, o := range outcomes {
		if m := collectionMetrics(in.ReturnItemCollectionMetrics, o); m != nil {
			if out.ItemCollectionMetrics == nil {
				out.ItemCollectionMetrics = map[string][]types.ItemCollectionMetrics{}
			}
			out.ItemCollectionMetrics[o.at.table.name] = append(out.ItemCollectionMetrics[o.at.table.name], *m)
		}
	}
	return out, nil
}

func compileMembers(items []types.TransactWriteItem) ([]member, error) {
	var members []member
	bytes := 0
	for _, t := range items {
		m, err := compileMember(t)
		if err != nil {
			return nil, err
		}
		members, bytes = append(members, m), bytes+m.bytes
	}
	if bytes > maxTransactionBytes {
		return nil, validation.Errorf("Transaction payload size cannot exceed 4MB. Payload Size: %d", bytes)
	}
	return members, nil
}

// compileMember checks what can be checked of one write without its table.
func compileMember(t types.TransactWriteItem) (m member, err error) {
	var r expression.Request
	switch {
	case t.Put != nil:
		w := t.Put
		m = member{table: w.TableName, onFail: w.ReturnValuesOnConditionCheckFailure}
		r = expression.Request{Operation: "Put", ConditionExpression: w.ConditionExpression,
			ExpressionAttributeNames: w.ExpressionAttributeNames, ExpressionAttributeValues: w.ExpressionAttributeValues}
		m.put, err = normalItem(w.Item)
	case t.Update != nil:
		w := t.Update
		m = member{table: w.TableName, onFail: w.ReturnValuesOnConditionCheckFailure}
		var values item.Item
		if values, err = item.TakeRaw(w.ExpressionAttributeValues); err != nil {
			return m, err
		}
		r = expression.Request{Operation: "Update", UpdateExpression: w.UpdateExpression, ConditionExpression: w.ConditionExpression,
			ExpressionAttributeNames: w.ExpressionAttributeNames, ExpressionAttributeValues: values}
		m.key, err = normalKey(w.Key)
	case t.Delete != nil:
		w := t.Delete
		m = member{table: w.TableName, delete: true, onFail: w.ReturnValuesOnConditionCheckFailure}
		r = expression.Request{Operation: "Delete", ConditionExpression: w.ConditionExpression,
			ExpressionAttributeNames: w.ExpressionAttributeNames, ExpressionAttributeValues: w.ExpressionAttributeValues}
		m.key, err = normalKey(w.Key)
	default:
		w := t.ConditionCheck
		m = member{table: w.TableName, onFail: w.ReturnValuesOnConditionCheckFailure}
		r = expression.Request{Operation: "ConditionCheck", ConditionExpression: w.ConditionExpression,
			ExpressionAttributeNames: w.ExpressionAttributeNames, ExpressionAttributeValues: w.ExpressionAttributeValues}
		m.key, err = normalKey(w.Key)
	}
	if err != nil {
		return m, err
	}
	m.compiled, err = expression.Compile(r)
	if err != nil {
		return m, err
	}
	m.bytes = item.Size(m.put) + item.Size(m.key) + len(aws.ToString(r.UpdateExpression)) + len(aws.ToString(r.ConditionExpression))
	for _, v := range r.ExpressionAttributeValues {
		m.bytes += item.ValueSize(v)
	}
	return m, nil
}

// planAll plans all members of a transaction. The error is that of the whole: a
// refused request, or the reasons why it is cancelled.
func (db *Database) planAll(members []member) ([]outcome, error) {
	mutations, reasons, err := db.transactMutations(members)
	if err != nil {
		return nil, err
	}
	outcomes := make([]outcome, len(mutations))
	cancelled := false
	for i, m := range mutations {
		if m != nil {
			var err error
			outcomes[i], err = m.plan()
			reasons[i] = reason(err)
		}
		cancelled = cancelled || *reasons[i].Code != noReason
	}
	if cancelled {
		return outcomes, cancellation(reasons)
	}
	return outcomes, nil
}

// transactMutations checks members against their tables. What is wrong with one is
// a reason to cancel, and no mutation; the error is that of the whole request.
func (db *Database) transactMutations(members []member) ([]*mutation, []types.CancellationReason, error) {
	mutations := make([]*mutation, len(members))
	reasons := make([]types.CancellationReason, len(members))
	seen := map[string]bool{}
	for i, w := range members {
		m, err := db.transactMutation(w)
		if missing := (*types.ResourceNotFoundException)(nil); errors.As(err, &missing) {
			return nil, nil, err
		}
		if err != nil {
			reasons[i] = reason(err)
			continue
		}
		at := m.table.name + "/" + m.key
		if seen[at] {
			return nil, nil, sameItem()
		}
		seen[at], mutations[i] = true, m
	}
	return mutations, reasons, nil
}

func sameItem() error {
	return validation.Errorf("Transaction request cannot include multiple operations on one item")
}

func (db *Database) transactMutation(w member) (m *mutation, err error) {
	if w.put != nil {
		m, err = db.putMutation(w.table, w.put, w.compiled)
	} else {
		m, err = db.keyMutation(w.table, w.key, w.compiled)
	}
	if err != nil {
		return nil, err
	}
	m.delete, m.onFail = w.delete, w.onFail
	return m, nil
}

// noReason is the code of a member that is fine.
const noReason = "None"

// reason words one member's part in a cancelled transaction.
func reason(err error) types.CancellationReason {
	var failed *types.ConditionalCheckFailedException
	switch {
	case err == nil:
		return types.CancellationReason{Code: aws.String(noReason)}
	case errors.As(err, &failed):
		return types.CancellationReason{Code: aws.String("ConditionalCheckFailed"), Message: failed.Message, Item: failed.Item}
	}
	return types.CancellationReason{Code: aws.String("ValidationError"), Message: aws.String(validation.Message(err))}
}

func cancellation(reasons []types.CancellationReason) error {
	codes := make([]string, len(reasons))
	for i, r := range reasons {
		codes[i] = aws.ToString(r.Code)
	}
	return &types.TransactionCanceledException{
		Message:             aws.String("Transaction cancelled, please refer cancellation reasons for specific reasons [" + strings.Join(codes, ", ") + "]"),
		CancellationReasons: reasons,
	}
}

// transactCapacity is by table, in the order of their first writes.
func transactCapacity(want types.ReturnConsumedCapacity, outcomes []outcome) []types.ConsumedCapacity {
	var order []*table
	byTable := map[*table][]outcome{}
	for _, o := range outcomes {
		if byTable[o.at.table] == nil {
			order = append(order, o.at.table)
		}
		byTable[o.at.table] = append(byTable[o.at.table], o)
	}
	var list []types.ConsumedCapacity
	for _, t := range order {
		if c := writeCapacity(want, 2, byTable[t]...); c != nil {
			c.WriteCapacityUnits = aws.Float64(*c.CapacityUnits)
			if c.Table != nil {
				c.Table.WriteCapacityUnits = aws.Float64(*c.Table.CapacityUnits)
			}
			list = append(list, *c)
		}
	}
	return list
}
