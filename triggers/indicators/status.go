package indicators

import "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

// status says how a finding stands: DRAFT until a vulnerability was released,
// VULNERABLE while one is open, else SAFE. Lists of findings are filtered by it;
// the finding's own state only says how far its review got.
//
// It reads state.status and zero_risk.status of the vulnerabilities. It costs
// nothing once the sets are made.
func status(s sets) types.AttributeValue {
	switch {
	case len(s.released) == 0:
		return text("DRAFT")
	case len(s.open) > 0:
		return text("VULNERABLE")
	}
	return text("SAFE")
}
