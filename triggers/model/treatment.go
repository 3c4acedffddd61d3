package model

import "time"

// TreatmentStatus is what the owner decided to do about a vulnerability.
type TreatmentStatus string

// The treatments of a vulnerability.
const (
	TreatmentUntreated         TreatmentStatus = "UNTREATED"
	TreatmentInProgress        TreatmentStatus = "IN_PROGRESS"
	TreatmentAccepted          TreatmentStatus = "ACCEPTED"           // until a date
	TreatmentAcceptedUndefined TreatmentStatus = "ACCEPTED_UNDEFINED" // for good
)

// The steps of a permanent acceptance, in Treatment.AcceptanceStatus.
const (
	AcceptanceSubmitted = "SUBMITTED"
	AcceptanceApproved  = "APPROVED"
	AcceptanceRejected  = "REJECTED"
)

// Treatment is the treatment of a vulnerability.
type Treatment struct {
	Status           TreatmentStatus
	ModifiedDate     time.Time
	ModifiedBy       string
	AcceptanceStatus string    // of ACCEPTED_UNDEFINED; no indicator looks at it
	AcceptedUntil    time.Time // of ACCEPTED
	Justification    string
	Assigned         string // e-mail address
}

// Item returns the treatment as a map.
func (t Treatment) Item() Item {
	w := Item{}
	setText(w, "status", t.Status)
	setTime(w, "modified_date", t.ModifiedDate)
	setText(w, "modified_by", t.ModifiedBy)
	setText(w, "acceptance_status", t.AcceptanceStatus)
	setTime(w, "accepted_until", t.AcceptedUntil)
	setText(w, "justification", t.Justification)
	setText(w, "assigned", t.Assigned)
	return w
}

func readTreatment(r *reader) Treatment {
	return Treatment{
		Status: status(r, "status", TreatmentUntreated, TreatmentInProgress,
			TreatmentAccepted, TreatmentAcceptedUndefined),
		ModifiedDate:     r.time("modified_date"),
		ModifiedBy:       r.text("modified_by"),
		AcceptanceStatus: r.text("acceptance_status"),
		AcceptedUntil:    r.time("accepted_until"),
		Justification:    r.text("justification"),
		Assigned:         r.text("assigned"),
	}
}
