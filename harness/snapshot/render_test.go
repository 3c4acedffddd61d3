package snapshot_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"

	"github.com/stillwater-streams/stillwater/harness/snapshot"
)

func s(text string) types.AttributeValue { return &types.AttributeValueMemberS{Value: text} }
func n(text string) types.AttributeValue { return &types.AttributeValueMemberN{Value: text} }
func l(elements ...types.AttributeValue) types.AttributeValue {
	return &types.AttributeValueMemberL{Value: elements}
}

type item = map[string]types.AttributeValue

func m(of item) types.AttributeValue { return &types.AttributeValueMemberM{Value: of} }

func ss(elements ...string) types.AttributeValue {
	return &types.AttributeValueMemberSS{Value: elements}
}
func ns(elements ...string) types.AttributeValue {
	return &types.AttributeValueMemberNS{Value: elements}
}
func bs(elements ...[]byte) types.AttributeValue {
	return &types.AttributeValueMemberBS{Value: elements}
}
func b(bytes ...byte) types.AttributeValue { return &types.AttributeValueMemberB{Value: bytes} }
func boolean(v bool) types.AttributeValue  { return &types.AttributeValueMemberBOOL{Value: v} }
func null(v bool) types.AttributeValue     { return &types.AttributeValueMemberNULL{Value: v} }

// one is a document with a single section.
func one(v types.AttributeValue) snapshot.Document {
	return snapshot.Document{Scenario: "a/b", Sections: []snapshot.Section{{View: "view", Label: "label", Value: v}}}
}

// valueText is how v is rendered, without header, heading and margin.
func valueText(v types.AttributeValue) string {
	var lines []string
	for _, line := range one(v).Render().Lines[4:] {
		lines = append(lines, strings.TrimPrefix(line.Text, "  "))
	}
	return strings.Join(lines, "\n")
}

func TestRenderValue(t *testing.T) {
	for _, tt := range []struct {
		name  string
		value types.AttributeValue
		want  string
	}{
		{"absent", nil, `absent`},
		{"string", s("SAFE"), `"SAFE"`},
		{"empty string", s(""), `""`},
		{"string that looks like a number", s("1"), `"1"`},
		{"string with quotes and line ends", s("a\"b\\c\r\n\td"), `"a\"b\\c\r\n\td"`},
		{"no escape for HTML and letters", s("<é> & 日本 😀"), `"<é> & 日本 😀"`},
		{"invisible characters", s("a\u200bb\u00a0c\u202e\x00\x7f\U000e0001"), `"a\u200bb\u00a0c\u202e\u0000\u007f\udb40\udc01"`},
		{"not UTF-8", s("a\xff"), `!S Yf8=`},
		{"number", n("1"), `1`},
		{"number text is kept", n("1.50"), `1.50`},
		{"38 digits", n("-0.12345678901234567890123456789012345678"), `-0.12345678901234567890123456789012345678`},
		{"exponent", n("1E-130"), `1E-130`},
		{"no number", n("absent"), `!N "absent"`},
		{"empty number", n(""), `!N ""`},
		{"true", boolean(true), `true`},
		{"false", boolean(false), `false`},
		{"null", null(true), `null`},
		{"odd null", null(false), `!NULL false`},
		{"bytes", b(0, 255), `!B AP8=`},
		{"no bytes", b(), `!B ""`},
		{"string set", ss("b", "a", "a, b"), `!SS ["a", "a, b", "b"]`},
		{"number set by value", ns("10", "9", "-1", "1.0", "1", "2E1"), `!NS [-1, 1, 1.0, 9, 10, 2E1]`},
		{"number set with others", ns("x", "1", "a"), `!NS [1, "a", "x"]`},
		{"binary set", bs([]byte{2}, []byte{1}, nil), `!BS ["", AQ==, Ag==]`},
		{"empty set", ss(), `!SS []`},
		{"empty map", m(nil), `{}`},
		{"empty list", l(), `[]`},
		{"unknown", &types.UnknownUnionMember{Tag: "X", Value: []byte{1}}, `!unknown "X" AQ==`},
		{
			"map", m(item{"b": n("1"), "a": s("x"), "c": m(item{"d": m(nil), "e": l()})}),
			"a: \"x\"\nb: 1\nc:\n  d: {}\n  e: []",
		},
		{
			"odd keys", m(item{"": n("1"), "a b": n("2"), "a: 1": n("3"), "FIN#f1": n("4"), "a.b": n("5"), "-": n("6"), "\xff": n("7")}),
			"\"\": 1\n\"-\": 6\nFIN#f1: 4\n\"a b\": 2\n\"a.b\": 5\n\"a: 1\": 3\n!S /w==: 7",
		},
		{
			"list", l(n("1"), s("1"), nil, l(), l(n("2"), l(n("3"))), m(item{"a": l(n("4")), "b": n("5")})),
			"- 1\n- \"1\"\n- absent\n- []\n- - 2\n  - - 3\n- a:\n    - 4\n  b: 5",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if d := cmp.Diff(tt.want, valueText(tt.value)); d != "" {
				t.Error("(-want +got):\n" + d)
			}
		})
	}
}

