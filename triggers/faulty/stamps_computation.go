package faulty

import (
	"github.com/stillwater-streams/stillwater/triggers/model"
	"github.com/stillwater-streams/stillwater/triggers/record"
)

// stampsComputation makes every computation a change, so that nothing is ever equal.
func stampsComputation() Bug {
	return Bug{
		Name: "stamps_computation", Trigger: "indicators",
		Wrong:   "It adds the time of computation to the indicators, an attribute that nobody registered.",
		Symptom: Symptom{Differs, `indicators FIN#\w+ computed_at`},
		New: func(e Environment) any {
			return keeping(e, func(right, _ model.Item, changes []record.Change) {
				if len(changes) > 0 {
					right["computed_at"] = text(model.FormatTime(e.Now()))
				}
			})
		},
	}
}
