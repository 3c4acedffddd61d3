package item_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/harness/engine/memory/item"
	"github.com/stillwater-streams/stillwater/harness/engine/memory/validation"
)

func s(v string) types.AttributeValue     { return &types.AttributeValueMemberS{Value: v} }
func n(v string) types.AttributeValue     { return &types.AttributeValueMemberN{Value: v} }
func b(v ...byte) types.AttributeValue    { return &types.AttributeValueMemberB{Value: v} }
func ss(v ...string) types.AttributeValue { return &types.AttributeValueMemberSS{Value: v} }
func ns(v ...string) types.AttributeValue { return &types.AttributeValueMemberNS{Value: v} }
func bs(v ...[]byte) types.AttributeValue { return &types.AttributeValueMemberBS{Value: v} }
func m(v item.Item) types.AttributeValue  { return &types.AttributeValueMemberM{Value: v} }
func boolean(v bool) types.AttributeValue { return &types.AttributeValueMemberBOOL{Value: v} }
func null(v bool) types.AttributeValue    { return &types.AttributeValueMemberNULL{Value: v} }
func l(v ...types.AttributeValue) types.AttributeValue {
	return &types.AttributeValueMemberL{Value: v}
}

// nested puts a value into so many lists.
func nested(levels int, v types.AttributeValue) types.AttributeValue {
	for range levels {
		v = l(v)
	}
	return v
}

func TestNormal(t *testing.T) {
	for _, test := range []struct {
		name     string
		in, want types.AttributeValue
	}{
		{"a number", n("1.50"), n("1.5")},
		{"a set of strings", ss("b", "a", ""), ss("", "a", "b")},
		{"a set of numbers", ns("10", "1.0", "-2"), ns("-2", "1", "10")},
		{"a set of binaries", bs([]byte{255}, []byte{1}, nil), bs(nil, []byte{1}, []byte{255})},
		{"in a list", l(n("1"), l(n("2.0"))), l(n("1"), l(n("2")))},
		{"in a map", m(item.Item{"a": s(""), "b": m(item.Item{"c": n("+1")})}), m(item.Item{"a": s(""), "b": m(item.Item{"c": n("1")})})},
		{"empty lists and maps", l(l(), m(item.Item{})), l(l(), m(item.Item{}))},
		{"as deep as it goes", nested(31, s("x")), nested(31, s("x"))},
	} {
		got, err := item.Normal(item.Item{"v": test.in})
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if !reflect.DeepEqual(got["v"], test.want) { // cmp.Diff is exponential in the depth
			t.Errorf("%s: got %v", test.name, got["v"])
		}
	}
}

// What is normal is shared, what is not is copied and never changed.
func TestNormalShares(t *testing.T) {
	normal := item.Item{"a": l(n("1"), ss("a", "b")), "m": m(item.Item{"x": n("1")})}
	got, err := item.Normal(normal)
	if err != nil || got["a"] != normal["a"] || got["m"] != normal["m"] {
		t.Errorf("a normal item was copied (%v)", err)
	}
	odd := item.Item{"a": l(n("1"), ss("b", "a")), "m": m(item.Item{"x": n("1.0")}), "z": ns("2", "1")}
	got, err = item.Normal(odd)
	if err != nil {
		t.Fatal(err)
	}
	want := item.Item{"a": l(n("1"), ss("b", "a")), "m": m(item.Item{"x": n("1.0")}), "z": ns("2", "1")}
	if !reflect.DeepEqual(odd, want) {
		t.Errorf("Normal changed what it was given: %v", odd)
	}
	if got["a"].(*types.AttributeValueMemberL).Value[0] != odd["a"].(*types.AttributeValueMemberL).Value[0] {
		t.Error("the normal part of a list was copied")
	}
}

