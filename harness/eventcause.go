package harness

import (
	"slices"
	"strconv"
	"strings"

	"github.com/stillwater-streams/stillwater/harness/trace"
)

// viewDropped is the view of batches that were given up without a destination.
const viewDropped = "dropped"

// viewFailedJobs is the view of jobs that failed.
const viewFailedJobs = "failed_jobs"

// showsEvents reports whether a view shows what happened, not what items hold.
func showsEvents(view string) bool {
	return slices.Contains([]string{viewOnFailure, viewDropped, viewInvocations, viewMetrics, viewFailedJobs}, view)
}

// ofEvent is the cause of a line that shows an event of the run: the invocation
// behind it, and what that was given. A count of metrics is by the last invocation
// of its trigger.
func (c *causes) ofEvent(s subject, end int) Cause {
	i := c.eventOf(s, end)
	if i < 0 || s.gone {
		return Cause{Kind: NotWritten, Note: "it did not happen in this run"}
	}
	from, ok := c.byID[c.invocationOf(c.events[i], end)]
	if !ok {
		return Cause{}
	}
	chain := c.chain(trace.Event{Cause: []trace.ID{c.events[from].ID}}, "")
	if len(chain) == 0 {
		return Cause{}
	}
	root := chain[len(chain)-1].Event
	kind := Written
	if root.ID.FromFixture() {
		kind = FromFixture
	}
	return Cause{Kind: kind, Chain: chain, Where: c.result.where(root.Ref)}
}

// eventOf is the index of the event that a line shows, -1 if there is none: the
// nth of its kind ("message 2", "batch 1", "[3].ended"), or the last invocation of
// a trigger.
func (c *causes) eventOf(s subject, end int) int {
	kinds, nth := []trace.Kind{trace.InvokeStart, trace.Throttled}, 0
	switch s.view {
	case viewOnFailure:
		kinds, nth = []trace.Kind{trace.DeadLetter}, ordinal(s.label)
	case viewDropped:
		kinds, nth = []trace.Kind{trace.Dropped}, ordinal(s.label)
	case viewFailedJobs:
		kinds, nth = []trace.Kind{trace.JobEnd}, ordinal(s.label)
	case viewInvocations:
		inside, _, _ := strings.Cut(strings.TrimPrefix(s.path, "["), "]")
		n, err := strconv.Atoi(inside)
		if err != nil {
			return -1
		}
		nth = n + 1
	}
	last := -1
	for i, e := range c.events[:end] {
		switch {
		case !slices.Contains(kinds, e.Kind) || e.Kind == trace.JobEnd && e.Note == "ok":
		case s.view == viewMetrics && e.Actor == s.label:
			last = i
		case s.view == viewInvocations && e.ID.FromFixture():
		case s.view != viewMetrics:
			if nth--; nth == 0 {
				return i
			}
		}
	}
	return last
}

// ordinal is the number at the end of "message 2", 0 if there is none.
func ordinal(label string) int {
	n, err := strconv.Atoi(label[strings.LastIndexByte(label, ' ')+1:])
	if err != nil {
		return 0
	}
	return n
}

// invocationOf is the invocation behind an event: itself, or the last of its
// batch; the batch if it was never handed out.
func (c *causes) invocationOf(e trace.Event, end int) trace.ID {
	if e.Kind == trace.InvokeStart || len(e.Cause) == 0 {
		return e.ID
	}
	id := e.Cause[0]
	for _, i := range c.after[e.Cause[0]] {
		if i < end && c.events[i].Kind == trace.InvokeStart {
			id = c.events[i].ID
		}
	}
	return id
}
