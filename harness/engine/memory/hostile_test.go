package memory_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/smithy-go"
	"pgregory.net/rapid"

	"github.com/stillwater-streams/stillwater/harness/engine/memory"
)

// offered are the inputs of all operations that the engine offers.
func offered() []any {
	return []any{
		dynamodb.GetItemInput{}, dynamodb.PutItemInput{}, dynamodb.UpdateItemInput{}, dynamodb.DeleteItemInput{}, dynamodb.QueryInput{},
		dynamodb.ScanInput{}, dynamodb.BatchGetItemInput{}, dynamodb.BatchWriteItemInput{}, dynamodb.TransactGetItemsInput{},
		dynamodb.TransactWriteItemsInput{}, dynamodb.CreateTableInput{}, dynamodb.DescribeTableInput{}, dynamodb.UpdateTableInput{},
		dynamodb.DeleteTableInput{}, dynamodb.ListTablesInput{}, dynamodb.UpdateTimeToLiveInput{}, dynamodb.DescribeTimeToLiveInput{},
		dynamodb.TagResourceInput{}, dynamodb.UntagResourceInput{}, dynamodb.ListTagsOfResourceInput{}, dynamodb.DescribeLimitsInput{},
		dynamodbstreams.GetRecordsInput{}, dynamodbstreams.GetShardIteratorInput{}, dynamodbstreams.DescribeStreamInput{}, dynamodbstreams.ListStreamsInput{},
	}
}

// Whatever stands in an input, the answer is an output or an error of the API, and
// never a panic; and a call that is refused changes nothing.
func TestHostileInputs(t *testing.T) {
	inputs := offered()
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(1)
		fatal(t, w.do(step{"put", "a", 1}))
		h := hostile{T: t, names: w.names(t)}
		for range rapid.IntRange(1, 12).Draw(t, "calls") {
			in := reflect.New(reflect.TypeOf(rapid.SampledFrom(inputs).Draw(t, "input")))
			h.calm, h.legacy = rapid.Bool().Draw(t, "calm"), rapid.Bool().Draw(t, "legacy")
			h.fill(in.Elem(), "", 0)
			before := w.db.Hash()
			out, err := doSafely(w.db, in.Interface())
			var api smithy.APIError
			switch {
			case err == nil && reflect.ValueOf(out).IsNil():
				t.Fatalf("%T: neither an output nor an error", in.Interface())
			case err != nil && !errors.As(err, &api):
				t.Fatalf("%T: %v", in.Interface(), err)
			case err != nil && w.db.Hash() != before:
				t.Fatalf("%T: refused (%v), and yet it changed something", in.Interface(), err)
			}
		}
		if clone := w.db.Clone(); clone.Hash() != w.db.Hash() {
			t.Fatal("a clone has another hash")
		}
	})
}

// A nil input is like an empty one, as for the SDK's clients.
func TestNilInputs(t *testing.T) {
	db := memory.NewDatabase(memory.Options{})
	for _, in := range offered() {
		missing, empty := reflect.Zero(reflect.PointerTo(reflect.TypeOf(in))).Interface(), reflect.New(reflect.TypeOf(in)).Interface()
		_, got := doSafely(db, missing)
		_, want := doSafely(db, empty)
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%T: %v, want %v", in, got, want)
		}
	}
}

// What the SDK has beyond that (PartiQL, backups, global tables, exports …) is an
// UnknownOperationException: no operation is taken for another, and none is
// forgotten in the list above.
func TestNotOffered(t *testing.T) {
	db := memory.NewDatabase(memory.Options{})
	offers := map[reflect.Type]bool{}
	for _, in := range offered() {
		offers[reflect.TypeOf(in)] = true
	}
	refused := 0
	for client := range reflect.TypeFor[*dynamodb.Client]().Methods() {
		if client.Type.NumIn() != 4 || !strings.HasSuffix(client.Type.In(2).String(), "Input") { // the client, ctx, the input, options
			continue
		}
		in := client.Type.In(2).Elem()
		_, err := doSafely(db, reflect.New(in).Interface())
		var api smithy.APIError
		unknown := errors.As(err, &api) && api.ErrorCode() == "UnknownOperationException"
		if unknown == offers[in] {
			t.Errorf("%s: %v; offered: %v", client.Name, err, offers[in])
		}
		if unknown {
			refused++
		}
	}
	if refused < 40 {
		t.Errorf("only %d operations are refused", refused)
	}
}

