package indicators_test

import (
	"testing"

	"github.com/stillwater-streams/stillwater/triggers/model"
)

func TestWhere(t *testing.T) {
	// Those cut off must be the last in order, not in the table.
	many, first := tooManyPlaces()
	check(t, "where", []example{
		{name: "nothing", want: ""},
		{name: "no place known", vulnerabilities: all(open(), open(place(""))), want: ""},
		{name: "distinct", vulnerabilities: all(open(place("b.go")), open(place("a.go")), open(place("b.go"))), want: "a.go, b.go"},
		{name: "in the order of bytes", vulnerabilities: all(open(place("é.go")), open(place("a.go")), open(place("Z.go"))), want: "Z.go, a.go, é.go"},
		{name: "sorted, then cut to 20", vulnerabilities: many, want: first},
		{name: "open ones only", vulnerabilities: all(closed(place("a.go")), open(place("b.go"), zeroRisk(model.ZeroRiskRequested)), open(place("c.go"))), want: "c.go"},
	})
}
