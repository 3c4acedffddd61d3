package harness

import (
	"cmp"
	"fmt"
	"path"
	"strings"

	"github.com/stillwater-streams/stillwater/harness/trace"
)

// CauseKind says why a line of a snapshot is as it is.
type CauseKind string

// The kinds of causes.
const (
	// NoCause: the line shows no value, or the trace knows nothing of it.
	NoCause CauseKind = ""
	// Written: a step wrote the value, or a trigger on behalf of one.
	Written CauseKind = "written"
	// FromFixture: the value stands since the fixture, and no step touched
	// anything related.
	FromFixture CauseKind = "fixture"
	// NotWritten: the value stands since the fixture, or there is none, though
	// steps changed related items.
	NotWritten CauseKind = "not written"
	// Unknown: a client wrote it that the harness did not give.
	Unknown CauseKind = "unknown client"
)

// Cause tells why a line of a snapshot is as it is.
type Cause struct {
	Kind CauseKind
	// Item is the key of the item that the line shows, "" if it shows none.
	Item string
	// Chain leads from the write of the value back to the step or the entry of the
	// fixture, for Written and FromFixture: write, invocation, record, write … step.
	Chain []Link
	// Where is the line of YAML at the end of Chain: "yaml:18" in the scenario's own
	// file, "two_open.yaml:3" in another.
	Where string
	// Receptions are, for NotWritten, the invocations that were given related
	// records and the records that nobody was given, in their order; for Written the
	// invocations that were given such after the write, and left the value as it was.
	Receptions []Reception
	// Note says in words what there are no receptions for.
	Note string
}

// Link is one thing of a chain of causes.
type Link struct {
	// Event is that of the write, invocation, record or step.
	Event trace.Event
	// Others are, of a record, those of the same item or its group that were in the
	// same batch, newest first; Event is the newest of all.
	Others []trace.ID
}

// Reception is what became of records that are related to an item.
type Reception struct {
	// Trigger is whose invocation it was, or who did not get the records; "" if
	// nobody could.
	Trigger string
	// Invocation that was given the records; "" if none was.
	Invocation trace.ID
	// Records, oldest first.
	Records []trace.ID
	// Ended says how the invocation ended and what it wrote instead, or why there
	// was none.
	Ended string
}

// String is the reception in words: "i2 of indicators received r3: ok, nothing
// written".
func (r Reception) String() string {
	if r.Invocation == "" {
		return fmt.Sprintf("nobody received %s: %s", span(r.Records), r.Ended)
	}
	return fmt.Sprintf("%s of %s received %s: %s", r.Invocation, r.Trigger, span(r.Records), r.Ended)
}

// String is the cause on one line, "" for NoCause:
//
//	← w6 ← i3 ← r4+1 ← m4 yaml:18
//	← fixture two_open.yaml:3
//	← not written: i1 of indicators received r1: ok, nothing written
func (c Cause) String() string {
	switch c.Kind {
	case Written:
		return c.ids() + " " + c.Where
	case FromFixture:
		return "← fixture " + c.Where
	case NotWritten:
		return "← not written: " + c.why()
	case Unknown:
		return fmt.Sprintf("← %s, of a client that is not known", c.Chain[0].Event.ID)
	}
	return ""
}

// Short is the cause where it was said in full before: "← w6", "← not written (i1)".
func (c Cause) Short() string {
	switch {
	case c.Kind == Written:
		return fmt.Sprintf("← %s", c.Chain[0].Event.ID)
	case c.Kind == NotWritten && len(c.Receptions) > 0 && c.telling().Invocation != "":
		return fmt.Sprintf("← not written (%s)", c.telling().Invocation)
	case c.Kind == NotWritten:
		return "← not written"
	}
	return c.String()
}

// ids are those of a chain: "← w6 ← i3 ← r4+1 ← m4". What follows a batch is the
// write that its record tells of; where a step made it, it says no more than the
// record.
func (c Cause) ids() string {
	var b strings.Builder
	for i, l := range c.Chain {
		if i > 0 && l.Event.ID.Type() == trace.TypeWrite && i+1 < len(c.Chain) && c.Chain[i+1].Event.ID.Type() == trace.TypeMutation {
			continue
		}
		fmt.Fprintf(&b, " ← %s", l.Event.ID)
		if len(l.Others) > 0 {
			fmt.Fprintf(&b, "+%d", len(l.Others))
		}
	}
	return strings.TrimPrefix(b.String(), " ")
}

func (c Cause) why() string {
	if len(c.Receptions) == 0 {
		return cmp.Or(c.Note, "no step changed anything that names it")
	}
	text := c.telling().String()
	if more := len(c.Receptions) - 1; more > 0 {
		text += fmt.Sprintf("; +%d more", more)
	}
	return text
}

// telling is the reception that says most: what failed tells more than what ended
// well.
func (c Cause) telling() Reception {
	for _, r := range c.Receptions {
		if !strings.HasPrefix(r.Ended, "ok") {
			return r
		}
	}
	return c.Receptions[0]
}

// span shortens a list of ids: "r1", "r1 r2", "r1…r5".
func span(ids []trace.ID) string {
	switch len(ids) {
	case 0:
		return "no record"
	case 1:
		return string(ids[0])
	case 2:
		return fmt.Sprintf("%s %s", ids[0], ids[1])
	}
	return fmt.Sprintf("%s…%s (%d)", ids[0], ids[len(ids)-1], len(ids))
}

// where words the reference of a step: in the scenario's own file its line says
// enough.
func (r *Result) where(ref string) string {
	if r.Scenario != nil {
		if line, ok := strings.CutPrefix(ref, path.Base(r.Scenario.Path)+":"); ok && r.Scenario.Path != "" {
			return "yaml:" + line
		}
	}
	return ref
}
