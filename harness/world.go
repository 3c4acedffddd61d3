package harness

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/stillwater-streams/stillwater/consumer"
	"github.com/stillwater-streams/stillwater/consumer/core"
	"github.com/stillwater-streams/stillwater/consumer/destination"
	"github.com/stillwater-streams/stillwater/harness/settle"
	"github.com/stillwater-streams/stillwater/harness/trace"
)

var _ settle.World = (*attempt)(nil)

// still says that the streams hold nothing new: since they were read to their
// ends only the virtual clock has moved, and no call has written. A day of
// retries would otherwise be thousands of calls. Another writer's records are
// not lost by it: the next fence tells of them, and then they are read.
func (a *attempt) still() bool { return a.jumped && a.gate.Writes() == a.written }

// Refresh implements settle.World.
func (a *attempt) Refresh(ctx context.Context) error {
	if a.still() {
		return nil
	}
	listed := map[string][]consumer.Shard{}
	for _, s := range a.mappings {
		shards, ok := listed[s.streamARN]
		if !ok {
			var err error
			if shards, err = consumer.Shards(ctx, a.streams, s.streamARN); err != nil {
				return err
			}
			listed[s.streamARN] = shards
		}
		s.refresh(shards)
	}
	return nil
}

// Pass implements settle.World.
func (a *attempt) Pass(ctx context.Context, m *settle.Meter) (int, error) {
	if a.pick != nil && a.log.SetupEnded() {
		return a.overlap(ctx, m)
	}
	for invocations := 0; ; {
		n, err := a.driveAll(ctx, m)
		invocations += n
		if open, _, _ := a.jobs.count(); err != nil || open == 0 {
			return invocations, err
		}
		if err := a.runJobs(ctx, m); err != nil {
			return invocations, err
		}
	}
}

// driveAll does what the shards of all mappings want.
func (a *attempt) driveAll(ctx context.Context, m *settle.Meter) (invocations int, err error) {
	for _, s := range a.mappings {
		for _, d := range s.shards {
			if !d.ready() {
				continue
			}
			n, err := d.drive(ctx, m)
			invocations += n
			if err != nil {
				return invocations, err
			}
		}
	}
	return invocations, nil
}

// drive does what the shard wants, one action at a time, until it wants to wait
// or to read where there is nothing to read.
func (d *shard) drive(ctx context.Context, m *settle.Meter) (invocations int, err error) {
	a := d.source.attempt
	for drained := false; ; {
		switch action := d.core.Next(a.clock.Now())[0].(type) {
		case core.Read:
			if drained {
				return invocations, nil
			}
			n, err := d.look(ctx, action.Limit)
			if err != nil {
				return invocations, err
			}
			drained = n == 0 // asked again all the same: the end of a window may hang on it
		case core.Invoke:
			n, err := a.invoke(ctx, m, &invocation{shard: d, action: action})
			invocations += n
			if err != nil || d.repeats[action.Lane].due { // what comes again waits until the others had their turn
				return invocations, err
			}
			drained = false
		case core.Wait, core.Done:
			return invocations, nil
		default:
			if err := d.act(ctx, action); err != nil {
				return invocations, err
			}
		}
	}
}

// invoke makes invocations at the same time, and counts them.
func (a *attempt) invoke(ctx context.Context, m *settle.Meter, list ...*invocation) (invocations int, err error) {
	made, err := a.invokeAll(ctx, list)
	if err != nil {
		return len(made), err
	}
	for _, i := range made {
		a.delivered += len(i.action.Records)
		if err := m.Spend(len(i.action.Records), i.depth, i.shard.last[i.action.Lane]); err != nil {
			return len(made), err
		}
	}
	return len(made), a.spendJobs(m)
}

