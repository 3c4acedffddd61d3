package faulty

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// cutBeforeSort keeps the first 20 places as the index has them, by the ids of the
// vulnerabilities, and sorts those.
func cutBeforeSort() Bug {
	return Bug{
		Name: "cut_before_sort", Trigger: "indicators",
		Wrong:   "The places in where are cut to 20 before they are sorted.",
		Symptom: Symptom{Differs, `where: "10\.0\.0\.1, 10\.0\.0\.10, .*, not`},
		New: func(e Environment) any {
			return misreporting(e, "where", func(_ types.AttributeValue, of reading) types.AttributeValue {
				var places []string
				for _, item := range of.vulnerabilities {
					if v, _ := parsed(item); v.InOpen() && !slices.Contains(places, v.State.Where) {
						places = append(places, v.State.Where)
					}
				}
				places = places[:min(len(places), 20)]
				slices.Sort(places)
				return text(strings.Join(places, ", "))
			})
		},
	}
}
