package model

import (
	"fmt"
	"time"
)

// Entry is a part of an item that history keeps: [State], [Treatment],
// [Verification] and [ZeroRisk] of a vulnerability, [FindingState] and
// [FindingVerification] of a finding.
type Entry interface {
	// Item returns the entry as a map.
	Item() Item
	// History returns the literal in the range key of its history items, for
	// example "STATE", and the date that makes the key unique.
	History() (kind string, date time.Time)
}

// History returns the literal STATE and the entry's date.
func (s State) History() (string, time.Time) { return "STATE", s.ModifiedDate }

// History returns the literal TREATMENT and the entry's date.
func (t Treatment) History() (string, time.Time) { return "TREATMENT", t.ModifiedDate }

// History returns the literal VERIFICATION and the entry's date.
func (v Verification) History() (string, time.Time) { return "VERIFICATION", v.ModifiedDate }

// History returns the literal ZERORISK and the entry's date.
func (z ZeroRisk) History() (string, time.Time) { return "ZERORISK", z.ModifiedDate }

// History returns the literal STATE and the entry's date.
func (s FindingState) History() (string, time.Time) { return "STATE", s.ModifiedDate }

// History returns the literal VERIFICATION and the entry's date.
func (v FindingVerification) History() (string, time.Time) { return "VERIFICATION", v.ModifiedDate }

// HistoryItem returns the history item of an entry: its keys plus the whole entry
// at top level. pk is the hash key of the entity ([VulnerabilityPK],
// [FindingPK]). Two entries of one kind and date would overwrite each other: the
// caller keeps dates within one change distinct by adding a second.
func HistoryItem(pk string, e Entry) (Item, error) {
	kind, date := e.History()
	key, err := historyKey(pk, kind, date)
	if err != nil {
		return nil, fmt.Errorf("history item: %w", err)
	}
	return merge(e.Item(), key.Item()), nil
}
