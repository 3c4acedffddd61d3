package faulty

import (
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stillwater-streams/stillwater/triggers/model"
)

// firstInsertMakesOneKey is pitfall 7: treatment_summary with the one key that was
// counted, where readers expect all four.
func firstInsertMakesOneKey() Bug {
	return Bug{
		Name: "first_insert_makes_one_key", Trigger: "indicators",
		Wrong:   "The first record of a finding makes a map with the one count that it adds to.",
		Symptom: Symptom{Differs, `treatment_summary\.accepted: gone, was 0`},
		New: func(e Environment) any {
			return misreporting(e, "treatment_summary", func(right types.AttributeValue, _ reading) types.AttributeValue {
				some := model.Item{}
				for key, n := range right.(*types.AttributeValueMemberM).Value {
					if decimal(n).Cmp(model.Int(0)) > 0 {
						some[key] = n
					}
				}
				return &types.AttributeValueMemberM{Value: some}
			})
		},
	}
}
