package harness

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/harness/snapshot"
)

// remember ends the fixture: what views show of the past counts from here.
func (a *attempt) remember(ctx context.Context) error {
	a.past = past{}
	a.requests.forget()
	asked := views(a.scenario)
	if !slices.Contains(asked, viewChanged) && !slices.Contains(asked, viewChanges) {
		return nil
	}
	items, err := a.scan(ctx)
	if err != nil {
		return fmt.Errorf("look at the fixture: %w", err)
	}
	a.past.before = byKey(items)
	return nil
}

func byKey(items []observed) map[string]observed {
	m := map[string]observed{}
	for _, o := range items {
		m[o.key] = o
	}
	return m
}

// change is an item that is not as the fixture left it. The item of before or
// after is nil where it was not there.
type change struct {
	observed // key and table, and the item as it is
	before   map[string]types.AttributeValue
	names    []string // top-level attributes that differ, sorted, where both are there
}

// what says in words what happened to the item.
func (c change) what() string {
	switch {
	case c.item == nil:
		return "removed"
	case c.before == nil:
		return "inserted"
	}
	return strings.Join(c.names, ", ")
}

// changedSince compares items with those of the fixture, in the order of their keys.
func changedSince(before map[string]observed, items []observed) []change {
	after := byKey(items)
	keys := slices.AppendSeq(slices.Collect(maps.Keys(after)), maps.Keys(before))
	slices.Sort(keys)
	var list []change
	for _, key := range slices.Compact(keys) {
		old, was := before[key]
		c := change{observed: after[key], before: old.item}
		switch _, is := after[key]; {
		case !is:
			c.observed = observed{table: old.table, key: key}
		case was:
			if c.names = differing(old.item, c.item); c.names == nil {
				continue
			}
		}
		list = append(list, c)
	}
	return list
}

// differing are the names of the top-level attributes that are not the same,
// sorted. Sets have no order.
func differing(a, b map[string]types.AttributeValue) []string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(a)) {
		if v, ok := b[name]; !ok || render(a[name]) != render(v) {
			names = append(names, name)
		}
	}
	for name := range b {
		if _, ok := a[name]; !ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// changed shows the items that are not as they were when the fixture was settled;
// one that is gone is absent.
func (s *sight) changed(a *attempt, items []observed) {
	for _, c := range changedSince(a.past.before, items) {
		var value types.AttributeValue
		if c.item != nil {
			value = members(c.item)
		}
		s.add(snapshot.Section{View: viewChanged, Label: a.label(c.observed), Value: value}, c.key, "")
	}
}

// changes lists the same items with a line for each: a section for every table in
// which there are any, that of the main table without a label. Its source is the
// table.
func (s *sight) changes(a *attempt, items []observed) {
	lines := map[string]map[string]types.AttributeValue{} // by table
	for _, c := range changedSince(a.past.before, items) {
		if lines[c.table] == nil {
			lines[c.table] = map[string]types.AttributeValue{}
		}
		lines[c.table][c.keyInTable()] = word(c.what())
	}
	for _, definition := range a.harness.project.Tables {
		table := aws.ToString(definition.TableName)
		switch main := table == a.harness.project.mainTable(); {
		case lines[table] == nil && main: // said also where other tables have changes
			s.add(snapshot.Section{View: viewChanges, Value: &types.AttributeValueMemberL{}}, table, "")
		case main:
			s.add(snapshot.Section{View: viewChanges, Value: members(lines[table])}, table, "")
		case lines[table] != nil:
			s.add(snapshot.Section{View: viewChanges, Label: table, Value: members(lines[table])}, table, "")
		}
	}
}

// label is the key of an item, with its table unless that is the main one.
func (a *attempt) label(o observed) string {
	if o.table == a.harness.project.mainTable() {
		return o.keyInTable()
	}
	return o.key
}

func (o observed) keyInTable() string { return o.key[len(o.table)+1:] }

// ofLine is the subject of a line of a section that lists items of a table: the
// item whose key stands before the colon, and of the heading nothing.
func (s subject) ofLine(table string) subject {
	if s.path == "" {
		return subject{view: s.view}
	}
	key := s.path
	if strings.HasPrefix(key, `"`) {
		if err := json.Unmarshal([]byte(s.path), &key); err != nil {
			return s
		}
	}
	s.item, s.path = table+" "+key, ""
	return s
}
