package indicators

import (
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stillwater-streams/stillwater/triggers/model"
)

// maxOpenSeverityScore is the highest v3.1 score among the open vulnerabilities: a
// finding is as severe as its worst place. 0 if none is open or the finding is
// deleted.
//
// It reads state.status, zero_risk.status and severity_score.temporal_score of the
// vulnerabilities, severity_score and state.status of the finding. It costs one
// pass over the open vulnerabilities.
func maxOpenSeverityScore(s sets) types.AttributeValue {
	return maxScore(s.exposed, func(v scored) model.Score { return v.score3 })
}

func maxScore(vulnerabilities []scored, score func(scored) model.Score) types.AttributeValue {
	highest := model.Int(0)
	for _, v := range vulnerabilities {
		if of := score(v); of.Cmp(highest) > 0 {
			highest = of.Decimal
		}
	}
	return number(highest)
}