// doSafely makes a call; a panic is an error that tells the input.
func doSafely(db *memory.Database, in any) (out any, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return db.Do(context.Background(), in)
}

// names are the words that mean something to a world, by the fields in which they
// do; those of "" do anywhere.
func (w *world) names(t *rapid.T) map[string][]string {
	table, err := w.client.DescribeTable(context.Background(), &dynamodb.DescribeTableInput{TableName: new("tab")})
	fatal(t, err)
	shards := w.shards(t, table.Table.LatestStreamArn)
	iterator, err := memory.NewStreamsClient(w.db).GetShardIterator(context.Background(), &dynamodbstreams.GetShardIteratorInput{
		StreamArn: table.Table.LatestStreamArn, ShardId: shards[0].ShardId, ShardIteratorType: "TRIM_HORIZON"})
	fatal(t, err)
	return map[string][]string{
		"":                          {"", "tab", "pk", "g", "v", "#a", ":v", "other", "\xff", strings.Repeat("x", 3000), "1e126", "HASH"},
		"TableName":                 {"tab", "tab", "tab", "new", "arn:aws:dynamodb:us-east-1:000000000000:table/tab"},
		"IndexName":                 {"byv", "byv", "new"},
		"AttributeName":             {"pk", "g", "v"},
		"StreamArn":                 {*table.Table.LatestStreamArn, *table.Table.LatestStreamArn + "x"},
		"ResourceArn":               {*table.Table.TableArn, "arn:"},
		"ShardId":                   {*shards[0].ShardId},
		"ExclusiveStartShardId":     {*shards[0].ShardId},
		"ShardIterator":             {*iterator.ShardIterator, *iterator.ShardIterator + "=", *table.Table.LatestStreamArn + "|1|", "|1|" + "AAAA"},
		"SequenceNumber":            {"000000000000000000000", strings.Repeat("9", 21), strings.Repeat("9", 40), "-00000000000000000001", "1"},
		"KeyConditionExpression":    {"pk = :v", "g = :v", "g = :v AND #a BETWEEN :v AND :w", "pk = :v AND begins_with(v, :v)", strings.Repeat("(", 500)},
		"ConditionExpression":       {"attribute_exists(#a)", "size(v) > :v", "v IN (:v, :w)", "contains(#a, :v)", "NOT " + strings.Repeat("(", 200) + "v = :v"},
		"FilterExpression":          {"v > :v", "#a = :v", "attribute_type(v, :v)", "v" + strings.Repeat("[0]", 40) + " = :v"},
		"UpdateExpression":          {"SET v = :v", "ADD v :v", "DELETE v :v", "REMOVE v", "SET v = list_append(v, :v)", "SET v = v + :v", "SET #a = if_not_exists(#a, :v)", "SET v[99999999999] = :v"},
		"ProjectionExpression":      {"v", "v, #a", "v[0].x", "pk, v.#a"},
		"ExpressionAttributeNames":  {"#a"},
		"ExpressionAttributeValues": {":v", ":w"},
		"Key":                       {"pk"},
		"Item":                      {"pk", "pk", "g", "v"},
		"ExclusiveStartKey":         {"pk", "g", "v"},
		"RequestItems":              {"tab", "tab", "new"},
		"TransactItems":             {"s"}, "Get": {"tab"}, "Put": {"tab"}, "Update": {"tab"}, "PutRequest": {"tab"}, "Keys": {"pk"}, "AttributeDefinitions": {"s"},
		"KeySchema": {"s"}, "Tags": {"s"}, "TagKeys": {"a"}, "StreamSpecification": {"s"}, "TimeToLiveSpecification": {"s"}, "Enabled": {"s"},
		"GlobalSecondaryIndexUpdates": {"s"}, "AttributeType": {"s"}, "KeyType": {"s"}, "ShardIteratorType": {"s"}, "BillingMode": {"PAY_PER_REQUEST"},
		"Expected":         {"v", "pk"},
		"AttributeUpdates": {"v", "pk", "g"},
		"KeyConditions":    {"pk", "g", "v"},
		"QueryFilter":      {"v"},
		"ScanFilter":       {"v"},
	}
}

