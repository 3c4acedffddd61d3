package model

import (
	"errors"
	"fmt"

	gocvss31 "github.com/pandatix/go-cvss/31"
	gocvss40 "github.com/pandatix/go-cvss/40"
)

// Score is a CVSS score: a [Decimal] from 0 to 10. The zero Score is absent.
type Score struct{ Decimal }

// ParseScore reads a score; a number outside 0 to 10 is an error.
func ParseScore(text string) (Score, error) {
	d, err := ParseDecimal(text)
	if err != nil {
		return Score{}, err
	}
	if d.Cmp(Int(0)) < 0 || d.Cmp(Int(10)) > 0 {
		return Score{}, fmt.Errorf("score: %s: outside 0 to 10", text)
	}
	return Score{d}, nil
}

// CVSSF is the weight of a score, 4^(score-4) rounded to 3 decimals, half to
// even: 7.3 gives 97.006. It is exponential because ten low scores are less of a
// problem than one critical. An absent score counts as 0.
func CVSSF(s Score) Decimal {
	if weight, ok := tabulated(s); ok {
		return weight
	}
	return powerOfFour(s.Decimal)
}

// SeverityScore is the map severity_score of a finding or a vulnerability. The
// numbers follow from the vectors; build it with [Score3x4].
type SeverityScore struct {
	CVSSv3        string  // vector "CVSS:3.1/…"
	BaseScore     Score   // v3.1
	TemporalScore Score   // v3.1, the one that indicators use
	CVSSF         Decimal // of TemporalScore
	CVSSv4        string  // vector "CVSS:4.0/…"
	ThreatScore   Score   // v4 with base and threat metrics (CVSS-BT), the one that indicators use
	CVSSFv4       Decimal // of ThreatScore
}

// Score3x4 scores a CVSS v3.1 and a v4.0 vector. An empty vector leaves its
// fields absent; at least one is needed. Environmental metrics are ignored in
// both: temporal and threat scores are defined without them.
func Score3x4(cvssV3, cvssV4 string) (SeverityScore, error) {
	if cvssV3 == "" && cvssV4 == "" {
		return SeverityScore{}, errors.New("cvss: no vector: give a v3.1 vector, a v4.0 vector or both")
	}
	s := SeverityScore{CVSSv3: cvssV3, CVSSv4: cvssV4}
	if cvssV3 != "" {
		v, err := gocvss31.ParseVector(cvssV3)
		if err != nil {
			return SeverityScore{}, fmt.Errorf("cvss: v3.1 vector %q: %w", cvssV3, err)
		}
		if s.BaseScore, err = scoreOf(v.BaseScore()); err != nil {
			return SeverityScore{}, fmt.Errorf("cvss: v3.1 vector %q: base score: %w", cvssV3, err)
		}
		if s.TemporalScore, err = scoreOf(v.TemporalScore()); err != nil {
			return SeverityScore{}, fmt.Errorf("cvss: v3.1 vector %q: temporal score: %w", cvssV3, err)
		}
		s.CVSSF = CVSSF(s.TemporalScore)
	}
	if cvssV4 != "" {
		v, err := threatVector(cvssV4)
		if err != nil {
			return SeverityScore{}, fmt.Errorf("cvss: v4.0 vector %q: %w", cvssV4, err)
		}
		if s.ThreatScore, err = scoreOf(v.Score()); err != nil {
			return SeverityScore{}, fmt.Errorf("cvss: v4.0 vector %q: threat score: %w", cvssV4, err)
		}
		s.CVSSFv4 = CVSSF(s.ThreatScore)
	}
	return s, nil
}

// threatVector parses a v4.0 vector and undefines its environmental metrics,
// because the library has one score for whatever the vector holds.
func threatVector(vector string) (*gocvss40.CVSS40, error) {
	v, err := gocvss40.ParseVector(vector)
	if err != nil {
		return nil, err
	}
	for _, metric := range []string{"CR", "IR", "AR",
		"MAV", "MAC", "MAT", "MPR", "MUI", "MVC", "MVI", "MVA", "MSC", "MSI", "MSA"} {
		if err := v.Set(metric, "X"); err != nil {
			return nil, fmt.Errorf("metric %s: %w", metric, err)
		}
	}
	return v, nil
}

func scoreOf(f float64) (Score, error) {
	d, err := oneDecimal(f)
	if err != nil {
		return Score{}, err
	}
	return Score{d}, nil
}

// Item returns the score as a map.
func (s SeverityScore) Item() Item {
	w := Item{}
	setText(w, "cvss_v3", s.CVSSv3)
	setNumber(w, "base_score", s.BaseScore.Decimal)
	setNumber(w, "temporal_score", s.TemporalScore.Decimal)
	setNumber(w, "cvssf", s.CVSSF)
	setText(w, "cvss_v4", s.CVSSv4)
	setNumber(w, "threat_score", s.ThreatScore.Decimal)
	setNumber(w, "cvssf_v4", s.CVSSFv4)
	return w
}

func readSeverityScore(r *reader) SeverityScore {
	return SeverityScore{
		CVSSv3:        r.text("cvss_v3"),
		BaseScore:     r.score("base_score"),
		TemporalScore: r.score("temporal_score"),
		CVSSF:         r.number("cvssf"),
		CVSSv4:        r.text("cvss_v4"),
		ThreatScore:   r.score("threat_score"),
		CVSSFv4:       r.number("cvssf_v4"),
	}
}
