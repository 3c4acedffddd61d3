package model

import "time"

// FindingStatus is the status of a finding's own state; how its vulnerabilities
// stand is an indicator.
type FindingStatus string

// The statuses of a finding.
const (
	FindingCreated   FindingStatus = "CREATED"
	FindingSubmitted FindingStatus = "SUBMITTED"
	FindingApproved  FindingStatus = "APPROVED"
	FindingRejected  FindingStatus = "REJECTED"
	FindingDeleted   FindingStatus = "DELETED"
	FindingMasked    FindingStatus = "MASKED" // deleted after it was approved
)

// Finding is a kind of weakness found in a group; its vulnerabilities are the
// places where it was found.
type Finding struct {
	ID            string
	GroupName     string
	Title         string
	Creation      *FindingState // the first state
	State         FindingState
	SeverityScore *SeverityScore // for vulnerabilities that have none of their own
	Verification  *FindingVerification
	// Indicators is the map unreliable_indicators as it stands in the table, nil
	// if there is none. The trigger indicators computes it; nobody else writes it.
	Indicators Item
}

// FindingState is the state of a finding.
type FindingState struct {
	Status        FindingStatus
	ModifiedBy    string
	ModifiedDate  time.Time
	Source        string
	Justification string
}

// FindingVerification is the verification of a finding: a reattack asked for,
// held or done for some of its vulnerabilities.
type FindingVerification struct {
	Status           VerificationStatus
	CommentID        string
	VulnerabilityIDs []string // those it is about
	ModifiedBy       string
	ModifiedDate     time.Time
}

// Deleted tells whether the finding itself is gone: DELETED or MASKED. It then
// has no maxima and totals.
func (f Finding) Deleted() bool {
	return f.State.Status == FindingDeleted || f.State.Status == FindingMasked
}

// Item returns the finding as an item with its key.
func (f Finding) Item() (Item, error) {
	key, err := FindingKey(f.ID, f.GroupName)
	if err != nil {
		return nil, err
	}
	w := key.Item()
	setText(w, "id", f.ID)
	setText(w, "group_name", f.GroupName)
	setText(w, "title", f.Title)
	setEntry(w, "creation", f.Creation)
	setMap(w, "state", f.State.Item())
	setEntry(w, "severity_score", f.SeverityScore)
	setEntry(w, "verification", f.Verification)
	setMap(w, "unreliable_indicators", f.Indicators)
	return w, nil
}

// ParseFinding reads a finding.
func ParseFinding(item Item) (Finding, error) {
	r := newReader(item)
	state, _ := r.nested("state")
	indicators, _ := r.nested("unreliable_indicators")
	f := Finding{
		ID:            r.text("id"),
		GroupName:     r.text("group_name"),
		Title:         r.text("title"),
		Creation:      readEntry(r, "creation", readFindingState),
		State:         readFindingState(state),
		SeverityScore: readEntry(r, "severity_score", readSeverityScore),
		Verification:  readEntry(r, "verification", readFindingVerification),
		Indicators:    indicators.item,
	}
	return f, r.err("finding")
}

// Item returns the state as a map.
func (s FindingState) Item() Item {
	w := Item{}
	setText(w, "status", s.Status)
	setText(w, "modified_by", s.ModifiedBy)
	setTime(w, "modified_date", s.ModifiedDate)
	setText(w, "source", s.Source)
	setText(w, "justification", s.Justification)
	return w
}

func readFindingState(r *reader) FindingState {
	return FindingState{
		Status: status(r, "status", FindingCreated, FindingSubmitted, FindingApproved,
			FindingRejected, FindingDeleted, FindingMasked),
		ModifiedBy:    r.text("modified_by"),
		ModifiedDate:  r.time("modified_date"),
		Source:        r.text("source"),
		Justification: r.text("justification"),
	}
}

// Item returns the verification as a map.
func (v FindingVerification) Item() Item {
	w := Item{}
	setText(w, "status", v.Status)
	setText(w, "comment_id", v.CommentID)
	setList(w, "vulnerability_ids", v.VulnerabilityIDs)
	setText(w, "modified_by", v.ModifiedBy)
	setTime(w, "modified_date", v.ModifiedDate)
	return w
}

func readFindingVerification(r *reader) FindingVerification {
	return FindingVerification{
		Status:           readVerificationStatus(r),
		CommentID:        r.text("comment_id"),
		VulnerabilityIDs: r.texts("vulnerability_ids"),
		ModifiedBy:       r.text("modified_by"),
		ModifiedDate:     r.time("modified_date"),
	}
}
