package core_test

import (
	"reflect"
	"slices"
	"time"

	"pgregory.net/rapid"

	"github.com/stillwater-streams/stillwater/consumer/core"
)

// twin is what a shard ought to do, as dumb as possible: a list of records, and
// for each lane the list of its own with a cursor. Everything before the cursor
// is dealt with. It is shown all that the shard wants and told all outcomes, and
// fails the test where the shard wants something else than it should.
type twin struct {
	*rapid.T
	cfg   core.Config
	log   []core.Record
	lanes []*twinLane

	read    int         // so many records of the log were read, in this life
	readAt  []time.Time // when, by place in the log
	known   time.Time   // up to then the shard is known to be read
	end     bool        // and read out
	reading bool        // a Read was wanted

	saving *core.Checkpoint // was wanted
	stored core.Position

	// How often each record of the log ended so, in all lives.
	processed, delivered, dropped []int
}

type twinLane struct {
	mine   []int // its unfiltered records, by place in the log
	cursor int   // so many of them are dealt with
	pieces []int // the batch in hand: the end of each piece in mine; the first is tried

	fails, throttles int
	unhandled        bool
	failed           bool      // the last attempt of what is in hand
	earliest, latest time.Time // of the next attempt

	refusals int
	resend   time.Time // no delivery before

	open    *twinWindow
	closing bool
	asked   core.Action // Invoke, Deliver or Drop that was wanted
}

type twinWindow struct {
	start, end time.Time
	state      string
	early      bool
	held       []int // processed in it, by place in the log
}

func newTwin(t *rapid.T, cfg core.Config, log []core.Record) *twin {
	w := &twin{T: t, cfg: cfg, log: log, processed: make([]int, len(log)), delivered: make([]int, len(log)), dropped: make([]int, len(log))}
	w.begin(core.Position{})
	return w
}

// begin starts a life behind a position.
func (w *twin) begin(p core.Position) {
	n := max(w.cfg.ParallelizationFactor, 1)
	w.stored = p
	w.lanes, w.read, w.readAt = make([]*twinLane, n), 0, make([]time.Time, len(w.log))
	w.known, w.end, w.reading, w.saving = time.Time{}, false, false, nil
	if n == 1 || len(p.Parts) != n {
		w.stored.Parts = nil
	}
	for n > 1 && len(w.stored.Parts) < n {
		w.stored.Parts = append(w.stored.Parts, p.Sequence)
	}
	for i := range w.lanes {
		w.lanes[i] = &twinLane{}
	}
	for i, r := range w.log {
		if !after(r.Sequence, p.Sequence) {
			w.read = i + 1
		}
		if r.Filtered {
			continue
		}
		lane := laneOfItem(r, n)
		l := w.lanes[lane]
		l.mine = append(l.mine, i)
		if !after(r.Sequence, w.place(lane)) {
			l.cursor = len(l.mine)
		}
	}
}

func after(a, b string) bool { return core.CompareSequence(a, b) > 0 }

// laneOfItem asks a fresh shard for the lane of a record.
func laneOfItem(r core.Record, n int) int {
	if n == 1 {
		return 0
	}
	shard := core.New(core.Config{ParallelizationFactor: n}, core.Position{})
	shard.Read(r.Arrived, []core.Record{r}, true)
	switch a := shard.Next(r.Arrived)[0].(type) {
	case core.Invoke:
		return a.Lane
	default:
		panic(a.String())
	}
}

// place is how far a lane is stored.
func (w *twin) place(lane int) string {
	if len(w.lanes) == 1 {
		return w.stored.Sequence
	}
	return w.stored.Parts[lane]
}

// see checks all that the shard wants.
func (w *twin) see(now time.Time, actions []core.Action) {
	wanted := make([]core.Action, len(w.lanes))
	var wait *core.Wait
	var saving *core.Checkpoint
	reading := false
	if len(actions) == 0 {
		w.Fatalf("at %v: wants nothing", now)
	}
	for i, a := range actions {
		switch a := a.(type) {
		case core.Invoke:
			w.want(wanted, a.Lane, a)
		case core.Deliver:
			w.want(wanted, a.Lane, a)
		case core.Drop:
			w.want(wanted, a.Lane, a)
		case core.Read:
			reading = true
		case core.Checkpoint:
			saving = &a
		case core.Wait:
			if !a.Until.After(now) || i != len(actions)-1 {
				w.Fatalf("at %v: %v: over, or not last", now, actions)
			}
			wait = &a
		case core.Done:
			w.done(actions)
		}
	}
	if w.reading = reading || w.reading; w.reading != reading {
		w.Fatalf("at %v: wants to read no more, though it did not", now)
	}
	w.seeCheckpoint(saving)
	for i, l := range w.lanes {
		w.seeLane(now, i, l, wanted[i], wait)
	}
	if reading != w.hungry() {
		w.Fatalf("at %v: %v, hungry is %v", now, actions, !reading)
	}
}

