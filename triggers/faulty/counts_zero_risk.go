package faulty

import (
	"maps"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stillwater-streams/stillwater/triggers/model"
)

// countsZeroRisk counts by state alone.
func countsZeroRisk() Bug {
	return Bug{
		Name: "counts_zero_risk", Trigger: "indicators",
		Wrong:   "A vulnerability whose zero risk was claimed still counts as open.",
		Symptom: Symptom{Differs, `vulnerabilities_summary\.open: \d+, not \d+`},
		New: func(e Environment) any {
			return misreporting(e, "vulnerabilities_summary", func(right types.AttributeValue, of reading) types.AttributeValue {
				n := 0
				for _, item := range of.vulnerabilities {
					if v, _ := parsed(item); v.State.Status == model.StateVulnerable {
						n++
					}
				}
				wrong := maps.Clone(right.(*types.AttributeValueMemberM).Value)
				wrong["open"] = number(strconv.Itoa(n))
				return &types.AttributeValueMemberM{Value: wrong}
			})
		},
	}
}
