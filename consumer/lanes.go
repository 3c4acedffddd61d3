package consumer

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/stillwater-streams/stillwater/consumer/core"
)

// lanes is one mapping on one shard, held by this worker. Its one goroutine asks
// the core what is wanted and has that done, each action in a goroutine of its
// own: at most two reads, one checkpoint, and one invocation or message per lane.
// The outcomes are told by those.
//
// A fact is emitted before the state it leads to can be seen, a start before
// what it starts; nothing is emitted under the lock.
type lanes struct {
	w      *worker
	place  Place
	lease  *held
	origin Origin

	signal   chan struct{}  // something has changed: look again
	acts     sync.WaitGroup // actions under way
	reading  context.Context
	stopRead context.CancelFunc
	reader   *Reader   // of the read that is under way
	opening  time.Time // the reader is at LATEST, of this time; zero for any other

	mu      sync.Mutex
	core    *core.Shard
	acting  int    // actions under way
	busy    []bool // lanes among them
	saving  bool   // a checkpoint is under way
	unsaved bool   // the last one failed
	renews  bool   // a renewal of the lease is under way

	retryDue time.Time // no other renewal before
	poll     polling
	calls    []calls // per lane
	invoked  uint64

	ending  bool      // the end is being stored
	endDue  time.Time // not before: the last time it could not be stored
	ended   bool
	stuck   error  // the lease is lost, or nothing can be done: stop
	leaving string // why nothing new begins; "" while working
	paused  bool
}

// newLanes is about to work on a shard, at the place that its lease says; the
// reader is still to be given.
func (w *worker) newLanes(stream Stream, shard Shard, h *held, origin Origin) *lanes {
	config, position := w.config(), h.lease().Position()
	l := &lanes{
		w: w, place: Place{Mapping: w.name, StreamARN: stream.ARN, ShardID: shard.ID}, lease: h, origin: origin,
		signal: make(chan struct{}, 1),
		core:   core.New(config, position),
		busy:   make([]bool, config.ParallelizationFactor),
		calls:  make([]calls, config.ParallelizationFactor),
	}
	l.poll.tail = position.Sequence
	l.poll.lastShard = stream.Disabled() && !shard.Closed
	l.reading, l.stopRead = context.WithCancel(w.c.work)
	return l
}

// run works until the shard is read out, the lease is lost or to be given away,
// or the consumer waits no longer.
func (l *lanes) run() {
	defer l.stopRead()
	row := l.lease.lease()
	f := ShardStarted{From: row.Checkpoint, Position: row.Position()}
	if l.opening.IsZero() {
		f.Since = row.Start
	}
	l.emit(f)
	l.beginOpen()
	for {
		until, over := l.step()
		if over {
			break
		}
		l.wait(until)
	}
	l.stopRead()
	l.acts.Wait()
	l.finish()
}

