package indicators

import "github.com/stillwater-streams/stillwater/triggers/model"

// Snapshot is all that the indicators of a finding are computed from.
type Snapshot struct {
	Finding         model.Finding
	Vulnerabilities []model.Vulnerability // all of the finding, in any order
}

// released is the set R: SAFE or VULNERABLE, no zero-risk claim standing.
func (s Snapshot) released() []model.Vulnerability { return s.subset(model.Vulnerability.InReleased) }

// open is the set O: those of R that are VULNERABLE.
func (s Snapshot) open() []model.Vulnerability { return s.subset(model.Vulnerability.InOpen) }

// drafts is the set D: SUBMITTED or REJECTED, no zero-risk claim standing.
func (s Snapshot) drafts() []model.Vulnerability { return s.subset(model.Vulnerability.InDrafts) }

// exposed is the set that maxima and totals look at: O, or nothing once the
// finding itself is deleted.
func (s Snapshot) exposed() []model.Vulnerability {
	if s.Finding.Deleted() {
		return nil
	}
	return s.open()
}

func (s Snapshot) subset(in func(model.Vulnerability) bool) []model.Vulnerability {
	var members []model.Vulnerability
	for _, v := range s.Vulnerabilities {
		if in(v) {
			members = append(members, v)
		}
	}
	return members
}

// score3 is the v3.1 score of a vulnerability: its own temporal score, else the
// finding's, else 0.
func (s Snapshot) score3(v model.Vulnerability) model.Score {
	return s.score(v, func(s model.SeverityScore) model.Score { return s.TemporalScore })
}

// score4 is the v4 score of a vulnerability: its own threat score, else the
// finding's, else 0.
func (s Snapshot) score4(v model.Vulnerability) model.Score {
	return s.score(v, func(s model.SeverityScore) model.Score { return s.ThreatScore })
}

func (s Snapshot) score(v model.Vulnerability, of func(model.SeverityScore) model.Score) model.Score {
	for _, severity := range []*model.SeverityScore{v.SeverityScore, s.Finding.SeverityScore} {
		if severity != nil && of(*severity).Known() {
			return of(*severity)
		}
	}
	return model.Score{Decimal: model.Int(0)}
}
