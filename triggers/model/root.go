package model

import "time"

// The types of a root.
const (
	RootGit = "GIT" // a repository
	RootIP  = "IP"  // an environment behind an address
	RootURL = "URL" // an application
)

// RootStatus is the status of a root.
type RootStatus string

// The statuses of a root.
const (
	RootActive   RootStatus = "ACTIVE"
	RootInactive RootStatus = "INACTIVE"
)

// Root is what a group has tested: vulnerabilities lie in one.
type Root struct {
	ID          string
	GroupName   string
	Type        string // RootGit, RootIP, RootURL
	CreatedBy   string
	CreatedDate time.Time
	State       RootState
}

// RootState is the state of a root.
type RootState struct {
	Status       RootStatus
	Nickname     string // unique in its group
	Reason       string // why it is INACTIVE
	ModifiedBy   string
	ModifiedDate time.Time
}

// Item returns the root as an item with its key.
func (r Root) Item() (Item, error) {
	key, err := RootKey(r.ID, r.GroupName)
	if err != nil {
		return nil, err
	}
	w := key.Item()
	setText(w, "id", r.ID)
	setText(w, "group_name", r.GroupName)
	setText(w, "type", r.Type)
	setText(w, "created_by", r.CreatedBy)
	setTime(w, "created_date", r.CreatedDate)
	setMap(w, "state", r.State.Item())
	return w, nil
}

// ParseRoot reads a root.
func ParseRoot(item Item) (Root, error) {
	r := newReader(item)
	state, _ := r.nested("state")
	root := Root{
		ID:          r.text("id"),
		GroupName:   r.text("group_name"),
		Type:        r.text("type"),
		CreatedBy:   r.text("created_by"),
		CreatedDate: r.time("created_date"),
		State:       readRootState(state),
	}
	return root, r.err("root")
}

// Item returns the state as a map.
func (s RootState) Item() Item {
	w := Item{}
	setText(w, "status", s.Status)
	setText(w, "nickname", s.Nickname)
	setText(w, "reason", s.Reason)
	setText(w, "modified_by", s.ModifiedBy)
	setTime(w, "modified_date", s.ModifiedDate)
	return w
}

func readRootState(r *reader) RootState {
	return RootState{
		Status:       status(r, "status", RootActive, RootInactive),
		Nickname:     r.text("nickname"),
		Reason:       r.text("reason"),
		ModifiedBy:   r.text("modified_by"),
		ModifiedDate: r.time("modified_date"),
	}
}
