package core

import (
	"fmt"
	"strings"
)

// Open lists what the lane still owes, in words for a person who asks why a
// run does not settle; nil when it owes nothing. It knows only what was read:
// a lane that owes nothing may still have records to read.
func (l *Lane) Open() []string {
	var open []string
	switch l.phase {
	case reading, done, checkpointing:
	case delivering:
		open = append(open, fmt.Sprintf("delivery of %s to the on-failure destination: %s after %s%s",
			span(l.hand[:l.out]), l.condition, count(l.failed, "attempt"), l.because()))
	case invoking:
		open = append(open, fmt.Sprintf("batch of %s in hand: %s%s",
			span(l.hand), l.cfg.attempt(l.failed+1), l.because()))
	case holding:
		due := "due now"
		if !l.due.IsZero() {
			due = "due at " + stamp(l.due)
		}
		open = append(open, fmt.Sprintf("batch of %s in hand: %s %s%s",
			span(l.hand), l.cfg.attempt(l.failed+1), due, l.because()))
	}
	if l.checkpoint != l.tail {
		open = append(open, fmt.Sprintf("checkpoint at %s short of tail %s", place(l.checkpoint), l.tail))
	}
	return open
}

// because quotes the last failure, its first line, cut where it gets long.
func (l *Lane) because() string {
	if l.failure == "" {
		return ""
	}
	const longest = 160
	text, _, _ := strings.Cut(l.failure, "\n")
	if runes := []rune(text); len(runes) > longest {
		text = string(runes[:longest]) + "…"
	}
	return "; last failure: " + text
}

// waiting says why a lane with a batch in hand waits.
func (l *Lane) waiting() string {
	if l.wake() != l.due {
		return fmt.Sprintf("record %s expires", l.hand[0].Sequence)
	}
	if l.failed == 0 {
		return "back-off of the records before"
	}
	return fmt.Sprintf("back-off of %s before %s", span(l.hand), l.cfg.attempt(l.failed+1))
}

// describe names the phase for the message of a misuse.
func (l *Lane) describe() string {
	switch l.phase {
	case reading:
		return "reading"
	case holding:
		return "holding " + span(l.hand)
	case invoking:
		return "invoking with " + span(l.hand)
	case delivering:
		return "delivering " + span(l.hand[:l.out])
	case checkpointing:
		return "checkpointing " + l.pending
	default:
		return "done"
	}
}
