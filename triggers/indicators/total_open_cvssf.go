package indicators

import (
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stillwater-streams/stillwater/triggers/model"
)

// totalOpenCVSSF is the sum of the weights (CVSSF) of the open vulnerabilities: the
// exposure that closing them takes away. Each weight is rounded before it is added;
// it is computed from the v3.1 score and not taken from the stored cvssf, which may
// be stale. 0 if none is open or the finding is deleted.
//
// It reads state.status, zero_risk.status and severity_score.temporal_score of the
// vulnerabilities, severity_score and state.status of the finding. It costs one
// pass over the open vulnerabilities and one decimal product for each distinct
// score among them.
func totalOpenCVSSF(s sets) types.AttributeValue {
	return totalWeight(s.exposed, func(v scored) model.Score { return v.score3 })
}

func totalWeight(vulnerabilities []scored, score func(scored) model.Score) types.AttributeValue {
	// There are few distinct scores, so equal ones are added at once: decimals are
	// exact, and a sum is the same in any order.
	count := map[model.Score]int{}
	for _, v := range vulnerabilities {
		count[score(v)]++
	}
	total := model.Int(0)
	for score, n := range count {
		total = total.Add(model.CVSSF(score).Times(n))
	}
	return number(total)
}
