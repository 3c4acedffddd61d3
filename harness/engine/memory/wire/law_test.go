package wire_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	streamtypes "github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
	"github.com/aws/smithy-go/middleware"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/stillwater-streams/stillwater/harness/engine/memory/wire"
)

// operations are those that the handler offers, by client.
func operations() map[string]any {
	c, s := config(nil), config(nil)
	m := map[string]any{}
	for _, name := range []string{"BatchGetItem", "BatchWriteItem", "CreateTable", "DeleteItem", "DeleteTable", "DescribeEndpoints",
		"DescribeLimits", "DescribeTable", "DescribeTimeToLive", "GetItem", "ListTables", "ListTagsOfResource", "PutItem", "Query", "Scan",
		"TagResource", "TransactGetItems", "TransactWriteItems", "UntagResource", "UpdateItem", "UpdateTable", "UpdateTimeToLive"} {
		m[name] = dynamodb.NewFromConfig(c)
	}
	for _, name := range []string{"DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"} {
		m[name] = dynamodbstreams.NewFromConfig(s)
	}
	return m
}

// direct is an HTTP client whose server is a handler.
type direct struct{ http.Handler }

func (d direct) Do(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	d.ServeHTTP(w, r)
	return w.Result(), nil
}

func config(dispatch wire.Dispatch) aws.Config {
	return aws.Config{
		Region:       "eu-west-1",
		Credentials:  credentials.NewStaticCredentialsProvider("KEY", "secret", ""),
		BaseEndpoint: aws.String("http://localhost:8000"),
		HTTPClient:   direct{wire.Handler(dispatch)},
		Retryer:      func() aws.Retryer { return aws.NopRetryer{} },
	}
}

// call calls an operation of the SDK's clients by its name.
func call(ctx context.Context, c aws.Config, operation string, input any) (output any, err error) {
	var client any = dynamodb.NewFromConfig(c)
	if _, streams := operations()[operation].(*dynamodbstreams.Client); streams {
		client = dynamodbstreams.NewFromConfig(c)
	}
	out := reflect.ValueOf(client).MethodByName(operation).Call([]reflect.Value{reflect.ValueOf(ctx), reflect.ValueOf(input)})
	err, _ = out[1].Interface().(error)
	return out[0].Interface(), err
}

// Whatever an SDK client sends arrives equal, and whatever comes back reaches it
// equal, for each operation and each member of its structs.
func TestClientsAndDispatchSeeTheSame(t *testing.T) {
	for operation, client := range operations() {
		t.Run(operation, func(t *testing.T) {
			method := reflect.ValueOf(client).MethodByName(operation).Type()
			rapid.Check(t, func(r *rapid.T) {
				f := filler{T: r}
				input, output := f.pointer(method.In(1)), f.pointer(method.Out(0))
				var got any
				c := config(func(_ context.Context, caller wire.Caller, in any) (any, error) {
					if want := (wire.Caller{AccessKey: "KEY", Region: "eu-west-1"}); caller != want {
						r.Errorf("caller = %v, want %v", caller, want)
					}
					got = in
					return output, nil
				})
				back, err := call(t.Context(), c, operation, input)
				if err != nil {
					r.Fatal(err)
				}
				if diff := cmp.Diff(input, got, exported()); diff != "" {
					r.Errorf("input (-sent +arrived):\n%s", diff)
				}
				reflect.ValueOf(back).Elem().FieldByName("ResultMetadata").SetZero()
				if diff := cmp.Diff(output, back, exported()); diff != "" {
					r.Errorf("output (-sent +arrived):\n%s", diff)
				}
			})
		})
	}
}

// What a request leaves out stays out.
func TestDecodeReversesEncode(t *testing.T) {
	for operation, client := range operations() {
		t.Run(operation, func(t *testing.T) {
			in := reflect.ValueOf(client).MethodByName(operation).Type().In(1)
			rapid.Check(t, func(r *rapid.T) {
				input := filler{T: r, sparse: true}.pointer(in)
				body, err := wire.Encode(input)
				if err != nil {
					r.Fatal(err)
				}
				got, err := wire.Decode(operation, body)
				if err != nil {
					r.Fatalf("%v\n%s", err, body)
				}
				if diff := cmp.Diff(input, got, exported()); diff != "" {
					r.Errorf("-encoded +decoded:\n%s", diff)
				}
			})
		})
	}
}

