package memory

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/harness/engine/memory/expression"
	"github.com/stillwater-streams/stillwater/harness/engine/memory/item"
	"github.com/stillwater-streams/stillwater/harness/engine/memory/validation"
)

func (db *Database) query(in *dynamodb.QueryInput) (*dynamodb.QueryOutput, error) {
	if err := checkQuery(in); err != nil {
		return nil, err
	}
	compiled, err := expression.Compile(expression.Request{
		Operation: "Query", KeyConditionExpression: in.KeyConditionExpression, FilterExpression: in.FilterExpression,
		ProjectionExpression: in.ProjectionExpression, ExpressionAttributeNames: in.ExpressionAttributeNames,
		ExpressionAttributeValues: in.ExpressionAttributeValues, KeyConditions: in.KeyConditions, QueryFilter: in.QueryFilter,
		AttributesToGet: in.AttributesToGet, ConditionalOperator: in.ConditionalOperator,
	})
	if err != nil {
		return nil, err
	}
	read, unlock, err := db.reading(in.TableName, in.IndexName, in.ConsistentRead)
	defer unlock()
	if err != nil {
		return nil, err
	}
	r, err := compiled.Key.Range(read.schema)
	if err != nil {
		return nil, err
	}
	if err := compiled.CheckFilter(read.schema); err != nil {
		return nil, err
	}
	if err := read.checkFiltered(compiled); err != nil {
		return nil, err
	}
	chosen, err := read.selects(compiled, in.Select)
	if err != nil {
		return nil, err
	}
	p := &page{source: read, selection: chosen, limit: int(aws.ToInt32(in.Limit))}
	if err := p.queryRange(r, in.ExclusiveStartKey, in.ScanIndexForward == nil || *in.ScanIndexForward); err != nil {
		return nil, err
	}
	return &dynamodb.QueryOutput{
		Items: p.found(), Count: p.count, ScannedCount: p.scanned, LastEvaluatedKey: p.end(),
		ConsumedCapacity: readCapacity(in.ReturnConsumedCapacity, read.table, read.index, p.bytes, aws.ToBool(in.ConsistentRead)),
	}, nil
}

// reading locks for a Query or Scan and finds what it reads. unlock is never nil.
func (db *Database) reading(tableName, indexName *string, consistent *bool) (s source, unlock func(), err error) {
	stale := !aws.ToBool(consistent) && db.takeStale()
	if stale {
		db.mu.Lock() // an old table is made of a copy
		unlock = db.mu.Unlock
	} else {
		db.mu.RLock()
		unlock = db.mu.RUnlock
	}
	t, err := db.table(tableName)
	if err != nil {
		return source{}, unlock, err
	}
	if stale {
		t = t.stale()
	}
	if s, err = t.sourceOf(indexName); err != nil {
		return source{}, unlock, err
	}
	if s.index != nil && s.index.global && aws.ToBool(consistent) {
		return source{}, unlock, validation.Errorf("Consistent reads are not supported on global secondary indexes")
	}
	return s, unlock, nil
}

// queryRange reads a part of one partition.
func (p *page) queryRange(r *expression.KeyRange, start item.Item, forward bool) error {
	partition := partitionKey(r.Hash)
	from := ""
	if start != nil {
		var err error
		if from, err = p.startKey(start); err != nil {
			return err
		}
		if len(from) < len(partition) || from[:len(partition)] != partition {
			return validation.Errorf("The provided starting key is outside query boundaries based on provided conditions")
		}
		if normal, _ := normalKey(start); r.Place(normal) != 0 {
			return validation.Errorf("The provided starting key does not match the range key predicate")
		}
	}
	if forward {
		p.ascend(r, partition, from)
	} else {
		p.descend(r, partition, from)
	}
	return nil
}

// ascend takes rows behind from, or from the beginning of the range.
func (p *page) ascend(r *expression.KeyRange, partition, from string) {
	pivot := partition
	for _, v := range r.Low() {
		pivot = string(appendValue([]byte(pivot), v))
	}
	p.rows.Ascend(max(pivot, from), func(key string, row *row) bool {
		if len(key) < len(partition) || key[:len(partition)] != partition {
			return false
		}
		switch place := r.Place(row.item); {
		case key == from || place < 0:
			return true
		case place > 0:
			return false
		}
		return p.take(row)
	})
}

// descend takes rows before from, or from the end of the range.
func (p *page) descend(r *expression.KeyRange, partition, from string) {
	visit := func(key string, row *row) bool {
		if key >= partition && (len(key) < len(partition) || key[:len(partition)] != partition) {
			return true // the key behind the partition, at which the search began
		}
		if key < partition {
			return false
		}
		switch place := r.Place(row.item); {
		case key == from || place > 0:
			return true
		case place < 0:
			return false
		}
		return p.take(row)
	}
	pivot := partition
	for _, v := range r.High() {
		pivot = string(appendValue([]byte(pivot), v))
	}
	pivot = after(pivot)
	switch {
	case from != "":
		p.rows.Descend(from, visit)
	case pivot == "":
		p.rows.Reverse(visit)
	default:
		p.rows.Descend(pivot, visit)
	}
}

// selects works out what Select and the projection mean for a source.
func (s source) selects(compiled *expression.Compiled, want types.Select) (selection, error) {
	chosen := selection{compiled: compiled, countOnly: want == types.SelectCount, projected: s.index != nil}
	wantsAll := want == types.SelectAllAttributes
	if s.index == nil {
		if want == types.SelectAllProjectedAttributes {
			return chosen, validation.Errorf("ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName")
		}
		return chosen, nil
	}
	if !s.index.global {
		// A local index fetches what it lacks from the table.
		chosen.projected = !wantsAll && compiled.Projection == nil
		return chosen, nil
	}
	if wantsAll && s.index.projection.ProjectionType != types.ProjectionTypeAll {
		return chosen, validation.Errorf("One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not supported for global secondary index %s because its projection type is not ALL", s.schema.Index)
	}
	return chosen, s.checkProjected(compiled)
}

// checkProjected refuses to read from a global index what it does not have.
func (s source) checkProjected(compiled *expression.Compiled) error {
	if compiled.Projection == nil {
		return nil
	}
	if missing := s.missing(compiled.Projection.Names()); missing != "" {
		return validation.Errorf("One or more parameter values were invalid: Global secondary index %s does not project [%s]", s.schema.Index, missing)
	}
	return nil
}

// checkFiltered refuses to filter a query of an index by what it does not have.
func (s source) checkFiltered(compiled *expression.Compiled) error {
	if s.index == nil || compiled.Filter == nil {
		return nil
	}
	if missing := s.missing(compiled.Filter.Names()); missing != "" {
		return validation.Errorf("One or more parameter values were invalid: Secondary index %s does not project one or more filter attributes: [%s]", s.schema.Index, missing)
	}
	return nil
}

// missing lists those of the names that the index does not have.
func (s source) missing(names []string) string {
	return strings.Join(slices.DeleteFunc(names, func(name string) bool { return s.index.projects(name, s.table.schema) }), ", ")
}
