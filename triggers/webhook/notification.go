package webhook

// The events that an endpoint is told.
const (
	Reported = "reported" // put into an approved finding, or given another date of creation
	Edited   = "edited"   // changed in any other way
	Deleted  = "deleted"  // gone
)

// Notification is the JSON body of a request. All of it comes from the record, so
// that it is the same bytes however often it is sent.
type Notification struct {
	Event           string `json:"event"`           // Reported, Edited or Deleted
	IdempotencyKey  string `json:"idempotency_key"` // also the header Idempotency-Key; 32 hexadecimal digits
	OccurredAt      string `json:"occurred_at"`     // when the table was changed, ISO 8601 in UTC
	Group           string `json:"group"`
	FindingID       string `json:"finding_id"`
	VulnerabilityID string `json:"vulnerability_id"`
	// The vulnerability after the change, or before it if it is deleted.
	Status   string `json:"status,omitempty"`
	Where    string `json:"where,omitempty"`
	Specific string `json:"specific,omitempty"`
}
