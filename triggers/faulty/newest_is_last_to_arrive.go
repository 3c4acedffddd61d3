package faulty

import (
	"github.com/stillwater-streams/stillwater/triggers/model"
	"github.com/stillwater-streams/stillwater/triggers/record"
)

// newestIsLastToArrive depends on the order of records, which nobody promises across
// items: shards and lanes are read side by side.
func newestIsLastToArrive() Bug {
	return Bug{
		Name: "newest_is_last_to_arrive", Trigger: "indicators",
		Wrong:   "The newest report is taken to be that of the record that came last.",
		Symptom: Symptom{Differs, `newest_vulnerability_report_date: "[^"]+", not "[^"]+"`},
		New: func(e Environment) any {
			return keeping(e, func(right, stored model.Item, changes []record.Change) {
				for _, c := range changes {
					if v, _ := parsed(c.After); v.InOpen() && !v.Indicators.ReportDate.IsZero() {
						right["newest_vulnerability_report_date"] = text(model.FormatTime(v.Indicators.ReportDate))
					}
				}
			})
		},
	}
}
