package conformance

import (
	"encoding/hex"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/stillwater-streams/stillwater/harness/engine/memory/number"
)

// writer writes answers in the notation.
type writer struct {
	identities map[string]map[string]int // kind → text → its number
	known      map[string]string         // "seq:1" → text
	// normal brings numbers to the form in which the service returns them. DynamoDB
	// Local writes the sum of 1.5 and 1.5 as Java does, 3.0 (our measurement).
	normal bool
	// unordered is set while the answer is that of a Scan, whose order means nothing.
	unordered bool
}

func newWriter(normal bool) *writer {
	return &writer{identities: map[string]map[string]int{}, known: map[string]string{}, normal: normal}
}

// write writes a value that is in a member of this name.
func (w *writer) write(v reflect.Value, name string) string {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return "absent"
		}
		return w.write(v.Elem(), name)
	case reflect.Interface:
		return w.writeValue(v)
	case reflect.Struct:
		if _, ok := v.Interface().(time.Time); ok {
			return "<time>"
		}
		return w.writeStruct(v)
	case reflect.Map:
		return w.writeMap(v, name)
	case reflect.Slice:
		return w.writeList(v, name)
	case reflect.String:
		return w.writeText(v.String(), name)
	}
	return fmt.Sprint(v.Interface())
}

func (w *writer) writeStruct(v reflect.Value) string {
	var parts []string
	for i := range v.NumField() {
		field := v.Type().Field(i)
		if !field.IsExported() || field.Name == "ResultMetadata" || hidden(field.Name) || v.Field(i).IsZero() {
			continue
		}
		parts = append(parts, field.Name+": "+w.write(v.Field(i), field.Name))
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// hidden members of errors: what the case shows before them.
func hidden(name string) bool { return name == "ErrorCodeOverride" }

func (w *writer) writeMap(v reflect.Value, name string) string {
	var parts []string
	for _, key := range slices.Sorted(maps.Keys(stringKeys(v))) {
		text := key
		if !plain(key) {
			text = strconv.Quote(key)
		}
		parts = append(parts, text+": "+w.write(stringKeys(v)[key], name))
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

func stringKeys(v reflect.Value) map[string]reflect.Value {
	out := map[string]reflect.Value{}
	for _, key := range v.MapKeys() {
		out[key.String()] = v.MapIndex(key)
	}
	return out
}

// writeList writes lists whose order means nothing in order of their text.
func (w *writer) writeList(v reflect.Value, name string) string {
	var parts []string
	for i := range v.Len() {
		parts = append(parts, w.write(v.Index(i), name))
	}
	switch name {
	case "Items":
		if w.unordered {
			slices.Sort(parts)
		}
	case "AttributeDefinitions", "GlobalSecondaryIndexes", "LocalSecondaryIndexes", "NonKeyAttributes", "Tags", "Responses", "UnprocessedKeys":
		slices.Sort(parts)
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

// writeText writes what is no attribute value; what differs in each run becomes
// an identity.
func (w *writer) writeText(text, name string) string {
	switch {
	case strings.HasSuffix(name, "ShardId"):
		return w.identity("shard", text)
	case strings.HasSuffix(name, "SequenceNumber"):
		return w.identity("seq", text)
	case strings.HasSuffix(name, "ShardIterator"):
		return w.identity("iterator", text)
	case strings.HasSuffix(name, "StreamArn"):
		return w.identity("stream", text)
	case strings.HasSuffix(name, "Arn"): // of whatever region and account
		_, resource, _ := strings.Cut(text, ":table/")
		return "<arn table/" + resource + ">"
	case strings.HasSuffix(name, "Label"), name == "TableId", name == "EventID":
		return "<" + name + ">"
	case plain(text):
		return text
	}
	return strconv.Quote(text)
}

func (w *writer) identity(kind, text string) string {
	if w.identities[kind] == nil {
		w.identities[kind] = map[string]int{}
	}
	if _, ok := w.identities[kind][text]; !ok {
		w.identities[kind][text] = len(w.identities[kind]) + 1
	}
	name := fmt.Sprintf("%s:%d", kind, w.identities[kind][text])
	w.known[name] = text
	return "<" + name + ">"
}

// writeValue writes an attribute value: dynamodb's and dynamodbstreams' have the
// same names for their kinds.
func (w *writer) writeValue(v reflect.Value) string {
	if v.IsNil() {
		return "absent"
	}
	member := v.Elem().Elem()
	value := member.FieldByName("Value")
	switch strings.TrimPrefix(member.Type().Name(), "AttributeValueMember") {
	case "S":
		return strconv.Quote(value.String())
	case "N":
		return w.number(value.String())
	case "B":
		return "0x" + hex.EncodeToString(value.Bytes())
	case "BOOL":
		return strconv.FormatBool(value.Bool())
	case "NULL":
		return "null"
	case "L":
		return w.writeList(value, "")
	case "M":
		return w.writeMap(value, "")
	case "SS":
		return w.writeSet(value, func(s reflect.Value) string { return strconv.Quote(s.String()) })
	case "NS":
		return w.writeSet(value, func(n reflect.Value) string { return w.number(n.String()) })
	case "BS":
		return w.writeSet(value, func(b reflect.Value) string { return "0x" + hex.EncodeToString(b.Bytes()) })
	}
	return member.Type().Name()
}

func (w *writer) number(text string) string {
	if normal, err := number.Normal(text); w.normal && err == nil {
		text = normal
	}
	return text
}

// writeSet writes the members in order: that in which they come means nothing.
func (w *writer) writeSet(members reflect.Value, member func(reflect.Value) string) string {
	var parts []string
	for i := range members.Len() {
		parts = append(parts, member(members.Index(i)))
	}
	slices.Sort(parts)
	return "<" + strings.Join(parts, ", ") + ">"
}

// named puts identities into a message.
func (w *writer) named(message string) string {
	for name, text := range w.known {
		message = strings.ReplaceAll(message, text, "<"+name+">")
	}
	return message
}