// hostile draws inputs: their fields are missing, sensible or absurd.
type hostile struct {
	*rapid.T
	names  map[string][]string
	calm   bool // absurdities are rare
	legacy bool // the forms without expressions, else those with
}

// rarely is true once in a while: in n draws at most, and more rarely in a calm
// input.
func (h hostile) rarely(n int, what string) bool {
	if h.calm {
		n *= 8
	}
	return rapid.IntRange(0, n-1).Draw(h.T, what) == n-1 // the library draws small numbers more often
}

// there tells whether a field is filled at all.
func (h hostile) there(name string) bool {
	switch legacy := slices.Contains(legacyFields(), name); {
	case strings.Contains(name, "Expression") && h.legacy || legacy && !h.legacy:
		return h.rarely(6, "other form")
	case h.names[name] != nil:
		return !h.rarely(4, "missing")
	}
	return h.rarely(3, "there")
}

func legacyFields() []string {
	return []string{"Expected", "AttributeUpdates", "KeyConditions", "QueryFilter", "ScanFilter", "AttributesToGet", "ConditionalOperator"}
}

// text draws a word that means something in a field, or another one.
func (h hostile) text(field string) string {
	words := h.names[field]
	if words == nil || h.rarely(10, "absurd") {
		words = h.names[""]
	}
	return rapid.SampledFrom(words).Draw(h.T, "text")
}

// fill fills a value; field is the name of the field in which it lies.
func (h hostile) fill(v reflect.Value, field string, depth int) {
	switch v.Kind() {
	case reflect.Pointer:
		if !h.rarely(5, "nil") && depth < 8 {
			v.Set(reflect.New(v.Type().Elem()))
			h.fill(v.Elem(), field, depth+1)
		}
	case reflect.Struct:
		h.fillStruct(v, depth)
	case reflect.Slice:
		h.fillSlice(v, field, depth)
	case reflect.Map:
		h.fillMap(v, field, depth)
	case reflect.Interface:
		h.fillInterface(v, field)
	case reflect.String:
		h.fillText(v, field)
	case reflect.Bool:
		v.SetBool(rapid.Bool().Draw(h.T, "bool"))
	case reflect.Int32, reflect.Int64:
		v.SetInt(rapid.SampledFrom([]int64{1, 2, 5, 0, -1, 1 << 30}).Draw(h.T, "number"))
	}
}

func (h hostile) fillStruct(v reflect.Value, depth int) {
	if v.Type() == reflect.TypeFor[time.Time]() {
		v.Set(reflect.ValueOf(memory.Epoch().Add(rapid.SampledFrom([]time.Duration{0, -time.Hour, time.Hour}).Draw(h.T, "time"))))
		return
	}
	for i := range v.NumField() {
		name := v.Type().Field(i).Name
		if v.Field(i).CanSet() && h.there(name) {
			h.fill(v.Field(i), name, depth+1)
		}
	}
	if h.calm {
		h.tidy(v)
	}
}

// tidy gives a request those placeholders that its expressions use, and no others:
// else hardly one would be made.
func (h hostile) tidy(v reflect.Value) {
	all := ""
	for i := range v.NumField() {
		if f := v.Field(i); strings.HasSuffix(v.Type().Field(i).Name, "Expression") && f.Kind() == reflect.Pointer && !f.IsNil() {
			all += f.Elem().String() + " "
		}
	}
	if f := v.FieldByName("ExpressionAttributeNames"); f.IsValid() && !h.rarely(4, "untidy") {
		f.SetZero()
		if strings.Contains(all, "#a") {
			f.Set(reflect.ValueOf(map[string]string{"#a": "v"}))
		}
	}
	if f := v.FieldByName("ExpressionAttributeValues"); f.IsValid() && !h.rarely(4, "untidy") {
		f.SetZero()
		values := map[string]types.AttributeValue{}
		for _, name := range []string{":v", ":w"} {
			if strings.Contains(all, name) {
				values[name] = rapid.SampledFrom([]types.AttributeValue{number(1), text("g"), h.value(0)}).Draw(h.T, name)
			}
		}
		if len(values) > 0 {
			f.Set(reflect.ValueOf(values))
		}
	}
}

