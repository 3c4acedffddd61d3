package indicators

import "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

// verificationSummary counts the open vulnerabilities by how far their last
// reattack got, so that those who verify see what waits for them. A vulnerability
// that nobody asked to verify is counted nowhere.
//
// It reads state.status, zero_risk.status and verification.status of the
// vulnerabilities. It costs one pass over the open ones.
func verificationSummary(s sets) types.AttributeValue {
	c := newCounts("requested", "on_hold", "verified", "masked")
	for _, v := range s.open {
		if v.Verification != nil && v.Verification.Status != "" {
			c[lower(v.Verification.Status)]++
		}
	}
	return c.value()
}
