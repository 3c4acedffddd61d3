package core

import (
	"fmt"
	"slices"
	"time"
)

// pageSize is the least a lane asks for: one page of GetRecords.
const pageSize = 1000

// Shard is one mapping on one shard: what was read of it, and the lanes that
// deal with that. Make one with [New]. It is not safe for concurrent use:
// whoever drives it owns it.
//
// Invariants: the stored position never goes back and never passes a record
// that is not dealt with; each lane holds its records in sequence order.
type Shard struct {
	cfg Config

	tail  string    // the last record read; "" = none
	ended bool      // the shard has no record after tail and never will
	known time.Time // what arrived before it was read, as far as one can tell
	lanes []lane

	stored  Position
	saving  bool // a checkpoint was asked for, its outcome is open
	pending Position
	saveDue time.Time // no checkpoint before: the last one could not be stored
	saves   int       // attempts that failed since the last one that did not
	refusal string    // why the last did
}

// New returns a shard that goes on from the given position. It panics on a
// Config out of range. Where the position is that of another
// ParallelizationFactor its Parts are of no use, and records may come again.
func New(cfg Config, after Position) *Shard {
	cfg = cfg.withDefaults()
	s := &Shard{cfg: cfg, tail: after.Sequence, lanes: make([]lane, cfg.ParallelizationFactor)}
	for i := range s.lanes {
		s.lanes[i].after = after.Sequence
		if len(after.Parts) == len(s.lanes) {
			s.lanes[i].after = later(after.Sequence, after.Parts[i])
		}
	}
	s.stored = s.place()
	return s
}

// Next is what the shard wants at the given time: never nothing, the most
// urgent first. Asking twice changes nothing: every action but [Wait] stands
// until its outcome is told, however late it gets meanwhile. A driver may do
// one action and ask again, or all at once: they do not depend on each other.
// A Wait comes last, beside other actions or alone; it turns into something
// else once now has reached Until.
func (s *Shard) Next(now time.Time) []Action {
	for released := true; released; released = s.save() {
		for i := range s.lanes {
			s.decide(&s.lanes[i], now)
		}
	}
	actions := make([]Action, 0, len(s.lanes)+2)
	if s.saving && !now.Before(s.saveDue) {
		actions = append(actions, Checkpoint{Position: s.pending})
	}
	actions = s.giveUps(actions, now)
	for i := range s.lanes {
		if s.lanes[i].phase == invoking {
			actions = append(actions, s.invocation(i))
		}
	}
	if s.wantsRead() {
		actions = append(actions, Read{Limit: max(s.cfg.BatchSize, pageSize)})
	}
	if s.done() {
		actions = append(actions, Done{})
	}
	if wait, ok := s.wait(now); ok {
		actions = append(actions, wait)
	}
	return actions
}

// giveUps lists what leaves for the on-failure destination, or for nowhere.
func (s *Shard) giveUps(actions []Action, now time.Time) []Action {
	for i := range s.lanes {
		l := &s.lanes[i]
		if l.phase != delivering || now.Before(l.sendDue) {
			continue
		}
		lost := Lost{
			Lane: i, Records: slices.Clip(l.given()), Condition: l.condition,
			Attempts: l.failed, Failure: l.failure, Unhandled: l.unhandled,
		}
		if s.cfg.OnFailure {
			actions = append(actions, Deliver{lost})
		} else {
			actions = append(actions, Drop{lost})
		}
	}
	return actions
}

func (s *Shard) invocation(i int) Invoke {
	l := &s.lanes[i]
	a := Invoke{Lane: i, Attempt: l.failed + 1, Window: l.described()}
	if !l.closing {
		a.Records = slices.Clip(l.piece())
	}
	return a
}

// wantsRead says whether a lane could use more records. A lane that fails does
// not keep the others from reading on, up to a limit on what all hold.
func (s *Shard) wantsRead() bool {
	if s.ended {
		return false
	}
	hungry, records, bytes := false, 0, 0
	for i := range s.lanes {
		l := &s.lanes[i]
		hungry = hungry || len(l.queue()) < s.cfg.BatchSize && l.bytes < s.cfg.PayloadLimit
		records += len(l.queue())
		bytes += l.bytes
	}
	n := len(s.lanes)
	return hungry && records < n*max(s.cfg.BatchSize, pageSize) && bytes < 2*n*s.cfg.PayloadLimit
}

