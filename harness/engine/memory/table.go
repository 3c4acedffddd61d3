package memory

import (
	"maps"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/tidwall/btree"

	"github.com/stillwater-streams/stillwater/harness/engine/memory/item"
)

// rows are items by key.
type rows = btree.Map[string, *row]

// row is one item as it is stored. It never changes: tables, indexes, streams and
// clones share it.
type row struct {
	item item.Item
	key  string // in the table
	size int    // bytes
	hash uint64
}

func newRow(key string, it item.Item) *row {
	return &row{item: it, key: key, size: item.Size(it), hash: hashItem(it)}
}

// table is one table. Its definition is shared by clones and never changed in
// place.
type table struct {
	name, arn, id string
	created       time.Time
	attributes    []types.AttributeDefinition
	schema        item.Schema
	settings      settings
	ttl           string // attribute; "" = off
	tags          map[string]string

	rows    *rows
	bytes   int64
	hash    uint64 // sum of the rows'
	indexes []*index
	stream  *stream  // the latest one; nil if it never had one
	last    []change // what the last request that changed anything changed: stale reads undo it
	lastOf  uint64   // which request that was
}

// settings of a table that it only tells.
type settings struct {
	billing    types.BillingMode
	switched   bool // by an update: then it is told
	throughput types.ProvisionedThroughput
	class      types.TableClass
	protected  bool
	encryption *types.SSESpecification
	onDemand   *types.OnDemandThroughput
}

// index is a secondary index.
type index struct {
	schema     item.Schema
	global     bool
	projection types.Projection
	throughput types.ProvisionedThroughput
	rows       *rows
	bytes      int64
}

// change is one item before and after; nil is an item that is not there.
type change struct{ old, new *row }

// clone returns a copy; stream is that of its stream.
func (t *table) clone(stream *stream) *table {
	out := *t
	out.rows, out.stream, out.tags = t.rows.Copy(), stream, maps.Clone(t.tags)
	out.indexes = make([]*index, len(t.indexes))
	for i, x := range t.indexes {
		copied := *x
		copied.rows = x.rows.Copy()
		out.indexes[i] = &copied
	}
	return &out
}

// index returns an index by name.
func (t *table) index(name string) (*index, bool) {
	for _, x := range t.indexes {
		if x.schema.Index == name {
			return x, true
		}
	}
	return nil, false
}

// indexSchemas are the keys of all indexes.
func (t *table) indexSchemas() []item.Schema {
	schemas := make([]item.Schema, len(t.indexes))
	for i, x := range t.indexes {
		schemas[i] = x.schema
	}
	return schemas
}

// replace changes one item in the table and its indexes.
func (t *table) replace(c change) {
	if c.old != nil {
		t.rows.Delete(c.old.key)
		t.bytes -= int64(c.old.size)
		t.hash -= rowHash(c.old)
	}
	if c.new != nil {
		t.rows.Set(c.new.key, c.new)
		t.bytes += int64(c.new.size)
		t.hash += rowHash(c.new)
	}
	for _, x := range t.indexes {
		x.replace(c, t.schema)
	}
}

func rowHash(r *row) uint64 { return mix(r.hash) }

func (x *index) replace(c change, table item.Schema) {
	if c.old != nil {
		if key, ok := indexKeyOf(x.schema, c.old.item, c.old.key); ok {
			x.rows.Delete(key)
			x.bytes -= int64(item.Size(x.project(c.old.item, table)))
		}
	}
	if c.new != nil {
		if key, ok := indexKeyOf(x.schema, c.new.item, c.new.key); ok {
			x.rows.Set(key, c.new)
			x.bytes += int64(item.Size(x.project(c.new.item, table)))
		}
	}
}

// project returns what the index has of an item. It shares the item's values.
func (x *index) project(it item.Item, table item.Schema) item.Item {
	if x.projection.ProjectionType == types.ProjectionTypeAll {
		return it
	}
	out := table.KeyOf(it)
	maps.Copy(out, x.schema.KeyOf(it))
	for _, name := range x.projection.NonKeyAttributes {
		if v, ok := it[name]; ok {
			out[name] = v
		}
	}
	return out
}

// projects tells whether the index has an attribute of the items in it.
func (x *index) projects(name string, table item.Schema) bool {
	if x.projection.ProjectionType == types.ProjectionTypeAll {
		return true
	}
	names := append(append(table.Names(), x.schema.Names()...), x.projection.NonKeyAttributes...)
	for _, n := range names {
		if n == name {
			return true
		}
	}
	return false
}

// tableName takes a name or an ARN (arn:aws:dynamodb:region:account:table/NAME).
func tableName(name *string) string {
	text := aws.ToString(name)
	if i := strings.Index(text, ":table/"); strings.HasPrefix(text, "arn:") && i >= 0 {
		text, _, _ = strings.Cut(text[i+len(":table/"):], "/")
	}
	return text
}

// table returns a table for an operation on items.
func (db *Database) table(name *string) (*table, error) {
	t, ok := db.state.tables.Get(tableName(name))
	if !ok {
		return nil, &types.ResourceNotFoundException{Message: aws.String("Requested resource not found")}
	}
	return t, nil
}

// described returns a table for an operation on tables, whose errors name it.
func (db *Database) described(name *string) (*table, error) {
	t, ok := db.state.tables.Get(tableName(name))
	if !ok {
		return nil, &types.ResourceNotFoundException{Message: aws.String("Requested resource not found: Table: " + tableName(name) + " not found")}
	}
	return t, nil
}