// TestRenderDocument holds the whole text and what each line says about itself.
func TestRenderDocument(t *testing.T) {
	doc := snapshot.Document{
		Scenario: "vulnerabilities/close_one",
		Sections: []snapshot.Section{
			{View: "indicators", Label: "FIN#f1", Value: m(item{
				"max_open_severity_score":          n("9.8"),
				"oldest_vulnerability_report_date": s("2024-01-01T00:00:00+00:00"),
				"treatment_summary":                m(item{"accepted": n("0"), "x.y": l(n("1"), m(item{"z": null(true)}))}),
			})},
			{View: "indicators", Label: "FIN#f2 GROUP#g1"},
			{View: "count", Value: n("3")},
		},
	}
	want := []snapshot.Line{
		{"# stillwater snapshot 1", -1, ""},
		{"# scenario: vulnerabilities/close_one", -1, ""},
		{"", -1, ""},
		{"indicators FIN#f1", 0, ""},
		{"  max_open_severity_score: 9.8", 0, "max_open_severity_score"},
		{`  oldest_vulnerability_report_date: "2024-01-01T00:00:00+00:00"`, 0, "oldest_vulnerability_report_date"},
		{"  treatment_summary:", 0, "treatment_summary"},
		{"    accepted: 0", 0, "treatment_summary.accepted"},
		{`    "x.y":`, 0, `treatment_summary."x.y"`},
		{"      - 1", 0, `treatment_summary."x.y"[0]`},
		{"      - z: null", 0, `treatment_summary."x.y"[1].z`},
		{"", -1, ""},
		{`indicators "FIN#f2 GROUP#g1"`, 1, ""},
		{"  absent", 1, ""},
		{"", -1, ""},
		{"count", 2, ""},
		{"  3", 2, ""},
	}
	got := doc.Render()
	if d := cmp.Diff(want, got.Lines); d != "" {
		t.Error("lines (-want +got):\n" + d)
	}
	var text strings.Builder
	for _, line := range want {
		text.WriteString(line.Text + "\n")
	}
	if d := cmp.Diff(text.String(), got.Text); d != "" {
		t.Error("text (-want +got):\n" + d)
	}
}

func TestRenderQuotesAnOddScenario(t *testing.T) {
	got := snapshot.Document{Scenario: "a\n# scenario: b"}.Render().Text
	if want := "# stillwater snapshot 1\n# scenario: \"a\\n# scenario: b\"\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// What was observed before the end is a part of its own; a document without
// moments does not speak of the end.
func TestRenderMoments(t *testing.T) {
	section := func(at, label string) snapshot.Section {
		return snapshot.Section{View: "v", Label: label, Value: n("1"), At: at}
	}
	for _, tt := range []struct {
		name     string
		sections []snapshot.Section
		want     string
	}{
		{"none", []snapshot.Section{section("", "a")}, "\nv a\n  1\n"},
		{
			"one, of two sections",
			[]snapshot.Section{section("before the reattack", "a"), section("before the reattack", "b"), section("", "a")},
			"\n== before the reattack ==\n\nv a\n  1\n\nv b\n  1\n\n== end ==\n\nv a\n  1\n",
		},
		{"called as the end is", []snapshot.Section{section("end", "a")}, "\n== \"end\" ==\n\nv a\n  1\n"},
		{"that could not be seen", []snapshot.Section{section("a  ", "a")}, "\n== \"a  \" ==\n\nv a\n  1\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := snapshot.Document{Scenario: "a/b", Sections: tt.sections}.Render()
			want := "# stillwater snapshot 1\n# scenario: a/b\n" + tt.want
			if d := cmp.Diff(want, r.Text); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
			for _, l := range r.Lines {
				if strings.HasPrefix(l.Text, "==") && l.Section != -1 {
					t.Errorf("%q is of section %d", l.Text, l.Section)
				}
			}
		})
	}
}
