package faulty

import (
	"github.com/stillwater-streams/stillwater/triggers/model"
	"github.com/stillwater-streams/stillwater/triggers/record"
)

// insertCountedTwice is pitfall 5: the same INSERT again, and 3 are counted for 2. There
// is no mistake in the counting: it is the ±1 itself.
func insertCountedTwice() Bug {
	return Bug{
		Name: "insert_counted_twice", Trigger: "indicators",
		Wrong:   "It counts records, and one that is delivered twice is counted twice.",
		Symptom: Symptom{Differs, `vulnerabilities_summary\.(open|submitted): \d+, not \d+`},
		New: func(e Environment) any {
			return keeping(e, func(right, stored model.Item, changes []record.Change) {
				for _, name := range counted() {
					if len(changes) > 0 { // else the finding changed, and all levels may be others
						right[name] = tally(stored[name], name, changes)
					}
				}
			})
		},
	}
}
