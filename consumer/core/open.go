package core

import (
	"fmt"
	"strings"
	"time"
)

// Open lists what the shard still owes, in words for a person who asks why a
// run does not settle; nil when it owes nothing. It knows only what was read: a
// shard that owes nothing may still have records to read.
func (s *Shard) Open() []string {
	var open []string
	for i := range s.lanes {
		for _, what := range s.owes(&s.lanes[i]) {
			open = append(open, onLane(i)+what)
		}
	}
	if s.stored.Sequence != s.tail {
		open = append(open, fmt.Sprintf("checkpoint at %s short of tail %s%s",
			place(s.stored.Sequence), s.tail, refused("the store", s.saves, s.refusal)))
	}
	return open
}

func (s *Shard) owes(l *lane) []string {
	var open []string
	switch {
	case l.phase == delivering:
		open = append(open, fmt.Sprintf("%s to be given up: %s after %s%s%s",
			span(l.given()), l.condition, count(l.failed, "attempt"), l.because(), refused("the destination", l.refusals, l.refusal)))
		open = append(open, l.behind(l.out)...)
	case l.closing:
		open = append(open, fmt.Sprintf("end of the window %s: %s%s%s",
			stamp(l.window.start), s.cfg.attempt(l.failed+1), when(l), l.because()))
	case l.held > 0:
		open = append(open, fmt.Sprintf("batch of %s in hand: %s%s%s",
			span(l.piece()), s.cfg.attempt(l.failed+1), when(l), l.because()))
		open = append(open, l.behind(len(l.piece()))...)
	}
	if queue := l.queue(); len(queue) > 0 {
		open = append(open, span(queue)+" gathered for the next batch")
	}
	if l.window != nil && !l.closing {
		open = append(open, "window "+stamp(l.window.start)+" not ended")
	}
	return open
}

// behind names the rest of the batch behind the first n records.
func (l *lane) behind(n int) []string {
	if n >= l.held {
		return nil
	}
	return []string{span(l.hand()[n:]) + " of the batch behind it"}
}

// when says when the next attempt is due; nothing while one runs.
func when(l *lane) string {
	switch {
	case l.phase == invoking:
		return ""
	case l.due.IsZero():
		return " due now"
	default:
		return " due at " + stamp(l.due)
	}
}

// Retrying says that the lane has a batch in hand whose last attempt failed or
// was throttled.
func (s *Shard) Retrying(lane int) bool {
	l := &s.lanes[lane]
	return l.phase == idle && l.failure != "" && (l.held > 0 || l.closing)
}

// because quotes the last failure, its first line, cut where it gets long.
func (l *lane) because() string {
	if l.failure == "" {
		return ""
	}
	return "; last failure: " + short(l.failure)
}

func refused(who string, times int, why string) string {
	if times == 0 {
		return ""
	}
	return fmt.Sprintf("; %s refused %s: %s", who, count(times, "time"), short(why))
}

// short is the first line of a text, cut where it gets long.
func short(text string) string {
	const longest = 160
	text, _, _ = strings.Cut(text, "\n")
	if runes := []rune(text); len(runes) > longest {
		return string(runes[:longest]) + "…"
	}
	return text
}

// waiting says why a lane with a batch in hand waits for its back-off.
func (s *Shard) waiting(l *lane) string {
	switch {
	case l.closing:
		return fmt.Sprintf("back-off of the window %s before %s", stamp(l.window.start), s.cfg.attempt(l.failed+1))
	case l.throttles > 0:
		return fmt.Sprintf("back-off of %s, throttled %s", span(l.piece()), count(l.throttles, "time"))
	case l.failed == 0:
		return "back-off of the records before"
	default:
		return fmt.Sprintf("back-off of %s before %s", span(l.piece()), s.cfg.attempt(l.failed+1))
	}
}

// describe names the phase for the message of a misuse.
func (l *lane) describe() string {
	switch l.phase {
	case invoking:
		return "invoking with " + span(l.piece())
	case delivering:
		return "giving up " + span(l.given())
	default:
		return "idle"
	}
}

// stamp writes a time in UTC; fractions only where there are some.
func stamp(t time.Time) string {
	return t.UTC().Format("2006-01-02T15:04:05.999999999Z")
}
