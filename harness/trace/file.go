package trace

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// WriteNDJSON writes the log as one JSON object a line.
func (l *Log) WriteNDJSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	for _, e := range l.Events() {
		if err := enc.Encode(e); err != nil {
			return fmt.Errorf("trace: write event %d: %w", e.Seq, err)
		}
	}
	return nil
}

// Read reads what [Log.WriteNDJSON] wrote: the log of a run that is over. Events
// appended to it get no times.
func Read(r io.Reader) (*Log, error) {
	over := func() time.Time { return time.Time{} }
	l := New(over, over)
	l.setup = false
	dec := json.NewDecoder(r)
	for {
		var e Event
		err := dec.Decode(&e)
		if errors.Is(err, io.EOF) {
			return l, nil
		}
		if err == nil && e.Seq < 1 {
			err = errors.New("an event without a seq")
		}
		if err != nil {
			return nil, fmt.Errorf("trace: read event %d: %w: is it the trace.ndjson of a run?", len(l.events)+1, err)
		}
		l.restore(e)
	}
}

// restore takes an event as it was written. A log that forgot its beginning
// begins later.
func (l *Log) restore(e Event) {
	if len(l.events) == 0 {
		l.forgotten = e.Seq - 1
	}
	e.Seq = l.forgotten + len(l.events) + 1
	l.events = append(l.events, e)
	if _, known := l.byID[e.ID]; e.ID != "" && !known {
		l.byID[e.ID] = e.Seq
	}
}
