package consumer

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/stillwater-streams/stillwater/consumer/core"
)

// grace is how long a handler may take to notice that its time is over, before
// it counts as one that runs on. Its result is not taken either way (D9).
const grace = 100 * time.Millisecond

// result is what a handler returned.
type result struct {
	response []byte
	reusable bool
	err      error
}

// invoke hands a batch to the function and waits for its end or its timeout.
// requestID is "" if the function was not run.
func (w *worker) invoke(place Place, a core.Invoke, payload []byte) (o core.Outcome, requestID string) {
	e, cold, reason := w.pool.acquire()
	if e == nil {
		w.emit(place, InvocationThrottled{Records: a.Records, Reason: reason})
		return core.Outcome{Failure: reason, Throttled: true}, ""
	}
	call := Call{
		RequestID: w.c.options.RequestID(), Environment: e.ID, Cold: cold,
		Records: a.Records, Attempt: a.Attempt, Window: a.Window,
	}
	began := w.c.now()
	w.emit(place, InvocationStarted{Call: call, IteratorAge: age(a.Records, began)})
	w.c.changed()
	ended := w.call(place, e, call, payload)
	ended.Took = w.c.now().Sub(began)
	w.emit(place, ended)
	return core.Outcome{Failure: ended.Failure, Response: ended.Response}, call.RequestID
}

// call runs the handler in the environment, and gives that back or up.
func (w *worker) call(place Place, e *environment, call Call, payload []byte) InvocationEnded {
	ctx, cancel := context.WithTimeout(w.c.work, w.trigger.Mapping.Timeout)
	defer cancel()
	done := make(chan result, 1)
	go func() {
		i := Invocation{RequestID: call.RequestID, FunctionARN: e.FunctionARN}
		response, reusable, err := e.run(ctx, i, payload)
		done <- result{response, reusable, err}
	}()
	select {
	case r := <-done:
		if ctx.Err() == nil {
			w.pool.release(e, r.reusable)
			return InvocationEnded{Call: call, Failure: failure(r.err), Err: r.err, Response: r.response}
		}
		w.pool.release(e, false)
	case <-ctx.Done():
		e.over()
		w.giveUp(place, e, done, LateHandler{
			RequestID: call.RequestID, Environment: e.ID, ShardID: place.ShardID, Since: w.c.now(),
		})
	}
	return w.outOfTime(ctx, call)
}

// giveUp ends an environment whose time is over. The handler in it should notice
// within the grace; else it is late until it does.
func (w *worker) giveUp(place Place, e *environment, done <-chan result, late LateHandler) {
	timer, stop := w.c.options.Clock.NewTimer(grace)
	defer stop()
	select {
	case <-done:
		w.pool.release(e, false)
		return
	case <-timer:
	}
	w.pool.leave(late)
	w.emit(place, Late{RequestID: late.RequestID, Environment: late.Environment})
	w.c.late.Go(func() {
		<-done
		w.emit(place, LateEnded{
			RequestID: late.RequestID, Environment: late.Environment, After: w.c.now().Sub(late.Since),
		})
		w.pool.returned(late)
		w.c.changed()
	})
}

// outOfTime is the end of an invocation whose context ended before its handler.
func (w *worker) outOfTime(ctx context.Context, call Call) InvocationEnded {
	ended := InvocationEnded{Call: call, Failure: "stopped: the consumer waits no longer", Err: ctx.Err()}
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		ended.TimedOut = true
		ended.Failure = fmt.Sprintf("Task timed out after %.2f seconds", w.trigger.Mapping.Timeout.Seconds())
	}
	return ended
}

// failure is the function error in words, "" for success.
func failure(err error) string {
	var function *FunctionError
	switch {
	case err == nil:
		return ""
	case errors.As(err, &function) && len(function.Stack) > 0:
		return fmt.Sprintf("%s at %s", function.Error(), function.Stack[0])
	default:
		return err.Error()
	}
}

// age is how old the last record is (M1), 0 where that is not known.
func age(records []core.Record, now time.Time) time.Duration {
	if len(records) == 0 || records[len(records)-1].Arrived.IsZero() {
		return 0
	}
	return max(0, now.Sub(records[len(records)-1].Arrived))
}