// hungry: the shard reads while a lane has no full batch waiting, up to a limit
// on what all hold.
func (w *twin) hungry() bool {
	hungry, all, bytes := false, 0, 0
	for _, l := range w.lanes {
		n, size := 0, 0
		for _, i := range l.mine[max(l.cursor, slices.Max(append([]int{0}, l.pieces...))):] {
			if i < w.read {
				n, size = n+1, size+len(w.log[i].Body)+1
			}
		}
		hungry = hungry || n < w.cfg.BatchSize && size < w.limit()
		all, bytes = all+n, bytes+size
	}
	return hungry && !w.end && all < 1000*len(w.lanes) && bytes < 2*len(w.lanes)*w.limit()
}

func (w *twin) want(wanted []core.Action, lane int, a core.Action) {
	if wanted[lane] != nil {
		w.Fatalf("two actions for lane %d: %v, %v", lane, wanted[lane], a)
	}
	wanted[lane] = a
}

func (w *twin) done(actions []core.Action) {
	if len(actions) != 1 || !w.end {
		w.Fatalf("done, but read out is %v: %v", w.end, actions)
	}
	for i, r := range w.log {
		if !r.Filtered && w.ended(i) == 0 {
			w.Fatalf("done with %s in hand", r.Sequence)
		}
		if after(r.Sequence, w.stored.Sequence) {
			w.Fatalf("done with the position at %v", w.stored)
		}
	}
}

func (w *twin) ended(i int) int { return w.processed[i] + w.delivered[i] + w.dropped[i] }

// seeCheckpoint: the position never goes back, never passes a record that has
// not ended, and is stored only where it says something new.
func (w *twin) seeCheckpoint(a *core.Checkpoint) {
	if w.saving != nil {
		// It may pause for its back-off, but what is asked for stands.
		if a != nil && !reflect.DeepEqual(a, w.saving) {
			w.Fatalf("%v, then %v", w.saving, a)
		}
		return
	}
	if w.saving = a; a == nil {
		return
	}
	p := a.Position
	if reflect.DeepEqual(p, w.stored) || (len(w.lanes) > 1) != (len(p.Parts) == len(w.lanes)) || len(w.lanes) == 1 && p.Parts != nil {
		w.Fatalf("%v, stored is %v, %d lanes", a, w.stored, len(w.lanes))
	}
	if p.Parts != nil && slices.MinFunc(p.Parts, core.CompareSequence) != p.Sequence || after(w.stored.Sequence, p.Sequence) {
		w.Fatalf("%v, stored is %v", a, w.stored)
	}
	for lane, l := range w.lanes {
		place := p.Sequence
		if len(w.lanes) > 1 {
			place = p.Parts[lane]
		}
		if after(w.place(lane), place) {
			w.Fatalf("%v: lane %d goes back, stored is %v", a, lane, w.stored)
		}
		for _, i := range l.mine {
			if !after(w.log[i].Sequence, place) && w.ended(i) == 0 {
				w.Fatalf("%v: lane %d passes %s, which has not ended", a, lane, w.log[i].Sequence)
			}
		}
	}
}

// seeLane: what is asked for stands; a lane that waits for an attempt is woken.
func (w *twin) seeLane(now time.Time, i int, l *twinLane, a core.Action, wait *core.Wait) {
	switch {
	case l.asked != nil && a == nil && l.refusals > 0 && wait != nil: // the back-off of the destination
	case l.asked != nil:
		if !reflect.DeepEqual(a, l.asked) || now.Before(l.resend) {
			w.Fatalf("at %v: lane %d: %v, then %v, not before %v", now, i, l.asked, a, l.resend)
		}
	case a != nil:
		w.appear(now, l, a)
		l.asked = a
	case w.covered(i) && w.saving == nil:
		w.seeIdle(now, i, l, wait)
	}
}

