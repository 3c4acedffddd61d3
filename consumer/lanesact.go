package consumer

import (
	"context"
	"fmt"
	"time"

	"github.com/stillwater-streams/stillwater/consumer/core"
	"github.com/stillwater-streams/stillwater/consumer/destination"
	"github.com/stillwater-streams/stillwater/consumer/lease"
)

// sendTimeout is how long an on-failure destination may take for one message.
const sendTimeout = time.Minute

// calls are the invocations of one lane that returned, and of which no checkpoint
// says so yet. Records leave it as processed, or as failed when they are handed
// out again.
type calls struct {
	request string // that of the last invocation
	unasked string // that of a message about a batch that was never invoked, until it is sent
	done    []handled
}

// handled is what is left of one invocation.
type handled struct {
	request string
	records []core.Record
	ended   time.Time
}

// next takes out what is handed out again or given up: the records from the
// first of these on, and all if they are none. They failed, though the function
// returned.
func (c *calls) next(records []core.Record) (failed []handled) {
	if len(records) == 0 {
		return nil // the end of a window
	}
	for i := range c.done {
		h := &c.done[i]
		n := upTo(h.records, records[0].Sequence, false)
		if n < len(h.records) {
			failed = append(failed, handled{h.request, h.records[n:], h.ended})
			h.records = h.records[:n]
		}
	}
	return failed
}

// stored takes out the records that a stored place has passed.
func (c *calls) stored(at string) (processed []handled) {
	var left []handled
	for _, h := range c.done {
		n := upTo(h.records, at, true)
		if n > 0 {
			processed = append(processed, handled{h.request, h.records[:n], h.ended})
		}
		if n < len(h.records) {
			left = append(left, handled{h.request, h.records[n:], h.ended})
		}
	}
	c.done = left
	return processed
}

// upTo counts the records before a sequence number, or up to it.
func upTo(records []core.Record, sequence string, included bool) int {
	n := len(records)
	for n > 0 {
		c := core.CompareSequence(records[n-1].Sequence, sequence)
		if c < 0 || included && c == 0 {
			break
		}
		n--
	}
	return n
}

// failedItems says which records of invocations that returned were not dealt with.
func (l *lanes) failedItems(lane int, failed []handled) {
	for _, h := range failed {
		l.w.emit(l.on(lane), ItemsFailed{RequestID: h.request, Records: h.records})
	}
}

// invoke hands a batch to the function and tells how that ended.
func (l *lanes) invoke(a core.Invoke, failed []handled) {
	l.failedItems(a.Lane, failed)
	var payload []byte
	if a.Window == nil {
		payload = Event(a.Records)
	} else {
		payload = WindowEvent(a.Records, *a.Window, l.place.ShardID, l.origin.StreamARN)
	}
	outcome, request := l.w.invoke(l.on(a.Lane), a, payload)
	l.told(func(now time.Time) {
		l.busy[a.Lane] = false
		c := &l.calls[a.Lane]
		if request != "" {
			c.request = request
		}
		if outcome.Failure == "" {
			c.done = append(c.done, handled{request, a.Records, now})
		}
		l.core.Invoked(now, a.Lane, outcome)
	})
}

// deliver sends a lost batch to the on-failure destination.
func (l *lanes) deliver(a core.Deliver, request string, failed []handled) {
	l.failedItems(a.Lane, failed)
	if request == "" {
		request = l.w.c.options.RequestID()
	}
	ctx, cancel := context.WithTimeout(l.w.c.work, sendTimeout)
	defer cancel()
	err := l.w.destination.Send(ctx, destination.Failure{
		RequestID: request, FunctionARN: l.w.functionARN, StreamARN: l.origin.StreamARN, ShardID: l.place.ShardID,
		Deliver: a, Now: l.w.c.now(),
	})
	if err == nil {
		l.w.emit(l.on(a.Lane), Delivered{RequestID: request, Lost: a.Lost})
	} else {
		l.w.emit(l.on(a.Lane), DeliveryFailed{Lost: a.Lost, Err: err})
	}
	l.told(func(now time.Time) {
		l.busy[a.Lane] = false
		if l.calls[a.Lane].unasked = ""; err == nil {
			l.core.Delivered(a.Lane)
		} else {
			if a.Attempts == 0 {
				l.calls[a.Lane].unasked = request
			}
			l.core.DeliveryFailed(now, a.Lane, err.Error())
		}
	})
}

// drop notes that a batch is lost.
func (l *lanes) drop(a core.Drop, failed []handled) {
	l.failedItems(a.Lane, failed)
	l.w.emit(l.on(a.Lane), Dropped{Lost: a.Lost})
	l.told(func(time.Time) {
		l.busy[a.Lane] = false
		l.core.Dropped(a.Lane)
	})
}

// checkpoint stores the position. Another worker may have asked for the lease:
// the row that is returned says so.
func (l *lanes) checkpoint(p core.Position) {
	ctx, cancel := l.w.holdContext(l.w.c.work)
	defer cancel()
	err := l.lease.checkpoint(ctx, p)
	if err == nil {
		l.emit(Checkpointed{Position: p})
		l.processed(p)
	} else if !isLost(err) {
		l.emit(CheckpointFailed{Position: p, Err: err})
	}
	l.told(func(now time.Time) {
		l.saving, l.unsaved = false, err != nil
		if err == nil {
			l.core.Checkpointed()
		} else {
			l.core.CheckpointFailed(now, err.Error())
		}
	})
	if isLost(err) {
		l.lose(err)
	} else if to := l.lease.askedBy(); to != "" {
		l.leave(to + " asked for the lease")
	}
}

// processed says which records a stored position has passed that invocations
// dealt with.
func (l *lanes) processed(p core.Position) {
	passed := make([][]handled, len(l.calls))
	l.mu.Lock()
	for lane := range l.calls {
		at := p.Sequence
		if lane < len(p.Parts) {
			at = p.Parts[lane]
		}
		passed[lane] = l.calls[lane].stored(at)
	}
	l.mu.Unlock()
	for lane, done := range passed {
		for _, h := range done {
			l.w.emit(l.on(lane), Processed{RequestID: h.request, Records: h.records, Ended: h.ended})
		}
	}
}

// end stores that the shard is read out and dealt with.
func (l *lanes) end() {
	ctx, cancel := l.w.holdContext(l.w.c.work)
	defer cancel()
	err := l.lease.end(ctx)
	if err == nil {
		l.emit(ShardEnded{})
	} else if !isLost(err) {
		l.emit(LeaseFailed{Op: "end", Err: err})
	}
	l.told(func(now time.Time) {
		l.ending, l.ended = false, err == nil
		l.endDue = now.Add(retryMax)
	})
	if isLost(err) {
		l.lose(err)
	}
}

// renew renews the lease. When that has not worked for the failover time another
// worker may have it.
func (l *lanes) renew() {
	ctx, cancel := l.w.holdContext(l.w.c.work)
	defer cancel()
	err := l.lease.renew(ctx)
	switch {
	case err == nil || isLost(err):
	case l.lease.safe():
		l.emit(LeaseFailed{Op: "renew", Err: err})
	default:
		err = fmt.Errorf("%w: not renewed for %v: %v", lease.ErrLost, l.w.c.options.Failover, err)
	}
	l.told(func(time.Time) { l.renews = false })
	if isLost(err) {
		l.lose(err)
	} else if to := l.lease.askedBy(); to != "" {
		l.leave(to + " asked for the lease")
	}
}
