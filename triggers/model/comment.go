package model

import "time"

// The types of a comment on a finding.
const (
	CommentComment      = "COMMENT"
	CommentConsult      = "CONSULT"
	CommentObservation  = "OBSERVATION"
	CommentVerification = "VERIFICATION"
	CommentZeroRisk     = "ZERO_RISK"
)

// NoParent is the ParentID of a comment that answers no other.
const NoParent = "0"

// Comment is a comment on a finding.
type Comment struct {
	ID           string
	FindingID    string
	Type         string
	ParentID     string
	Content      string
	CreationDate time.Time
	Email        string
	FullName     string
}

// Item returns the comment as an item with its key.
func (c Comment) Item() (Item, error) {
	key, err := CommentKey(c.ID, c.FindingID)
	if err != nil {
		return nil, err
	}
	w := key.Item()
	setText(w, "id", c.ID)
	setText(w, "finding_id", c.FindingID)
	setText(w, "comment_type", c.Type)
	setText(w, "parent_id", c.ParentID)
	setText(w, "content", c.Content)
	setTime(w, "creation_date", c.CreationDate)
	setText(w, "email", c.Email)
	setText(w, "full_name", c.FullName)
	return w, nil
}

// ParseComment reads a comment.
func ParseComment(item Item) (Comment, error) {
	r := newReader(item)
	c := Comment{
		ID:           r.text("id"),
		FindingID:    r.text("finding_id"),
		Type:         r.text("comment_type"),
		ParentID:     r.text("parent_id"),
		Content:      r.text("content"),
		CreationDate: r.time("creation_date"),
		Email:        r.text("email"),
		FullName:     r.text("full_name"),
	}
	return c, r.err("comment")
}
