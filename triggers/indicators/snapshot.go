package indicators

import "github.com/stillwater-streams/stillwater/triggers/model"

// Snapshot is all that the indicators of a finding are computed from.
type Snapshot struct {
	Finding         model.Finding
	Vulnerabilities []model.Vulnerability // all of the finding, in any order
}

// sets are the vulnerabilities of a snapshot as the indicators look at them. They
// are made once for all indicators.
type sets struct {
	released []scored // R: SAFE or VULNERABLE, no zero-risk claim standing
	open     []scored // O: those of R that are VULNERABLE
	drafts   []scored // D: SUBMITTED or REJECTED, no zero-risk claim standing
	// exposed is what maxima and totals look at: O, or nothing once the finding
	// itself is deleted.
	exposed []scored
}

// scored is a vulnerability with the scores that count for it: its own, else the
// finding's, else 0.
type scored struct {
	*model.Vulnerability
	score3 model.Score // v3.1, temporal
	score4 model.Score // v4, threat
}

func (s Snapshot) sets() sets {
	made := sets{released: make([]scored, 0, len(s.Vulnerabilities)), open: make([]scored, 0, len(s.Vulnerabilities))}
	for i := range s.Vulnerabilities {
		v := s.score(&s.Vulnerabilities[i])
		switch {
		case v.InOpen():
			made.open = append(made.open, v)
			made.released = append(made.released, v)
		case v.InReleased():
			made.released = append(made.released, v)
		case v.InDrafts():
			made.drafts = append(made.drafts, v)
		}
	}
	if !s.Finding.Deleted() {
		made.exposed = made.open
	}
	return made
}

func (s Snapshot) score(v *model.Vulnerability) scored {
	zero := model.Score{Decimal: model.Int(0)}
	found := scored{Vulnerability: v, score3: zero, score4: zero}
	// The nearer one last, so that it wins; each version by itself.
	for _, severity := range []*model.SeverityScore{s.Finding.SeverityScore, v.SeverityScore} {
		if severity == nil {
			continue
		}
		if severity.TemporalScore.Known() {
			found.score3 = severity.TemporalScore
		}
		if severity.ThreatScore.Known() {
			found.score4 = severity.ThreatScore
		}
	}
	return found
}
