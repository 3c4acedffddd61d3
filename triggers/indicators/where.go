package indicators

import (
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// maxPlaces is how many places where names.
const maxPlaces = 20

// where names the places of the open vulnerabilities, for the search in a list of
// findings: the first 20 in the order of their bytes, joined with ", ". Sorting
// comes before cutting, else the same data could give different texts. Absent if
// no open vulnerability has a place.
//
// It reads state.status, zero_risk.status and state.where of the vulnerabilities.
// It costs one pass over the open ones and the sorting of their distinct places.
func where(s sets) types.AttributeValue {
	places := map[string]bool{}
	for _, v := range s.open {
		if v.State.Where != "" {
			places[v.State.Where] = true
		}
	}
	if len(places) == 0 {
		return nil
	}
	sorted := slices.Sorted(maps.Keys(places))
	return text(strings.Join(sorted[:min(len(sorted), maxPlaces)], ", "))
}
