package indicators_test

import (
	"fmt"

	"github.com/stillwater-streams/stillwater/triggers/indicators"
	"github.com/stillwater-streams/stillwater/triggers/model"
)

// The indicators follow from the items alone: no clock, no earlier value.
func ExampleCompute() {
	v := model.Vulnerability{State: model.State{Status: model.StateVulnerable, Where: "main.go"}}
	safe := model.Vulnerability{State: model.State{Status: model.StateSafe}}
	computed := indicators.Compute(indicators.Snapshot{Vulnerabilities: []model.Vulnerability{v, safe, v}})
	fmt.Println(show(computed["status"]))
	fmt.Println(show(computed["vulnerabilities_summary"]))
	fmt.Println(show(computed["where"]))
	// Output:
	// VULNERABLE
	// closed:1 open:2 open_low:2 open_low_v3:2
	// main.go
}
