package indicators

import "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

// totalOpenCVSSFV4 is total_open_cvssf with v4 scores, beside it for as long as
// both versions of CVSS are in use.
//
// It reads state.status, zero_risk.status and severity_score.threat_score of the
// vulnerabilities, severity_score and state.status of the finding.
func totalOpenCVSSFV4(s Snapshot) types.AttributeValue {
	return totalWeight(s.exposed(), s.score4)
}
