package faulty

import (
	"github.com/stillwater-streams/stillwater/triggers/model"
	"github.com/stillwater-streams/stillwater/triggers/record"
)

// maxSurvivesRemoval is pitfall 4: the worst is removed, and the maximum stays 9.
func maxSurvivesRemoval() Bug {
	return Bug{
		Name: "max_survives_removal", Trigger: "indicators",
		Wrong:   "A vulnerability that leaves the open ones does not take its score along.",
		Symptom: Symptom{Differs, `max_open_severity_score: [\d.]+, not [\d.]+`},
		New: func(e Environment) any {
			return keeping(e, func(right, stored model.Item, changes []record.Change) {
				const score = "max_open_severity_score"
				for _, c := range changes {
					if !open(c.After) && decimal(stored[score]).Cmp(decimal(right[score])) > 0 {
						right[score] = stored[score]
					}
				}
			})
		},
	}
}
