package daemon

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/stillwater-streams/stillwater/consumer"
	"github.com/stillwater-streams/stillwater/consumer/core"
	"github.com/stillwater-streams/stillwater/consumer/lease"
)

// observe tells what the consumer of a table does. It is called from many
// goroutines, which wait.
func (t *table) observe(o consumer.Occurrence) {
	switch f := o.Fact.(type) {
	case consumer.InvocationStarted:
		t.started(o, f)
	case consumer.InvocationEnded:
		t.ended(o, f)
	case consumer.Polled:
		t.works(o, reading)
	case consumer.ReadFailed:
		t.trouble(o, reading, f.Err, "cannot read: %v")
	case consumer.LeaseFailed:
		t.trouble(o, leasing, f.Err, "leases: "+f.Op+": %v")
	case consumer.CheckpointFailed:
		t.trouble(o, leasing, f.Err, "checkpoint: %v")
	case consumer.StreamFound:
		t.found(o)
	case consumer.StreamMissing:
		t.missing(o, f.Err)
	default:
		if l, ok := lineOf(o); ok {
			l.Time = o.Time
			t.daemon.print(l)
		}
	}
}

// started notes what caused an invocation, and pauses a mapping that feeds itself.
func (t *table) started(o consumer.Occurrence, f consumer.InvocationStarted) {
	d := t.daemon
	i := d.causes.began(o, f)
	if !d.guard.feedsItself(o.Mapping, i) {
		return
	}
	reason := fmt.Sprintf("it feeds itself: %d invocations in one chain of causes, more than --depth %d", i.depth, d.options.Depth)
	if !t.pauseFor(o.Mapping, reason) {
		return
	}
	d.print(Line{
		Time: o.Time, Event: EventPaused, Trigger: o.Mapping, Table: t.name, RequestID: f.RequestID,
		Text: reason + "; the others go on", Chain: d.guard.chain(i), Command: ResumeCommand(o.Mapping),
	})
}

// ended prints an invocation.
func (t *table) ended(o consumer.Occurrence, f consumer.InvocationEnded) {
	d := t.daemon
	i := d.causes.ended(f.RequestID)
	l := Line{
		Time: o.Time, Event: EventInvoke, Trigger: o.Mapping, RequestID: f.RequestID, Shard: o.ShardID,
		Batch: newBatch(f.Records), Attempt: f.Attempt, Attempts: t.attempts(o.Mapping),
		Outcome: OutcomeOK, Took: Millis(f.Took), Text: f.Failure,
	}
	if f.Window != nil && f.Window.Final {
		l.Text = joined("ends its window", l.Text)
	}
	switch {
	case f.TimedOut:
		l.Outcome = OutcomeTimeout
	case f.Failure != "":
		l.Outcome = OutcomeFailed
	}
	if len(f.Records) > 0 && !f.Records[len(f.Records)-1].Arrived.IsZero() {
		age := Millis(i.age)
		l.Age = &age
	}
	d.print(l)
	d.printLate()
}

// works ends the troubles that a read proves to be over.
func (t *table) works(o consumer.Occurrence, what string) {
	d := t.daemon
	if took, ok := d.troubles.over(subject{what: answering}, o.Time); ok {
		d.print(Line{Time: o.Time, Event: EventRecovered, Text: fmt.Sprintf("%s answers again, after %s", d.options.Endpoint, short(took))})
	}
	for _, what := range []string{what, leasing} {
		if took, ok := d.troubles.over(subject{o.Mapping, what}, o.Time); ok {
			d.print(Line{Time: o.Time, Event: EventRecovered, Trigger: o.Mapping, Text: what + ": works again, after " + short(took)})
		}
	}
}

// trouble prints a failure that is tried again, once in a while.
func (t *table) trouble(o consumer.Occurrence, what string, err error, format string) {
	if errors.Is(err, context.Canceled) {
		return // of a stop
	}
	s := subjectOf(o.Mapping, what, err)
	suffix, say := t.daemon.troubles.failed(s, o.Time)
	if !say {
		return
	}
	l := Line{Time: o.Time, Event: EventTrouble, Trigger: s.trigger, Shard: o.ShardID, Text: tidy(fmt.Sprintf(format, err)) + suffix + ": tries again"}
	if s.what == answering {
		l.Shard, l.Text = "", fmt.Sprintf("%s does not answer: %v%s: tries again", t.daemon.options.Endpoint, plainCause(err), suffix)
	}
	t.daemon.print(l)
}

