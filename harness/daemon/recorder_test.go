package daemon_test

import (
	"bytes"
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stillwater-streams/stillwater/harness/daemon"
)

// patience is how long a test waits for a line.
const patience = 20 * time.Second

// recorder is a printer that tests wait on.
type recorder struct {
	mu      sync.Mutex
	lines   []daemon.Line
	changed chan struct{}
	over    chan struct{} // closed when the daemon has ended
}

func newRecorder() *recorder {
	return &recorder{changed: make(chan struct{}), over: make(chan struct{})}
}

// Print implements daemon.Printer.
func (r *recorder) Print(l daemon.Line) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lines = append(r.lines, l)
	close(r.changed)
	r.changed = make(chan struct{})
}

// all are the lines so far that the test looks for.
func (r *recorder) all(is func(daemon.Line) bool) []daemon.Line {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(r.lines), func(l daemon.Line) bool { return !is(l) })
}

// wait waits until there are n such lines, and returns them.
func (r *recorder) wait(t *testing.T, n int, what string, is func(daemon.Line) bool) []daemon.Line {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for {
		r.mu.Lock()
		changed := r.changed
		r.mu.Unlock()
		if found := r.all(is); len(found) >= n {
			return found
		}
		if ctx.Err() != nil {
			t.Fatalf("waited for %d of: %s; there was:\n%s", n, what, r.text())
		}
		select {
		case <-changed:
			continue
		case <-r.over:
			cancel()
		case <-ctx.Done():
		}
	}
}

// text is everything, for people.
func (r *recorder) text() string {
	var b bytes.Buffer
	p := daemon.NewText(&b, false, []string{"trigger", "things"})
	for _, l := range r.all(func(daemon.Line) bool { return true }) {
		p.Print(l)
	}
	return b.String()
}

// of looks for the lines of an event, of a trigger or a table.
func of(e daemon.Event, subject string) func(daemon.Line) bool {
	return func(l daemon.Line) bool { return l.Event == e && (l.Trigger == subject || l.Table == subject) }
}

// ran looks for an invocation of a trigger with a batch that ended so.
func ran(trigger, batch string, outcome daemon.Outcome) func(daemon.Line) bool {
	return func(l daemon.Line) bool {
		return l.Event == daemon.EventInvoke && l.Trigger == trigger && l.Outcome == outcome && l.Batch.String() == batch
	}
}
