package core

import "strings"

// Position is how far a mapping has dealt with a shard. The zero value is
// TRIM_HORIZON: nothing is dealt with.
type Position struct {
	// Sequence is the sequence number of a record; it and everything before it
	// is dealt with. "" means that nothing is.
	Sequence string
	// Parts is how far each lane is, never before Sequence, where several lanes
	// share the shard (P5); nil with one lane.
	Parts []string
}

// part is how far a lane is.
func (p Position) part(lane int) string {
	if len(p.Parts) == 0 {
		return p.Sequence
	}
	return p.Parts[lane]
}

// String is the sequence number, TRIM_HORIZON without one, with the parts behind it.
func (p Position) String() string {
	if len(p.Parts) == 0 {
		return place(p.Sequence)
	}
	parts := make([]string, len(p.Parts))
	for i, part := range p.Parts {
		parts[i] = place(part)
	}
	return place(p.Sequence) + " (lanes at " + strings.Join(parts, ", ") + ")"
}
