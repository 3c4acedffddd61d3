package memory

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/harness/engine/memory/expression"
	"github.com/stillwater-streams/stillwater/harness/engine/memory/item"
	"github.com/stillwater-streams/stillwater/harness/engine/memory/validation"
)

func (db *Database) transactGetItems(in *dynamodb.TransactGetItemsInput) (*dynamodb.TransactGetItemsOutput, error) {
	if err := checkTransactGet(in); err != nil {
		return nil, err
	}
	gets, keys, err := compileGets(in.TransactItems)
	if err != nil {
		return nil, err
	}
	db.mu.RLock()
	defer db.mu.RUnlock()
	if err := db.checkTransactKeys(in, keys); err != nil {
		return nil, err
	}
	out := &dynamodb.TransactGetItemsOutput{}
	used := &transactReads{want: in.ReturnConsumedCapacity, units: map[*table]float64{}}
	seen := map[string]bool{}
	bytes := 0
	for i, t := range in.TransactItems {
		at, err := db.table(t.Get.TableName)
		if err != nil {
			return nil, err
		}
		r, err := at.lookUp(keys[i], gets[i], false)
		if err != nil {
			return nil, err
		}
		name := at.name + "/" + keyOf(at.schema, keys[i])
		if seen[name] {
			return nil, sameItem()
		}
		seen[name] = true
		used.add(at, r.bytes())
		out.Responses = append(out.Responses, types.ItemResponse{Item: r.project(gets[i])})
		if bytes += item.Size(out.Responses[i].Item); bytes > maxTransactionBytes {
			return nil, validation.Errorf("Payload in response is too large.")
		}
	}
	out.ConsumedCapacity = used.capacity()
	return out, nil
}

// compileGets checks what can be checked of the members without their tables.
func compileGets(items []types.TransactGetItem) ([]*expression.Compiled, []item.Item, error) {
	gets := make([]*expression.Compiled, len(items))
	keys := make([]item.Item, len(items))
	for i, t := range items {
		var err error
		if keys[i], err = normalKey(t.Get.Key); err != nil {
			return nil, nil, err
		}
		gets[i], err = expression.Compile(expression.Request{Operation: "Get",
			ProjectionExpression: t.Get.ProjectionExpression, ExpressionAttributeNames: t.Get.ExpressionAttributeNames})
		if err != nil {
			return nil, nil, err
		}
	}
	return gets, keys, nil
}

// transactReads counts what a reading transaction consumes: twice what the reads
// would by themselves.
type transactReads struct {
	want  types.ReturnConsumedCapacity
	units map[*table]float64
	order []*table
}

func (r *transactReads) add(t *table, bytes int) {
	if _, met := r.units[t]; !met {
		r.order = append(r.order, t)
	}
	r.units[t] += 2 * readUnits(bytes, true)
}

// capacity is by table, in the order of their first reads; nil if nobody asked.
func (r *transactReads) capacity() []types.ConsumedCapacity {
	var list []types.ConsumedCapacity
	for _, t := range r.order {
		c := readCapacity(r.want, t, nil, 0, true)
		if c == nil {
			return nil
		}
		n := r.units[t]
		c.CapacityUnits, c.ReadCapacityUnits = aws.Float64(n), aws.Float64(n)
		if c.Table != nil {
			c.Table = &types.Capacity{CapacityUnits: aws.Float64(n), ReadCapacityUnits: aws.Float64(n)}
		}
		list = append(list, *c)
	}
	return list
}

// checkTransactKeys holds the keys of a reading transaction to their tables: what
// is wrong with one is a reason to cancel all.
func (db *Database) checkTransactKeys(in *dynamodb.TransactGetItemsInput, keys []item.Item) error {
	reasons := make([]types.CancellationReason, len(keys))
	cancelled := false
	for i, t := range in.TransactItems {
		at, err := db.table(t.Get.TableName)
		if err != nil {
			return err
		}
		err = at.schema.CheckKey(keys[i])
		reasons[i], cancelled = reason(err), cancelled || err != nil
	}
	if cancelled {
		return cancellation(reasons)
	}
	return nil
}
