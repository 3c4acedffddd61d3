package model

import "time"

// ZeroRiskStatus is how far the claim is that a vulnerability is no risk at all.
type ZeroRiskStatus string

// The statuses of a zero-risk claim.
const (
	ZeroRiskRequested ZeroRiskStatus = "REQUESTED"
	ZeroRiskConfirmed ZeroRiskStatus = "CONFIRMED"
	ZeroRiskRejected  ZeroRiskStatus = "REJECTED"
)

// ZeroRisk is the zero-risk claim of a vulnerability.
type ZeroRisk struct {
	Status       ZeroRiskStatus
	CommentID    string
	ModifiedBy   string
	ModifiedDate time.Time
}

// Item returns the claim as a map.
func (z ZeroRisk) Item() Item {
	w := Item{}
	setText(w, "status", z.Status)
	setText(w, "comment_id", z.CommentID)
	setText(w, "modified_by", z.ModifiedBy)
	setTime(w, "modified_date", z.ModifiedDate)
	return w
}

func readZeroRisk(r *reader) ZeroRisk {
	return ZeroRisk{
		Status:       status(r, "status", ZeroRiskRequested, ZeroRiskConfirmed, ZeroRiskRejected),
		CommentID:    r.text("comment_id"),
		ModifiedBy:   r.text("modified_by"),
		ModifiedDate: r.time("modified_date"),
	}
}
