package expression_test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/harness/engine/memory/expression"
	"github.com/stillwater-streams/stillwater/harness/engine/memory/item"
	"github.com/stillwater-streams/stillwater/harness/engine/memory/validation"
)

// trial is one request to both: to DynamoDB Local, and to the packages under
// test with the least engine around them.
type trial struct {
	table   table
	items   []item.Item // all of the table before it
	request expression.Request
	put     item.Item // of PutItem; its key names the item of other operations
}

// table is one of the tables that trials run on. Its name says its key.
type table struct {
	name   string
	schema item.Schema
	index  *item.Schema // of the global index that queries read; nil: none
}

// queried returns the key by which queries read.
func (t table) queried() item.Schema {
	if t.index != nil {
		return *t.index
	}
	return t.schema
}

// indexed returns the keys of the table's indexes.
func (t table) indexed() []item.Schema {
	if t.index != nil {
		return []item.Schema{*t.index}
	}
	return nil
}

func tables() map[string]table {
	hash := []item.KeyAttribute{{Name: "pk", Kind: item.S}}
	out := map[string]table{"single": {name: "single", schema: item.Schema{Hash: hash}}}
	out["multi"] = table{"multi", item.Schema{Hash: hash}, &item.Schema{
		Index: "index",
		Hash:  []item.KeyAttribute{{Name: "h1", Kind: item.S}, {Name: "h2", Kind: item.N}},
		Range: []item.KeyAttribute{{Name: "r1", Kind: item.S}, {Name: "r2", Kind: item.N}},
	}}
	for _, k := range []item.Kind{item.S, item.N, item.B} {
		name := "sorted" + k.String()
		out[name] = table{name: name, schema: item.Schema{Hash: hash, Range: []item.KeyAttribute{{Name: "sk", Kind: k}}}}
	}
	return out
}

// key returns the key of the item that a trial is about.
func (t trial) key() item.Item { return t.table.schema.KeyOf(t.put) }

// outcome is what a request comes to, as text: an error, a failed condition, or
// items.
type outcome string

func failed(err error) outcome {
	if text := validation.Message(err); text != "" {
		return outcome(text)
	}
	return outcome("error: " + err.Error())
}

const conditionFailed outcome = "the condition failed"

func found(items ...item.Item) outcome {
	lines := make([]string, len(items))
	for i, it := range items {
		lines[i] = writeItem(it)
	}
	return outcome("items:\n" + strings.Join(lines, "\n"))
}

// inOrder sorts the items of a Scan: theirs is that of hash codes.
func inOrder(items []item.Item) []item.Item {
	slices.SortFunc(items, func(a, b item.Item) int { return strings.Compare(writeItem(a), writeItem(b)) })
	return items
}

// ours answers a trial by the packages under test.
func (t trial) ours() outcome {
	c, err := expression.Compile(t.request)
	if err == nil {
		err = c.CheckKeys(t.table.schema, t.table.indexed()...)
	}
	if err != nil {
		return failed(err)
	}
	switch t.request.Operation {
	case "PutItem":
		return t.ourPut(c)
	case "UpdateItem":
		return t.ourUpdate(c)
	case "Query":
		return t.ourQuery(c)
	case "Scan":
		return found(inOrder(t.selected(c, func(item.Item) bool { return true }))...)
	}
	it := t.current()
	if c.Projection != nil {
		it = c.Projection.Project(it)
	}
	return found(it)
}

// several tells whether an update may have several mistakes that only the item
// shows: several actions, or functions.
func (t trial) several() bool {
	text := aws.ToString(t.request.UpdateExpression)
	verbs := regexp.MustCompile(`(?i)\b(SET|REMOVE|ADD|DELETE)\b`).FindAllString(text, -1)
	return len(verbs) > 1 || strings.ContainsAny(text, ",(")
}

// withoutAction tells whether an AttributeUpdates has no Action.
func (t trial) withoutAction() bool {
	for _, u := range t.request.AttributeUpdates {
		if u.Action == "" {
			return true
		}
	}
	return false
}

// current returns the item with the trial's key.
func (t trial) current() item.Item {
	at := slices.IndexFunc(t.items, func(it item.Item) bool {
		return item.EqualItems(t.table.schema.KeyOf(it), t.key())
	})
	if at < 0 {
		return nil
	}
	return t.items[at]
}

func (t trial) ourPut(c *expression.Compiled) outcome {
	it, err := item.Normal(t.put)
	if err == nil {
		err = t.table.schema.CheckItem(it)
	}
	if err == nil {
		err = item.CheckSize(it)
	}
	if err != nil {
		return failed(err)
	}
	if c.Condition != nil && !c.Condition.Match(t.current()) {
		return conditionFailed
	}
	return found(it)
}