func TestNormalRefuses(t *testing.T) {
	const invalid = "One or more parameter values were invalid: "
	for _, test := range []struct {
		name string
		in   item.Item
		want string
	}{
		{"nothing", item.Item{"v": nil}, "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"},
		{"nothing in a list", item.Item{"v": l(nil)}, "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"},
		{"an unknown kind", item.Item{"v": &types.UnknownUnionMember{}}, "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"},
		{"no number", item.Item{"v": n("x")}, "The parameter cannot be converted to a numeric value: x"},
		{"no number in a set", item.Item{"v": ns("1", "")}, "The parameter cannot be converted to a numeric value"},
		{"null that is not", item.Item{"v": null(false)}, invalid + "Null attribute value types must have the value of true"},
		{"an empty string set", item.Item{"v": ss()}, invalid + "An string set  may not be empty"},
		{"an empty number set", item.Item{"v": ns()}, invalid + "An number set  may not be empty"},
		{"an empty binary set", item.Item{"v": bs()}, invalid + "Binary sets should not be empty"},
		{"a string twice", item.Item{"v": ss("b", "a", "b")}, invalid + "Input collection [b, a, b] contains duplicates."},
		{"a number twice", item.Item{"v": ns("1", "2", "1.0")}, "Input collection contains duplicates"},
		{"a binary twice", item.Item{"v": bs([]byte{1}, []byte{1})}, invalid + "Input collection of type BS contains duplicates."},
		{"no name", item.Item{"": s("x")}, "Empty attribute name"},
		{"no name in a map", item.Item{"v": m(item.Item{"": s("x")})}, "Empty attribute name"},
		{"a long name", item.Item{strings.Repeat("v", 65536): s("x")}, "Attribute name is too large, must be less than 65536 bytes"},
		{"too deep", item.Item{"v": nested(32, s("x"))}, "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit"},
		{"far too deep", item.Item{"v": nested(100_000, s("x"))}, "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit"},
		{"too deep by an empty list", item.Item{"v": nested(31, l())}, "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit"},
		{"the first by name", item.Item{"b": n("y"), "a": n("x")}, "The parameter cannot be converted to a numeric value: x"},
	} {
		if _, err := item.Normal(test.in); validation.Message(err) != test.want {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
	}
	if _, err := item.NormalValue(nested(32, s("x"))); err != nil {
		t.Errorf("a value of a request may be nested one level deeper than one of an item: %v", err)
	}
}

func TestEqual(t *testing.T) {
	kinds := []types.AttributeValue{s("1"), n("1"), b('1'), boolean(true), null(true), ss("1"), ns("1"), bs([]byte{'1'}), l(s("1")), m(item.Item{"1": s("1")})}
	for i, x := range kinds {
		for j, y := range kinds {
			if got := item.Equal(x, y); got != (i == j) {
				t.Errorf("Equal(%s, %s) = %v", item.KindOf(x), item.KindOf(y), got)
			}
		}
		if item.Equal(x, nil) || item.Equal(nil, x) {
			t.Errorf("%s equals nothing", item.KindOf(x))
		}
	}
	for _, pair := range [][2]types.AttributeValue{
		{s("a"), s("b")}, {n("1"), n("2")}, {b(1), b(2)}, {boolean(true), boolean(false)}, {ss("a"), ss("a", "b")}, {ns("1"), ns("2")},
		{bs([]byte{1}), bs([]byte{2})}, {l(s("a")), l(s("a"), s("a"))}, {m(item.Item{"a": s("a")}), m(item.Item{"b": s("a")})},
		{m(item.Item{"a": s("a")}), m(item.Item{"a": l()})},
	} {
		if item.Equal(pair[0], pair[1]) {
			t.Errorf("%s equals %s", item.Format(pair[0]), item.Format(pair[1]))
		}
	}
	if !item.Equal(nil, nil) || !item.EqualItems(nil, item.Item{}) {
		t.Error("nothing must equal nothing")
	}
}

func TestCompare(t *testing.T) {
	for _, test := range []struct {
		a, b types.AttributeValue
		want int
	}{
		{n("9"), n("10"), -1}, {n("-9"), n("-10"), 1}, {n("0"), n("-1"), 1}, {n("0.1"), n("0.02"), 1}, {n("1"), n("1"), 0}, {n("1.1"), n("1.10001"), -1},
		{s("9"), s("10"), 1}, {s("a"), s("B"), 1}, {s("z"), s("é"), -1}, {s(""), s("a"), -1},
		{b(255), b(1), 1}, {b(1), b(1, 0), -1},
	} {
		if got, ok := item.Compare(test.a, test.b); !ok || got != test.want {
			t.Errorf("Compare(%s, %s) = %d, %v, want %d", item.Format(test.a), item.Format(test.b), got, ok, test.want)
		}
	}
	for _, v := range []types.AttributeValue{s("1"), b('1'), boolean(true), null(true), ss("1"), l(), m(nil), nil} {
		if _, ok := item.Compare(n("1"), v); ok {
			t.Errorf("a number was compared with %v", v)
		}
		if item.KindOf(v).Ordered() {
			continue
		}
		if _, ok := item.Compare(v, v); ok {
			t.Errorf("%v was compared", v)
		}
	}
}

func TestSets(t *testing.T) {
	for _, test := range []struct{ a, b, union, difference types.AttributeValue }{
		{ss("a", "c"), ss("b", "c"), ss("a", "b", "c"), ss("a")},
		{ns("1", "2", "10"), ns("2", "9"), ns("1", "2", "9", "10"), ns("1", "10")},
		{bs([]byte{1}), bs([]byte{1}, []byte{2}), bs([]byte{1}, []byte{2}), nil},
		{ss("a"), ss("a"), ss("a"), nil},
	} {
		union, ok := item.Union(test.a, test.b)
		if !ok || !item.Equal(union, test.union) {
			t.Errorf("Union = %v, %v", union, ok)
		}
		difference, ok := item.Difference(test.a, test.b)
		if !ok || !item.Equal(difference, test.difference) {
			t.Errorf("Difference = %v, %v", difference, ok)
		}
	}
	for _, pair := range [][2]types.AttributeValue{{ss("1"), ns("1")}, {n("1"), n("1")}, {l(), l()}, {ss("1"), nil}, {nil, nil}} {
		if _, ok := item.Union(pair[0], pair[1]); ok {
			t.Errorf("Union of %v and %v", pair[0], pair[1])
		}
		if _, ok := item.Difference(pair[0], pair[1]); ok {
			t.Errorf("Difference of %v and %v", pair[0], pair[1])
		}
	}
	if !item.Has(ns("-1", "2", "10"), n("10")) || item.Has(ns("1"), s("1")) || item.Has(l(s("1")), s("1")) || !item.Has(bs([]byte{1}), b(1)) {
		t.Error("Has is wrong")
	}
}

// Sizes are those of stream records of DynamoDB Local: our measurement.
func TestSize(t *testing.T) {
	for _, test := range []struct {
		v    types.AttributeValue
		want int
	}{
		{s(""), 0}, {s("abc"), 3}, {s("é"), 2}, {s("😀"), 4}, {b(), 0}, {b(0, 0, 0), 3}, {boolean(true), 1}, {null(true), 1},
		{l(), 3}, {l(s("a")), 5}, {l(s("a"), s("b")), 7}, {l(null(true)), 5}, {m(item.Item{}), 3}, {m(item.Item{"a": s("b")}), 6},
		{m(item.Item{"a": s("b"), "cc": s("d")}), 10}, {ss("a"), 1}, {ss("a", "bc"), 3}, {bs([]byte{0}), 1}, {ns("1"), 2},
		{ns("1", "22", "333"), 7}, {l(l()), 7}, {m(item.Item{"a": m(item.Item{})}), 8}, {l(boolean(true), m(item.Item{"x": n("1")})), 13},
	} {
		if got := item.ValueSize(test.v); got != test.want {
			t.Errorf("size of %v = %d, want %d", test.v, got, test.want)
		}
	}
	full := item.Item{"pk": s("a"), "v": s(strings.Repeat("x", item.MaxSize-4))}
	if got := item.Size(full); got != item.MaxSize {
		t.Errorf("Size = %d, want %d", got, item.MaxSize)
	}
	if err := item.CheckSize(full); err != nil {
		t.Error(err)
	}
	full["w"] = s("")
	if got := validation.Message(item.CheckSize(full)); got != "Item size has exceeded the maximum allowed size" {
		t.Errorf("CheckSize: %q", got)
	}
	if got := validation.Message(item.CheckUpdated(full)); got != "Item size to update has exceeded the maximum allowed size" {
		t.Errorf("CheckUpdated: %q", got)
	}
	if err := item.CheckUpdated(item.Item{"v": nested(31, s("x")), "m": m(item.Item{"l": nested(30, s("x"))})}); err != nil {
		t.Error(err)
	}
	for _, deep := range []types.AttributeValue{nested(32, s("x")), m(item.Item{"l": nested(31, s("x"))}), nested(31, m(nil))} {
		if got := validation.Message(item.CheckUpdated(item.Item{"v": deep})); got != "Nesting Levels have exceeded supported limits" {
			t.Errorf("CheckUpdated: %q", got)
		}
	}
}

func TestKinds(t *testing.T) {
	if got := item.KindList(); got != "{B,NULL,SS,BOOL,L,BS,N,NS,S,M}" {
		t.Errorf("KindList = %s", got)
	}
	for _, descriptor := range strings.Split(strings.Trim(item.KindList(), "{}"), ",") {
		k, ok := item.ParseKind(descriptor)
		if !ok || k.String() != descriptor || k.Name() == "" {
			t.Errorf("ParseKind(%q) = %v, %v", descriptor, k, ok)
		}
	}
	if _, ok := item.ParseKind("s"); ok {
		t.Error("descriptors are in capitals")
	}
}

// A clone is equal and stays so, whatever happens to the original.
func TestClone(t *testing.T) {
	fresh := func() item.Item {
		return item.Item{"s": s("x"), "n": n("1"), "b": b(1), "t": boolean(true), "nul": null(true), "ss": ss("x"), "ns": ns("1"),
			"bs": bs([]byte{1}), "l": l(l(s("x"))), "m": m(item.Item{"x": m(item.Item{"y": n("1")})})}
	}
	it := fresh()
	clone := item.Clone(it)
	if !reflect.DeepEqual(clone, it) {
		t.Errorf("a clone is %v of %v", clone, it)
	}
	it["s"].(*types.AttributeValueMemberS).Value = "changed"
	it["n"].(*types.AttributeValueMemberN).Value = "2"
	it["b"].(*types.AttributeValueMemberB).Value[0] = 2
	it["t"].(*types.AttributeValueMemberBOOL).Value = false
	it["nul"].(*types.AttributeValueMemberNULL).Value = false
	it["ss"].(*types.AttributeValueMemberSS).Value[0] = "changed"
	it["ns"].(*types.AttributeValueMemberNS).Value[0] = "2"
	it["bs"].(*types.AttributeValueMemberBS).Value[0][0] = 2
	it["l"].(*types.AttributeValueMemberL).Value[0].(*types.AttributeValueMemberL).Value[0] = s("changed")
	it["m"].(*types.AttributeValueMemberM).Value["x"].(*types.AttributeValueMemberM).Value["y"] = s("changed")
	if want := fresh(); !reflect.DeepEqual(clone, want) {
		t.Errorf("the clone became %v", clone)
	}
	if item.Clone(nil) != nil {
		t.Error("a clone of nothing is something")
	}
}
