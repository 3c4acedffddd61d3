package faulty

import "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

// datesComparedAsText is right as long as all dates are in UTC and say so.
func datesComparedAsText() Bug {
	return Bug{
		Name: "dates_compared_as_text", Trigger: "indicators",
		Wrong:   "The newest report date is that whose text is greatest, whatever its zone.",
		Symptom: Symptom{Differs, `newest_vulnerability_report_date: "2024-02-01T10:00:00", not "2024-02-01T14:30:00\+00:00"`},
		New: func(e Environment) any {
			return misreporting(e, "newest_vulnerability_report_date", func(_ types.AttributeValue, of reading) types.AttributeValue {
				newest := ""
				for _, item := range of.vulnerabilities {
					own, _ := item["unreliable_indicators"].(*types.AttributeValueMemberM)
					if v, _ := parsed(item); v.InReleased() && own != nil {
						newest = max(newest, textOf(own.Value["unreliable_report_date"]))
					}
				}
				return text(newest)
			})
		},
	}
}
