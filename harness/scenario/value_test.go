package scenario_test

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/stillwater-streams/stillwater/harness/scenario"
)

func TestValues(t *testing.T) {
	n := func(s string) types.AttributeValue { return &types.AttributeValueMemberN{Value: s} }
	for yaml, want := range map[string]types.AttributeValue{
		"VULN#v9":                 text("VULN#v9"),
		`"1.50"`:                  text("1.50"),
		"'it''s'":                 text("it's"),
		`""`:                      text(""),
		"2024-09-19T10:00:00Z":    text("2024-09-19T10:00:00Z"),
		"2024-09-19":              text("2024-09-19"),
		"1.2.3":                   text("1.2.3"),
		"yes":                     text("yes"),
		"1.50":                    n("1.50"),
		"-0.0":                    n("-0.0"),
		"0":                       n("0"),
		"100":                     n("100"),
		"12345678901234567890123": n("12345678901234567890123"), // beyond 64 bits
		"0.1234567890123456789012345678901234567": n("0.1234567890123456789012345678901234567"),
		"!N 12":         n("12"),
		`!N "1.50"`:     n("1.50"),
		"!N 1e5":        n("1e5"),
		"!N -1.5E-130":  n("-1.5E-130"),
		"!S 12":         text("12"),
		"!S true":       text("true"),
		"true":          &types.AttributeValueMemberBOOL{Value: true},
		"False":         &types.AttributeValueMemberBOOL{Value: false},
		"null":          &types.AttributeValueMemberNULL{Value: true},
		"~":             &types.AttributeValueMemberNULL{Value: true},
		"!B aGVsbG8=":   &types.AttributeValueMemberB{Value: []byte("hello")},
		"!SS [b, a]":    &types.AttributeValueMemberSS{Value: []string{"b", "a"}},
		"!NS [1.50, 2]": &types.AttributeValueMemberNS{Value: []string{"1.50", "2"}},
		"!BS [aGk=]":    &types.AttributeValueMemberBS{Value: [][]byte{[]byte("hi")}},
		"[]":            &types.AttributeValueMemberL{Value: []types.AttributeValue{}},
		"[a, 1, [b]]": &types.AttributeValueMemberL{Value: []types.AttributeValue{
			text("a"), n("1"), &types.AttributeValueMemberL{Value: []types.AttributeValue{text("b")}}}},
		"{}":              &types.AttributeValueMemberM{Value: item()},
		"{a: {b: 1.0}}":   &types.AttributeValueMemberM{Value: item("a", &types.AttributeValueMemberM{Value: item("b", n("1.0"))})},
		"{1: x, true: y}": &types.AttributeValueMemberM{Value: item("1", text("x"), "true", text("y"))},
	} {
		got, err := readValue(t.TempDir(), yaml)
		if err != nil {
			t.Errorf("%s: %v", yaml, err)
			continue
		}
		if diff := cmp.Diff(want, got, ignoreSDK()); diff != "" {
			t.Errorf("%s: - want, + got:\n%s", yaml, diff)
		}
	}
}

// Law: whatever value is printed as YAML is read back as it was, numbers with
// every digit.
func TestPrintedValuesAreReadBack(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		want := values(3).Draw(t, "value")
		yaml := printValue(want)
		got, err := readValue(dir, yaml)
		if err != nil {
			t.Fatalf("%s\n%v", yaml, err)
		}
		if diff := cmp.Diff(want, got, ignoreSDK()); diff != "" {
			t.Fatalf("%s\n- want, + got:\n%s", yaml, diff)
		}
	})
}

// Law: no text, however broken, makes Load panic, and what it refuses it refuses
// with a place inside the file.
func TestBrokenFilesNeverPanic(t *testing.T) {
	whole := "fixture: {use: [empty], items: [lamp: {id: l1}], override: [delete: {key: {pk: a}}]}\nstart: 2024-09-19T10:00:00Z\nsteps:\n" +
		"  - put: {item: {pk: \"a\", sk: !N 1.50, l: [1, {b: ~}], j: !ddb {S: x}}}\n  - open_door:\n      door: front\n      by: [ann]\n" +
		"  - backlog:\n      - kill: {after: counter}\n      - at: 2024-09-20T10:00:00Z\n      - expect: {of: d, is: [1]}\n  - together: [pause, pause]\n  - split\n" +
		"needs: [split]\ntriggers: {counter: {batch_size: 1}}\npatience: 2h\n"
	dir := t.TempDir()
	if _, err := read(dir, whole); err != nil {
		t.Fatalf("before it is broken: %v", err)
	}
	rapid.Check(t, func(t *rapid.T) {
		broken := []byte(whole)
		for range rapid.IntRange(1, 4).Draw(t, "slips") {
			at := rapid.IntRange(0, len(broken)-1).Draw(t, "at")
			with := rapid.SampledFrom(strings.Split("{ } [ ] : , - ! & * ? | > ' \" # % @ ` ~ a 0 \n \t", " ")).Draw(t, "with") + " "
			broken = []byte(string(broken[:at]) + with[:1] + string(broken[at+rapid.IntRange(0, 1).Draw(t, "over"):]))
		}
		_, err := read(dir, string(broken))
		mistakes, ok := err.(scenario.Mistakes)
		if err != nil && !ok {
			t.Fatalf("%q\nnot mistakes: %v", broken, err)
		}
		for _, m := range mistakes {
			if m.Line < 1 || m.Line > strings.Count(string(broken), "\n")+1 || m.Col < 1 {
				t.Fatalf("%q\nplace outside the file: %v", broken, m)
			}
		}
	})
}

