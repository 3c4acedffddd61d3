package indicators_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"
	"github.com/stillwater-streams/stillwater/triggers/indicators"
	"github.com/stillwater-streams/stillwater/triggers/model"
	"github.com/stillwater-streams/stillwater/triggers/testevent"
	"github.com/stillwater-streams/stillwater/triggers/triggertest"
)

// rows are the attributes of domain.md section 2, written down a second time.
func rows() []string {
	return []string{
		"max_open_epss", "max_open_root_criticality", "max_open_severity_score", "max_open_severity_score_v4",
		"newest_vulnerability_report_date", "oldest_vulnerability_report_date", "status", "total_open_cvssf",
		"total_open_cvssf_v4", "treatment_summary", "verification_summary", "vulnerabilities_summary", "where",
	}
}

// strayWrites returns what a write changed beside the indicators of a finding.
// Every write of every test here passes it.
func strayWrites(w triggertest.Write) []string {
	if w.Before == nil || w.After == nil {
		return []string{"an item as a whole"}
	}
	key, err := model.KeyOf(w.After)
	_, _, isFinding := model.SplitFindingKey(key)
	if w.Table != triggertest.Table || err != nil || !isFinding {
		return []string{"an item that is no finding"}
	}
	var stray []string
	for _, attribute := range append(w.Attributes(), madeWhole(w)...) {
		path := strings.Split(attribute, ".")
		if path[0] != "unreliable_indicators" || len(path) > 1 && !slices.Contains(rows(), path[1]) {
			stray = append(stray, attribute)
		}
	}
	return stray
}

// madeWhole are the members of a map of indicators that a write made whole.
func madeWhole(w triggertest.Write) (paths []string) {
	if _, was := w.Before["unreliable_indicators"].(*types.AttributeValueMemberM); was {
		return nil
	}
	whole, _ := w.After["unreliable_indicators"].(*types.AttributeValueMemberM)
	if whole == nil {
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(whole.Value)) {
		paths = append(paths, "unreliable_indicators."+name)
	}
	return paths
}

func TestStrayWritesAreSeen(t *testing.T) {
	key := func(pk, sk string) model.Item { return model.Item{"pk": text(pk), "sk": text(sk)} }
	finding, vulnerability := key("FIN#f1", "GROUP#g1"), key("VULN#v1", "FIN#f1")
	indicators := func(names ...string) model.Item {
		m := model.Item{}
		for _, name := range names {
			m[name] = text("a")
		}
		return model.Item{"unreliable_indicators": &types.AttributeValueMemberM{Value: m}}
	}
	for name, test := range map[string]struct {
		table         string
		before, after model.Item
		want          []string
	}{
		"an indicator":               {triggertest.Table, with(finding, indicators()), with(finding, indicators("where")), nil},
		"a removed one":              {triggertest.Table, with(finding, indicators("where")), with(finding, indicators()), nil},
		"the whole map":              {triggertest.Table, finding, with(finding, indicators("where")), nil},
		"one that is not registered": {triggertest.Table, with(finding, indicators()), with(finding, indicators("odd")), []string{"unreliable_indicators.odd"}},
		"… removed":                  {triggertest.Table, with(finding, indicators("odd")), with(finding, indicators()), []string{"unreliable_indicators.odd"}},
		"… in the whole map":         {triggertest.Table, finding, with(finding, indicators("where", "odd")), []string{"unreliable_indicators.odd"}},
		"another attribute":          {triggertest.Table, finding, with(finding, model.Item{"title": text("x")}), []string{"title"}},
		"a vulnerability":            {triggertest.Table, vulnerability, with(vulnerability, indicators("where")), []string{"an item that is no finding"}},
		"another table":              {triggertest.Archive, finding, with(finding, indicators("where")), []string{"an item that is no finding"}},
		"a finding made":             {triggertest.Table, nil, finding, []string{"an item as a whole"}},
		"a finding deleted":          {triggertest.Table, finding, nil, []string{"an item as a whole"}},
	} {
		w := triggertest.Write{Table: test.table, Change: testevent.Change{Before: test.before, After: test.after}}
		if got := strayWrites(w); !cmp.Equal(got, test.want) {
			t.Errorf("%s: %q, want %q", name, got, test.want)
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
