package faulty

import (
	"github.com/stillwater-streams/stillwater/triggers/model"
	"github.com/stillwater-streams/stillwater/triggers/record"
)

// maxNeverLowered is pitfall 3: the top score goes from 9 to 1, and the maximum stays 9.
func maxNeverLowered() Bug {
	return Bug{
		Name: "max_never_lowered", Trigger: "indicators",
		Wrong:   "An edit may raise the highest score and never lowers it.",
		Symptom: Symptom{Differs, `max_open_severity_score: [\d.]+, not [\d.]+`},
		New: func(e Environment) any {
			return keeping(e, func(right, stored model.Item, changes []record.Change) {
				const score = "max_open_severity_score"
				for _, c := range changes {
					if open(c.After) && decimal(stored[score]).Cmp(decimal(right[score])) > 0 {
						right[score] = stored[score]
					}
				}
			})
		},
	}
}
