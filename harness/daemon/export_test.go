package daemon

import (
	"time"

	"github.com/stillwater-streams/stillwater/consumer"
	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/trace"
)

// For tests of the pure parts.

var (
	NewBatch  = newBatch
	EventName = eventName
	KeyText   = keyText
	Repeating = repeating
)

// CheckEndpoint says what is wrong with an endpoint.
func CheckEndpoint(flag, text string) error {
	_, err := checkEndpoint(flag, text)
	return err
}

// Choose is what of a project runs.
func (o *Options) Choose() ([]harness.Trigger, error) { return o.check() }

// LineOf words a fact; ok is false if it needs more than itself, or is not shown.
func LineOf(o consumer.Occurrence) (Line, bool) { return lineOf(o) }

// Loops finds out about invocations that one after the other are tied to records.
type Loops struct {
	causes *causes
	guard  *guard
	log    *trace.Log
}

// NewLoops has a guard of so many mappings, on a log whose records g knows.
func NewLoops(log *trace.Log, g interface{ gatekeeper }, depth, mappings int) *Loops {
	return &Loops{causes: newCauses(log, g), guard: newGuard(log, depth, mappings), log: log}
}

// Began is an invocation: its id and depth, and whether its mapping is to be paused.
func (l *Loops) Began(o consumer.Occurrence) (id trace.ID, depth int, feedsItself bool, chain []Link) {
	f := o.Fact.(consumer.InvocationStarted)
	i := l.causes.began(o, f)
	l.causes.ended(f.RequestID)
	feedsItself = l.guard.feedsItself(o.Mapping, i)
	return i.id, i.depth, feedsItself, l.guard.chain(i)
}

// Troubles counts failures of one thing.
type Troubles struct{ *troubles }

func NewTroubles() Troubles { return Troubles{newTroubles()} }

// Failed notes a failure of reading or of leases.
func (t Troubles) Failed(leases bool, at time.Time) (suffix string, say bool) {
	return t.failed(subject{"t", whatOf(leases)}, at)
}

// Over ends it.
func (t Troubles) Over(leases bool, at time.Time) (took time.Duration, ok bool) {
	return t.over(subject{"t", whatOf(leases)}, at)
}

func whatOf(leases bool) string {
	if leases {
		return leasing
	}
	return reading
}

// Failover is that of the leases.
const Failover = failover
