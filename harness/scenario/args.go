package scenario

import (
	"encoding"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
)

// field is one argument of a verb.
type field struct {
	name     string
	optional bool
	key      bool // part of what identifies the item that a seed writes
	index    []int
	typ      reflect.Type
}

// fieldsOf lists the arguments that a struct takes, embedded structs in place.
func fieldsOf(t reflect.Type) []field {
	var out []field
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous && f.Type.Kind() == reflect.Struct {
			for _, inner := range fieldsOf(f.Type) {
				inner.index = append([]int{i}, inner.index...)
				out = append(out, inner)
			}
			continue
		}
		name, options, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		if !f.IsExported() || name == "-" {
			continue
		}
		if name == "" {
			name = strings.ToLower(f.Name)
		}
		out = append(out, field{
			name: name, index: []int{i}, typ: f.Type,
			optional: hasOption(options, "omitempty"), key: hasOption(options, "key"),
		})
	}
	return out
}

func hasOption(options, option string) bool {
	return slices.Contains(strings.Split(options, ","), option)
}

// checkFields refuses field types that decode would not know.
func checkFields(t reflect.Type) error {
	seen := map[string]bool{}
	for _, f := range fieldsOf(t) {
		if seen[f.name] {
			return fmt.Errorf("argument %q has two fields", f.name)
		}
		seen[f.name] = true
		if err := checkType(f.typ); err != nil {
			return fmt.Errorf("argument %q: %w", f.name, err)
		}
	}
	return nil
}

func checkType(t reflect.Type) error {
	if t == reflect.TypeFor[time.Time]() || reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]()) {
		return nil
	}
	switch t.Kind() {
	case reflect.String, reflect.Bool, reflect.Int, reflect.Int64:
		return nil
	case reflect.Slice, reflect.Pointer:
		return checkType(t.Elem())
	case reflect.Struct:
		return checkFields(t)
	}
	return fmt.Errorf("fields of type %v cannot be filled from YAML", t)
}

// args fills the struct of a verb and renders the step.
func (r *reader) args(verb Verb, e entry) (any, string) {
	args := verb.New()
	return args, verbText(verb.Name, r.fill(verb.Name, e, args))
}

// fill fills the struct that args points to and returns what was given.
func (r *reader) fill(what string, e entry, args any) []entry {
	target := reflect.ValueOf(args).Elem()
	if absent(e.value) {
		// No arguments at all: fine when all of them are optional.
		r.required(what, e.keyAt, fieldsOf(target.Type()), nil, nil)
		return nil
	}
	return r.structure(what, e, target)
}

// structure decodes a mapping into a struct and returns what was given, in the
// order of the struct.
func (r *reader) structure(what string, e entry, target reflect.Value) []entry {
	entries, ok := r.entries(e.value, e.at, "the arguments of "+what)
	if !ok {
		return nil
	}
	fields := fieldsOf(target.Type())
	known := make([]string, len(fields))
	for i, f := range fields {
		known[i] = f.name
	}
	given := map[string]entry{}
	meant := map[string]bool{}
	for _, entry := range entries {
		if !slices.Contains(known, entry.key) {
			meant[closest(entry.key, known)] = true
			r.wrong(entry.keyAt, suggest(entry.key, known, "arguments"), "%s takes no argument %q", what, entry.key)
			continue
		}
		given[entry.key] = entry
	}
	r.required(what, e.keyAt, fields, given, meant)
	var out []entry
	for _, f := range fields {
		if entry, ok := given[f.name]; ok {
			r.decode(entry, target.FieldByIndex(f.index))
			out = append(out, entry)
		}
	}
	return out
}

// required reports arguments that are missing, except those that a misspelt one
// stands for.
func (r *reader) required(what string, at Position, fields []field, given map[string]entry, meant map[string]bool) {
	for _, f := range fields {
		if _, ok := given[f.name]; !ok && !f.optional && !meant[f.name] {
			r.wrong(at, "add "+f.name+": …", "%s lacks the argument %q", what, f.name)
		}
	}
}

// argument is a type of this package that reads itself, and says what editors are
// to be told of it.
type argument interface {
	read(r *reader, e entry)
	schema(s schema) node
}

