package faulty

// emptyForAbsent broke a search index downstream once: "" is no date.
func emptyForAbsent() Bug {
	return Bug{
		Name: "empty_for_absent", Trigger: "indicators",
		Wrong:   "A date that does not exist is written as an empty string.",
		Symptom: Symptom{Differs, `report_date: "", not there`},
		New: func(e Environment) any {
			e.DynamoDB = filling{e.DynamoDB, text("")}
			return shipped(e).Handle
		},
	}
}