// beginOpen has a reader at LATEST opened; no read begins before.
func (l *lanes) beginOpen() {
	if l.opening.IsZero() {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.poll.under++
	l.acting++
	l.acts.Go(l.open)
}

// wait waits for a change, or for a time; the zero time never comes.
func (l *lanes) wait(until time.Time) {
	var over <-chan time.Time
	if !until.IsZero() {
		timer, stop := l.w.c.options.Clock.NewTimer(until.Sub(l.w.c.now()))
		defer stop()
		over = timer
	}
	select {
	case <-l.signal:
	case <-over:
	case <-l.w.c.work.Done():
	}
}

// step begins everything that is wanted and not under way yet. It tells when to
// look again if nothing happens before.
func (l *lanes) step() (until time.Time, over bool) {
	var s start
	l.mu.Lock()
	if l.stuck != nil || l.ended || l.w.c.work.Err() != nil {
		l.mu.Unlock()
		return time.Time{}, true
	}
	now := l.w.c.now()
	for _, action := range l.core.Next(now) {
		l.begin(&s, action, now)
	}
	over = l.leaving != "" && l.acting+len(s.acts) == 0 && !l.unsaved
	if !over {
		l.beginRenewal(&s, now)
	}
	l.acting += len(s.acts)
	l.mu.Unlock()
	for _, act := range s.acts {
		l.acts.Go(act)
	}
	if len(s.acts) > 0 {
		l.w.c.changed()
	}
	return s.until, over
}

// start is what a step begins, and when it looks again.
type start struct {
	acts  []func()
	until time.Time
}

func (s *start) later(at time.Time) {
	if s.until.IsZero() || at.Before(s.until) {
		s.until = at
	}
}

// begin decides about one action that the core wants.
func (l *lanes) begin(s *start, action core.Action, now time.Time) {
	switch a := action.(type) {
	case core.Checkpoint:
		if !l.saving {
			l.saving = true
			s.acts = append(s.acts, func() { l.checkpoint(a.Position) })
		}
	case core.Done:
		if l.ending {
			return
		}
		if now.Before(l.endDue) {
			s.later(l.endDue)
			return
		}
		l.ending = true
		s.acts = append(s.acts, l.end)
	case core.Wait:
		s.later(a.Until)
	default:
		if l.leaving == "" && !l.paused {
			l.beginWork(s, action, now)
		}
	}
}

// beginWork decides about the actions that a lane which stops does not begin.
func (l *lanes) beginWork(s *start, action core.Action, now time.Time) {
	switch a := action.(type) {
	case core.Read:
		switch {
		case l.poll.under > 0:
		case now.Before(l.poll.due):
			s.later(l.poll.due)
		default:
			f := fetch{n: l.poll.begin(), limit: a.Limit}
			s.acts = append(s.acts, func() { l.read(f) })
		}
	case core.Invoke:
		// Without a safe lease another worker may be at it; the renewal, or the
		// loss, gives a signal.
		if l.lease.safe() && l.take(a.Lane) {
			l.invoked++
			failed := l.calls[a.Lane].next(a.Records)
			s.acts = append(s.acts, func() { l.invoke(a, failed) })
		}
	case core.Deliver:
		if l.lease.safe() && l.take(a.Lane) {
			c := &l.calls[a.Lane]
			failed, request := c.next(a.Records), c.request
			if a.Attempts == 0 { // too old before the first invocation
				request = c.unasked
			}
			s.acts = append(s.acts, func() { l.deliver(a, request, failed) })
		}
	case core.Drop:
		if l.lease.safe() && l.take(a.Lane) {
			failed := l.calls[a.Lane].next(a.Records)
			s.acts = append(s.acts, func() { l.drop(a, failed) })
		}
	default:
		panic(fmt.Sprintf("consumer: a shard wants %T, which lanes do not know", action))
	}
}

// beginRenewal renews the lease where that is due. A checkpoint renews it, too.
func (l *lanes) beginRenewal(s *start, now time.Time) {
	if l.renews || l.saving || l.ending {
		return
	}
	every := l.w.c.options.Failover / renewals
	due := now.Add(every - l.lease.age())
	if due.Before(l.retryDue) {
		due = l.retryDue
	}
	if now.Before(due) {
		s.later(due)
		return
	}
	l.renews, l.retryDue = true, now.Add(every/renewals)
	s.acts = append(s.acts, l.renew)
}

// take marks a lane as busy, if it is not.
func (l *lanes) take(lane int) bool {
	was := l.busy[lane]
	l.busy[lane] = true
	return !was
}

// told ends an action: the outcome counts unless the lease is lost meanwhile.
func (l *lanes) told(outcome func(now time.Time)) {
	l.mu.Lock()
	l.acting--
	if l.stuck == nil && l.w.c.work.Err() == nil {
		outcome(l.w.c.now())
	}
	l.mu.Unlock()
	l.look()
	l.w.c.changed()
}

// look has the goroutine take another step.
func (l *lanes) look() {
	select {
	case l.signal <- struct{}{}:
	default:
	}
}

// change is for others: a change of the state, and a look at it.
func (l *lanes) change(f func()) {
	l.mu.Lock()
	f()
	l.mu.Unlock()
	l.look()
	l.w.c.changed()
}

// leave has what is under way finished and checkpointed, and nothing else begun.
func (l *lanes) leave(why string) {
	l.change(func() {
		if l.leaving == "" {
			l.leaving = why
		}
	})
	l.stopRead()
}

// lose stops the work at once; nothing is stored any more.
func (l *lanes) lose(err error) {
	l.change(func() {
		if l.stuck == nil {
			l.stuck = err
		}
	})
	l.stopRead()
}

// wake has the shard read at once.
func (l *lanes) wake() { l.change(l.poll.now) }

func (l *lanes) emit(f Fact) { l.w.emit(l.place, f) }

// on is the place of a lane.
func (l *lanes) on(lane int) Place {
	p := l.place
	p.Lane = lane
	return p
}

// finish says why the work is over, and gives the lease away if it is held.
func (l *lanes) finish() {
	l.mu.Lock()
	ended, stuck, leaving, position := l.ended, l.stuck, l.leaving, l.core.Position()
	l.mu.Unlock()
	switch {
	case ended:
	case stuck != nil:
		if isLost(stuck) {
			l.emit(LeaseLost{Err: stuck})
		}
		l.emit(ShardStopped{Position: position, Why: stuck.Error()})
	case l.w.c.work.Err() != nil:
		l.emit(ShardStopped{Position: position, Why: "the consumer waits no longer"})
	default:
		l.emit(ShardStopped{Position: position, Why: leaving})
		l.giveAway()
	}
}

// giveAway lets another worker have the lease.
func (l *lanes) giveAway() {
	ctx, cancel := l.w.holdContext(l.w.c.work)
	defer cancel()
	to, err := l.lease.giveAway(ctx)
	switch {
	case isLost(err):
		l.emit(LeaseLost{Err: err})
	case err != nil:
		l.emit(LeaseFailed{Op: "give away", Err: err})
	case to != "":
		l.emit(LeaseHandedOver{To: to})
	default:
		l.emit(LeaseReleased{})
	}
}

// status is how the shard is doing.
func (l *lanes) status() ShardStatus {
	s := ShardStatus{
		StreamARN: l.place.StreamARN, ShardID: l.place.ShardID, State: ShardWorks, Holder: l.w.c.worker,
		Position: l.core.Position(), Open: l.core.Open(),
		Reads: l.poll.reads, Empty: l.poll.empty, Records: l.poll.records, Invocations: l.invoked,
	}
	if l.leaving != "" || l.stuck != nil {
		s.State = ShardLeaves
	}
	if l.ended {
		s.State = ShardDone
	}
	return s
}