func (t trial) ourUpdate(c *expression.Compiled) outcome {
	it := t.current()
	if c.Condition != nil && !c.Condition.Match(it) {
		return conditionFailed
	}
	if it == nil {
		it = t.key()
	}
	if c.Update != nil {
		before := writeItem(it)
		var err error
		after, err := c.Update.Apply(it)
		if writeItem(it) != before {
			return outcome("the update changed the item that it was given: " + writeItem(it))
		}
		if err == nil {
			err = item.CheckUpdated(after)
		}
		if err != nil {
			return failed(err)
		}
		if again, err := item.Normal(after); err != nil || writeItem(again) != writeItem(after) {
			return outcome(fmt.Sprintf("the update left an item that is not normal: %s, %v", writeItem(after), err))
		}
		it = after
	}
	return found(it)
}

func (t trial) ourQuery(c *expression.Compiled) outcome {
	key := t.table.queried()
	r, err := c.Key.Range(key)
	if err == nil {
		err = c.CheckFilter(key)
	}
	if err != nil {
		return failed(err)
	}
	return found(t.selected(c, func(it item.Item) bool {
		for i, a := range key.Hash {
			if !item.Equal(it[a.Name], r.Hash[i]) {
				return false
			}
		}
		return r.Place(it) == 0
	})...)
}

// selected filters and projects the items of a Query or Scan.
func (t trial) selected(c *expression.Compiled, in func(item.Item) bool) []item.Item {
	var out []item.Item
	for _, it := range t.items {
		if !in(it) || c.Filter != nil && !c.Filter.Match(it) {
			continue
		}
		if c.Projection != nil {
			it = c.Projection.Project(it)
		}
		out = append(out, it)
	}
	return out
}

// String writes a trial so that it can be typed in again.
func (t trial) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s on %s, key %s\n", t.request.Operation, t.table.name, writeItem(t.key()))
	for _, e := range []struct {
		name string
		text *string
	}{
		{"Update", t.request.UpdateExpression},
		{"Condition", t.request.ConditionExpression},
		{"Filter", t.request.FilterExpression},
		{"Projection", t.request.ProjectionExpression},
		{"KeyCondition", t.request.KeyConditionExpression},
	} {
		if e.text != nil {
			fmt.Fprintf(&b, "  %s: %q\n", e.name, aws.ToString(e.text))
		}
	}
	if len(t.request.ExpressionAttributeNames) > 0 {
		fmt.Fprintf(&b, "  names: %v\n", t.request.ExpressionAttributeNames)
	}
	if len(t.request.ExpressionAttributeValues) > 0 {
		fmt.Fprintf(&b, "  values: %s\n", writeItem(t.request.ExpressionAttributeValues))
	}
	b.WriteString(t.legacy())
	for _, it := range t.items {
		fmt.Fprintf(&b, "  item: %s\n", writeItem(it))
	}
	return b.String()
}

// legacy writes the legacy parameters.
func (t trial) legacy() string {
	var b strings.Builder
	list := func(parameter string, conditions map[string]types.Condition) {
		for _, name := range slices.Sorted(maps.Keys(conditions)) {
			fmt.Fprintf(&b, "  %s: %s %s %s\n", parameter, name, conditions[name].ComparisonOperator, writeList(conditions[name].AttributeValueList))
		}
	}
	list("KeyConditions", t.request.KeyConditions)
	list("QueryFilter", t.request.QueryFilter)
	list("ScanFilter", t.request.ScanFilter)
	for _, name := range slices.Sorted(maps.Keys(t.request.Expected)) {
		e := t.request.Expected[name]
		exists := "?"
		if e.Exists != nil {
			exists = fmt.Sprint(*e.Exists)
		}
		fmt.Fprintf(&b, "  Expected: %s exists %s %s %s %s\n", name, exists, write(e.Value), e.ComparisonOperator, writeList(e.AttributeValueList))
	}
	for _, name := range slices.Sorted(maps.Keys(t.request.AttributeUpdates)) {
		u := t.request.AttributeUpdates[name]
		fmt.Fprintf(&b, "  AttributeUpdates: %s %s %s\n", u.Action, name, write(u.Value))
	}
	if len(t.request.AttributesToGet) > 0 {
		fmt.Fprintf(&b, "  AttributesToGet: %v\n", t.request.AttributesToGet)
	}
	if t.request.ConditionalOperator != "" {
		fmt.Fprintf(&b, "  ConditionalOperator: %s\n", t.request.ConditionalOperator)
	}
	return b.String()
}

func writeList(values []types.AttributeValue) string {
	if values == nil {
		return ""
	}
	return write(&types.AttributeValueMemberL{Value: values})
}
