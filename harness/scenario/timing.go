package scenario

import (
	"strings"
	"time"
)

// timeWords move the clock, settle, and show what there is in between.
func timeWords() []controlWord {
	return []controlWord{
		withValue(Word{"at", "Moves the virtual clock to a point in time.", "at: 2024-09-20T10:00:00Z"}, pointInTime,
			func(r *reader, e entry) Control { return At{Time: r.forward(e)} }),
		withValue(Word{"advance", "Moves the virtual clock on.", "advance: 2h"}, span,
			func(r *reader, e entry) Control {
				d := r.duration(e)
				r.seen.clock = r.seen.clock.Add(d)
				return Advance{For: d}
			}),
		withArguments(Word{"settle", "Delivers and settles, inside a backlog.", "settle"},
			func(*reader, entry, struct{}) Control { return Settle{} }),
		withValue(Word{"snapshot", "Shows in the snapshot what there is to see at this step.", "snapshot: before the reattack"}, text,
			func(r *reader, e entry) Control { return Snapshot{Name: r.snapshotName(e)} }),
	}
}

// EndOfTime is the first year that the virtual clock cannot show. Steps, retries and
// windows move it on from where a scenario puts it, and the texts of times in traces
// end with the year 9999.
const EndOfTime = 9000

// beginOfTime is the first year that it can: fixtures are written a day before the
// start, and the service knows no time before 1970.
const beginOfTime = 1971

// clockTime reads a point in time that the virtual clock can show.
func (r *reader) clockTime(e entry) time.Time {
	t := r.time(e)
	if !t.IsZero() && (t.Year() < beginOfTime || t.Year() >= EndOfTime) {
		r.wrong(e.at, "name a year from 1971 to 8999", "the virtual clock cannot show the year %d", t.Year())
		return time.Time{}
	}
	return t
}

// forward reads a point in time that is not before what the clock shows by then.
func (r *reader) forward(e entry) time.Time {
	t := r.clockTime(e)
	if t.IsZero() {
		return t
	}
	if t.Before(r.seen.clock) {
		r.wrong(e.at, "time only goes forward", "%s is before %s, where the clock stands by then",
			scalarText(e.value), r.seen.clock.Format(time.RFC3339))
		return t
	}
	r.seen.clock = t
	return t
}

// snapshotName reads the name of a part of the snapshot: one line that no other
// part has. Names stand between "== " and " ==" there.
func (r *reader) snapshotName(e entry) string {
	name := r.text(e)
	if name == "" {
		return ""
	}
	first, twice := r.seen.snapshots[name]
	switch {
	case strings.ContainsAny(name, "\n\r\t") || strings.TrimSpace(name) != name:
		r.wrong(e.at, "", "the name of a snapshot is one line without blanks around it")
	case strings.Contains(name, "=="):
		r.wrong(e.at, "== marks the parts of a snapshot", "the name of a snapshot cannot hold ==")
	case twice:
		r.wrong(e.at, "say what is different here", "the snapshot in line %d has the same name", first.Line)
	}
	if r.seen.snapshots == nil {
		r.seen.snapshots = map[string]Position{}
	}
	r.seen.snapshots[name] = e.at
	return name
}
