package faulty

import (
	"github.com/stillwater-streams/stillwater/triggers/model"
	"github.com/stillwater-streams/stillwater/triggers/record"
)

// treatmentCountedTwice is pitfall 1: untreated 2, in_progress 1 where two are open.
func treatmentCountedTwice() Bug {
	return Bug{
		Name: "treatment_counted_twice", Trigger: "indicators",
		Wrong:   "A change of treatment adds one to the new treatment and takes none off the old one.",
		Symptom: Symptom{Differs, `treatment_summary\.\w+: 2, not 1`},
		New: func(e Environment) any {
			return counting(e, func(c *record.Change) {
				if open(c.Before) && open(c.After) && !model.Equal(c.Before["treatment"], c.After["treatment"]) {
					c.Before = nil
				}
			})
		},
	}
}
