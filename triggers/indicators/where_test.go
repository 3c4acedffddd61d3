package indicators_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stillwater-streams/stillwater/triggers/model"
)

func TestWhere(t *testing.T) {
	// 25 places, last first: those cut off must be the last in order, not in the table.
	var many []model.Vulnerability
	var first []string
	for i := range 25 {
		name := fmt.Sprintf("src/%02d.go", i)
		many = append(many, open(place(name)))
		if i < 20 {
			first = append(first, name)
		}
	}
	slices.Reverse(many)
	check(t, "where", []example{
		{name: "nothing", want: ""},
		{name: "no place known", vulnerabilities: all(open(), open(place(""))), want: ""},
		{name: "distinct", vulnerabilities: all(open(place("b.go")), open(place("a.go")), open(place("b.go"))), want: "a.go, b.go"},
		{name: "in the order of bytes", vulnerabilities: all(open(place("é.go")), open(place("a.go")), open(place("Z.go"))), want: "Z.go, a.go, é.go"},
		{name: "sorted, then cut to 20", vulnerabilities: many, want: strings.Join(first, ", ")},
		{name: "open ones only", vulnerabilities: all(closed(place("a.go")), open(place("b.go"), zeroRisk(model.ZeroRiskRequested)), open(place("c.go"))), want: "c.go"},
	})
}
