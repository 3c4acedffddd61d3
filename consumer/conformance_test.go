package consumer_test

import (
	"go/parser"
	"go/token"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/stillwater-streams/stillwater/consumer/streamscript"
)

// behaviour is one thing that Lambda, the KCL or DynamoDB Streams is known to do,
// with its row in the Lambda reference, and how the whole consumer shows it.
type behaviour struct {
	row  string
	does string
	test func(*testing.T, *world)
}

// TestConformance holds the consumer to every row of the Lambda reference. Most
// rows have finer tests where the mechanism is; here each is seen through
// consumer.Run, from outside. The table in doc.go lists the rows.
func TestConformance(t *testing.T) {
	for _, b := range behaviours() {
		t.Run(b.row+" "+b.does, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { b.test(t, newWorld(t, streamscript.Options{})) })
		})
	}
}

func behaviours() []behaviour {
	return slices.Concat(parameters(), records(), deliveries(), failures(), responses(), filters(), windows(), metrics(), leases())
}

// TestConformanceTable: the table of doc.go lists every row that is tested and
// none besides but those that only an engine can show, and knows of at most five
// differences.
func TestConformanceTable(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "doc.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	row := regexp.MustCompile(`(?m)^\t([A-Z]\d+)\s+(.*)$`)
	var listed, different []string
	for _, m := range row.FindAllStringSubmatch(file.Doc.Text(), -1) {
		if strings.Contains(m[2], "by the engine") {
			continue
		}
		listed = append(listed, m[1])
		if strings.Contains(m[2], "different: ") {
			different = append(different, m[1])
		}
	}
	var tested []string
	for _, b := range behaviours() {
		if !slices.Contains(tested, b.row) {
			tested = append(tested, b.row)
		}
	}
	slices.Sort(listed)
	slices.Sort(tested)
	if diff := cmp.Diff(listed, tested); diff != "" {
		t.Errorf("rows of doc.go against those with a test (-listed +tested):\n%s", diff)
	}
	if len(different) > 5 {
		t.Errorf("%d rows are knowingly different: %v; at most 5", len(different), different)
	}
}
