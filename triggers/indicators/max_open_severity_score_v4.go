package indicators

import (
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stillwater-streams/stillwater/triggers/model"
)

// maxOpenSeverityScoreV4 is max_open_severity_score with v4 scores, beside it for
// as long as both versions of CVSS are in use.
//
// It reads state.status, zero_risk.status and severity_score.threat_score of the
// vulnerabilities, severity_score and state.status of the finding. It costs one
// pass over the open vulnerabilities.
func maxOpenSeverityScoreV4(s sets) types.AttributeValue {
	return maxScore(s.exposed, func(v scored) model.Score { return v.score4 })
}
