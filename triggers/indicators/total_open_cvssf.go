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
// vulnerabilities, severity_score and state.status of the finding.
func totalOpenCVSSF(s Snapshot) types.AttributeValue {
	return totalWeight(s.exposed(), s.score3)
}

func totalWeight(vulnerabilities []model.Vulnerability, score func(model.Vulnerability) model.Score) types.AttributeValue {
	// There are few distinct scores and the power is dear: each is taken once.
	weights := map[model.Score]model.Decimal{}
	total := model.Int(0)
	for _, v := range vulnerabilities {
		of := score(v)
		if _, known := weights[of]; !known {
			weights[of] = model.CVSSF(of)
		}
		total = total.Add(weights[of])
	}
	return number(total)
}
