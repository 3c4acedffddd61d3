package scenario

import (
	"reflect"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// DynamoDB's limits for TransactWriteItems and BatchWriteItem.
const (
	maxTransaction = 100
	maxBatch       = 25
)

// write reads the body of a put, update or delete and renders it.
func (r *reader) write(e entry) (Write, string, bool) {
	before := len(r.mistakes)
	required, optional := []string{"key"}, []string{"table"}
	switch e.key {
	case verbPut:
		required = []string{"item"}
	case verbUpdate:
		optional = []string{"table", "set", "remove"}
	}
	if absent(e.value) {
		r.wrong(e.at, missingHint(required[0]), "%s has nothing to write", e.key)
		return Write{}, "", false
	}
	fields, ok := r.fields(e.value, e.keyAt, e.key, required, optional)
	if !ok {
		return Write{}, "", false
	}
	w := Write{Op: e.key, Table: r.table(e, fields)}
	var shown []entry
	if item, given := fields["item"]; given {
		w.Item, shown, _ = r.attributes(item, "the item")
		shown = r.itemKey(w, item, shown)
	}
	if key, given := fields["key"]; given {
		w.Key, shown = r.key(key, w.Table)
	}
	if w.Op == verbUpdate {
		r.changes(&w, e, fields)
	}
	if len(r.mistakes) > before {
		return Write{}, "", false
	}
	return w, writeText(w, shown, w.Table != r.vocab.mainTable()), true
}

// table finds the table of a write.
func (r *reader) table(e entry, fields map[string]entry) string {
	field, given := fields["table"]
	if !given {
		return r.tableOf(e, "")
	}
	var name tableName
	name.read(r, field)
	return string(name)
}

// tableOf fills in a table that was left out, as that of most writes may be.
func (r *reader) tableOf(e entry, named tableName) string {
	if named != "" {
		return string(named)
	}
	if main := r.vocab.mainTable(); main != "" {
		return main
	}
	r.wrong(e.keyAt, list(r.vocab.Tables, "tables"), "%s lacks the key \"table\"", e.key)
	return ""
}

// key reads the primary key of a table: all its attributes and no other.
func (r *reader) key(e entry, table string) (map[string]types.AttributeValue, []entry) {
	key, shown, ok := r.attributes(e, "the key")
	r.keyTypes(key, shown)
	names := r.vocab.Keys[table]
	if !ok || len(names) == 0 {
		return key, shown
	}
	hint := "the key of " + table + " is " + strings.Join(names, ", ")
	var unknown int
	for _, attribute := range shown {
		if !slices.Contains(names, attribute.key) {
			r.wrong(attribute.keyAt, hint, "%q is not part of the key", attribute.key)
			unknown++
		}
	}
	for _, name := range names {
		if _, given := key[name]; given {
			continue
		}
		// A misspelt attribute stands for a missing one: one slip is one mistake.
		if unknown--; unknown < 0 {
			r.wrong(e.at, hint, "the key lacks the attribute %q", name)
		}
	}
	return key, shown
}

// keyTypes: a key attribute is a text, a number or binary, and not empty.
func (r *reader) keyTypes(key map[string]types.AttributeValue, entries []entry) {
	for _, e := range entries {
		switch v := key[e.key].(type) {
		case nil, *types.AttributeValueMemberN, *types.AttributeValueMemberB:
		case *types.AttributeValueMemberS:
			if v.Value == "" {
				r.wrong(e.at, "", "the key attribute %q is empty", e.key)
			}
		default:
			r.wrong(e.at, "a key attribute is a text, a number or binary", "the key attribute %q cannot be %s", e.key, describe(e.value))
		}
	}
}

// itemKey checks that an item has its key, and picks what the text of the step
// shows of it: the key, by convention the first two attributes where it is not
// known.
func (r *reader) itemKey(w Write, e entry, attributes []entry) []entry {
	names := r.vocab.Keys[w.Table]
	if len(names) == 0 {
		return attributes[:min(len(attributes), 2)]
	}
	var shown []entry
	for _, name := range names {
		i := slices.IndexFunc(attributes, func(a entry) bool { return a.key == name })
		if i < 0 {
			if len(attributes) > 0 {
				r.wrong(e.at, "the key of "+w.Table+" is "+strings.Join(names, ", "), "the item lacks the key attribute %q", name)
			}
			continue
		}
		shown = append(shown, attributes[i])
	}
	r.keyTypes(w.Item, shown)
	return shown
}

// changes reads set and remove of an update.
func (r *reader) changes(w *Write, e entry, fields map[string]entry) {
	set, hasSet := fields["set"]
	remove, hasRemove := fields["remove"]
	if !hasSet && !hasRemove {
		r.wrong(e.keyAt, "add set: {path: value} or remove: [path]", "the update changes nothing")
		return
	}
	var paths []entry
	if hasSet {
		w.Set, paths, _ = r.attributes(set, "set")
	}
	if hasRemove {
		items, ok := r.items(remove.value, remove.at, remove.name())
		if ok && len(items) == 0 {
			r.wrong(remove.at, "leave the key out", "remove is empty")
		}
		for _, item := range items {
			item.key, item.keyAt = r.text(item), item.at
			w.Remove = append(w.Remove, item.key)
			paths = append(paths, item)
		}
	}
	r.paths(paths, w.Key)
}

// paths refuses what DynamoDB would: parts that are empty, a key attribute, a
// path that lies within another one.
func (r *reader) paths(paths []entry, key map[string]types.AttributeValue) {
	for i, p := range paths {
		if p.key == "" {
			continue // reported already
		}
		parts := strings.Split(p.key, ".")
		if slices.Contains(parts, "") {
			r.wrong(p.keyAt, "write the names from the outside in: state.status", "%q is not a path", p.key)
			continue
		}
		if _, isKey := key[parts[0]]; isKey {
			r.wrong(p.keyAt, "delete the item and put it under its new key", "%q is part of the key, which an update cannot change", parts[0])
		}
		for _, other := range paths[:i] {
			if within(p.key, other.key) || within(other.key, p.key) {
				r.wrong(p.keyAt, "", "%q and %q overlap", other.key, p.key)
			}
		}
	}
}

func within(inner, outer string) bool {
	return outer != "" && (inner == outer || strings.HasPrefix(inner, outer+"."))
}

// writtenTwice reports a second write of one item in a transaction or batch,
// which what names. Puts count where the key of their table is known.
func (r *reader) writtenTwice(writes []Write, items []entry, what string) bool {
	if len(writes) != len(items) {
		return false
	}
	found := false
	for i, w := range writes {
		for _, other := range writes[:i] {
			key := r.keyOf(w)
			if key != nil && w.Table == other.Table && reflect.DeepEqual(key, r.keyOf(other)) {
				r.wrong(items[i].at, "DynamoDB takes one write per item in "+what, "%s writes one item twice", what)
				found = true
			}
		}
	}
	return found
}

// keyOf is the key of the item that a write writes; nil where it is not known.
func (r *reader) keyOf(w Write) map[string]types.AttributeValue {
	if w.Op != verbPut {
		return w.Key
	}
	key := map[string]types.AttributeValue{}
	for _, name := range r.vocab.Keys[w.Table] {
		key[name] = w.Item[name]
	}
	if len(key) == 0 {
		return nil
	}
	return key
}
