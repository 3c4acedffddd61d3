package model

import "time"

// VerificationStatus is how far a reattack is: the check whether a vulnerability
// was really fixed.
type VerificationStatus string

// The statuses of a verification.
const (
	VerificationRequested VerificationStatus = "REQUESTED"
	VerificationOnHold    VerificationStatus = "ON_HOLD"
	VerificationVerified  VerificationStatus = "VERIFIED"
	VerificationMasked    VerificationStatus = "MASKED"
)

// Verification is the verification of a vulnerability.
type Verification struct {
	Status       VerificationStatus
	ModifiedDate time.Time
	EventID      string // what it is on hold for
}

// Item returns the verification as a map.
func (v Verification) Item() Item {
	w := Item{}
	setText(w, "status", v.Status)
	setTime(w, "modified_date", v.ModifiedDate)
	setText(w, "event_id", v.EventID)
	return w
}

func readVerification(r *reader) Verification {
	return Verification{
		Status:       readVerificationStatus(r),
		ModifiedDate: r.time("modified_date"),
		EventID:      r.text("event_id"),
	}
}

func readVerificationStatus(r *reader) VerificationStatus {
	return status(r, "status", VerificationRequested, VerificationOnHold,
		VerificationVerified, VerificationMasked)
}
