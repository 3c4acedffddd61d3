package core

import "time"

// alarm is a moment at which time alone changes something, of a lane or, with
// the reason storing, of the shard.
type alarm struct {
	at   time.Time
	lane *lane
	why  reason
}

type reason uint8

const (
	storing   reason = iota // back-off of the checkpoint
	sending                 // back-off of the on-failure destination
	retrying                // back-off of the piece, or of the final invocation
	aging                   // the first record gets too old
	gathering               // the batch is complete
	tumbling                // the window is over
	lingering               // the final invocation is made no more
)

// wait is the next moment at which time alone changes something.
func (s *Shard) wait(now time.Time) (Wait, bool) {
	var next alarm
	set := func(a alarm) {
		if a.at.After(now) && (next.at.IsZero() || a.at.Before(next.at)) {
			next = a
		}
	}
	if s.saving {
		set(alarm{s.saveDue, nil, storing})
	}
	for i := range s.lanes {
		s.alarms(&s.lanes[i], set)
	}
	if next.at.IsZero() {
		return Wait{}, false
	}
	return Wait{Until: next.at, Why: s.explain(next)}, true
}

// alarms are those of one lane.
func (s *Shard) alarms(l *lane, set func(alarm)) {
	switch {
	case l.phase == delivering:
		set(alarm{l.sendDue, l, sending})
	case l.phase == invoking || l.unsaved:
	case l.closing:
		set(alarm{l.due, l, retrying})
		if at, ok := s.windowExpiry(l); ok {
			set(alarm{at, l, lingering})
		}
	case l.held > 0:
		set(alarm{l.due, l, retrying})
		if at, ok := s.expiry(l.piece()); ok {
			set(alarm{at, l, aging})
		}
	case len(l.queue()) > 0:
		set(alarm{s.closes(l), l, gathering})
	case l.window != nil:
		set(alarm{l.window.end, l, tumbling})
	}
}

func (s *Shard) explain(a alarm) string {
	switch l := a.lane; a.why {
	case storing:
		return "back-off of the checkpoint"
	case sending:
		return "back-off of the on-failure destination"
	case retrying:
		return s.waiting(l)
	case aging:
		return "record " + l.records[0].Sequence + " gets too old"
	case gathering:
		return "batching window of " + span(l.queue())
	case lingering:
		return "window " + stamp(l.window.start) + " gets too old"
	default:
		return "end of the tumbling window"
	}
}
