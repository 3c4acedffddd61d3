package model

import "time"

// GroupStatus is the status of a group.
type GroupStatus string

// The statuses of a group.
const (
	GroupActive  GroupStatus = "ACTIVE"
	GroupDeleted GroupStatus = "DELETED"
)

// Group is a project of an organization; findings belong to one.
type Group struct {
	Name           string
	OrganizationID string
	CreatedDate    time.Time
	State          GroupState
	WebhookURL     string // "" = nobody is told
}

// GroupState is the state of a group.
type GroupState struct {
	Status       GroupStatus
	ModifiedBy   string
	ModifiedDate time.Time
}

// Item returns the group as an item with its key.
func (g Group) Item() (Item, error) {
	key, err := GroupKey(g.Name, g.OrganizationID)
	if err != nil {
		return nil, err
	}
	w := key.Item()
	setText(w, "name", g.Name)
	setText(w, "organization_id", g.OrganizationID)
	setTime(w, "created_date", g.CreatedDate)
	setMap(w, "state", g.State.Item())
	setText(w, "webhook_url", g.WebhookURL)
	return w, nil
}

// ParseGroup reads a group.
func ParseGroup(item Item) (Group, error) {
	r := newReader(item)
	state, _ := r.nested("state")
	g := Group{
		Name:           r.text("name"),
		OrganizationID: r.text("organization_id"),
		CreatedDate:    r.time("created_date"),
		State:          readGroupState(state),
		WebhookURL:     r.text("webhook_url"),
	}
	return g, r.err("group")
}

// Item returns the state as a map.
func (s GroupState) Item() Item {
	w := Item{}
	setText(w, "status", s.Status)
	setText(w, "modified_by", s.ModifiedBy)
	setTime(w, "modified_date", s.ModifiedDate)
	return w
}

func readGroupState(r *reader) GroupState {
	return GroupState{
		Status:       status(r, "status", GroupActive, GroupDeleted),
		ModifiedBy:   r.text("modified_by"),
		ModifiedDate: r.time("modified_date"),
	}
}