// act does what neither reads nor calls a handler.
func (d *shard) act(ctx context.Context, action core.Action) error {
	a := d.source.attempt
	switch action := action.(type) {
	case core.Deliver:
		return d.deliver(ctx, action)
	case core.Drop:
		d.drop(action)
	case core.Checkpoint:
		a.log.Append(trace.Event{Kind: trace.Checkpoint, Actor: d.source.trigger.Mapping.Trigger, Shard: a.gate.Alias(d.at.ID), Cause: d.held()})
		d.core.Checkpointed()
	default:
		panic(fmt.Sprintf("harness: a shard wants %T, which the driver does not know", action))
	}
	return nil
}

// held are the batches that lanes have, or had last, in hand.
func (d *shard) held() []trace.ID {
	var ids []trace.ID
	for _, lane := range slices.Sorted(maps.Keys(d.batches)) {
		ids = append(ids, d.batches[lane].id)
	}
	return ids
}

// deliver gives a batch up to the on-failure destination. One that does not take
// it is tried again on the virtual clock: nothing is lost.
func (d *shard) deliver(ctx context.Context, action core.Deliver) error {
	a, trigger := d.source.attempt, d.source.trigger.Mapping.Trigger
	held := d.batch(action.Lane, action.Records)
	request := d.last[action.Lane]
	if action.Attempts == 0 {
		request = held // its records expired before the first invocation
	}
	err := d.source.destination.Send(ctx, destination.Failure{
		RequestID: string(request), FunctionARN: functionARN(d.source),
		StreamARN: d.source.origin.StreamARN, ShardID: d.at.ID, Deliver: action, Now: a.clock.Now(),
	})
	if err != nil && ctx.Err() != nil {
		return err
	}
	e := trace.Event{
		Kind: trace.DeadLetter, Actor: trigger, Shard: a.gate.Alias(d.at.ID),
		Cause: []trace.ID{held}, N: len(action.Records), Note: string(action.Condition),
	}
	if err != nil {
		e.Kind, e.Note = trace.DeadLetterRefused, err.Error()
		d.core.DeliveryFailed(a.clock.Now(), action.Lane, err.Error())
	} else {
		a.past.count(trigger).delivered += len(action.Records)
		d.core.Delivered(action.Lane)
	}
	a.log.Append(e)
	return nil
}

// drop notes a batch that is given up for want of a destination.
func (d *shard) drop(action core.Drop) {
	a, trigger := d.source.attempt, d.source.trigger.Mapping.Trigger
	a.letters.drop(trigger, action.Lost)
	a.past.count(trigger).dropped += len(action.Records)
	a.log.Append(trace.Event{
		Kind: trace.Dropped, Actor: trigger, Shard: a.gate.Alias(d.at.ID),
		Cause: []trace.ID{d.batch(action.Lane, action.Records)}, N: len(action.Records), Note: string(action.Condition),
	})
	d.core.Dropped(action.Lane)
}

// Open implements settle.World: rules 2, 3 and 4 of package settle.
func (a *attempt) Open(ctx context.Context) []settle.Obligation {
	open := append(a.owed(), a.leftovers(ctx)...)
	open = append(append(open, a.unread()...), a.inFlight()...)
	a.jumped = a.jumped && len(open) > 0 // what follows is a fence: look again if it has moved
	return open
}

// leftovers lists what invocations left behind: goroutines, and calls of those.
func (a *attempt) leftovers(ctx context.Context) []settle.Obligation {
	var open []settle.Obligation
	for _, id := range a.gate.Leftovers(ctx, a.harness.options.Grace) {
		open = append(open, settle.Obligation{
			ID: id, What: fmt.Sprintf("%s left a goroutine", a.describe(id)), Since: a.clock.Now(),
			Discharge: "the goroutine returns: wait for it in the handler",
		})
	}
	a.noteLate()
	for _, late := range a.gate.Late(0) {
		if late.TimedOut {
			continue // Lambda kills the environment at the timeout: the call never happens
		}
		open = append(open, settle.Obligation{
			ID: late.Task, What: fmt.Sprintf("%s called %s after it had ended", a.describe(late.Task), late.Op), Since: a.clock.Now(),
			Discharge: "nothing ends it: on Lambda that call may be made or not, so wait for goroutines in the handler",
		})
	}
	return open
}