func (s *Shard) done() bool {
	return s.ended && !s.saving && !slices.ContainsFunc(s.lanes, func(l lane) bool { return l.busy() || l.unsaved })
}

// Read is the outcome of [Read] at the given time: the records in sequence
// order, none if there are none now; end if the shard is closed and read out
// with them. It panics on records that are not after those read before.
func (s *Shard) Read(now time.Time, records []Record, end bool) {
	if s.ended {
		panic("core: Shard.Read: the shard is read out: call Next, do what it says, and tell its outcome once")
	}
	s.expectOrder(records)
	if len(s.lanes) == 1 {
		s.lanes[0].reserve(len(records))
	}
	for _, r := range records {
		l := &s.lanes[s.laneOf(r)]
		if !r.Filtered && CompareSequence(r.Sequence, l.after) > 0 {
			l.gather(r, mark{before: later(s.tail, l.after), read: now})
		}
		s.tail = r.Sequence
		s.know(r.Arrived)
	}
	if len(records) == 0 {
		s.know(now)
		s.rest()
	}
	s.ended = end
}

// rest gives up the room of idle lanes: there was nothing to read.
func (s *Shard) rest() {
	for i := range s.lanes {
		s.lanes[i].release()
	}
}

func (s *Shard) expectOrder(records []Record) {
	tail := s.tail
	for _, r := range records {
		if CompareSequence(r.Sequence, tail) <= 0 {
			panic(fmt.Sprintf("core: Shard.Read: record %q after %s: records of a shard come in order and once; is the reader on another shard, or did it go back?",
				r.Sequence, place(tail)))
		}
		tail = r.Sequence
	}
}

// know notes what was read: everything up to the arrival of a record that was,
// or up to a time at which there was nothing more. A page with records says
// nothing of the time it was asked for: more may follow.
func (s *Shard) know(at time.Time) {
	if at.After(s.known) {
		s.known = at
	}
}

// laneOf is the lane of a record's item (P5). AWS does not say how Lambda
// spreads items over lanes; this is FNV-1a of the item's key, and then one round
// of mixing: the lowest bit of FNV-1a is the parity of all characters, so keys
// that say their id twice (pk = sk) would all go to one of two lanes. Stored
// positions depend on it: it must stay as it is.
func (s *Shard) laneOf(r Record) int {
	if len(s.lanes) == 1 {
		return 0
	}
	const offset, prime = 14695981039346656037, 1099511628211
	h := uint64(offset)
	for i := range len(r.Key) {
		h = (h ^ uint64(r.Key[i])) * prime
	}
	return int(mix(h) % uint64(len(s.lanes)))
}

// lane returns the lane that an outcome is about. It panics unless that lane
// waits for such an outcome.
func (s *Shard) lane(i int, want phase, method string) *lane {
	if i < 0 || i >= len(s.lanes) {
		panic(fmt.Sprintf("core: Shard.%s: no lane %d: the shard has %d", method, i, len(s.lanes)))
	}
	l := &s.lanes[i]
	if l.phase != want {
		panic(fmt.Sprintf("core: Shard.%s: %sthe lane is %s: call Next, do what it says, and tell its outcome once",
			method, onLane(i), l.describe()))
	}
	return l
}

// Position is the stored position, with a part for each lane of this shard.
func (s *Shard) Position() Position {
	return Position{Sequence: s.stored.Sequence, Parts: slices.Clone(s.stored.Parts)}
}

// Clone returns a shard in the same state. Both go on independently; they share
// the records, which nobody changes.
func (s *Shard) Clone() *Shard {
	c := *s
	c.lanes = make([]lane, len(s.lanes))
	for i := range s.lanes {
		c.lanes[i] = s.lanes[i].clone()
	}
	return &c
}
