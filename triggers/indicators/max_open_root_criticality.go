package indicators

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stillwater-streams/stillwater/triggers/model"
)

// maxOpenRootCriticality is how much the most important root with an open
// vulnerability matters to its owner: the same weakness is worse there. Unknown
// criticalities are ignored; if none is known, or the finding is deleted, the
// attribute is absent.
//
// It reads state.status, zero_risk.status and root_criticality of the
// vulnerabilities, and state.status of the finding. It costs one pass over the
// open vulnerabilities.
func maxOpenRootCriticality(s sets) types.AttributeValue {
	ascending := model.Criticalities()
	highest := -1
	for _, v := range s.exposed {
		highest = max(highest, slices.Index(ascending, v.RootCriticality))
	}
	if highest < 0 {
		return nil
	}
	return text(string(ascending[highest]))
}
