package faulty

import (
	"maps"

	"github.com/stillwater-streams/stillwater/triggers/model"
	"github.com/stillwater-streams/stillwater/triggers/record"
)

// zeroRiskTakenOffAtEveryEdit is pitfall 2: open −1 and untreated −1 at every edit.
func zeroRiskTakenOffAtEveryEdit() Bug {
	return Bug{
		Name: "zero_risk_taken_off_at_every_edit", Trigger: "indicators",
		Wrong:   "Any edit of a vulnerability whose zero risk is CONFIRMED takes one off what is open, again and again.",
		Symptom: Symptom{Differs, `vulnerabilities_summary\.open: \d+, not \d+`},
		New: func(e Environment) any {
			return counting(e, func(c *record.Change) {
				if v, _ := parsed(c.After); v.ZeroRisk != nil && v.ZeroRisk.Status == model.ZeroRiskConfirmed {
					c.Before = maps.Clone(c.Before)
					delete(c.Before, "zero_risk")
				}
			})
		},
	}
}
