package core_test

import (
	"time"

	"github.com/stillwater-streams/stillwater/consumer/core"
)

// form takes the next batch into an empty hand.
func (w *twin) form(now time.Time, l *twinLane, wanted core.Action) {
	if len(l.pieces) > 0 {
		return
	}
	n, over := w.batch(l)
	if n == 0 || now.Before(over) {
		w.Fatalf("at %v: %v, but the batch of %d is not complete until %v", now, wanted, n, over)
	}
	if w.cfg.TumblingWindow > 0 && l.open == nil {
		l.open = w.windowOf(w.log[l.mine[l.cursor]])
	}
	l.pieces = []int{l.cursor + n}
	l.earliest, l.latest = time.Time{}, now
}

// batch is the next one as it could be formed of what was read: up to the batch
// size, the payload limit or the end of a window. It is complete at the given
// time; the zero time means at once.
func (w *twin) batch(l *twinLane) (n int, complete time.Time) {
	queue := l.mine[l.cursor:]
	for len(queue) > 0 && queue[len(queue)-1] >= w.read {
		queue = queue[:len(queue)-1]
	}
	if len(queue) == 0 {
		return 0, time.Time{}
	}
	window := l.open
	if window == nil {
		window = w.windowOf(w.log[queue[0]])
	}
	size := w.frame(window)
	for _, i := range queue {
		r := w.log[i]
		size += len(r.Body) + 1
		if n > 0 && (n == w.cfg.BatchSize || size > w.limit() || window != nil && !r.Arrived.Before(window.end)) {
			return n, time.Time{}
		}
		n++
	}
	if n == w.cfg.BatchSize || size >= w.limit() || w.end {
		return n, time.Time{}
	}
	complete = w.readAt[queue[0]].Add(w.cfg.BatchingWindow)
	if window != nil && window.end.Before(complete) {
		complete = window.end
	}
	return n, complete
}

func (w *twin) limit() int {
	if w.cfg.PayloadLimit > 0 {
		return w.cfg.PayloadLimit
	}
	return core.DefaultPayloadLimit
}

// frame is the size of an event without its records.
func (w *twin) frame(window *twinWindow) int {
	if window == nil {
		return len(`{"Records":[]}`)
	}
	return 640 + len(window.state)
}

// windowOf is the window that a record opens, nil without windows.
func (w *twin) windowOf(r core.Record) *twinWindow {
	length := w.cfg.TumblingWindow
	if length == 0 {
		return nil
	}
	epoch := time.Unix(0, 0)
	since := max(r.Arrived.Sub(epoch), 0)
	start := epoch.Add(since / length * length)
	return &twinWindow{start: start, end: start.Add(length), state: "{}"}
}

// sameWindow: an invocation shows the open window, and no record of a later one.
func (w *twin) sameWindow(l *twinLane, a core.Invoke) {
	if (a.Window == nil) != (l.open == nil) {
		w.Fatalf("%v: window is %v", a, l.open)
	}
	if a.Window == nil {
		return
	}
	if !a.Window.Start.Equal(l.open.start) || !a.Window.End.Equal(l.open.end) || string(a.Window.State) != l.open.state {
		w.Fatalf("%v: window is %v", a, l.open)
	}
	if a.Window.Final != l.closing || a.Window.Early != (l.closing && l.open.early) {
		w.Fatalf("%v: final %v, early %v, window is %v", a, a.Window.Final, a.Window.Early, l.open)
	}
	for _, r := range a.Records {
		if !r.Arrived.Before(l.open.end) {
			w.Fatalf("%v: %s arrived at %v", a, r.Sequence, r.Arrived)
		}
	}
}

// appearFinal: a window ends once, when it may, with everything in it dealt with.
func (w *twin) appearFinal(now time.Time, l *twinLane, a core.Invoke) {
	if !l.holds() || len(l.pieces) > 0 || len(a.Records) > 0 {
		w.Fatalf("%v: window is %v, batch %v", a, l.open, l.pieces)
	}
	if !l.closing && !l.open.early && !w.over(now, l) {
		w.Fatalf("at %v: %v: known is %v, window %v", now, a, w.known, l.open)
	}
	l.closing = true
	w.sameWindow(l, a)
}

func (w *twin) over(now time.Time, l *twinLane) bool {
	if l.cursor < len(l.mine) && l.mine[l.cursor] < w.read {
		return !w.log[l.mine[l.cursor]].Arrived.Before(l.open.end)
	}
	return w.end || !now.Before(l.open.end) && !w.known.Before(l.open.end)
}