// read loads one scenario text; the folder is reused, as laws run many times.
func read(dir, yaml string) (*scenario.Scenario, error) {
	for name, data := range map[string]string{"scenarios/a.yaml": yaml, "fixtures/empty.yaml": "items: []\n"} {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return nil, err
		}
		if err := os.WriteFile(file, []byte(data), 0o644); err != nil {
			return nil, err
		}
	}
	return scenario.Load(dir, "scenarios/a.yaml", wholeWords())
}

func readValue(dir, yaml string) (types.AttributeValue, error) {
	sc, err := read(dir, head+"  - put: {item: {pk: a, sk: b, v: "+yaml+"}}\n")
	if err != nil {
		return nil, err
	}
	return sc.Steps[0].Writes[0].Item["v"], nil
}

// values draws attribute values nested at most so deep.
func values(depth int) *rapid.Generator[types.AttributeValue] {
	number := rapid.StringMatching(`-?(0|[1-9][0-9]{0,18})(\.[0-9]{1,18})?`)
	scalars := []*rapid.Generator[types.AttributeValue]{
		rapid.Map(rapid.String(), text),
		rapid.Map(number, func(s string) types.AttributeValue { return &types.AttributeValueMemberN{Value: s} }),
		rapid.Map(rapid.Bool(), func(b bool) types.AttributeValue { return &types.AttributeValueMemberBOOL{Value: b} }),
		rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) types.AttributeValue { return &types.AttributeValueMemberB{Value: b} }),
		rapid.Just[types.AttributeValue](&types.AttributeValueMemberNULL{Value: true}),
		rapid.Map(rapid.SliceOfNDistinct(rapid.String(), 1, 4, rapid.ID), func(s []string) types.AttributeValue { return &types.AttributeValueMemberSS{Value: s} }),
		rapid.Map(rapid.SliceOfNDistinct(number, 1, 4, rapid.ID), func(s []string) types.AttributeValue { return &types.AttributeValueMemberNS{Value: s} }),
	}
	if depth == 0 {
		return rapid.OneOf(scalars...)
	}
	return rapid.OneOf(append(scalars,
		rapid.Map(rapid.SliceOfN(values(depth-1), 0, 3), func(l []types.AttributeValue) types.AttributeValue {
			return &types.AttributeValueMemberL{Value: l}
		}),
		rapid.Map(rapid.MapOfN(rapid.String(), values(depth-1), 0, 3), func(m map[string]types.AttributeValue) types.AttributeValue {
			return &types.AttributeValueMemberM{Value: m}
		}))...)
}

// printValue is the dumb twin of the reader.
func printValue(v types.AttributeValue) string {
	join := func(texts []string, with func(string) string) string {
		out := make([]string, len(texts))
		for i, s := range texts {
			out[i] = with(s)
		}
		return "[" + strings.Join(out, ", ") + "]"
	}
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return quote(v.Value)
	case *types.AttributeValueMemberN:
		return v.Value
	case *types.AttributeValueMemberBOOL:
		return strconv.FormatBool(v.Value)
	case *types.AttributeValueMemberB:
		return "!B " + quote(base64.StdEncoding.EncodeToString(v.Value))
	case *types.AttributeValueMemberSS:
		return "!SS " + join(v.Value, quote)
	case *types.AttributeValueMemberNS:
		return "!NS " + join(v.Value, func(s string) string { return s })
	case *types.AttributeValueMemberL:
		var parts []string
		for _, member := range v.Value {
			parts = append(parts, printValue(member))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case *types.AttributeValueMemberM:
		var parts []string
		for name, member := range v.Value {
			parts = append(parts, quote(name)+": "+printValue(member))
		}
		sort.Strings(parts)
		return "{" + strings.Join(parts, ", ") + "}"
	default:
		return "null"
	}
}

// quote writes a text in double quotes with everything odd escaped.
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteString(`\` + string(r))
		case r < ' ' || r > '~':
			b.WriteString(`\U` + strings.ToUpper(strconv.FormatInt(int64(r)+1<<32, 16)[1:]))
		default:
			b.WriteRune(r)
		}
	}
	return b.String() + `"`
}
