package model

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// StateStatus is the status of a vulnerability's state.
type StateStatus string

// The statuses of a vulnerability. SUBMITTED and REJECTED are drafts.
const (
	StateSubmitted  StateStatus = "SUBMITTED"
	StateRejected   StateStatus = "REJECTED"
	StateVulnerable StateStatus = "VULNERABLE"
	StateSafe       StateStatus = "SAFE"
	StateDeleted    StateStatus = "DELETED"
	StateMasked     StateStatus = "MASKED" // deleted after it was released
)

// State is the state of a vulnerability.
type State struct {
	Status       StateStatus
	Where        string // file, URL or host
	Specific     string // line, field or port
	Source       string
	ModifiedBy   string
	ModifiedDate time.Time
	Commit       string
	Reasons      []string // why it was rejected or excluded
	// Carried along, never interpreted.
	Tool, Advisories, Snippet types.AttributeValue
}

// Item returns the state as a map.
func (s State) Item() Item {
	w := Item{}
	setText(w, "status", s.Status)
	setText(w, "where", s.Where)
	setText(w, "specific", s.Specific)
	setText(w, "source", s.Source)
	setText(w, "modified_by", s.ModifiedBy)
	setTime(w, "modified_date", s.ModifiedDate)
	setText(w, "commit", s.Commit)
	setList(w, "reasons", s.Reasons)
	setRaw(w, "tool", s.Tool)
	setRaw(w, "advisories", s.Advisories)
	setRaw(w, "snippet", s.Snippet)
	return w
}

func readState(r *reader) State {
	return State{
		Status: status(r, "status", StateSubmitted, StateRejected, StateVulnerable,
			StateSafe, StateDeleted, StateMasked),
		Where:        r.text("where"),
		Specific:     r.text("specific"),
		Source:       r.text("source"),
		ModifiedBy:   r.text("modified_by"),
		ModifiedDate: r.time("modified_date"),
		Commit:       r.text("commit"),
		Reasons:      r.texts("reasons"),
		Tool:         r.raw("tool"),
		Advisories:   r.raw("advisories"),
		Snippet:      r.raw("snippet"),
	}
}