func (h hostile) fillSlice(v reflect.Value, field string, depth int) {
	n := rapid.IntRange(0, 3).Draw(h.T, "members")
	if depth > 8 {
		n = 0
	}
	v.Set(reflect.MakeSlice(v.Type(), n, n))
	for i := range n {
		h.fill(v.Index(i), field, depth+1)
	}
}

func (h hostile) fillMap(v reflect.Value, field string, depth int) {
	if h.rarely(10, "nil") || depth > 8 {
		return
	}
	v.Set(reflect.MakeMap(v.Type()))
	for _, name := range h.names[field] {
		h.entry(v, name, depth)
	}
	if h.rarely(4, "more") {
		h.entry(v, h.text(""), depth)
	}
}

func (h hostile) entry(v reflect.Value, name string, depth int) {
	if h.rarely(8, "left out") {
		return
	}
	member := reflect.New(v.Type().Elem()).Elem()
	h.fill(member, name, depth+1)
	v.SetMapIndex(reflect.ValueOf(name).Convert(v.Type().Key()), member)
}

// fillText fills a string, or a constant of the SDK with one of its values.
func (h hostile) fillText(v reflect.Value, field string) {
	values := v.MethodByName("Values")
	if !values.IsValid() || h.rarely(8, "absurd") {
		v.SetString(h.text(field))
		return
	}
	list := values.Call(nil)[0]
	v.Set(list.Index(rapid.IntRange(0, list.Len()-1).Draw(h.T, "value")))
}

// fillInterface fills an attribute value: usually one that its attribute may have.
func (h hostile) fillInterface(v reflect.Value, field string) {
	value, ok := map[string]types.AttributeValue{"pk": text("a"), "g": text("g"), "v": number(1), ":v": number(1), ":w": text("g")}[field]
	if !ok || h.rarely(5, "other") {
		value = h.value(0)
	}
	if value != nil {
		v.Set(reflect.ValueOf(value))
	}
}

func (h hostile) value(depth int) types.AttributeValue {
	kind := rapid.IntRange(0, 15).Draw(h.T, "kind")
	if depth > 3 {
		kind = 0
	}
	switch kind {
	case 0:
		return nil
	case 1:
		return (*types.AttributeValueMemberS)(nil)
	case 2:
		return (*types.AttributeValueMemberM)(nil)
	case 3:
		return &types.UnknownUnionMember{Tag: "X"}
	case 4, 5:
		return &types.AttributeValueMemberN{Value: rapid.SampledFrom([]string{"1", "-0", "1e125", "1e126", "9e999999999999", "1e-131", "NaN", "Infinity", "", "0x1",
			strings.Repeat("9", 39), strings.Repeat("0", 5000) + "1", "1." + strings.Repeat("0", 5000)}).Draw(h.T, "N")}
	case 6:
		return &types.AttributeValueMemberB{Value: rapid.SampledFrom([][]byte{nil, {}, {0}, {255}}).Draw(h.T, "B")}
	case 7:
		return &types.AttributeValueMemberSS{Value: rapid.SliceOfN(rapid.SampledFrom([]string{"", "a", "b"}), 0, 3).Draw(h.T, "SS")}
	case 8:
		return &types.AttributeValueMemberNS{Value: rapid.SliceOfN(rapid.SampledFrom([]string{"1", "1.0", "x", "2"}), 0, 3).Draw(h.T, "NS")}
	case 9:
		return &types.AttributeValueMemberBS{Value: rapid.SampledFrom([][][]byte{nil, {nil}, {{1}, {1}}, {{2}, {1}}}).Draw(h.T, "BS")}
	case 10:
		return &types.AttributeValueMemberNULL{Value: rapid.Bool().Draw(h.T, "NULL")}
	case 11:
		return &types.AttributeValueMemberBOOL{Value: rapid.Bool().Draw(h.T, "BOOL")}
	case 12:
		return &types.AttributeValueMemberL{Value: []types.AttributeValue{h.value(depth + 1), h.value(depth + 1)}}
	case 13:
		return &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{"x": h.value(depth + 1), h.text(""): h.value(depth + 1)}}
	case 14:
		endless := &types.AttributeValueMemberL{Value: make([]types.AttributeValue, 1)}
		endless.Value[0] = endless
		return endless
	}
	return text(h.text(""))
}
