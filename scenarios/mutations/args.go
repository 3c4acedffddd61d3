package mutations

import "github.com/stillwater-streams/stillwater/triggers/model"

// defaultAuthor makes changes for which a scenario names nobody.
const defaultAuthor = "analyst@example.com"

// defaultSource is where reports come from.
const defaultSource = "ANALYST"

// author is who makes a change: an argument of every mutation.
type author struct {
	By string `yaml:"by,omitempty"`
}

func (a author) by() string {
	if a.By == "" {
		return defaultAuthor
	}
	return a.By
}

// vector is a severity by its CVSS vectors; at least one must be given where a
// severity is required.
type vector struct {
	CVSSv3 string `yaml:"cvss_v3,omitempty"`
	CVSSv4 string `yaml:"cvss_v4,omitempty"`
}

// score computes the severity; nil when no vector is given.
func (v vector) score() (*model.SeverityScore, error) {
	if v.CVSSv3 == "" && v.CVSSv4 == "" {
		return nil, nil
	}
	s, err := model.Score3x4(v.CVSSv3, v.CVSSv4)
	return &s, err
}

// The statuses a file may name, so that a wrong one is a mistake of the file and
// not of a run.

type findingStatus string

// Choices are the statuses of a finding.
func (findingStatus) Choices() []string {
	return texts(model.FindingCreated, model.FindingSubmitted, model.FindingApproved, model.FindingRejected,
		model.FindingDeleted, model.FindingMasked)
}

type stateStatus string

// Choices are the statuses of a vulnerability.
func (stateStatus) Choices() []string {
	return texts(model.StateSubmitted, model.StateRejected, model.StateVulnerable, model.StateSafe,
		model.StateDeleted, model.StateMasked)
}

type treatmentStatus string

// Choices are the treatments of a vulnerability.
func (treatmentStatus) Choices() []string {
	return texts(model.TreatmentUntreated, model.TreatmentInProgress, model.TreatmentAccepted, model.TreatmentAcceptedUndefined)
}

type acceptanceStatus string

// Choices are the steps of a permanent acceptance.
func (acceptanceStatus) Choices() []string {
	return []string{model.AcceptanceSubmitted, model.AcceptanceApproved, model.AcceptanceRejected}
}

type verificationStatus string

// Choices are the statuses of a verification.
func (verificationStatus) Choices() []string {
	return texts(model.VerificationRequested, model.VerificationOnHold, model.VerificationVerified, model.VerificationMasked)
}

type zeroRiskStatus string

// Choices are the statuses of a zero-risk claim.
func (zeroRiskStatus) Choices() []string {
	return texts(model.ZeroRiskRequested, model.ZeroRiskConfirmed, model.ZeroRiskRejected)
}

type vulnerabilityType string

// Choices say where a vulnerability lies.
func (vulnerabilityType) Choices() []string {
	return []string{model.TypeLines, model.TypeInputs, model.TypePorts}
}

type criticality string

// Choices are the criticalities of a root, ascending.
func (criticality) Choices() []string { return texts(model.Criticalities()...) }

func texts[T ~string](values ...T) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = string(v)
	}
	return out
}

// or returns v, or other when v is empty.
func or[T comparable](v, other T) T {
	var zero T
	if v == zero {
		return other
	}
	return v
}
