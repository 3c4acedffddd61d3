package memory

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/harness/engine/memory/item"
)

// Bytes that one unit of capacity covers (CapacityUnitCalculations).
const (
	readUnit  = 4 << 10
	writeUnit = 1 << 10
)

func units(bytes, unit int) float64 { return float64(max(1, (bytes+unit-1)/unit)) }

func readUnits(bytes int, consistent bool) float64 {
	if consistent {
		return units(bytes, readUnit)
	}
	return units(bytes, readUnit) / 2
}

// readCapacity is what reading bytes of a table or index consumed, nil if nobody
// asked.
func readCapacity(want types.ReturnConsumedCapacity, t *table, x *index, bytes int, consistent bool) *types.ConsumedCapacity {
	if want != types.ReturnConsumedCapacityTotal && want != types.ReturnConsumedCapacityIndexes {
		return nil
	}
	n := readUnits(bytes, consistent)
	c := &types.ConsumedCapacity{TableName: aws.String(t.name), CapacityUnits: aws.Float64(n)}
	if want == types.ReturnConsumedCapacityTotal {
		return c
	}
	if x == nil {
		c.Table = &types.Capacity{CapacityUnits: aws.Float64(n)}
		return c
	}
	c.Table = &types.Capacity{CapacityUnits: aws.Float64(0)}
	addIndexUnits(c, x, n)
	return c
}

func addIndexUnits(c *types.ConsumedCapacity, x *index, n float64) {
	indexes := &c.LocalSecondaryIndexes
	if x.global {
		indexes = &c.GlobalSecondaryIndexes
	}
	if *indexes == nil {
		*indexes = map[string]types.Capacity{}
	}
	sum := n + aws.ToFloat64((*indexes)[x.schema.Index].CapacityUnits)
	(*indexes)[x.schema.Index] = types.Capacity{CapacityUnits: aws.Float64(sum)}
}

// writeCapacity is what writes to one table consumed, each times factor (2 in
// transactions); nil if nobody asked.
func writeCapacity(want types.ReturnConsumedCapacity, factor float64, outcomes ...outcome) *types.ConsumedCapacity {
	if want != types.ReturnConsumedCapacityTotal && want != types.ReturnConsumedCapacityIndexes {
		return nil
	}
	t := outcomes[0].at.table
	c := &types.ConsumedCapacity{TableName: aws.String(t.name)}
	own, total := 0.0, 0.0
	for _, o := range outcomes {
		n := factor * units(max(item.Size(o.old), item.Size(o.new)), writeUnit)
		own += n
		total += n
		for _, x := range t.indexes {
			n := factor * x.writeUnits(o, t.schema)
			total += n
			if n > 0 && want == types.ReturnConsumedCapacityIndexes {
				addIndexUnits(c, x, n)
			}
		}
	}
	c.CapacityUnits = aws.Float64(total)
	if want == types.ReturnConsumedCapacityIndexes {
		c.Table = &types.Capacity{CapacityUnits: aws.Float64(own)}
	}
	return c
}

// writeUnits is what a change costs in an index: an entry that moves is deleted
// and put.
func (x *index) writeUnits(o outcome, table item.Schema) float64 {
	was, before := x.entry(o.old, table)
	is, after := x.entry(o.new, table)
	switch {
	case was != nil && is != nil && item.EqualItems(was, is):
		return 0
	case was != nil && is != nil && before == after:
		return units(max(item.Size(was), item.Size(is)), writeUnit)
	}
	sum := 0.0
	if was != nil {
		sum += units(item.Size(was), writeUnit)
	}
	if is != nil {
		sum += units(item.Size(is), writeUnit)
	}
	return sum
}

// entry is what the index has of an item, and where; nil if it is not in it.
func (x *index) entry(it item.Item, table item.Schema) (projected item.Item, key string) {
	if it == nil {
		return nil, ""
	}
	key, ok := indexKeyOf(x.schema, it, keyOf(table, it))
	if !ok {
		return nil, ""
	}
	return x.project(it, table), key
}

// collectionMetrics is the size of the item collection that a write touched, which
// only tables with local indexes have; nil if nobody asked.
func collectionMetrics(want types.ReturnItemCollectionMetrics, o outcome) *types.ItemCollectionMetrics {
	if want != types.ReturnItemCollectionMetricsSize || !o.at.table.hasLocalIndex() {
		return nil
	}
	it := o.new
	if it == nil {
		it = o.old
	}
	if it == nil {
		it = o.at.keyItem
	}
	key := item.Item{}
	for _, a := range o.at.table.schema.Hash {
		key[a.Name] = item.CloneValue(it[a.Name])
	}
	return &types.ItemCollectionMetrics{ItemCollectionKey: key, SizeEstimateRangeGB: []float64{0, 1}}
}

func (t *table) hasLocalIndex() bool {
	for _, x := range t.indexes {
		if !x.global {
			return true
		}
	}
	return false
}