// tellRead notes a page.
func (w *twin) tellRead(now time.Time, n int, end bool) {
	for i := w.read; i < w.read+n; i++ {
		w.readAt[i] = now
		if w.log[i].Arrived.After(w.known) {
			w.known = w.log[i].Arrived
		}
	}
	if n == 0 && now.After(w.known) {
		w.known = now
	}
	w.read, w.end, w.reading = w.read+n, end, false
}

// meaning is what an outcome means, known to whoever drew it.
type meaning struct {
	throttled, unhandled bool
	failed               bool // as a whole: may be halved
	cut                  bool // at the first record
	done                 int  // else: so many records are dealt with
	state                string
}

func (w *twin) tellInvoked(now time.Time, lane int, m meaning) {
	l := w.lanes[lane]
	l.asked, l.failed = nil, true
	switch {
	case m.throttled:
		l.throttles++
		w.delay(now, l, l.throttles)
		return
	case m.failed && w.halve(now, l):
	case m.failed || m.cut:
		l.fails++
		l.unhandled = m.unhandled
		if most := w.cfg.MaximumRetryAttempts; most < 0 || l.fails <= most {
			w.delay(now, l, l.fails)
		}
	case l.closing:
		w.finish(l, w.processed)
	default:
		w.succeed(now, l, m)
	}
	l.throttles = 0
}

// delay is the back-off before the next attempt, shortened at most by the jitter.
func (w *twin) delay(now time.Time, l *twinLane, times int) {
	most := w.backoff(times)
	l.latest = now.Add(most)
	l.earliest = l.latest.Add(-time.Duration(w.cfg.Jitter * float64(most)))
}

func (w *twin) backoff(times int) time.Duration {
	most := w.cfg.BackoffFirst
	for range times - 1 {
		most = min(2*most, w.cfg.BackoffMax)
	}
	return min(most, w.cfg.BackoffMax)
}

// halve splits the piece, where the mapping says so and it can be split.
func (w *twin) halve(now time.Time, l *twinLane) bool {
	if !w.cfg.BisectBatchOnFunctionError || l.closing || l.pieces[0]-l.cursor < 2 {
		return false
	}
	l.pieces = append([]int{l.cursor + (l.pieces[0]-l.cursor)/2}, l.pieces...)
	l.earliest, l.latest = time.Time{}, now
	return true
}

func (w *twin) succeed(now time.Time, l *twinLane, m meaning) {
	for _, i := range l.mine[l.cursor : l.cursor+m.done] {
		if l.open == nil {
			w.processed[i]++
		} else {
			l.open.held = append(l.open.held, i)
		}
	}
	if l.open != nil {
		l.open.state, l.open.early = m.state, len(m.state) > 1<<20
	}
	partial := l.cursor+m.done < l.pieces[0]
	l.move(m.done)
	if l.failed = partial; partial {
		w.delay(now, l, 1)
	}
}

// move deals with n records of the hand.
func (l *twinLane) move(n int) {
	l.failed = false
	l.cursor += n
	if l.cursor == l.pieces[0] {
		l.pieces = l.pieces[1:]
	}
	l.fails = 0
}

// finish ends the window with its final invocation.
func (w *twin) finish(l *twinLane, ended []int) {
	for _, i := range l.open.held {
		ended[i]++
	}
	l.open, l.closing, l.fails, l.failed = nil, false, 0, false
	l.earliest = time.Time{}
}

// tellGone notes that records were delivered or dropped.
func (w *twin) tellGone(lane, n int, ended []int) {
	l := w.lanes[lane]
	l.asked, l.refusals, l.throttles, l.resend = nil, 0, 0, time.Time{}
	if l.closing {
		w.finish(l, ended)
		return
	}
	for _, i := range l.mine[l.cursor : l.cursor+n] {
		ended[i]++
	}
	l.move(n)
	if len(l.pieces) == 0 {
		l.earliest = time.Time{}
		if !l.holds() {
			l.open = nil
		}
	}
}

// tellRefused notes that the destination did not take a message: no other try
// before its back-off, less the jitter.
func (w *twin) tellRefused(now time.Time, lane int) {
	l := w.lanes[lane]
	l.refusals++
	most := w.backoff(l.refusals)
	l.resend = now.Add(most - time.Duration(w.cfg.Jitter*float64(most)))
}
