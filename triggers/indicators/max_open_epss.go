package indicators

import (
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stillwater-streams/stillwater/triggers/model"
)

// maxOpenEPSS is the highest probability of exploitation (EPSS, 0 to 1) among the
// open vulnerabilities: what is likely to be attacked goes first. An absent
// probability counts as 0, and so does a finding without open vulnerabilities or
// one that is deleted.
//
// It reads state.status, zero_risk.status and epss of the vulnerabilities, and
// state.status of the finding. It costs one pass over the open vulnerabilities.
func maxOpenEPSS(s sets) types.AttributeValue {
	highest := model.Int(0)
	for _, v := range s.exposed {
		if v.EPSS.Cmp(highest) > 0 {
			highest = v.EPSS
		}
	}
	return number(highest)
}
