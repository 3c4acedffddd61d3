package core

import "time"

// save decides whether a checkpoint is due: after a lane has dealt with
// something, or when nothing is left to deal with (records that the filters
// turned away move the position, too). Else it would cost a write per page. It
// tells whether lanes go on without one: within a tumbling window the position
// stays where it is.
func (s *Shard) save() (released bool) {
	if s.saving {
		return false
	}
	moved, unsaved, busy := false, false, false
	for i := range s.lanes {
		l := &s.lanes[i]
		moved = moved || l.place(s.tail) != s.stored.part(i)
		unsaved = unsaved || l.unsaved
		busy = busy || l.busy()
	}
	if !moved {
		s.saved(true)
		return unsaved
	}
	if busy && !unsaved {
		return false
	}
	s.saving, s.pending = true, s.place()
	for i := range s.lanes {
		s.lanes[i].saving = s.lanes[i].unsaved
	}
	return false
}

// saved lets lanes go on: all, or those whose progress the last checkpoint holds.
func (s *Shard) saved(all bool) {
	for i := range s.lanes {
		l := &s.lanes[i]
		if all || l.saving {
			l.unsaved = false
		}
		l.saving = false
	}
}

// place is how far the lanes are.
func (s *Shard) place() Position {
	p := Position{Sequence: s.lanes[0].place(s.tail)}
	if len(s.lanes) == 1 {
		return p
	}
	for i := range s.lanes {
		at := s.lanes[i].place(s.tail)
		p.Parts = append(p.Parts, at)
		if CompareSequence(at, p.Sequence) < 0 {
			p.Sequence = at
		}
	}
	return p
}

// Checkpointed is the outcome of [Checkpoint]: it is stored.
func (s *Shard) Checkpointed() {
	s.expectSaving("Checkpointed")
	s.stored, s.pending = s.pending, Position{}
	s.saving, s.saves, s.refusal, s.saveDue = false, 0, "", time.Time{}
	s.saved(false)
}

// CheckpointFailed is the other outcome of [Checkpoint]: it could not be stored.
// The shard asks again after the back-off; until then the lanes wait whose
// records it is about.
func (s *Shard) CheckpointFailed(now time.Time, reason string) {
	s.expectSaving("CheckpointFailed")
	s.saves++
	s.refusal = reason
	s.saveDue = now.Add(s.cfg.backoff(s.saves, s.pending.Sequence))
}

func (s *Shard) expectSaving(method string) {
	if !s.saving {
		panic("core: Shard." + method + ": no checkpoint was asked for: call Next, do what it says, and tell its outcome once")
	}
}
