package faulty

import (
	"slices"
	"strings"

	"github.com/stillwater-streams/stillwater/triggers/model"
	"github.com/stillwater-streams/stillwater/triggers/record"
)

// appendRepeated makes a list longer at every delivery: what a set is for.
func appendRepeated() Bug {
	return Bug{
		Name: "append_repeated", Trigger: "indicators",
		Wrong:   "The place of a vulnerability that opens is appended to where, whether or not it is there already.",
		Symptom: Symptom{Differs, `where: "(.*, )?([^,]+), ([^,]+).*", not`},
		New: func(e Environment) any {
			return keeping(e, func(right, stored model.Item, changes []record.Change) {
				for _, c := range changes {
					v, _ := parsed(c.After)
					there := slices.Contains(strings.Split(textOf(stored["where"]), ", "), v.State.Where)
					if there && open(c.After) && !open(c.Before) {
						places := append(strings.Split(textOf(right["where"]), ", "), v.State.Where)
						slices.Sort(places)
						right["where"] = text(strings.Join(places, ", "))
					}
				}
			})
		},
	}
}
