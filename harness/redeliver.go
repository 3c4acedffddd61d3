package harness

import (
	"time"

	"github.com/stillwater-streams/stillwater/harness/trace"
)

// Redelivery is how a run uses the licence to hand every record out more than once
// (D1): on AWS a batch comes again after a crash or an answer that was lost.
type Redelivery int

// The redeliveries.
const (
	// NoRedelivery hands a batch out again only where the scenario says so, or
	// where it failed.
	NoRedelivery Redelivery = iota
	// Twice hands every batch that succeeded out once more, at once, before its
	// checkpoint.
	Twice
	// FailAfterWrites makes the first invocation of every batch fail after its
	// handler returned. The batch comes again when other mappings had their turn.
	FailAfterWrites
)

// String is the word for it on the command line.
func (r Redelivery) String() string {
	return [...]string{"none", "twice", "fail-after-writes"}[r]
}

// redeliveryDelay is how much later than its batch the handler finds it, by its own
// clock, when the batch comes again: who writes the time does not write the same
// twice. The clock of the run stands still, so that steps keep their times.
const redeliveryDelay = time.Second

// repeat is that a lane has had its batch in an invocation that was made to fail.
type repeat struct {
	of  identity
	due bool // it is still to come again
}

// identity tells what is handed out from what was handed out before: a batch, or
// the end of its tumbling window, which has no records.
type identity struct {
	batch trace.ID
	final bool
}

func (i *invocation) identity() identity {
	return identity{i.held, len(i.action.Records) == 0}
}

// comesAgain reports, once, that the next invocation of a lane repeats one that was
// made to fail.
func (d *shard) comesAgain(lane int) bool {
	r := d.repeats[lane]
	due := r.due
	r.due = false
	d.repeats[lane] = r
	return due
}

// failsOnce reports whether FailAfterWrites makes the invocation fail. Its lane is
// not told: it goes on asking for the same, and no retry is used up, nothing halved,
// given up or late that would not have been without.
func (i *invocation) failsOnce(response []byte, failure string) bool {
	return i.shard.source.attempt.harness.options.Redeliver == FailAfterWrites &&
		i.achieved(response, failure) && i.shard.repeats[i.action.Lane].of != i.identity()
}

// comesTwice reports whether Twice hands the batch out once more.
func (i *invocation) comesTwice(response []byte, failure string) bool {
	return i.shard.source.attempt.harness.options.Redeliver == Twice && i.achieved(response, failure)
}

// achieved reports whether an invocation that the scenario knows of got anything
// done. One that failed, by itself or by a fault, comes again anyway.
func (i *invocation) achieved(response []byte, failure string) bool {
	if i.extra || i.again || failure != "" {
		return false
	}
	done, why := i.shard.core.Judge(i.action, response)
	return done > 0 || why == ""
}

// late is how far its handler's clock is ahead.
func (i *invocation) late() time.Duration {
	if i.extra {
		return redeliveryDelay
	}
	return 0
}

// noteRedelivery has the trace say what happens to the batch. It has no id: those
// of the scenario's faults, which snapshots may show, stay as they are.
func (i *invocation) noteRedelivery(what string) {
	a := i.shard.source.attempt
	a.log.Append(trace.Event{
		Kind: trace.Fault, Actor: i.shard.source.trigger.Mapping.Trigger, Cause: []trace.ID{i.held}, Note: what,
	})
}
