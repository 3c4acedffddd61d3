package harness

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stillwater-streams/stillwater/harness/trace"
)

// opened notes that a run is under way, until the returned function is called.
func (h *Harness) opened(a *attempt) (closed func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.open = append(h.open, a)
	return func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.open = slices.DeleteFunc(h.open, func(o *attempt) bool { return o == a })
	}
}

// Open tells what every run under way is about, a line for the scenario and one for
// each thing that it waits for: for whoever asks why nothing happens. It may be
// called at any time.
func (h *Harness) Open() []string {
	h.mu.Lock()
	running := slices.Clone(h.open)
	h.mu.Unlock()
	var lines []string
	for _, a := range running {
		events := a.log.Events()
		lines = append(lines, fmt.Sprintf("%s: %d events, virtual time %s",
			a.scenario.Name, len(events), a.clock.Now().UTC().Format("2006-01-02T15:04:05Z")))
		for _, what := range underWay(events) {
			lines = append(lines, "  "+what)
		}
	}
	return lines
}

// underWay lists what began and has not ended, in order: steps, invocations, and
// batches that wait for their next attempt.
func underWay(events []trace.Event) []string {
	open := map[trace.ID]string{}
	var order []trace.ID
	begin := func(id trace.ID, what string) {
		if _, known := open[id]; !known {
			order = append(order, id)
		}
		open[id] = what
	}
	for _, e := range events {
		switch e.Kind {
		case trace.MutationStart:
			begin(e.ID, strings.TrimSpace(fmt.Sprintf("step %s: %s %s", e.ID, e.Actor, e.Ref)))
		case trace.InvokeStart:
			delete(open, e.Cause[0]) // its batch waits no more
			begin(e.ID, fmt.Sprintf("invocation %s of %s, attempt %d, runs", e.ID, e.Actor, e.N))
		case trace.JobSubmitted:
			begin(e.ID, fmt.Sprintf("job %s of %s: %s", e.ID, e.Actor, e.Note))
		case trace.RetryScheduled:
			begin(e.Cause[0], fmt.Sprintf("batch %s of %s: %s", e.Cause[0], e.Actor, e.Note))
		case trace.MutationAck, trace.InvokeEnd, trace.JobEnd:
			delete(open, e.ID)
		case trace.DeadLetter, trace.Dropped:
			if len(e.Cause) > 0 {
				delete(open, e.Cause[0])
			}
		}
	}
	var list []string
	for _, id := range order {
		if what, ok := open[id]; ok {
			list = append(list, what)
			delete(open, id)
		}
	}
	return list
}
