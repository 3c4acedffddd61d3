package lease

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"time"
)

// Defaults, those of the KCL (K3).
const (
	// DefaultFailover is how long the counter of a lease stands still until its
	// holder counts as dead.
	DefaultFailover = 10 * time.Second
	// DefaultSteals is how many hand-overs to itself a worker has under way at a time.
	DefaultSteals = 1
)

// overdue is after how many failover times without a holder a lease is taken even
// by a worker that has its share: some worker that lives may never take.
const overdue = 3

// Observer watches the leases for one worker and plans what the worker does
// next. It reads no clock and does no I/O; equal observations give equal plans.
// It does not look at parents: give it only leases whose parents have ended, as
// [Missing] creates them. It is not safe for concurrent use.
type Observer struct {
	// Worker is the name of the worker: unique over all processes that ever run.
	Worker string
	// Failover is how long the counter of a lease stands still until its holder
	// counts as dead; 0 means DefaultFailover.
	Failover time.Duration
	// HandOver is how long a holder may take to finish and hand over, until its
	// lease is taken by force; 0 means Failover.
	HandOver time.Duration
	// Steals is how many hand-overs to itself the worker has under way at a
	// time; 0 means DefaultSteals.
	Steals int

	seen map[string]sighting
}

// sighting is since when a lease is as it is, on the observer's clock.
type sighting struct {
	counter        int64
	moved          time.Time // first seen with this counter
	renewed        bool      // another counter was seen before
	owner, handing string    // Owner and CheckpointOwner
	asked          time.Time // first seen with these two
	before         string    // the holder until then, if it is known
}

// Plan is what a worker should do, in this order. A move that ends with
// [ErrLost] was made by somebody else first: drop it, the next plan will tell.
type Plan struct {
	// HandOver are leases that another worker asked this one for: finish the
	// batch in hand, checkpoint, [Store.HandOver].
	HandOver []Move
	// Take are leases to begin with now: [Store.Take].
	Take []Move
	// Steal are leases to ask their holders for: [Store.Assign].
	Steal []Move
}

// Move is one lease of a plan.
type Move struct {
	Lease Lease
	// Why is for logs: "worker-B has not renewed it for 10s".
	Why string
}

// Plan tells what the worker should do, from all leases as they were listed at
// the time now, and from which of them the worker works on or is about to. A
// move that is not made yet is planned again.
//
// The rules, in order. An ended lease is nothing. A lease that belongs to the
// worker, though it does not work on it, is taken: it was handed over, or the
// answer to an earlier Take was lost. A lease whose holder is dead, or that has
// none, is taken, up to an even share of all leases among the workers that live;
// one that lay for three failover times, whatever the share. If there was none
// to take, the worker that has most is asked for a lease, if it has at least two
// more than this one and was seen alive. Where several leases or workers are
// equally good, each worker prefers others, so that they seldom compete.
func (o *Observer) Plan(now time.Time, leases []Lease, works func(key string) bool) Plan {
	o.observe(now, leases)
	v := o.survey(now, leases, works)
	p := Plan{HandOver: v.handOver, Take: v.own}
	free := o.chooseFree(now, v)
	p.Take = append(p.Take, free...)
	if len(free) == 0 {
		p.Steal = o.chooseSteals(v)
	}
	return p
}

// observe notes what moved. A lease that is owned when first seen counts as just
// renewed.
func (o *Observer) observe(now time.Time, leases []Lease) {
	seen := make(map[string]sighting, len(leases))
	for _, l := range leases {
		s, known := o.seen[l.Key]
		if !known || s.counter != l.Counter {
			s.counter, s.moved, s.renewed = l.Counter, now, known
		}
		if !known || s.owner != l.Owner || s.handing != l.CheckpointOwner {
			s.before = cmp.Or(s.handing, s.owner)
			s.owner, s.handing, s.asked = l.Owner, l.CheckpointOwner, now
		}
		seen[l.Key] = s
	}
	o.seen = seen
}

// view is the state of the leases as the observer understands it.
type view struct {
	active   int             // leases that have not ended
	load     map[string]int  // workers that may live, and what each has or will have
	alive    map[string]bool // those of them that were seen to renew
	handOver []Move
	own      []Move  // the worker's, to begin with
	free     []Lease // without a holder that lives
	asked    int     // hand-overs to the worker that are under way
	others   []Lease // that others work on, and that may be asked for
}

