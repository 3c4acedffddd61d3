package model_test

import (
	"fmt"

	"github.com/stillwater-streams/stillwater/triggers/model"
)

// Whoever writes an item scores it from its vectors.
func ExampleScore3x4() {
	s, err := model.Score3x4("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:P/RL:O/RC:C", "")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(s.BaseScore, s.TemporalScore, s.CVSSF)
	// Output: 9.8 8.8 776.047
}

func ExampleVulnerability_SecondaryKeys() {
	v := model.Vulnerability{ID: "v1", FindingID: "f1", GroupName: "g1", State: model.State{Status: model.StateSafe}}
	keys, err := v.SecondaryKeys()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(keys["sk_6"])
	// Output: VULN#DELETED#false#RELEASED#true#ZR#false#STATE#safe#VERIF#none
}
