package core

import (
	"fmt"
	"time"
)

// Outcome is how an invocation ended.
type Outcome struct {
	// Failure is the text of the function error (a timeout is one), "" if the
	// function returned; of the refusal if it was throttled.
	Failure string
	// Throttled says that the function was not run, for want of concurrency or by
	// an error of the service. It is tried again until the records are too old,
	// and counts as no attempt (P6).
	Throttled bool
	// Response is the JSON that the function returned. It is read where the
	// mapping reports batch item failures (P9) or has tumbling windows (W2).
	Response []byte
}

// Invoked is the outcome of [Invoke] of a lane at the given time.
func (s *Shard) Invoked(now time.Time, lane int, o Outcome) {
	l := s.lane(lane, invoking, "Invoked")
	l.phase = idle
	switch {
	case o.Throttled:
		l.throttles++
		l.failure, l.unhandled = o.Failure, true
		l.due = now.Add(s.backoffOf(l))
	case o.Failure != "":
		l.throttles = 0
		s.fail(l, now, o.Failure, true)
	default:
		l.throttles = 0
		s.returned(l, now, o.Response)
	}
}

// Judge says what the response of an invocation that returned means: so many of
// its records are dealt with, and why the others are not, "" if all are. It
// changes nothing; [Shard.Invoked] reads the response by itself.
func (s *Shard) Judge(a Invoke, response []byte) (done int, failure string) {
	v := s.cfg.judge(response, a.Records)
	return v.done, v.failure
}

// returned judges the response of a function that returned.
func (s *Shard) returned(l *lane, now time.Time, response []byte) {
	v := s.cfg.judge(response, l.piece())
	if v.failure != "" && v.done == 0 {
		s.failReported(l, now, v)
		return
	}
	l.advance(v)
	if l.closing {
		l.shut()
		return
	}
	l.settle(v.done)
	if v.failure != "" {
		l.failure = v.failure
		l.due = now.Add(s.backoffOf(l))
	}
}

// failReported counts a failure that the response says. One with a valid
// sequence number is cut there, and nothing comes before it: so no halving (D6).
func (s *Shard) failReported(l *lane, now time.Time, v verdict) {
	if v.cut {
		s.count(l, now, v.failure, false)
		return
	}
	s.fail(l, now, v.failure, false)
}

// fail has the batch halved if the mapping says so, which uses up no retry (D6);
// else it counts the attempt.
func (s *Shard) fail(l *lane, now time.Time, failure string, unhandled bool) {
	if s.cfg.BisectBatchOnFunctionError && !l.closing && l.split() {
		l.failure, l.unhandled, l.due = failure, unhandled, time.Time{}
		return
	}
	s.count(l, now, failure, unhandled)
}

// count notes a failed attempt: the next is due after the back-off, or there is
// none (P6).
func (s *Shard) count(l *lane, now time.Time, failure string, unhandled bool) {
	l.failed++
	l.failure, l.unhandled = failure, unhandled
	if s.cfg.exhausted(l.failed) {
		l.giveUp(len(l.piece()), RetryAttemptsExhausted)
		return
	}
	l.due = now.Add(s.backoffOf(l))
}

func (l *lane) giveUp(n int, why Condition) {
	l.phase, l.out, l.condition = delivering, n, why
}

// Delivered is the outcome of [Deliver]: the destination has the message.
func (s *Shard) Delivered(lane int) { s.gone(s.lost(lane, true, "Delivered")) }

// Dropped is the outcome of [Drop]: it was noted.
func (s *Shard) Dropped(lane int) { s.gone(s.lost(lane, false, "Dropped")) }

// lost returns the lane that an outcome of [Deliver] or of [Drop] is about.
func (s *Shard) lost(i int, deliver bool, method string) *lane {
	l := s.lane(i, delivering, method)
	if deliver != s.cfg.OnFailure {
		panic(fmt.Sprintf("core: Shard.%s: Config.OnFailure is %v: call Next, do what it says, and tell its outcome once", method, s.cfg.OnFailure))
	}
	return l
}

func (s *Shard) gone(l *lane) {
	l.phase = idle
	n := l.out
	l.out, l.condition = 0, ""
	l.refusals, l.refusal, l.sendDue = 0, "", time.Time{}
	if l.closing {
		l.shut()
		return
	}
	l.settle(n)
}

// DeliveryFailed is the other outcome of [Deliver]: the destination did not take
// the message. Nothing is lost: the lane asks again after the back-off, for as
// long as it takes.
func (s *Shard) DeliveryFailed(now time.Time, lane int, reason string) {
	l := s.lost(lane, true, "DeliveryFailed")
	l.refusals++
	l.refusal = reason
	l.sendDue = now.Add(s.cfg.backoff(l.refusals, l.given()[0].Sequence))
}
