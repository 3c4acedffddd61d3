package memory

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/harness/engine/memory/expression"
	"github.com/stillwater-streams/stillwater/harness/engine/memory/item"
	"github.com/stillwater-streams/stillwater/harness/engine/memory/validation"
)

// mutation is what one write does to one item, checked as far as it can be
// without the item: a put, an update, a delete or a mere condition check.
type mutation struct {
	table    *table
	key      string
	keyItem  item.Item // the key attributes
	compiled *expression.Compiled
	put      item.Item // of a put
	delete   bool
	onFail   types.ReturnValuesOnConditionCheckFailure
}

// outcome is what a mutation came to.
type outcome struct {
	change
	at  *mutation
	old item.Item // nil: was not there
	new item.Item // nil: is not there
}

// old returns the row that a mutation is about, nil if there is none.
func (m *mutation) old() *row {
	r, _ := m.table.rows.Get(m.key)
	return r
}

// plan checks the condition of a mutation against the table and computes what it
// makes of the item. Nothing is changed yet.
func (m *mutation) plan() (outcome, error) {
	o := outcome{at: m, change: change{old: m.old()}}
	if o.change.old != nil {
		o.old = o.change.old.item
	}
	if c := m.compiled.Condition; c != nil && !c.Match(o.old) {
		return o, m.conditionFailed(o.old)
	}
	switch {
	case m.delete:
		return o, nil
	case m.put != nil:
		o.new = m.put
	default:
		return o, m.planUpdate(&o)
	}
	return o, nil
}

// planUpdate is plan for an update or, without one, a condition check.
func (m *mutation) planUpdate(o *outcome) error {
	if m.compiled.Update == nil {
		o.new = o.old
		return nil
	}
	from := o.old
	if from == nil {
		from = m.keyItem
	}
	updated, err := m.compiled.Update.Apply(from)
	if err != nil {
		return err
	}
	if o.old == nil && !m.compiled.Update.Creates() {
		return nil // nothing to remove; what is wrong with its paths has been told
	}
	if err := item.CheckUpdated(updated); err != nil {
		return err
	}
	for _, x := range m.table.indexes {
		if err := checkUpdatedIndex(x.schema, updated); err != nil {
			return err
		}
	}
	o.new = updated
	return nil
}

// checkUpdatedIndex checks what an update makes of the key of an index. An empty
// value is refused in words of its own.
func checkUpdatedIndex(schema item.Schema, updated item.Item) error {
	err := schema.CheckIndexed(updated)
	if err == nil {
		return nil
	}
	const put, update = "A value specified for a secondary index key is not supported.", "The update expression attempted to update a secondary index key to a value that is not supported."
	text := validation.Message(err)
	if !strings.Contains(text, put) {
		return err
	}
	text, _, _ = strings.Cut(strings.Replace(text, put, update, 1), " IndexName: ")
	return validation.Errorf("%s", text)
}

func (m *mutation) conditionFailed(old item.Item) error {
	err := &types.ConditionalCheckFailedException{Message: aws.String("The conditional request failed")}
	if m.onFail == types.ReturnValuesOnConditionCheckFailureAllOld {
		err.Item = item.Clone(old)
	}
	return err
}

// apply makes planned changes. Each that changes its item counts one and is one
// record.
func (db *Database) apply(by *identity, planned ...outcome) {
	db.state.applied++
	for _, o := range planned {
		if item.EqualItems(o.old, o.new) && (o.old == nil) == (o.new == nil) {
			continue // a no-op: no number, no record (E2)
		}
		t, c := o.at.table, change{old: o.change.old}
		if o.new != nil {
			c.new = newRow(o.at.key, o.new)
		}
		db.state.counter++
		t.replace(c)
		if t.lastOf != db.state.applied {
			t.last, t.lastOf = nil, db.state.applied
		}
		t.last = append(t.last, c)
		db.record(t, c, by)
	}
}
