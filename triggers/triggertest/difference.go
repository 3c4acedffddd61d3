package triggertest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/harness/engine/memory"
	"github.com/stillwater-streams/stillwater/triggers/model"
	"github.com/stillwater-streams/stillwater/triggers/testevent"
)

// differences are those of all tables, by table and key.
func differences(t T, before, after *memory.Database) []Write {
	t.Helper()
	if before.Writes() == after.Writes() {
		return nil
	}
	out, err := after.Do(context.Background(), &dynamodb.ListTablesInput{})
	if err != nil {
		t.Fatalf("triggertest: %v", err)
	}
	var list []Write
	for _, table := range out.(*dynamodb.ListTablesOutput).TableNames {
		list = append(list, differencesOf(table, itemsOf(t, before, table), itemsOf(t, after, table))...)
	}
	return list
}

func differencesOf(table string, before, after map[model.Key]model.Item) []Write {
	keys := slices.AppendSeq(slices.Collect(maps.Keys(before)), maps.Keys(after))
	slices.SortFunc(keys, func(a, b model.Key) int { return strings.Compare(a.PK+"\n"+a.SK, b.PK+"\n"+b.SK) })
	var list []Write
	for _, key := range slices.Compact(keys) {
		if was, is := before[key], after[key]; was == nil || is == nil || !model.EqualItems(was, is) {
			list = append(list, Write{table, testevent.Change{Before: was, After: is}})
		}
	}
	return list
}

// Lines tell a change, a line per attribute, members of maps with dots:
//
//	integrates_vms FIN#f1 GROUP#g: unreliable_indicators.where: "a.go" → nothing
//
// An item that was put or deleted is shown whole.
func (w Write) Lines() []string {
	is := w.After
	if is == nil {
		is = w.Before
	}
	subject := fmt.Sprintf("%s %s %s: ", w.Table, textOf(is["pk"]), textOf(is["sk"]))
	switch {
	case w.Before == nil:
		return []string{subject + "nothing → " + show(value(w.After))}
	case w.After == nil:
		return []string{subject + show(value(w.Before)) + " → nothing"}
	}
	var lines []string
	for _, c := range w.attributes() {
		lines = append(lines, fmt.Sprintf("%s%s: %s → %s", subject, c.path, show(c.before), show(c.after)))
	}
	return lines
}

// Attributes are the paths of the attributes that a change changed, members of maps
// with dots, in order.
func (w Write) Attributes() []string {
	var paths []string
	for _, c := range w.attributes() {
		paths = append(paths, c.path)
	}
	return paths
}

func (w Write) attributes() []attribute { return changed("", w.Before, w.After) }

// attribute is one that differs between two images.
type attribute struct {
	path          string
	before, after types.AttributeValue
}

// changed compares two maps, and the maps that are in both.
func changed(prefix string, before, after model.Item) (list []attribute) {
	names := slices.AppendSeq(slices.Collect(maps.Keys(before)), maps.Keys(after))
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		was, is := before[name], after[name]
		if was != nil && is != nil && model.Equal(was, is) {
			continue
		}
		old, wasMap := was.(*types.AttributeValueMemberM)
		new, isMap := is.(*types.AttributeValueMemberM)
		if wasMap && isMap {
			list = append(list, changed(prefix+name+".", old.Value, new.Value)...)
			continue
		}
		list = append(list, attribute{prefix + name, was, is})
	}
	return list
}

func value(item model.Item) types.AttributeValue { return &types.AttributeValueMemberM{Value: item} }

// show is a value for people: texts in quotes, maps in the order of their names.
func show(v types.AttributeValue) string {
	switch v := v.(type) {
	case nil:
		return "nothing"
	case *types.AttributeValueMemberS:
		return strconv.Quote(v.Value)
	case *types.AttributeValueMemberN:
		return v.Value
	case *types.AttributeValueMemberBOOL:
		return strconv.FormatBool(v.Value)
	case *types.AttributeValueMemberNULL:
		return "NULL"
	case *types.AttributeValueMemberL:
		var elements []string
		for _, e := range v.Value {
			elements = append(elements, show(e))
		}
		return "[" + strings.Join(elements, ", ") + "]"
	case *types.AttributeValueMemberM:
		var pairs []string
		for _, name := range slices.Sorted(maps.Keys(v.Value)) {
			pairs = append(pairs, name+" "+show(v.Value[name]))
		}
		return "{" + strings.Join(pairs, ", ") + "}"
	}
	return fmt.Sprintf("%v", v) // sets and binaries, which the model has none of
}
