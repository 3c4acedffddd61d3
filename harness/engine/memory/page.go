package memory

import (
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/harness/engine/memory/expression"
	"github.com/stillwater-streams/stillwater/harness/engine/memory/item"
	"github.com/stillwater-streams/stillwater/harness/engine/memory/validation"
)

// pageSize ends a page of Query and Scan: with the item that reaches it.
const pageSize = 1 << 20 // bytes

// source is what a Query or Scan reads: a table or one of its indexes.
type source struct {
	table  *table
	index  *index // nil: the table itself
	schema item.Schema
	rows   *rows
}

// sourceOf finds what a request reads.
func (t *table) sourceOf(indexName *string) (source, error) {
	if indexName == nil {
		return source{table: t, schema: t.schema, rows: t.rows}, nil
	}
	x, ok := t.index(*indexName)
	if !ok {
		return source{}, validation.Errorf("The table does not have the specified index: %s", *indexName)
	}
	return source{table: t, index: x, schema: x.schema, rows: x.rows}, nil
}

// startKey checks an ExclusiveStartKey and returns where it is.
func (s source) startKey(start item.Item) (string, error) {
	start, err := normalKey(start)
	if err != nil {
		return "", validation.Errorf("The provided starting key is invalid: %s", validation.Message(err))
	}
	attributes := s.table.schema.Attributes()
	if s.index != nil {
		attributes = append(attributes, s.schema.Attributes()...)
	}
	named := map[string]bool{}
	for _, a := range attributes {
		named[a.Name] = true
		if item.KindOf(start[a.Name]) != a.Kind {
			return "", invalidStart(s.index)
		}
	}
	if len(named) != len(start) {
		return "", invalidStart(s.index)
	}
	if s.index == nil {
		return keyOf(s.schema, start), nil
	}
	key, _ := indexKeyOf(s.schema, start, keyOf(s.table.schema, start))
	return key, nil
}

func invalidStart(x *index) error {
	if x != nil {
		return validation.Errorf("The provided starting key is invalid")
	}
	return validation.Errorf("The provided starting key is invalid: The provided key element does not match the schema")
}

// lastKey is the LastEvaluatedKey after a row.
func (s source) lastKey(r *row) item.Item {
	key := s.table.schema.KeyOf(r.item)
	if s.index != nil {
		for name, v := range s.schema.KeyOf(r.item) {
			key[name] = v
		}
	}
	return item.Clone(key)
}

// selection is what of the items that are read goes into the answer.
type selection struct {
	compiled  *expression.Compiled
	countOnly bool
	projected bool // what the index has, not the whole item
}

// page collects the answer to a Query or Scan.
type page struct {
	source
	selection
	limit int // 0: none

	items          []map[string]types.AttributeValue
	count, scanned int32
	bytes          int
	last           *row
	more           bool // it ended before the source did
}

// take adds a row; false ends the page.
func (p *page) take(r *row) bool {
	if p.limit > 0 && int(p.scanned) == p.limit || p.bytes >= pageSize {
		p.more = true
		return false
	}
	it, size := r.item, r.size
	if p.index != nil && p.index.projection.ProjectionType != types.ProjectionTypeAll {
		projected := p.index.project(it, p.table.schema)
		size = item.Size(projected)
		if p.projected {
			it = projected
		}
	}
	p.scanned++
	p.bytes += size
	p.last = r
	if p.compiled.Filter != nil && !p.compiled.Filter.Match(it) {
		return true
	}
	p.count++
	if !p.countOnly {
		p.items = append(p.items, p.show(it))
	}
	return true
}

// show returns a copy of what the request wants to see.
func (p *page) show(it item.Item) item.Item {
	if p.compiled.Projection != nil {
		it = p.compiled.Projection.Project(it)
	}
	return item.Clone(it)
}

// end returns the LastEvaluatedKey: with a limit that is reached there is one
// even if nothing follows.
func (p *page) end() item.Item {
	if p.last == nil || !p.more && !(p.limit > 0 && int(p.scanned) == p.limit) {
		return nil
	}
	return p.lastKey(p.last)
}

// found are the items of the answer; COUNT has none.
func (p *page) found() []map[string]types.AttributeValue {
	if p.items == nil && !p.countOnly {
		return []map[string]types.AttributeValue{}
	}
	return p.items
}