// decode fills one field; the type of the field decides what may stand there.
func (r *reader) decode(e entry, target reflect.Value) {
	if absent(e.value) {
		r.wrong(e.at, "leave the argument out if it has no value", "%s has no value", e.name())
		return
	}
	switch v := target.Addr().Interface().(type) {
	case *time.Time:
		*v = r.time(e)
		return
	case *time.Duration:
		*v = r.duration(e)
		return
	case argument:
		v.read(r, e)
		return
	}
	if u, ok := target.Addr().Interface().(encoding.TextUnmarshaler); ok {
		if text := r.text(e); text != "" {
			if err := u.UnmarshalText([]byte(text)); err != nil {
				r.wrong(e.at, "", "%s: %v", e.name(), err)
			}
		}
		return
	}
	switch target.Kind() {
	case reflect.String:
		r.decodeString(e, target)
	case reflect.Bool:
		target.SetBool(r.bool(e))
	case reflect.Int, reflect.Int64:
		r.decodeInt(e, target)
	case reflect.Pointer:
		target.Set(reflect.New(target.Type().Elem()))
		r.decode(e, target.Elem())
	case reflect.Slice:
		r.decodeSlice(e, target)
	case reflect.Struct:
		r.structure(e.name(), entry{key: e.key, keyAt: e.keyAt, value: e.value, at: e.at}, target)
	}
}

func (r *reader) decodeString(e entry, target reflect.Value) {
	if target.Type() == reflect.TypeFor[Number]() {
		r.decodeNumber(e, target)
		return
	}
	text := r.text(e)
	target.SetString(text)
	chooser, ok := target.Interface().(Chooser)
	if text == "" || !ok {
		return
	}
	if choices := chooser.Choices(); !slices.Contains(choices, text) {
		hint := "one of " + strings.Join(choices, ", ")
		if near := closest(text, choices); near != "" {
			hint = "did you mean " + near + "?"
		}
		r.wrong(e.at, hint, "%s cannot be %q", e.name(), text)
	}
}

func (r *reader) decodeNumber(e entry, target reflect.Value) {
	if classify(e.value) != kindNumber {
		r.wrong(e.at, "", "%s must be a number, not %s", e.name(), describe(e.value))
		return
	}
	text := scalarText(e.value)
	if problem, hint := plainNumber(text); problem != "" {
		r.wrong(e.at, hint, "%s", problem)
		return
	}
	target.SetString(text)
}

func (r *reader) bool(e entry) bool {
	b, ok := e.value.(*ast.BoolNode)
	if !ok {
		r.wrong(e.at, "", "%s must be true or false, not %s", e.name(), describe(e.value))
		return false
	}
	return b.Value
}

func (r *reader) decodeInt(e entry, target reflect.Value) {
	if n, ok := r.integer(e); ok {
		target.SetInt(n)
	}
}

func (r *reader) integer(e entry) (int64, bool) {
	text := scalarText(e.value)
	n, err := strconv.ParseInt(text, 10, 64)
	if classify(e.value) != kindNumber || err != nil || !decimalText.MatchString(text) {
		r.wrong(e.at, "", "%s must be a whole number, not %s", e.name(), describe(e.value))
		return 0, false
	}
	return n, true
}

// decodeSlice reads a list; a list with an element twice is a slip of the pen in
// every use so far, and so is an empty one.
func (r *reader) decodeSlice(e entry, target reflect.Value) {
	if k := classify(e.value); k == kindText || k == kindNumber {
		r.wrong(e.at, "write ["+scalarText(e.value)+"]", "%s must be a list, not %s", e.name(), describe(e.value))
		return
	}
	items, ok := r.items(e.value, e.at, e.name())
	if !ok {
		return
	}
	if len(items) == 0 {
		r.wrong(e.at, "", "%s is empty", e.name())
	}
	seen := map[string]bool{}
	out := reflect.MakeSlice(target.Type(), len(items), len(items))
	for i, item := range items {
		item.keyAt = item.at
		r.decode(item, out.Index(i))
		if text := brief(item.value); seen[text] {
			r.wrong(item.at, "", "%s names %s twice", e.name(), text)
		} else {
			seen[text] = true
		}
	}
	target.Set(out)
}
