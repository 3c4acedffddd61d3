package harness

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stillwater-streams/stillwater/harness/snapshot"
	"github.com/stillwater-streams/stillwater/harness/trace"
)

// Cause tells why what a section shows at a path is as it is, or why it is not
// there. path is a line's, as package snapshot gives it
// ("treatment_summary.accepted"); "" is the section as a whole. For many lines
// [Result.Causes] is faster.
func (r *Result) Cause(section int, path string) Cause {
	if r.Log == nil || section < 0 || section >= len(r.Sources) {
		return Cause{}
	}
	return newCauses(r).of(r.item(section, path))
}

// Causes explains a comparison: it has an entry for each line of Snapshot.Diff.
// A line that was replaced carries none, for the one that replaces it does, and
// so do lines of both texts and lines that show no value.
func (r *Result) Causes() []Cause {
	diff := r.Snapshot.Diff
	out := make([]Cause, len(diff))
	if r.Log == nil || !slices.ContainsFunc(diff, func(d snapshot.DiffLine) bool { return d.Op != ' ' }) {
		return out
	}
	c, places := newCauses(r), snapshot.Places(diff)
	there := map[snapshot.Place]bool{}
	for i, d := range diff {
		there[places[i]] = there[places[i]] || d.Op != '-'
	}
	known := map[subject]Cause{}
	for i, d := range diff {
		if d.Op == ' ' || places[i].Heading == "" || d.Op == '-' && there[places[i]] {
			continue
		}
		s := r.subject(d, places[i])
		if _, ok := known[s]; !ok {
			known[s] = c.of(s)
		}
		out[i] = known[s]
	}
	return out
}

// subject is what a line shows: of which item which attribute, up to when.
type subject struct {
	item  string // its key
	view  string
	label string // of the section; it finds what is related where there is no item
	path  string
	at    string // the moment as the text names it; "" or "end" is the end
	gone  bool   // the line is not there
}

// item is the subject of a line of a section that is there.
func (r *Result) item(section int, path string) subject {
	s := subject{item: r.Sources[section], path: path, gone: true}
	if section < len(r.Attributes) && r.Attributes[section] != "" {
		s.path = strings.TrimSuffix(r.Attributes[section]+"."+path, ".")
	}
	at := "" // of the lines so far
	for _, l := range r.Rendering.Lines {
		if l.Section < 0 && strings.HasPrefix(l.Text, "== ") {
			at = strings.TrimSuffix(strings.TrimPrefix(l.Text, "== "), " ==")
		}
		if l.Section != section {
			continue
		}
		if !strings.HasPrefix(l.Text, " ") {
			heading := snapshot.Place{Heading: l.Text}
			s.at, s.view, s.label = at, heading.View(), heading.Label()
		}
		s.gone = s.gone && l.Path != path
	}
	if s.item != "" && !strings.Contains(s.item, " ") {
		return subject{view: s.view, path: path, at: s.at, gone: s.gone}.ofLine(s.item)
	}
	return s
}

// subject is what a line of a diff shows. A section that is gone is known by its
// heading: at another moment it may still be there.
func (r *Result) subject(d snapshot.DiffLine, place snapshot.Place) subject {
	section := -1
	if d.Op != '-' {
		section = r.Rendering.Lines[d.Line].Section
	} else {
		section = r.sectionOf(place.Heading)
	}
	s := subject{view: place.View(), label: place.Label(), path: place.Path}
	if section >= 0 && section < len(r.Sources) {
		s = r.item(section, place.Path)
	}
	if section < 0 && s.view == viewChanges && s.label != "" {
		s = s.ofLine(s.label) // nothing of that table is changed any more
	}
	s.at, s.gone = place.At, d.Op == '-'
	return s
}

// sectionOf finds a section by its heading, -1 if there is none.
func (r *Result) sectionOf(heading string) int {
	for _, l := range r.Rendering.Lines {
		if l.Section >= 0 && l.Path == "" && l.Text == heading {
			return l.Section
		}
	}
	return -1
}

// causes is the trace of a result, ready to be asked for many causes.
type causes struct {
	result *Result
	events []trace.Event
	byID   map[trace.ID]int         // of the event that introduced it
	seen   map[string][]int         // records, by the key of their item
	all    []int                    // records of the steps and what they caused
	after  map[trace.ID][]int       // what names an id as its cause
	ends   map[trace.ID]trace.Event // of invocations
	until  map[string]int           // how many events a moment saw
}

