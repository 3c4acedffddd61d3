package snapshot_test

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"pgregory.net/rapid"

	"github.com/stillwater-streams/stillwater/harness/snapshot"
)

// odd are the texts a careless renderer would confuse with its own syntax.
func odd() []string {
	return []string{
		"", "a", "1", "1.0", "-1", "absent", "null", "true", "{}", "[]", "a: 1", "a:", "- 1", "-", "a b", "a.b",
		"\n", "\r\n", "\n  a: 1", `"`, `\`, `\n`, `""`, `"a"`, "!SS []", `!SS ["a"]`, "!B AQ==", "!N", "# scenario: a",
		"a, b", `a", "b`, "é", "e\u0301", "\u200b", `\u200b`, "\xff", "\xfe", "/w==", "!S /w==",
	}
}

// canonical is an independent notion of sameness: sets have no order, and a nil
// map, list, set or byte slice is an empty one.
func canonical(v types.AttributeValue) any {
	switch v := v.(type) {
	case nil:
		return nil
	case *types.AttributeValueMemberM:
		out := map[string]any{}
		for key, value := range v.Value {
			out[key] = canonical(value)
		}
		return out
	case *types.AttributeValueMemberL:
		out := []any{}
		for _, e := range v.Value {
			out = append(out, canonical(e))
		}
		return out
	case *types.AttributeValueMemberSS:
		return [2]any{"SS", slices.Sorted(slices.Values(v.Value))}
	case *types.AttributeValueMemberNS:
		return [2]any{"NS", slices.Sorted(slices.Values(v.Value))}
	case *types.AttributeValueMemberBS:
		return [2]any{"BS", slices.SortedFunc(slices.Values(v.Value), bytes.Compare)}
	case *types.AttributeValueMemberB:
		return [2]any{"B", string(v.Value)}
	}
	return [2]any{fmt.Sprintf("%T", v), fmt.Sprint(reflect.ValueOf(v).Elem().FieldByName("Value"))}
}

func genScalar() *rapid.Generator[types.AttributeValue] {
	text := rapid.OneOf(rapid.SampledFrom(odd()), rapid.String())
	few := rapid.SliceOfN(rapid.SampledFrom(odd()), 0, 3)
	return rapid.OneOf(
		rapid.Map(text, s),
		rapid.Map(rapid.SampledFrom([]string{"0", "1", "1.0", "10", "9", "-1", "1E3"}), n),
		rapid.Map(text, n),
		rapid.Map(rapid.Bool(), boolean),
		rapid.Map(rapid.Bool(), null),
		rapid.Map(few, func(e []string) types.AttributeValue { return ss(e...) }),
		rapid.Map(few, func(e []string) types.AttributeValue { return ns(e...) }),
		rapid.Map(rapid.SliceOfN(rapid.Byte(), 0, 4), func(e []byte) types.AttributeValue { return b(e...) }),
		rapid.Map(rapid.SliceOfN(rapid.SliceOfN(rapid.Byte(), 0, 2), 0, 3), func(e [][]byte) types.AttributeValue { return bs(e...) }),
		rapid.Just[types.AttributeValue](nil),
	)
}

func genValue(depth int) *rapid.Generator[types.AttributeValue] {
	if depth == 0 {
		return genScalar()
	}
	inner := rapid.Deferred(func() *rapid.Generator[types.AttributeValue] { return genValue(depth - 1) })
	return rapid.OneOf(
		genScalar(),
		rapid.Map(rapid.SliceOfN(inner, 0, 3), func(e []types.AttributeValue) types.AttributeValue { return l(e...) }),
		rapid.Map(rapid.MapOfN(rapid.SampledFrom(odd()), inner, 0, 4), m),
	)
}

// shuffled is v with maps filled and sets listed in another order.
func shuffled(t *rapid.T, v types.AttributeValue) types.AttributeValue {
	switch v := v.(type) {
	case *types.AttributeValueMemberM:
		keys := make([]string, 0, len(v.Value))
		for key := range v.Value {
			keys = append(keys, key)
		}
		slices.Sort(keys) // draws must not depend on the order of the map
		out := item{}
		for _, key := range rapid.Permutation(keys).Draw(t, "keys") {
			out[key] = shuffled(t, v.Value[key])
		}
		return m(out)
	case *types.AttributeValueMemberL:
		out := []types.AttributeValue{}
		for _, e := range v.Value {
			out = append(out, shuffled(t, e))
		}
		return l(out...)
	case *types.AttributeValueMemberSS:
		return ss(rapid.Permutation(v.Value).Draw(t, "SS")...)
	case *types.AttributeValueMemberNS:
		return ns(rapid.Permutation(v.Value).Draw(t, "NS")...)
	case *types.AttributeValueMemberBS:
		return bs(rapid.Permutation(v.Value).Draw(t, "BS")...)
	}
	return v
}

// tweaked is v with one place, on a drawn path, replaced by a drawn scalar.
func tweaked(t *rapid.T, v types.AttributeValue) types.AttributeValue {
	switch v := v.(type) {
	case *types.AttributeValueMemberM:
		if len(v.Value) > 0 && rapid.Bool().Draw(t, "descend") {
			out, keys := item{}, []string{}
			for key, value := range v.Value {
				out[key], keys = value, append(keys, key)
			}
			slices.Sort(keys)
			key := rapid.SampledFrom(keys).Draw(t, "key")
			out[key] = tweaked(t, out[key])
			return m(out)
		}
	case *types.AttributeValueMemberL:
		if len(v.Value) > 0 && rapid.Bool().Draw(t, "descend") {
			out := slices.Clone(v.Value)
			i := rapid.IntRange(0, len(out)-1).Draw(t, "index")
			out[i] = tweaked(t, out[i])
			return l(out...)
		}
	}
	return genScalar().Draw(t, "leaf")
}

// Equal values give equal texts, however their maps and sets are put together.
func TestLawRenderIgnoresOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := genValue(3).Draw(t, "value")
		want := one(v).Render()
		if got := one(shuffled(t, v)).Render(); !reflect.DeepEqual(got, want) {
			t.Fatalf("order shows:\n%s\n%s", want.Text, got.Text)
		}
	})
}

// Different values give different texts, even if they differ in one place only.
func TestLawRenderIsInjective(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := genValue(3).Draw(t, "a")
		b := rapid.OneOf(genValue(3), rapid.Custom(func(t *rapid.T) types.AttributeValue { return tweaked(t, a) })).Draw(t, "b")
		same := reflect.DeepEqual(canonical(a), canonical(b))
		if (one(a).Render().Text == one(b).Render().Text) != same {
			t.Fatalf("same values: %v, texts:\n%s\n%s", same, one(a).Render().Text, one(b).Render().Text)
		}
	})
}

// TestNoTwoSmallValuesLookAlike is the same law over every value of a small world.
func TestNoTwoSmallValuesLookAlike(t *testing.T) {
	scalars := []types.AttributeValue{nil, boolean(true), boolean(false), null(true), null(false), l(), m(nil), ss(), ns(), bs(), b(), b(1)}
	for _, text := range odd() {
		scalars = append(scalars, s(text), n(text), ss(text), ns(text))
	}
	small := slices.Clone(scalars)
	for _, v := range scalars {
		small = append(small, l(v), l(l(v)), l(v, n("1")), l(n("1"), v), l(m(item{"a": v})), m(item{"a": l(v)}), m(item{"a": m(item{"a": v})}))
		for _, key := range odd() {
			small = append(small, m(item{key: v}))
		}
	}
	seen := map[string]types.AttributeValue{}
	for _, v := range small {
		text := one(v).Render().Text
		if other, ok := seen[text]; ok && !reflect.DeepEqual(canonical(other), canonical(v)) {
			t.Errorf("%#v and %#v both render as\n%s", canonical(other), canonical(v), text)
		}
		seen[text] = v
	}
}

// The parts of a document cannot be mistaken for each other either.
func TestLawDocumentIsInjective(t *testing.T) {
	names := rapid.SampledFrom(append(odd(), "view", "view a", "a/b"))
	moments := rapid.OneOf(rapid.Just(""), rapid.SampledFrom(append(odd(), "end", "the end", `"end"`, "== a ==")))
	section := rapid.Custom(func(t *rapid.T) snapshot.Section {
		return snapshot.Section{View: names.Draw(t, "view"), Label: names.Draw(t, "label"), Value: genValue(1).Draw(t, "value"), At: moments.Draw(t, "at")}
	})
	document := rapid.Custom(func(t *rapid.T) snapshot.Document {
		return snapshot.Document{Scenario: names.Draw(t, "scenario"), Sections: rapid.SliceOfN(section, 0, 3).Draw(t, "sections")}
	})
	plain := func(d snapshot.Document) any {
		out := []any{d.Scenario}
		for _, s := range d.Sections {
			out = append(out, s.View, s.Label, s.At, canonical(s.Value))
		}
		return out
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := document.Draw(t, "a"), document.Draw(t, "b")
		if rapid.Bool().Draw(t, "near") && len(a.Sections) > 0 { // differ in the labels at most
			b = snapshot.Document{Scenario: a.Scenario, Sections: slices.Clone(a.Sections)}
			b.Sections[0].View, b.Sections[0].Label = names.Draw(t, "view"), names.Draw(t, "label")
			b.Sections[0].At = moments.Draw(t, "at")
		}
		same := reflect.DeepEqual(plain(a), plain(b))
		if (a.Render().Text == b.Render().Text) != same {
			t.Fatalf("same documents: %v, texts:\n%s\n%s", same, a.Render().Text, b.Render().Text)
		}
	})
}

// A rendering is its lines, and no line can be hurt by an editor or a checkout.
func TestLawRenderingIsItsLines(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := one(genValue(3).Draw(t, "value")).Render()
		var text strings.Builder
		for _, line := range r.Lines {
			if strings.ContainsAny(line.Text, "\n\r\t\x00") || strings.TrimRight(line.Text, " ") != line.Text {
				t.Fatalf("line %q holds a control character or ends in a blank", line.Text)
			}
			text.WriteString(line.Text + "\n")
		}
		if text.String() != r.Text {
			t.Fatalf("lines and text differ:\n%s\n%s", text.String(), r.Text)
		}
	})
}

// The places read from a text are those that the rendering gave its lines.
func TestLawPlacesAreThoseOfTheRendering(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		names := rapid.SampledFrom([]string{"view", "a b", "FIN#f1", `"q`, "a:", "\xff", "end"})
		document := snapshot.Document{Scenario: "a/b"}
		for range rapid.IntRange(0, 3).Draw(t, "sections") {
			document.Sections = append(document.Sections, snapshot.Section{
				View: names.Draw(t, "view"), Label: names.Draw(t, "label"), Value: genValue(3).Draw(t, "value"),
				At: rapid.SampledFrom([]string{"", "end", "one two", "x\n"}).Draw(t, "at"),
			})
		}
		lines := document.Render().Lines
		var diff []snapshot.DiffLine
		for i, l := range lines {
			diff = append(diff, snapshot.DiffLine{Op: rapid.SampledFrom([]byte(" +")).Draw(t, "op"), Text: l.Text, Line: i})
		}
		named := false
		for i, place := range snapshot.Places(diff) {
			l := lines[i]
			if place.Path != l.Path {
				t.Fatalf("line %d %q is at %q, read as %q", i, l.Text, l.Path, place.Path)
			}
			if (place.Heading != "") != (l.Section >= 0) {
				t.Fatalf("line %d %q of section %d is read below %q", i, l.Text, l.Section, place.Heading)
			}
			if l.Section < 0 {
				continue
			}
			at := document.Sections[l.Section].At
			named = named || at != ""
			if want := snapshot.Moment(at); place.At != want && (named || place.At != "") {
				t.Fatalf("line %d %q is at %q, read at %q", i, l.Text, want, place.At)
			}
		}
	})
}