// tidy takes out of the text of an error what the SDK adds to every one.
func tidy(text string) string {
	for _, noise := range [][2]string{
		{`operation error [A-Za-z0-9 ]+: (\w+), `, "$1: "},
		{`exceeded maximum number of attempts, \d+, `, ""},
		{`https response error StatusCode: \d+, RequestID: [^,]*, `, ""},
		{`request send failed, `, ""},
	} {
		text = regexp.MustCompile(noise[0]).ReplaceAllString(text, noise[1])
	}
	return text
}

// plainCause is the innermost error: what the SDK wraps around it names
// operations and attempts.
func plainCause(err error) error {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err
		}
		err = inner
	}
}

// lineOf words the facts that need nothing but themselves; ok is false for those
// that nobody needs to see.
func lineOf(o consumer.Occurrence) (l Line, ok bool) {
	l = Line{Trigger: o.Mapping, Shard: o.ShardID, Text: o.Fact.String()}
	switch f := o.Fact.(type) {
	case consumer.ShardStarted:
		l.Event, l.Text = EventShard, "is read from "+f.From
		if f.Position.Sequence != "" {
			l.Text = "goes on behind " + f.Position.String()
		}
	case consumer.ShardEnded:
		l.Event, l.Text = EventShard, "is read out"
	case consumer.ShardStopped:
		why, _, _ := strings.Cut(f.Why, ":") // more stands in the line before
		l.Event, l.Text = EventShard, fmt.Sprintf("stopped behind %s: %s", f.Position, why)
	case consumer.LeaseTaken:
		if f.From == "" {
			return Line{}, false // ShardStarted follows
		}
		l.Event, l.Text = EventLease, strings.TrimPrefix(l.Text, "lease ")
	case consumer.LeaseStolen, consumer.LeaseHandedOver:
		l.Event, l.Text = EventLease, strings.TrimPrefix(l.Text, "lease ")
	case consumer.LeaseLost:
		l.Event, l.Text = EventLease, "lost: "+tidy(strings.TrimPrefix(f.Err.Error(), lease.ErrLost.Error()+": "))
	case consumer.RecordsLost:
		l.Event = EventLost
	case consumer.InvocationThrottled:
		l.Event, l.Batch, l.Text = EventThrottled, newBatch(f.Records), f.Reason
	case consumer.ItemsFailed:
		l.Event, l.Batch, l.RequestID = EventItems, newBatch(f.Records), f.RequestID
		l.Text = "left by the response: tried again, or given up"
	case consumer.Late:
		l.Event, l.RequestID, l.Text = EventLate, f.RequestID, "the handler runs on after its timeout; its result is not taken"
	case consumer.LateEnded:
		l.Event, l.RequestID, l.Text = EventLate, f.RequestID, fmt.Sprintf("the handler returned %s after its timeout", short(f.After))
	case consumer.Dropped:
		l.Event, l.Batch, l.Text = EventDropped, newBatch(f.Lost.Records), lostText(f.Lost)
	case consumer.DeliveryFailed:
		l.Event, l.Batch = EventLetter, newBatch(f.Lost.Records)
		l.Text = fmt.Sprintf("%s: not delivered: %s: tries again", lostText(f.Lost), tidy(f.Err.Error()))
	default:
		return Line{}, false
	}
	return l, true
}

// lostText says why a batch was given up.
func lostText(l core.Lost) string {
	text := fmt.Sprintf("%s after %s", l.Condition, plural(l.Attempts, "attempt"))
	return joined(text, l.Failure)
}

func joined(texts ...string) string {
	all := ""
	for _, text := range texts {
		if all != "" && text != "" {
			all += ": "
		}
		all += text
	}
	return all
}

// ResumeCommand is what resumes a mapping of a daemon that runs.
func ResumeCommand(trigger string) string { return "stillwater consume resume " + trigger }

// attempts is how often a batch of a mapping is tried; 0 until its records expire.
func (t *table) attempts(mapping string) int {
	for _, trigger := range t.triggers {
		if m := trigger.Mapping; m.Trigger == mapping && m.MaximumRetryAttempts >= 0 {
			return m.MaximumRetryAttempts + 1
		}
	}
	return 0
}

// printLate prints the AWS calls that were refused because their invocation had
// ended.
func (d *daemon) printLate() {
	for _, late := range d.gate.TakeLate() {
		d.print(Line{
			Event: EventRefused, Trigger: late.Actor,
			Text: fmt.Sprintf("%s of a goroutine that outlived its handler: wait for it in the handler, on Lambda the call may be made late, or never", late.Op),
		})
	}
}

// print prints a line, at the time that it says, or now.
func (d *daemon) print(l Line) {
	if l.Time.IsZero() {
		l.Time = d.clock.Now()
	}
	d.options.Printer.Print(l)
}