func newCauses(r *Result) *causes {
	c := &causes{
		result: r, byID: map[trace.ID]int{}, seen: map[string][]int{}, after: map[trace.ID][]int{},
		ends: map[trace.ID]trace.Event{}, until: map[string]int{},
	}
	c.events = r.Log.Events()
	for i, e := range c.events {
		if _, known := c.byID[e.ID]; !known && e.ID != "" {
			c.byID[e.ID] = i
		}
		for _, cause := range e.Cause {
			c.after[cause] = append(c.after[cause], i)
		}
		switch e.Kind {
		case trace.RecordSeen, trace.RecordOrphan:
			c.seen[e.Key] = append(c.seen[e.Key], i)
			if !e.ID.FromFixture() {
				c.all = append(c.all, i)
			}
		case trace.InvokeEnd:
			c.ends[e.ID] = e
		case trace.Observed:
			c.until[snapshot.Moment(e.Note)] = i
		}
	}
	return c
}

// of finds the cause of a subject.
func (c *causes) of(s subject) Cause {
	end := len(c.events)
	if at, ok := c.until[s.at]; ok {
		end = at
	}
	if s.item == "" && showsEvents(s.view) {
		return c.ofEvent(s, end)
	}
	if s.item == "" {
		s.item = c.byLabel(s.label)
	}
	last, born, found := c.lastWrite(s, end)
	cause := Cause{Item: s.item}
	if found {
		if len(last.Cause) == 0 {
			cause.Kind, cause.Chain = Unknown, []Link{{Event: last}}
			return cause
		}
		cause.Chain = c.chain(last, s.item)
		root := cause.Chain[len(cause.Chain)-1].Event
		cause.Where = c.result.where(root.Ref)
		if cause.Kind = Written; !root.ID.FromFixture() {
			cause.Receptions = c.since(s, cause.Chain[0].Event.ID, c.related(s, end), end)
			return cause
		}
		cause.Kind = FromFixture
	}
	related := c.related(s, end)
	switch {
	case s.item == "" && s.label == "":
		return Cause{}
	case found && (len(related) == 0 || c.result.Snapshot.Outcome == snapshot.Missing):
		return cause
	}
	cause.Kind, cause.Receptions = NotWritten, c.receptions(s, related, end)
	if len(cause.Receptions) == 0 && len(born.Cause) > 0 {
		made := Cause{Chain: c.chain(born, s.item)}
		root := made.Chain[len(made.Chain)-1].Event
		cause.Note = fmt.Sprintf("its item came without it, by %s %s", strings.TrimPrefix(made.ids(), "← "), c.result.where(root.Ref))
	}
	return cause
}

// lastWrite is the record of the last write, among the first events, of what the
// subject shows. What no single attribute shows is by the last write of its item.
// born is the record of an item that came without what is asked for.
func (c *causes) lastWrite(s subject, end int) (last, born trace.Event, found bool) {
	for _, i := range slices.Backward(c.seen[s.item]) {
		e := c.events[i]
		if i >= end {
			continue
		}
		if s.gone && e.Op == "INSERT" && c.lacks(e.ID, s.path) {
			return last, e, found
		}
		if touches(e, s.path) {
			return e, born, true
		}
		if !found && !s.gone {
			last, found = e, true
		}
	}
	return last, born, found
}

// chain follows causes from a record to the step. Of a batch it follows the
// newest record that is related to the item.
func (c *causes) chain(record trace.Event, item string) []Link {
	var chain []Link
	id := record.Cause[0]
	for {
		i, ok := c.byID[id]
		if !ok {
			return chain // it is forgotten
		}
		e := c.events[i]
		if e.Kind == trace.BatchFormed {
			newest, others := c.pick(e.Cause, item)
			i, ok = c.byID[newest]
			if !ok {
				return chain
			}
			e = c.events[i]
			chain = append(chain, Link{Event: e, Others: others})
			item = e.Key
		} else {
			chain = append(chain, Link{Event: e})
		}
		if len(e.Cause) == 0 {
			return chain
		}
		id = e.Cause[0]
	}
}

// pick is the newest of the records that are related to the item, and the others
// of those; of all, if none is.
func (c *causes) pick(records []trace.ID, item string) (newest trace.ID, others []trace.ID) {
	var kin []trace.ID
	for _, id := range records {
		if i, ok := c.byID[id]; ok && relatedTo(c.events[i].Key, subject{item: item}) {
			kin = append(kin, id)
		}
	}
	if len(kin) == 0 {
		kin = slices.Clone(records)
	}
	slices.Reverse(kin)
	return kin[0], kin[1:]
}