// exported looks into every struct, but not at what smithy hides in it.
func exported() cmp.Option {
	return cmp.FilterPath(func(p cmp.Path) bool {
		field, ok := p.Last().(cmp.StructField)
		return ok && strings.ToUpper(field.Name()[:1]) != field.Name()[:1] || ok && field.Name() == "ResultMetadata"
	}, cmp.Ignore())
}

// filler draws values of any type of the SDK.
type filler struct {
	*rapid.T
	sparse bool // members may be absent
}

func (f filler) below(n int) int { return rapid.IntRange(0, n-1).Draw(f.T, "") }

func (f filler) pointer(pointer reflect.Type) any {
	v := reflect.New(pointer.Elem())
	f.fill(v.Elem(), 0)
	return v.Interface()
}

func (f filler) fill(v reflect.Value, depth int) {
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(time.UnixMilli(250 * int64(f.below(1<<33))).UTC())) // the SDK reads binary fractions
		return
	case []byte:
		v.SetBytes(rapid.SliceOfN(rapid.Byte(), 0, 4).Draw(f.T, ""))
		return
	case middleware.Metadata:
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		f.fill(v.Elem(), depth)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() && !(f.sparse && f.below(3) > 0) {
				f.fill(v.Field(i), depth+1)
			}
		}
	case reflect.Slice:
		n := 1 + f.below(2)
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			f.fill(v.Index(i), depth+1)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range 1 + f.below(2) {
			value := reflect.New(v.Type().Elem()).Elem()
			f.fill(value, depth+1)
			v.SetMapIndex(reflect.ValueOf(f.text()), value)
		}
	case reflect.Interface:
		f.fillUnion(v, depth)
	case reflect.String:
		v.SetString(f.text())
	case reflect.Bool:
		v.SetBool(f.below(2) > 0)
	case reflect.Int32, reflect.Int64:
		v.SetInt(int64(rapid.Int32().Draw(f.T, "")))
	case reflect.Float64:
		v.SetFloat(float64(rapid.Int32().Draw(f.T, "")) / 8)
	default:
		f.Fatalf("no way to draw a %s", v.Type())
	}
}

// text is long enough for every member that the SDK checks, and never empty: the
// SDK does not send an empty enum.
func (f filler) text() string {
	return "x" + rapid.StringN(0, 4, -1).Draw(f.T, "")
}

func (f filler) fillUnion(v reflect.Value, depth int) {
	var choices []any
	switch v.Type() {
	case reflect.TypeFor[types.AttributeValue]():
		choices = []any{&types.AttributeValueMemberS{}, &types.AttributeValueMemberN{}, &types.AttributeValueMemberB{}, &types.AttributeValueMemberBOOL{},
			&types.AttributeValueMemberNULL{}, &types.AttributeValueMemberSS{}, &types.AttributeValueMemberNS{}, &types.AttributeValueMemberBS{},
			&types.AttributeValueMemberL{}, &types.AttributeValueMemberM{}}
	case reflect.TypeFor[streamtypes.AttributeValue]():
		choices = []any{&streamtypes.AttributeValueMemberS{}, &streamtypes.AttributeValueMemberN{}, &streamtypes.AttributeValueMemberB{}, &streamtypes.AttributeValueMemberBOOL{},
			&streamtypes.AttributeValueMemberNULL{}, &streamtypes.AttributeValueMemberSS{}, &streamtypes.AttributeValueMemberNS{}, &streamtypes.AttributeValueMemberBS{},
			&streamtypes.AttributeValueMemberL{}, &streamtypes.AttributeValueMemberM{}}
	default:
		f.Fatalf("no way to draw a %s", v.Type())
	}
	n := len(choices)
	if depth > 12 {
		n -= 2 // no more lists and maps
	}
	member := reflect.ValueOf(choices[f.below(n)])
	f.fill(member.Elem().FieldByName("Value"), depth+2)
	v.Set(member)
}

func ExampleEncode() {
	body, err := wire.Encode(&dynamodb.GetItemOutput{Item: map[string]types.AttributeValue{
		"pk": &types.AttributeValueMemberS{Value: "a"}}})
	fmt.Println(string(body), err)
	// Output: {"Item":{"pk":{"S":"a"}}} <nil>
}
