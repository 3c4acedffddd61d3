package faulty

import (
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// floatSum adds 0.1 and 0.2 to 0.30000000000000004.
func floatSum() Bug {
	return Bug{
		Name: "float_sum", Trigger: "indicators",
		Wrong:   "A total is summed up in float64.",
		Symptom: Symptom{Differs, `total_open_cvssf: \d+\.\d{6,}, not`},
		New: func(e Environment) any {
			return misreporting(e, "total_open_cvssf", func(_ types.AttributeValue, of reading) types.AttributeValue {
				total := 0.0
				for _, item := range of.vulnerabilities {
					weight, err := strconv.ParseFloat(decimal(contribution(of.finding, item, "total_open_cvssf")).String(), 64)
					if err == nil {
						total += weight
					}
				}
				return number(strconv.FormatFloat(total, 'f', -1, 64))
			})
		},
	}
}
