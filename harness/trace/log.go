package trace

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"time"
)

// Clock gives the time an event is stamped with.
type Clock func() time.Time

// Log is the log of one run. It is safe for concurrent use; the zero value is
// not ready, use [New].
type Log struct {
	real, virtual Clock
	began         time.Time

	mu          sync.Mutex
	events      []Event
	keep        int // the newest that are never forgotten; 0 is all
	forgotten   int // events before the first of events
	minted      map[Type]int
	setup       bool
	byID        map[ID]int // Seq of the event that introduced the id
	observe     func(Event)
	images      map[ID]func() Images
	imagesLater func(*Log) error // nil: all are here
}

// New starts a log in the fixture's phase. real and virtual are the clocks of
// its two time columns.
func New(real, virtual Clock) *Log {
	return &Log{
		real: real, virtual: virtual, began: real(),
		minted: map[Type]int{}, byID: map[ID]int{}, setup: true,
	}
}

// EndSetup ends the fixture's phase: the numbers of ids start at one.
func (l *Log) EndSetup() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.setup = false
	l.minted = map[Type]int{}
}

// SetupEnded reports whether the fixture's phase is over.
func (l *Log) SetupEnded() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return !l.setup
}

// KeepLast lets the log forget its oldest events, so that it may grow for days:
// it holds at least the newest n, and less than twice as many. A chain of causes
// then ends where memory does. It is for a log that nobody compares; n is at
// least 1.
func (l *Log) KeepLast(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.keep = max(1, n)
	l.forget()
}

// forget drops events when there are twice as many as are kept, not one by one:
// so each event is moved at most once.
func (l *Log) forget() {
	if l.keep == 0 || len(l.events) < 2*l.keep {
		return
	}
	old := len(l.events) - l.keep
	for _, e := range l.events[:old] {
		if l.byID[e.ID] == e.Seq {
			delete(l.byID, e.ID)
			delete(l.images, e.ID)
		}
	}
	l.events = append([]Event(nil), l.events[old:]...)
	l.forgotten += old
}

// Mint returns the next id of its type.
func (l *Log) Mint(t Type) ID {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.minted[t]++
	if l.setup {
		return ID(fmt.Sprintf("%c0.%d", t, l.minted[t]))
	}
	return ID(fmt.Sprintf("%c%d", t, l.minted[t]))
}

// Append stamps e and adds it to the log.
func (l *Log) Append(e Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	e.Seq = l.forgotten + len(l.events) + 1
	e.T = l.real().Sub(l.began)
	e.VT = l.virtual()
	e.Note = stable(e.Note)
	l.events = append(l.events, e)
	if _, known := l.byID[e.ID]; e.ID != "" && !known {
		l.byID[e.ID] = e.Seq
	}
	if l.observe != nil {
		l.observe(e)
	}
	l.forget()
}

// Observe lets f see each event from now on as it is appended, in their order. f
// must be quick, and must not call the log.
func (l *Log) Observe(f func(Event)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.observe = f
}

// Events returns a copy of the log so far, of what it has not forgotten.
func (l *Log) Events() []Event {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]Event(nil), l.events...)
}

// Find returns the event that introduced id.
func (l *Log) Find(id ID) (Event, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	seq, ok := l.byID[id]
	if !ok {
		return Event{}, false
	}
	return l.events[seq-l.forgotten-1], true
}

// unstable is what texts of errors carry and two runs never share: AWS's request
// ids, and the ports of connections.
var unstable = regexp.MustCompile(`(?i)(, )?request ?id: [0-9a-z-]*|(127\.0\.0\.1|\[::1\]):[0-9]+`)

func stable(text string) string { return unstable.ReplaceAllString(text, "") }

// Chain follows causes from id back to the root: w6, i3, b2, r4, w2, m1. Of a
// batch it follows the newest record.
func (l *Log) Chain(id ID) []Event {
	var chain []Event
	for {
		e, ok := l.Find(id)
		if !ok {
			return chain
		}
		chain = append(chain, e)
		if len(e.Cause) == 0 {
			return chain
		}
		id = e.Cause[0]
		if e.Kind == BatchFormed {
			id = e.Cause[len(e.Cause)-1]
		}
	}
}

// FromFixture reports whether id belongs to the fixture's phase.
func (id ID) FromFixture() bool { return strings.Contains(string(id), ".") }

// Canonical is the log without what may differ between two runs of the same
// scenario: real times. Two runs are the same run when these are equal.
func (l *Log) Canonical() string {
	var b strings.Builder
	for _, e := range l.Events() {
		e.T, e.Took = 0, 0
		line, err := json.Marshal(e)
		if err != nil {
			panic(fmt.Sprintf("trace: an event of plain fields does not marshal: %v", err))
		}
		b.Write(line)
		b.WriteByte('\n')
	}
	return b.String()
}
