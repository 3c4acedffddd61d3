package model

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Item is an item of the table, or a map inside one, as the SDK has it.
type Item = map[string]types.AttributeValue

// Absent tells whether a value is read as if its attribute did not exist: no
// attribute, NULL or an empty string.
func Absent(v types.AttributeValue) bool {
	switch v := v.(type) {
	case nil:
		return true
	case *types.AttributeValueMemberNULL:
		return true
	case *types.AttributeValueMemberS:
		return v.Value == ""
	}
	return false
}

// Every setter leaves an absent value out: absent is absent.

func setText[T ~string](w Item, name string, v T) {
	if v != "" {
		w[name] = &types.AttributeValueMemberS{Value: string(v)}
	}
}

func setTime(w Item, name string, t time.Time) {
	if !t.IsZero() {
		setText(w, name, FormatTime(t))
	}
}

func setNumber(w Item, name string, d Decimal) {
	if d.Known() {
		w[name] = &types.AttributeValueMemberN{Value: d.String()}
	}
}

func setMap(w Item, name string, m Item) {
	if len(m) > 0 {
		w[name] = &types.AttributeValueMemberM{Value: m}
	}
}

func setList(w Item, name string, texts []string) {
	if len(texts) == 0 {
		return
	}
	list := make([]types.AttributeValue, len(texts))
	for i, text := range texts {
		list[i] = &types.AttributeValueMemberS{Value: text}
	}
	w[name] = &types.AttributeValueMemberL{Value: list}
}

func setRaw(w Item, name string, v types.AttributeValue) {
	if !Absent(v) {
		w[name] = v
	}
}

// entry is a map inside an item: a state, a treatment and so on.
type entry interface{ Item() Item }

// setEntry writes an entry that may not exist.
func setEntry[T entry](w Item, name string, e *T) {
	if e != nil {
		setMap(w, name, (*e).Item())
	}
}

// reader reads attributes and keeps what was wrong with them, so that a parse
// function reads top to bottom and reports everything at once.
type reader struct {
	item Item
	path string   // "" or "state."
	errs *[]error // shared with the readers of nested maps
}

func newReader(item Item) *reader { return &reader{item: item, errs: new([]error)} }

// err is everything wrong, in the order of reading, after what was read.
func (r *reader) err(entity string) error {
	if len(*r.errs) == 0 {
		return nil
	}
	key := Key{PK: textOf(r.item["pk"]), SK: textOf(r.item["sk"])}
	return fmt.Errorf("parse: %s %s, %s: %w", entity, key.PK, key.SK, errors.Join(*r.errs...))
}

func (r *reader) fail(name, format string, args ...any) {
	*r.errs = append(*r.errs, fmt.Errorf(r.path+name+": "+format, args...))
}

func (r *reader) text(name string) string {
	v := r.item[name]
	if Absent(v) {
		return ""
	}
	s, ok := v.(*types.AttributeValueMemberS)
	if !ok {
		r.fail(name, "%s instead of a string", typeName(v))
		return ""
	}
	return s.Value
}

func (r *reader) time(name string) time.Time {
	text := r.text(name)
	if text == "" {
		return time.Time{}
	}
	t, err := ParseTime(text)
	if err != nil {
		r.fail(name, "%w", err)
	}
	return t
}

func (r *reader) number(name string) Decimal { return numeric(r, name, ParseDecimal) }

func (r *reader) score(name string) Score { return numeric(r, name, ParseScore) }

func numeric[T any](r *reader, name string, parse func(string) (T, error)) (number T) {
	v := r.item[name]
	if Absent(v) {
		return number
	}
	n, ok := v.(*types.AttributeValueMemberN)
	if !ok {
		r.fail(name, "%s instead of a number", typeName(v))
		return number
	}
	number, err := parse(n.Value)
	if err != nil {
		r.fail(name, "%w", err)
	}
	return number
}

// texts reads a list of strings, which may also be a set.
func (r *reader) texts(name string) []string {
	switch v := r.item[name].(type) {
	case *types.AttributeValueMemberSS:
		return slices.Sorted(slices.Values(v.Value))
	case *types.AttributeValueMemberL:
		texts := make([]string, 0, len(v.Value))
		for i, element := range v.Value {
			s, ok := element.(*types.AttributeValueMemberS)
			if !ok {
				r.fail(name, "element %d: %s instead of a string", i, typeName(element))
				return nil
			}
			texts = append(texts, s.Value)
		}
		return texts
	default:
		if !Absent(v) {
			r.fail(name, "%s instead of a list of strings", typeName(v))
		}
		return nil
	}
}

// raw reads a value that nothing here interprets.
func (r *reader) raw(name string) types.AttributeValue {
	if v := r.item[name]; !Absent(v) {
		return v
	}
	return nil
}

// nested returns a reader of a map, and whether the map exists. Its errors are
// those of r.
func (r *reader) nested(name string) (*reader, bool) {
	v := r.item[name]
	inner := &reader{path: r.path + name + ".", errs: r.errs}
	if Absent(v) {
		return inner, false
	}
	m, ok := v.(*types.AttributeValueMemberM)
	if !ok {
		r.fail(name, "%s instead of a map", typeName(v))
		return inner, false
	}
	inner.item = m.Value
	return inner, true
}

// readEntry reads an entry that may not exist.
func readEntry[T any](r *reader, name string, read func(*reader) T) *T {
	inner, ok := r.nested(name)
	if !ok {
		return nil
	}
	e := read(inner)
	return &e
}

// status reads a value of a closed set. An unknown one is an error: an indicator
// would otherwise count it nowhere, silently.
func status[T ~string](r *reader, name string, known ...T) T {
	v := T(r.text(name))
	if v == "" || slices.Contains(known, v) {
		return v
	}
	names := make([]string, len(known))
	for i, k := range known {
		names[i] = string(k)
	}
	r.fail(name, "%q is not one of %s", v, strings.Join(names, ", "))
	return ""
}

func textOf(v types.AttributeValue) string {
	if s, ok := v.(*types.AttributeValueMemberS); ok {
		return s.Value
	}
	return "?"
}

// typeName is DynamoDB's name of a value's type: "S", "N", "SS".
func typeName(v types.AttributeValue) string {
	full := fmt.Sprintf("%T", v)
	return full[strings.LastIndex(full, "Member")+len("Member"):]
}

// merge returns one item with the attributes of all; later ones win.
func merge(items ...Item) Item {
	merged := Item{}
	for _, item := range items {
		maps.Copy(merged, item)
	}
	return merged
}
