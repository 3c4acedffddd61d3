package wire

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"math"
	"reflect"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Decode returns the input struct of an operation, "PutItem" for instance, that
// its JSON describes. Members that the operation does not have are ignored, and
// null is as absent. Errors are the SerializationException of the service, in
// words that DynamoDB Local has not: it answers such requests with an internal
// failure (our measurement).
//
// encoding/json refuses more than 10,000 levels; what is left of depth is for
// whoever checks values.
func Decode(operation string, body []byte) (input any, err error) {
	_, input = newInput(operation)
	if input == nil {
		return nil, unknownOperation()
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var tree any
	if err := d.Decode(&tree); err != nil {
		return nil, serialization("no JSON: %v", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, serialization("no JSON: something follows its end at byte %d", d.InputOffset())
	}
	members, ok := tree.(map[string]any)
	if !ok {
		return nil, serialization("%s: want an object", operation)
	}
	return input, decodeStruct(members, reflect.ValueOf(input).Elem())
}

// decode fills one field. In the SDK's structs what may be absent is a pointer, a
// map, a slice, an interface or an enum, so null leaves them alone.
func decode(v any, to reflect.Value) error {
	if v == nil {
		return nil
	}
	switch to.Interface().(type) {
	case []byte:
		return decodeBlob(v, to)
	case time.Time:
		return decodeTime(v, to)
	}
	switch to.Kind() {
	case reflect.Pointer:
		to.Set(reflect.New(to.Type().Elem()))
		return decode(v, to.Elem())
	case reflect.Interface:
		return decodeUnion(v, to)
	case reflect.Struct:
		members, ok := v.(map[string]any)
		if !ok {
			return unexpected(v, "a structure")
		}
		return decodeStruct(members, to)
	case reflect.Map:
		return decodeMap(v, to)
	case reflect.Slice:
		return decodeList(v, to)
	}
	return decodeScalar(v, to)
}

// decodeStruct goes by the names of the fields: in inputs they are those of the
// model.
func decodeStruct(members map[string]any, to reflect.Value) error {
	for i := range to.NumField() {
		field := to.Type().Field(i)
		v, there := members[field.Name]
		if !there || !field.IsExported() {
			continue
		}
		if err := decode(v, to.Field(i)); err != nil {
			return err
		}
	}
	return nil
}

func decodeMap(v any, to reflect.Value) error {
	members, ok := v.(map[string]any)
	if !ok {
		return unexpected(v, "a map")
	}
	to.Set(reflect.MakeMapWithSize(to.Type(), len(members)))
	for name, member := range members {
		value := reflect.New(to.Type().Elem()).Elem()
		if err := decode(member, value); err != nil {
			return err
		}
		to.SetMapIndex(reflect.ValueOf(name), value)
	}
	return nil
}

func decodeList(v any, to reflect.Value) error {
	members, ok := v.([]any)
	if !ok {
		return unexpected(v, "a list")
	}
	to.Set(reflect.MakeSlice(to.Type(), len(members), len(members)))
	for i, member := range members {
		if err := decode(member, to.Index(i)); err != nil {
			return err
		}
	}
	return nil
}

// decodeUnion fills an attribute value, the only union of the inputs. One without
// a type stays nil, which whoever checks values refuses.
func decodeUnion(v any, to reflect.Value) error {
	members, ok := v.(map[string]any)
	if !ok {
		return unexpected(v, "an attribute value")
	}
	var value types.AttributeValue
	for kind, content := range members {
		member := newAttributeValue(kind)
		if member == nil || content == nil {
			continue
		}
		if value != nil {
			return failure("ValidationException", "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes")
		}
		if err := decode(content, reflect.ValueOf(member).Elem().FieldByName("Value")); err != nil {
			return err
		}
		value = member
	}
	if value == nil {
		return nil
	}
	if !reflect.TypeOf(value).AssignableTo(to.Type()) {
		return serialization("%s is no attribute value", to.Type())
	}
	to.Set(reflect.ValueOf(value))
	return nil
}

func newAttributeValue(kind string) types.AttributeValue {
	switch kind {
	case "B":
		return &types.AttributeValueMemberB{}
	case "BOOL":
		return &types.AttributeValueMemberBOOL{}
	case "BS":
		return &types.AttributeValueMemberBS{}
	case "L":
		return &types.AttributeValueMemberL{}
	case "M":
		return &types.AttributeValueMemberM{}
	case "N":
		return &types.AttributeValueMemberN{}
	case "NS":
		return &types.AttributeValueMemberNS{}
	case "NULL":
		return &types.AttributeValueMemberNULL{}
	case "S":
		return &types.AttributeValueMemberS{}
	case "SS":
		return &types.AttributeValueMemberSS{}
	}
	return nil
}

// decodeScalar fills strings, enums, booleans and numbers.
func decodeScalar(v any, to reflect.Value) error {
	switch to.Kind() {
	case reflect.String:
		text, ok := v.(string)
		if !ok {
			return unexpected(v, "String")
		}
		to.SetString(text)
	case reflect.Bool:
		truth, ok := v.(bool)
		if !ok {
			return unexpected(v, "Boolean")
		}
		to.SetBool(truth)
	case reflect.Int32, reflect.Int64:
		number, ok := v.(json.Number)
		if !ok {
			return unexpected(v, "Integer")
		}
		return decodeInteger(string(number), to)
	case reflect.Float32, reflect.Float64:
		number, ok := v.(json.Number)
		if !ok {
			return unexpected(v, "Double")
		}
		f, err := number.Float64()
		if err != nil {
			return serialization("%s is out of range", number)
		}
		to.SetFloat(f)
	default:
		return serialization("%s is no type of this protocol", to.Type())
	}
	return nil
}

// decodeInteger cuts off a fraction, as the service and DynamoDB Local do.
func decodeInteger(number string, to reflect.Value) error {
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		f, err := strconv.ParseFloat(number, 64)
		if err != nil || math.Abs(f) >= 1<<63 {
			return serialization("%s is out of range", number)
		}
		n = int64(f)
	}
	if to.OverflowInt(n) {
		return serialization("%s is out of range", number)
	}
	to.SetInt(n)
	return nil
}

func decodeBlob(v any, to reflect.Value) error {
	text, ok := v.(string)
	if !ok {
		return unexpected(v, "Blob")
	}
	blob, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return serialization("a Blob that is no base64: %v", err)
	}
	to.SetBytes(blob)
	return nil
}

// decodeTime reads seconds since 1970.
func decodeTime(v any, to reflect.Value) error {
	number, ok := v.(json.Number)
	if !ok {
		return unexpected(v, "Timestamp")
	}
	seconds, err := number.Float64()
	if err != nil || math.Abs(seconds) > 1<<40 {
		return serialization("%s is out of range", number)
	}
	to.Set(reflect.ValueOf(time.UnixMilli(int64(math.Round(seconds * 1000))).UTC()))
	return nil
}

// unexpected names what the service's parser found (the words are dynalite's,
// which were compared with the service).
func unexpected(v any, want string) error {
	switch v := v.(type) {
	case string:
		return serialization("STRING_VALUE cannot be converted to %s", want)
	case json.Number:
		return serialization("NUMBER_VALUE cannot be converted to %s", want)
	case bool:
		if v {
			return serialization("TRUE_VALUE cannot be converted to %s", want)
		}
		return serialization("FALSE_VALUE cannot be converted to %s", want)
	case []any:
		return serialization("Start of list found where %s was expected", want)
	}
	return serialization("Start of structure or map found where %s was expected", want)
}
