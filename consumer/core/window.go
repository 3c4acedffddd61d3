package core

import (
	"encoding/json"
	"time"
)

// MaxWindowState is the most bytes that a function may hand on from one
// invocation of a tumbling window to the next; more ends the window early (W2).
const MaxWindowState = 1 << 20

// freshState is the state of a window that begins (W1).
const freshState = "{}"

// Window is the tumbling window that an invocation belongs to (W1).
type Window struct {
	Start, End time.Time
	// State is what the function returned last in this window, "{}" at first.
	State json.RawMessage
	// Final says that the window ends with this invocation, which has no records.
	Final bool
	// Early says that it ends because its state has become too big (W2).
	Early bool
}

// frame is an open tumbling window of a lane. Its records stay undealt with for
// the position until the final invocation: a shard that is made anew begins the
// window again, with a fresh state.
type frame struct {
	start, end time.Time
	before     string // what was read before its first record
	state      json.RawMessage
	records    []Record // processed by invocations of this window
	early      bool
}

// openFrame opens the window of a record. Windows are aligned to 1970; a record
// whose arrival is unknown opens the very first.
func openFrame(first Record, before string, length time.Duration) *frame {
	start := startOf(first, length)
	return &frame{start: start, end: start.Add(length), before: before, state: json.RawMessage(freshState)}
}

func startOf(r Record, length time.Duration) time.Time {
	epoch := time.Unix(0, 0).UTC()
	if r.Arrived.Before(epoch) {
		return epoch
	}
	since := r.Arrived.Sub(epoch)
	return epoch.Add(since - since%length)
}

// described is the window as an invocation sees it; nil without one.
func (l *lane) described() *Window {
	if l.window == nil {
		return nil
	}
	return &Window{
		Start: l.window.start, End: l.window.end, State: l.window.state,
		Final: l.closing, Early: l.closing && l.window.early,
	}
}

// windowEnds says whether the open window needs its final invocation: its state
// is too big, a record of a later one is there, the shard has ended (W4), or its
// time is over and so far the shard was read.
func (s *Shard) windowEnds(l *lane, now time.Time) bool {
	w := l.window
	switch {
	case w == nil:
		return false
	case w.early:
		return true
	case len(l.queue()) > 0:
		return s.crosses(l, l.queue()[0])
	default:
		return s.ended || !now.Before(w.end) && !s.known.Before(w.end)
	}
}

// trim takes what was given up out of a window in which nothing was processed
// yet: it begins with the next record in hand, or is none. There is no state to
// finish, and what was given up need not come again after a crash.
func (l *lane) trim() {
	switch {
	case l.window == nil || len(l.window.records) > 0:
	case l.held > 0:
		l.window.before = l.marks[0].before
	default:
		l.window = nil
	}
}

// shut ends the window: everything in it is dealt with.
func (l *lane) shut() {
	l.closing, l.window = false, nil
	l.moveOn()
}

// crosses says whether a record belongs to a later window than the batch before
// it. One of an earlier window joins the open one: it came late.
func (s *Shard) crosses(l *lane, r Record) bool {
	return s.cfg.TumblingWindow > 0 && !startOf(r, s.cfg.TumblingWindow).Before(s.windowOf(l))
}

// windowOf is the end of the window that the queue joins or opens.
func (s *Shard) windowOf(l *lane) time.Time {
	if l.window != nil {
		return l.window.end
	}
	return startOf(l.queue()[0], s.cfg.TumblingWindow).Add(s.cfg.TumblingWindow)
}

// advance takes over what an invocation of the window achieved.
func (l *lane) advance(v verdict) {
	if l.window == nil || l.closing {
		return
	}
	l.window.records = append(l.window.records, l.piece()[:v.done]...)
	l.window.state = v.state
	l.window.early = len(v.state) > MaxWindowState
}