// inFlight lists requests whose answer is still to come.
func (a *attempt) inFlight() []settle.Obligation {
	n := a.gate.InFlight()
	if n == 0 {
		return nil
	}
	return []settle.Obligation{{
		What: fmt.Sprintf("%d requests without an answer", n), Since: a.clock.Now(), Discharge: "the engine answers",
	}}
}

// noteLate puts refused calls into the trace. They come from goroutines that
// nobody waits for, so the driver notes them where it looks.
func (a *attempt) noteLate() {
	for _, l := range a.gate.Late(a.noted) {
		a.log.Append(trace.Event{Kind: trace.Refused, Actor: l.Actor, Op: l.Op, Cause: []trace.ID{l.Task}})
		a.noted++
	}
}

// unread compares what the gate saw of a stream with what each mapping has read.
// They differ if lanes have no room to read, which ends with what they wait for, or
// if an empty page came before the tail: rule 1 is checked, not assumed.
func (a *attempt) unread() []settle.Obligation {
	var open []settle.Obligation
	for _, s := range a.mappings {
		if n := a.gate.Records(s.streamARN) - s.read(); n > 0 {
			o := settle.Obligation{
				What:  fmt.Sprintf("%s: %d records of its stream are written and not read", s.trigger.Mapping.Trigger, n),
				Since: a.clock.Now(), Discharge: "the engine shows them: it gave an empty page before its last record",
			}
			if until := s.full(); !until.IsZero() {
				o.Until, o.Discharge = until, "a lane deals with its batch, and has room for them"
			}
			open = append(open, o)
		}
	}
	return open
}

// full is the first moment at which a shard of the mapping that does not read, as
// its lanes hold enough, goes on; zero if all read.
func (s *source) full() (first time.Time) {
	for _, d := range s.shards {
		until := d.until()
		if until.IsZero() || d.reads() || !first.IsZero() && first.Before(until) {
			continue
		}
		first = until
	}
	return first
}

// reads reports whether the shard has room for records.
func (d *shard) reads() bool {
	return slices.ContainsFunc(d.core.Next(d.source.attempt.clock.Now()), func(a core.Action) bool {
		_, reads := a.(core.Read)
		return reads
	})
}

// lanesOpen lists what lanes hold.
func (a *attempt) lanesOpen() []settle.Obligation {
	var open []settle.Obligation
	for _, s := range a.mappings {
		for _, d := range s.shards {
			for _, what := range d.core.Open() {
				open = append(open, settle.Obligation{
					ID: d.first(), What: fmt.Sprintf("%s on %s: %s", s.trigger.Mapping.Trigger, a.gate.Alias(d.at.ID), what),
					Since: a.clock.Now(), Until: d.until(), Discharge: "the batch succeeds or its retries are used up",
				})
			}
		}
	}
	return open
}

// first is a batch to show for what a shard holds.
func (d *shard) first() trace.ID {
	if ids := d.held(); len(ids) > 0 {
		return ids[0]
	}
	return ""
}

// until is when time alone changes something for the shard; zero if it does not.
func (d *shard) until() time.Time {
	actions := d.core.Next(d.source.attempt.clock.Now())
	if wait, ok := actions[len(actions)-1].(core.Wait); ok {
		return wait.Until
	}
	return time.Time{}
}

// describe names an invocation or step: "i7 of indicators".
func (a *attempt) describe(id trace.ID) string {
	e, ok := a.log.Find(id)
	if !ok {
		return string(id)
	}
	return fmt.Sprintf("%s of %s", id, e.Actor)
}

// Advance implements settle.World.
func (a *attempt) Advance(at time.Time) {
	a.jumped, a.written = len(a.unread()) == 0, a.gate.Writes()
	a.clock.set(at)
	a.log.Append(trace.Event{Kind: trace.Advance, Note: at.UTC().Format(time.RFC3339)})
}

// Now implements settle.World.
func (a *attempt) Now() time.Time { return a.clock.Now() }

var errNoReturn = errors.New("harness: a task ended without an outcome")
