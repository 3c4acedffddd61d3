package model

// The predicates of one vulnerability. The first four are parts of its secondary
// keys, the last three say which set of the indicators it is in.

// HasZeroRisk (ZR in keys): a zero-risk claim stands, requested or confirmed. A
// rejected claim is as good as none.
func (v Vulnerability) HasZeroRisk() bool {
	return v.ZeroRisk != nil && (v.ZeroRisk.Status == ZeroRiskRequested || v.ZeroRisk.Status == ZeroRiskConfirmed)
}

// Released (RELEASED in keys): the state is SAFE or VULNERABLE, whatever the zero
// risk. The set that indicators count is [Vulnerability.InReleased].
func (v Vulnerability) Released() bool {
	return v.State.Status == StateSafe || v.State.Status == StateVulnerable
}

// Accepted (TREAT in keys): the treatment is ACCEPTED or ACCEPTED_UNDEFINED.
func (v Vulnerability) Accepted() bool {
	return v.Treatment != nil &&
		(v.Treatment.Status == TreatmentAccepted || v.Treatment.Status == TreatmentAcceptedUndefined)
}

// Deleted (DELETED in keys): the state is DELETED. MASKED is not.
func (v Vulnerability) Deleted() bool { return v.State.Status == StateDeleted }

// InReleased tells whether v is in R: released, and no zero-risk claim stands.
func (v Vulnerability) InReleased() bool { return v.Released() && !v.HasZeroRisk() }

// InOpen tells whether v is in O: in R, and VULNERABLE.
func (v Vulnerability) InOpen() bool { return v.InReleased() && v.State.Status == StateVulnerable }

// InDrafts tells whether v is in D: SUBMITTED or REJECTED, and no zero-risk claim
// stands.
func (v Vulnerability) InDrafts() bool {
	return (v.State.Status == StateSubmitted || v.State.Status == StateRejected) && !v.HasZeroRisk()
}
