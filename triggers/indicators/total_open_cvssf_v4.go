package indicators

import (
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stillwater-streams/stillwater/triggers/model"
)

// totalOpenCVSSFV4 is total_open_cvssf with v4 scores, beside it for as long as
// both versions of CVSS are in use.
//
// It reads state.status, zero_risk.status and severity_score.threat_score of the
// vulnerabilities, severity_score and state.status of the finding. It costs as
// much as total_open_cvssf.
func totalOpenCVSSFV4(s sets) types.AttributeValue {
	return totalWeight(s.exposed, func(v scored) model.Score { return v.score4 })
}