// seeIdle: a lane that has something to hand out is woken for it.
func (w *twin) seeIdle(now time.Time, i int, l *twinLane, wait *core.Wait) {
	due := l.latest
	switch {
	case len(l.pieces) > 0 || l.closing:
	case l.holds() && (l.open.early || w.over(now, l)):
		w.Fatalf("at %v: lane %d does not end its window %v", now, i, l.open)
	default:
		var n int
		switch n, due = w.batch(l); {
		case n > 0:
		case l.holds() && now.Before(l.open.end):
			due = l.open.end
		default:
			return // there is nothing to do before something is read
		}
	}
	if wait == nil || wait.Until.After(due) {
		w.Fatalf("at %v: lane %d, due at %v, is not woken: %v", now, i, due, wait)
	}
}

// covered: what the lane has dealt with is stored, or belongs to an open window.
func (w *twin) covered(lane int) bool {
	l := w.lanes[lane]
	return l.cursor == 0 || l.holds() || !after(w.log[l.mine[l.cursor-1]].Sequence, w.place(lane))
}

func (l *twinLane) holds() bool { return l.open != nil && len(l.open.held) > 0 }

func (w *twin) appear(now time.Time, l *twinLane, a core.Action) {
	switch a := a.(type) {
	case core.Invoke:
		if !w.covered(a.Lane) {
			w.Fatalf("%v, but what was dealt with before is not stored: %v", a, w.stored)
		}
		w.appearInvoke(now, l, a)
	case core.Deliver:
		w.appearLost(now, l, a.Lost, true)
	case core.Drop:
		w.appearLost(now, l, a.Lost, false)
	}
}

func (w *twin) appearInvoke(now time.Time, l *twinLane, a core.Invoke) {
	if most := w.cfg.MaximumRetryAttempts; a.Attempt != l.fails+1 || most >= 0 && a.Attempt > most+1 {
		w.Fatalf("%v: %d attempts failed, %d retries", a, l.fails, most)
	}
	if now.Before(l.earliest) {
		w.Fatalf("at %v: %v is due at %v", now, a, l.earliest)
	}
	if a.Window != nil && a.Window.Final {
		w.appearFinal(now, l, a)
		return
	}
	w.form(now, l, a)
	if !reflect.DeepEqual(a.Records, w.piece(l)) {
		w.Fatalf("%v, but in hand is %v", a, w.piece(l))
	}
	if w.old(now, a.Records) > 0 {
		w.Fatalf("at %v: %v, arrived %v", now, a, a.Records[0].Arrived)
	}
	w.sameWindow(l, a)
}

// piece is the part of the batch that is tried.
func (w *twin) piece(l *twinLane) []core.Record {
	var records []core.Record
	for _, i := range l.mine[l.cursor:l.pieces[0]] {
		records = append(records, w.log[i])
	}
	return records
}

// old counts the records at the head that are too old.
func (w *twin) old(now time.Time, records []core.Record) int {
	for n, r := range records {
		if r.Arrived.IsZero() || now.Sub(r.Arrived) < w.age() {
			return n
		}
	}
	return len(records)
}

func (w *twin) age() time.Duration {
	if w.cfg.MaximumRecordAge > 0 {
		return min(w.cfg.MaximumRecordAge, core.Retention)
	}
	return core.Retention
}

func (w *twin) appearLost(now time.Time, l *twinLane, lost core.Lost, deliver bool) {
	if deliver != w.cfg.OnFailure || lost.Attempts != l.fails {
		w.Fatalf("%v: destination %v, %d attempts failed", lost, w.cfg.OnFailure, l.fails)
	}
	var want []core.Record
	if l.closing {
		for _, i := range l.open.held {
			want = append(want, w.log[i])
		}
	} else {
		w.form(now, l, nil)
		want = w.piece(l)
	}
	switch lost.Condition {
	case core.RetryAttemptsExhausted:
		if most := w.cfg.MaximumRetryAttempts; most < 0 || l.fails != most+1 || lost.Unhandled != l.unhandled {
			w.Fatalf("%v: %d of %d attempts failed, by an error %v", lost, l.fails, most+1, l.unhandled)
		}
	case core.RecordAgeExceeded:
		if !l.closing {
			want = want[:w.old(now, want)]
		} else if w.old(now.Add(-w.cfg.TumblingWindow), want) == 0 || l.fails+l.throttles == 0 {
			w.Fatalf("at %v: %v after %d attempts and %d throttled", now, lost, l.fails, l.throttles)
		}
	default:
		w.Fatalf("%v: no such condition", lost)
	}
	if len(want) == 0 || !reflect.DeepEqual(lost.Records, want) {
		w.Fatalf("%v, want %v", lost, want)
	}
}
