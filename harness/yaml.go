package harness

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// yamlWriter writes a scenario that was made in Go: block style outside, and flow
// style, which is JSON with tags, for all values.
type yamlWriter struct {
	first []string // keys that come before others: those of items
	text  strings.Builder
	err   error // the first value that has no form in YAML
}

func (w *yamlWriter) line(text string) { w.text.WriteString(text + "\n") }

func (w *yamlWriter) key(name string, value any) { w.line(name + ": " + w.flow(value)) }

// step is an entry of steps, without its dash.
func (w *yamlWriter) step(s Step) string {
	switch {
	case s.steps != nil:
		inner := make([]string, len(s.steps))
		for i, step := range s.steps {
			inner[i] = w.flowStep(step)
		}
		return s.verb + ": [" + strings.Join(inner, ", ") + "]"
	case s.args == nil:
		return w.flow(s.verb)
	}
	return w.flow(s.verb) + ": " + w.flow(s.args)
}

// flowStep is a step within a list in flow style.
func (w *yamlWriter) flowStep(s Step) string {
	if s.args == nil && s.steps == nil {
		return w.step(s)
	}
	return "{" + w.step(s) + "}"
}

// flow writes a value in flow style.
func (w *yamlWriter) flow(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case Step:
		return w.flowStep(v)
	case time.Time:
		return w.flow(v.UTC().Format(time.RFC3339Nano))
	case time.Duration:
		return w.flow(v.String())
	case types.AttributeValue:
		return w.attribute(v)
	case json.Number:
		return string(v)
	}
	return w.reflected(reflect.ValueOf(v))
}

// reflected writes values of the kinds that many types have.
func (w *yamlWriter) reflected(v reflect.Value) string {
	switch v.Kind() {
	case reflect.String:
		return quoted(v.String())
	case reflect.Bool:
		return strconv.FormatBool(v.Bool())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return strconv.FormatInt(v.Int(), 10)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return strconv.FormatUint(v.Uint(), 10)
	case reflect.Float32, reflect.Float64:
		return strconv.FormatFloat(v.Float(), 'f', -1, 64)
	case reflect.Slice, reflect.Array:
		list := make([]string, v.Len())
		for i := range list {
			list[i] = w.flow(v.Index(i).Interface())
		}
		return "[" + strings.Join(list, ", ") + "]"
	case reflect.Map:
		if v.Type().Key().Kind() == reflect.String {
			return w.mapping(v)
		}
	}
	return w.refuse(v.Type())
}

func (w *yamlWriter) refuse(t reflect.Type) string {
	if w.err == nil {
		w.err = fmt.Errorf("a value of type %v has no form in YAML: use texts, numbers, booleans, times, attribute values, slices and maps", t)
	}
	return "null"
}

func (w *yamlWriter) mapping(v reflect.Value) string {
	members := map[string]string{}
	for _, key := range v.MapKeys() {
		members[key.String()] = w.flow(v.MapIndex(key).Interface())
	}
	keys := slices.DeleteFunc(slices.Clone(w.first), func(key string) bool { _, ok := members[key]; return !ok })
	for _, key := range slices.Sorted(maps.Keys(members)) {
		if !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	list := make([]string, len(keys))
	for i, key := range keys {
		list[i] = quoted(key) + ": " + members[key]
	}
	return "{" + strings.Join(list, ", ") + "}"
}

// quoted is a text in the double quotes of JSON, which are YAML's too.
func quoted(text string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(text); err != nil {
		panic(fmt.Sprintf("harness: a text does not encode: %v", err))
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// attribute writes an attribute value of the SDK, scalars and sets with the tag of
// their type.
func (w *yamlWriter) attribute(v types.AttributeValue) string {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return "!S " + quoted(v.Value)
	case *types.AttributeValueMemberN:
		return "!N " + quoted(v.Value)
	case *types.AttributeValueMemberB:
		return "!B " + quoted(base64.StdEncoding.EncodeToString(v.Value))
	case *types.AttributeValueMemberBOOL:
		return strconv.FormatBool(v.Value)
	case *types.AttributeValueMemberNULL:
		return "null"
	case *types.AttributeValueMemberSS:
		return "!SS " + w.flow(v.Value)
	case *types.AttributeValueMemberNS:
		return "!NS " + w.flow(v.Value)
	case *types.AttributeValueMemberBS:
		list := []string{}
		for _, b := range v.Value {
			list = append(list, base64.StdEncoding.EncodeToString(b))
		}
		return "!BS " + w.flow(list)
	case *types.AttributeValueMemberL:
		return w.flow(v.Value)
	case *types.AttributeValueMemberM:
		return w.flow(v.Value)
	}
	return w.refuse(reflect.TypeOf(v))
}
