package faulty

import "github.com/stillwater-streams/stillwater/triggers/record"

// missingTreatmentPanics is pitfall 6: the rest of its batch is not computed either.
func missingTreatmentPanics() Bug {
	return Bug{
		Name: "missing_treatment_panics", Trigger: "indicators",
		Wrong:   "It takes for granted that every open vulnerability has a treatment.",
		Symptom: Symptom{DeadLetter, `condition: "RetryAttemptsExhausted", not there`},
		New: func(e Environment) any {
			return counting(e, func(c *record.Change) {
				if v, there := parsed(c.After); there && v.InOpen() {
					_ = v.Treatment.Status
				}
			})
		},
	}
}
