package indicators

import (
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stillwater-streams/stillwater/triggers/model"
)

// treatmentSummary counts the open vulnerabilities by what their owner decided to
// do about them, so that what nobody looked at yet stands out. A vulnerability
// without treatment is untreated; whether an acceptance was approved does not
// matter. The counts add up to vulnerabilities_summary.open.
//
// It reads state.status, zero_risk.status and treatment.status of the
// vulnerabilities. It costs one pass over the open ones.
func treatmentSummary(s sets) types.AttributeValue {
	c := newCounts("untreated", "in_progress", "accepted", "accepted_undefined")
	for _, v := range s.open {
		treatment := model.TreatmentUntreated
		if v.Treatment != nil && v.Treatment.Status != "" {
			treatment = v.Treatment.Status
		}
		c[lower(treatment)]++
	}
	return c.value()
}