func (o *Observer) survey(now time.Time, leases []Lease, works func(string) bool) view {
	v := view{load: map[string]int{o.Worker: 0}, alive: map[string]bool{}}
	for _, l := range leases {
		if l.Ended() {
			continue
		}
		v.active++
		if o.seen[l.Key].renewed {
			v.alive[l.Holder()] = true
		}
		switch {
		case l.Owner == o.Worker:
			v.load[o.Worker]++
			o.surveyOwn(now, l, works(l.Key), &v)
		case l.CheckpointOwner == o.Worker:
			v.load[l.Owner]++
			v.handOver = append(v.handOver, Move{l, l.Owner + " asked for it"})
		case l.Holder() == "" || o.expired(now, l):
			v.free = append(v.free, l)
		default:
			v.load[l.Owner]++
			if l.CheckpointOwner == "" {
				v.others = append(v.others, l)
			}
		}
	}
	return v
}

// surveyOwn sorts a lease that belongs to the worker.
func (o *Observer) surveyOwn(now time.Time, l Lease, works bool, v *view) {
	switch {
	case works:
	case l.CheckpointOwner == "":
		v.own = append(v.own, Move{l, o.whyOwn(l)})
	case o.expired(now, l):
		v.own = append(v.own, Move{l, o.silence(l)})
	case now.Sub(o.seen[l.Key].asked) >= o.handOverTime():
		v.own = append(v.own, Move{l, fmt.Sprintf("%s has not handed it over for %v", l.CheckpointOwner, o.handOverTime())})
	default:
		v.asked++
	}
}

// chooseFree takes free leases up to the worker's share, and those that lay too
// long whatever the share.
func (o *Observer) chooseFree(now time.Time, v view) []Move {
	forgotten := func(l Lease) bool { return o.idle(now, l) >= overdue*o.failover() }
	last := func(l Lease) int {
		if forgotten(l) {
			return 0
		}
		return 1
	}
	slices.SortFunc(v.free, func(a, b Lease) int {
		return cmp.Or(last(a)-last(b), o.prefer(a.Key, b.Key))
	})
	share := (v.active + len(v.load) - 1) / len(v.load)
	var moves []Move
	for _, l := range v.free {
		if v.load[o.Worker]+len(moves) >= share && !forgotten(l) {
			break
		}
		why := "nobody has it"
		if l.Holder() != "" {
			why = o.silence(l)
		}
		moves = append(moves, Move{l, why})
	}
	return moves
}

// chooseSteals asks the worker that has most, if that is at least two more, and
// never for so many that it would be left with fewer than this one.
func (o *Observer) chooseSteals(v view) []Move {
	mine := v.load[o.Worker]
	rich := slices.DeleteFunc(v.others, func(l Lease) bool { return v.load[l.Owner]-mine < 2 || !v.alive[l.Owner] })
	if len(rich) == 0 {
		return nil
	}
	slices.SortFunc(rich, func(a, b Lease) int {
		return cmp.Or(v.load[b.Owner]-v.load[a.Owner], o.prefer(a.Owner, b.Owner), o.prefer(a.Key, b.Key))
	})
	victim := rich[0].Owner
	wanted := min(cmp.Or(o.Steals, DefaultSteals)-v.asked, (v.load[victim]-mine)/2)
	var moves []Move
	for _, l := range rich {
		if len(moves) >= wanted || l.Owner != victim {
			break
		}
		moves = append(moves, Move{l, fmt.Sprintf("%s has %d leases, this worker %d", victim, v.load[victim], mine)})
	}
	return moves
}

func (o *Observer) failover() time.Duration     { return cmp.Or(o.Failover, DefaultFailover) }
func (o *Observer) handOverTime() time.Duration { return cmp.Or(o.HandOver, o.failover()) }

// idle is how long the counter has stood still.
func (o *Observer) idle(now time.Time, l Lease) time.Duration { return now.Sub(o.seen[l.Key].moved) }

func (o *Observer) expired(now time.Time, l Lease) bool { return o.idle(now, l) >= o.failover() }

func (o *Observer) whyOwn(l Lease) string {
	if before := o.seen[l.Key].before; before != "" && before != o.Worker {
		return "it was " + before + "'s and is this worker's"
	}
	return "it is this worker's"
}

func (o *Observer) silence(l Lease) string {
	return fmt.Sprintf("%s has not renewed it for %v", l.Holder(), o.failover())
}

// prefer orders names by chance, yet always the same way for one worker and
// differently for each.
func (o *Observer) prefer(a, b string) int {
	return cmp.Or(cmp.Compare(o.rank(a), o.rank(b)), cmp.Compare(a, b))
}

func (o *Observer) rank(name string) uint64 {
	sum := sha256.Sum256([]byte(o.Worker + "\x00" + name))
	return binary.BigEndian.Uint64(sum[:])
}
