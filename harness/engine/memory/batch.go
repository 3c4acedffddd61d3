package memory

import (
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/harness/engine/memory/expression"
	"github.com/stillwater-streams/stillwater/harness/engine/memory/item"
	"github.com/stillwater-streams/stillwater/harness/engine/memory/validation"
)

// batchPage is how many bytes a BatchGetItem answers with.
const batchPage = 16 << 20

// batchTable is what a BatchGetItem wants of one table.
type batchTable struct {
	name       string
	asked      types.KeysAndAttributes
	keys       []item.Item
	compiled   *expression.Compiled
	consistent bool
}

// batchReads checks a BatchGetItem; tables are in the order of their names.
func batchReads(in *dynamodb.BatchGetItemInput) ([]batchTable, error) {
	if err := checkBatchGet(in); err != nil {
		return nil, err
	}
	var reads []batchTable
	for _, name := range slices.Sorted(maps.Keys(in.RequestItems)) {
		asked := in.RequestItems[name]
		compiled, err := expression.Compile(expression.Request{
			Operation: "BatchGetItem", ProjectionExpression: asked.ProjectionExpression,
			ExpressionAttributeNames: asked.ExpressionAttributeNames, AttributesToGet: asked.AttributesToGet,
		})
		if err != nil {
			return nil, err
		}
		r := batchTable{name: name, asked: asked, compiled: compiled, consistent: aws.ToBool(asked.ConsistentRead)}
		for _, k := range asked.Keys {
			key, err := normalKey(k)
			if err != nil {
				return nil, err
			}
			if slices.ContainsFunc(r.keys, func(k item.Item) bool { return item.EqualItems(k, key) }) {
				return nil, duplicates()
			}
			r.keys = append(r.keys, key)
		}
		reads = append(reads, r)
	}
	return reads, nil
}

// duplicates refuses a batch. A BatchGetItem has whole keys: two that are equal are
// found before they are held against the table. A BatchWriteItem has items: only
// the table knows what their keys are.
func duplicates() error {
	return validation.Errorf("Provided list of item keys contains duplicates")
}

// batchRead answers for one table, up to the size of a page. Of its keys so many
// are looked up as made says; the others are handed back.
func (db *Database) batchRead(r batchTable, made int, out *dynamodb.BatchGetItemOutput, stale bool, want types.ReturnConsumedCapacity) error {
	t, err := db.table(&r.name)
	if err != nil {
		return err
	}
	answer := []map[string]types.AttributeValue{}
	bytes, used := 0, 0.0
	for i, key := range r.keys {
		found, err := t.lookUp(key, r.compiled, stale)
		if err != nil {
			return err
		}
		if bytes+found.bytes() > batchPage {
			made = min(made, i)
		}
		if i >= made {
			continue // checked all the same
		}
		bytes += found.bytes()
		used += readUnits(found.bytes(), r.consistent)
		if it := found.project(r.compiled); it != nil {
			answer = append(answer, it)
		}
	}
	out.Responses[r.name] = answer
	if made < len(r.keys) {
		rest := r.asked
		rest.Keys = cloneAll(r.keys[made:])
		out.UnprocessedKeys[r.name] = rest
	}
	if c := readCapacity(want, t, nil, bytes, r.consistent); c != nil {
		c.CapacityUnits = aws.Float64(used)
		if c.Table != nil {
			c.Table.CapacityUnits = aws.Float64(used)
		}
		out.ConsumedCapacity = append(out.ConsumedCapacity, *c)
	}
	return nil
}

func cloneAll(items []item.Item) []map[string]types.AttributeValue {
	out := make([]map[string]types.AttributeValue, len(items))
	for i, it := range items {
		out[i] = item.Clone(it)
	}
	return out
}

// batchWriteItem writes tables in the order of their names, and the items of each
// in the order of the request: one write each, together only in time.
func (db *Database) batchWriteItem(in *dynamodb.BatchWriteItemInput) (*dynamodb.BatchWriteItemOutput, error) {
	if err := checkBatchWrite(in); err != nil {
		return nil, err
	}
	puts, err := normalPuts(in)
	if err != nil {
		return nil, err
	}
	members := 0
	for _, list := range puts {
		members += len(list)
	}
	made := db.takePartial(members)
	db.mu.Lock()
	defer db.mu.Unlock()
	out := &dynamodb.BatchWriteItemOutput{UnprocessedItems: map[string][]types.WriteRequest{}}
	var all [][]*mutation
	for _, name := range slices.Sorted(maps.Keys(in.RequestItems)) {
		list, err := db.batchMutations(name, puts[name])
		if err != nil {
			return nil, err
		}
		all = append(all, list)
	}
	for _, list := range all {
		now := min(len(list), made)
		made -= now
		if now > 0 {
			db.batchWrite(list[:now], in, out)
		}
		for _, m := range list[now:] {
			out.UnprocessedItems[m.table.name] = append(out.UnprocessedItems[m.table.name], m.request())
		}
	}
	return out, nil
}

// batchWrite makes the writes to one table.
func (db *Database) batchWrite(list []*mutation, in *dynamodb.BatchWriteItemInput, out *dynamodb.BatchWriteItemOutput) {
	var outcomes []outcome
	for _, m := range list {
		o, _ := m.plan() // without conditions nothing can fail
		outcomes = append(outcomes, o)
	}
	db.apply(nil, outcomes...)
	if c := writeCapacity(in.ReturnConsumedCapacity, 1, outcomes...); c != nil {
		out.ConsumedCapacity = append(out.ConsumedCapacity, *c)
	}
	for _, o := range outcomes {
		if m := collectionMetrics(in.ReturnItemCollectionMetrics, o); m != nil {
			if out.ItemCollectionMetrics == nil {
				out.ItemCollectionMetrics = map[string][]types.ItemCollectionMetrics{}
			}
			name := o.at.table.name
			out.ItemCollectionMetrics[name] = append(out.ItemCollectionMetrics[name], *m)
		}
	}
}

// request is the member of a batch that the mutation was made of.
func (m *mutation) request() types.WriteRequest {
	if m.delete {
		return types.WriteRequest{DeleteRequest: &types.DeleteRequest{Key: item.Clone(m.keyItem)}}
	}
	return types.WriteRequest{PutRequest: &types.PutRequest{Item: item.Clone(m.put)}}
}

// batchItem is a put or a delete in normal form.
type batchItem struct{ put, key item.Item }

func normalPuts(in *dynamodb.BatchWriteItemInput) (map[string][]batchItem, error) {
	out := map[string][]batchItem{}
	for _, name := range slices.Sorted(maps.Keys(in.RequestItems)) {
		for _, r := range in.RequestItems[name] {
			var b batchItem
			var err error
			if r.PutRequest != nil {
				b.put, err = normalItem(r.PutRequest.Item)
			} else {
				b.key, err = normalKey(r.DeleteRequest.Key)
			}
			if err != nil {
				return nil, err
			}
			out[name] = append(out[name], b)
		}
	}
	return out, nil
}

// batchMutations checks the writes to one table.
func (db *Database) batchMutations(name string, items []batchItem) ([]*mutation, error) {
	none := &expression.Compiled{}
	var list []*mutation
	seen := map[string]bool{}
	for _, b := range items {
		var m *mutation
		var err error
		if b.put != nil {
			m, err = db.putMutation(&name, b.put, none)
		} else if m, err = db.keyMutation(&name, b.key, none); err == nil {
			m.delete = true
		}
		if err != nil {
			return nil, err
		}
		if seen[m.key] {
			return nil, duplicates()
		}
		seen[m.key] = true
		list = append(list, m)
	}
	return list, nil
}
