package indicators_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"
	"github.com/stillwater-streams/stillwater/triggers/indicators"
	"github.com/stillwater-streams/stillwater/triggers/model"
)

// rows are the attributes of domain.md section 2, written down a second time.
func rows() []string {
	return []string{
		"max_open_epss", "max_open_root_criticality", "max_open_severity_score", "max_open_severity_score_v4",
		"newest_vulnerability_report_date", "oldest_vulnerability_report_date", "status", "total_open_cvssf",
		"total_open_cvssf_v4", "treatment_summary", "verification_summary", "vulnerabilities_summary", "where",
	}
}

// strayWrites returns what an update writes beside the indicators of a finding.
// Every write of every test here passes it.
func strayWrites(key model.Key, u update) []string {
	var stray []string
	if _, _, ok := model.SplitFindingKey(key); !ok {
		stray = append(stray, "an item that is no finding")
	}
	set, remove, _ := strings.Cut(strings.TrimPrefix(*u.in.UpdateExpression, "SET "), "REMOVE ")
	for _, change := range append(list(set), list(remove)...) {
		path, value, _ := strings.Cut(change, " = ")
		attribute, name, nested := strings.Cut(path, ".")
		written := []string{u.in.ExpressionAttributeNames[name]}
		if !nested { // the map as a whole
			written = nil
			if m, ok := u.in.ExpressionAttributeValues[value].(*types.AttributeValueMemberM); ok {
				for name := range m.Value {
					written = append(written, name)
				}
			}
		}
		if u.in.ExpressionAttributeNames[attribute] != "unreliable_indicators" {
			stray = append(stray, path)
		}
		for _, name := range written {
			if !slices.Contains(rows(), name) {
				stray = append(stray, "unreliable_indicators."+name)
			}
		}
	}
	return stray
}

func TestStrayWritesAreSeen(t *testing.T) {
	finding, vulnerability := model.Key{PK: "FIN#f1", SK: "GROUP#g1"}, model.Key{PK: "VULN#v1", SK: "FIN#f1"}
	names := map[string]string{"#m": "unreliable_indicators", "#where": "where", "#odd": "odd", "#title": "title"}
	values := model.Item{":m": &types.AttributeValueMemberM{Value: model.Item{"where": text("a"), "odd": text("b")}}, ":v": text("a")}
	for expression, want := range map[string][]string{
		"SET #m.#where = :v":                    nil,
		"SET #m.#odd = :v":                      {"unreliable_indicators.odd"},
		"REMOVE #m.#odd":                        {"unreliable_indicators.odd"},
		"SET #m = :m":                           {"unreliable_indicators.odd"},
		"SET #m.#where = :v, #title = :v":       {"#title"},
		"SET #m.#where = :v REMOVE #m.#where":   nil,
		"SET #title.#where = :v REMOVE #m.#odd": {"#title.#where", "unreliable_indicators.odd"},
	} {
		u := update{in: &dynamodb.UpdateItemInput{UpdateExpression: &expression, ExpressionAttributeNames: names, ExpressionAttributeValues: values}}
		if got := strayWrites(finding, u); !cmp.Equal(got, want) {
			t.Errorf("%s: %q, want %q", expression, got, want)
		}
		if got := strayWrites(vulnerability, u); len(got) != len(want)+1 {
			t.Errorf("%s of a vulnerability: %q", expression, got)
		}
	}
}

// Names lists what domain.md lists, and Compute gives nothing else.
func TestEveryIndicatorIsRegistered(t *testing.T) {
	names := slices.Sorted(slices.Values(indicators.Names()))
	if diff := cmp.Diff(rows(), names); diff != "" {
		t.Errorf("indicators (-domain.md +registered):\n%s", diff)
	}
	var computed []string
	for name := range indicators.Compute(large(100)) {
		computed = append(computed, name)
	}
	slices.Sort(computed)
	if diff := cmp.Diff(names, computed); diff != "" {
		t.Errorf("indicators of a finding that has all of them (-registered +computed):\n%s", diff)
	}
}

// Each indicator has a file and a test table of its own name, and its file says
// why it exists (the first sentence), what it reads and what it costs.
func TestEveryIndicatorSaysWhatItIs(t *testing.T) {
	for _, name := range indicators.Names() {
		if _, err := os.Stat(name + "_test.go"); err != nil {
			t.Errorf("%s has no test table: %v", name, err)
		}
		file, err := parser.ParseFile(token.NewFileSet(), name+".go", nil, parser.ParseComments)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		why, rest, _ := strings.Cut(docOf(file, strings.ReplaceAll(name, "_", "")), "\n\n")
		rest = strings.ReplaceAll(rest, "\n", " ")
		if why == "" || !strings.HasPrefix(rest, "It reads ") || !strings.Contains(rest, " It costs ") {
			t.Errorf("%s: its doc must say why it exists, then \"It reads …\", \"It costs …\"", name)
		}
	}
}

// docOf returns the comment of the function of a name, whatever its capitals.
func docOf(file *ast.File, name string) string {
	for _, d := range file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && strings.EqualFold(f.Name.Name, name) {
			return f.Doc.Text()
		}
	}
	return ""
}

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
