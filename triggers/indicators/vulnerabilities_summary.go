package indicators

import (
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stillwater-streams/stillwater/triggers/model"
)

// vulnerabilitiesSummary counts the vulnerabilities by state, and the open ones by
// the level of their score, so that a list of findings need not load them. The
// plain levels are of v4, those with _v3 of v3.1. Each family of levels adds up to
// open.
//
// It reads state.status, zero_risk.status and severity_score of the
// vulnerabilities, and the finding's severity_score for those without one. It
// costs one pass over the open ones and one over the drafts.
func vulnerabilitiesSummary(s sets) types.AttributeValue {
	c := newCounts("open", "closed", "submitted", "rejected",
		"open_low", "open_medium", "open_high", "open_critical",
		"open_low_v3", "open_medium_v3", "open_high_v3", "open_critical_v3")
	for _, v := range s.open {
		c["open_"+level(v.score4)]++
		c["open_"+level(v.score3)+"_v3"]++
	}
	c["open"] = len(s.open)
	c["closed"] = len(s.released) - len(s.open)
	for _, v := range s.drafts {
		c[lower(v.State.Status)]++
	}
	return c.value()
}

// level is the level of a score: low below 4, medium below 7, high below 9, else
// critical.
func level(score model.Score) string {
	switch {
	case score.Cmp(model.Int(4)) < 0:
		return "low"
	case score.Cmp(model.Int(7)) < 0:
		return "medium"
	case score.Cmp(model.Int(9)) < 0:
		return "high"
	}
	return "critical"
}
