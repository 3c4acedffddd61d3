package harness

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/stillwater-streams/stillwater/harness/trace"
)

// relatedTo reports whether the item of a key belongs to the subject's: it is the
// item itself, or its key holds the partition key of it (a vulnerability
// "VULN#v1 FIN#f1" belongs to the finding "FIN#f1 GROUP#harbor"). Where the item
// is not known, the label is what its key must hold.
func relatedTo(key string, s subject) bool {
	parts := strings.Fields(key)
	if len(parts) < 2 {
		return false
	}
	own := strings.Fields(s.item)
	if len(own) < 2 {
		return s.label != "" && slices.Contains(parts[1:], s.label)
	}
	return key == s.item || slices.Contains(parts[1:], own[1])
}

// related are the records of the steps, and of what they caused, that are related
// to the subject. Echoes are not: records of its own item that a trigger caused.
// Where keys have one part they cannot tell what belongs to what: then it is every
// record of a step, if triggers are known to write the item, or nobody ever did.
func (c *causes) related(s subject, end int) []int {
	var kin, steps []int
	onePart := true
	for _, i := range c.all {
		e := c.events[i]
		if echo := e.Key == s.item && e.Depth > 0; i >= end || echo {
			continue
		}
		if relatedTo(e.Key, s) {
			kin = append(kin, i)
		}
		if e.Depth == 0 {
			steps = append(steps, i)
			onePart = onePart && len(strings.Fields(e.Key)) == 2
		}
	}
	if len(kin) == 0 && onePart && (len(c.writers(s, end)) > 0 || len(c.seen[s.item]) == 0) {
		return steps
	}
	return kin
}

// since are the receptions of related records by invocations that began after a
// write: they could have written the subject once more.
func (c *causes) since(s subject, write trace.ID, related []int, end int) []Reception {
	var out []Reception
	for _, r := range c.receptions(s, related, end) {
		if i, ok := c.byID[r.Invocation]; ok && i > c.byID[write] && i < end {
			out = append(out, r)
		}
	}
	return out
}

// byLabel is the key of the item that a section without one may show: of the
// newest record whose key holds the label.
func (c *causes) byLabel(label string) string {
	if label == "" {
		return ""
	}
	for _, e := range slices.Backward(c.events) {
		parts := strings.Fields(e.Key)
		if (e.Kind == trace.RecordSeen || e.Kind == trace.RecordOrphan) && len(parts) > 1 && parts[1] == label {
			return e.Key
		}
	}
	return ""
}

// lacks reports whether the item of a record is known to have come without an
// attribute.
func (c *causes) lacks(record trace.ID, path string) bool {
	images, ok := c.result.Log.Images(record)
	if !ok || path == "" || images.After == nil {
		return false
	}
	at := images.After
	path, _, _ = strings.Cut(path, "[")
	for i, name := range strings.Split(path, ".") {
		if i > 0 {
			var value struct{ M json.RawMessage }
			if json.Unmarshal(at, &value) != nil || value.M == nil {
				return false // it is no map: what the path means is not known
			}
			at = value.M
		}
		var members map[string]json.RawMessage
		if json.Unmarshal(at, &members) != nil {
			return false
		}
		value, there := members[name]
		if !there {
			return true
		}
		at = value
	}
	return false
}

// receptions tell what became of related records: which invocations were given
// them and how those ended, and who was not given them, and why. Where it is known
// who writes such items, the other triggers are left out.
func (c *causes) receptions(s subject, related []int, end int) []Reception {
	writers := c.writers(s, end)
	wanted := func(trigger string) bool { return len(writers) == 0 || writers[trigger] }
	var out []Reception
	add := func(r Reception, record trace.ID) {
		for i := range out {
			if out[i].Trigger == r.Trigger && out[i].Invocation == r.Invocation && out[i].Ended == r.Ended {
				out[i].Records = append(out[i].Records, record)
				return
			}
		}
		r.Records = []trace.ID{record}
		out = append(out, r)
	}
	for _, i := range related {
		record := c.events[i]
		found := c.deliveries(record, s)
		received := 0
		for _, r := range found {
			if wanted(r.Trigger) {
				add(r, record.ID)
				received++
			}
		}
		if received == 0 {
			add(Reception{Ended: nobody(record, found)}, record.ID)
		}
	}
	return out
}

// nobody says why a record was given to none of those who could have written.
func nobody(record trace.Event, others []Reception) string {
	if len(others) > 0 {
		return fmt.Sprintf("only %s, which never writes such an item", others[0].Trigger)
	}
	table, _, _ := strings.Cut(record.Key, " ")
	return fmt.Sprintf("no trigger that runs is mapped to the stream of %s", table)
}

// writers are the triggers that wrote the subject's item, up to then.
func (c *causes) writers(s subject, end int) map[string]bool {
	out := map[string]bool{}
	for _, i := range c.seen[s.item] {
		if i >= end || len(c.events[i].Cause) == 0 {
			continue
		}
		if w, ok := c.byID[c.events[i].Cause[0]]; ok && c.events[w].Depth > 0 {
			out[c.events[w].Actor] = true
		}
	}
	return out
}

// deliveries are what became of one record, of each trigger: the events that name
// it are batches and filters, and those that name a batch tell its fate.
func (c *causes) deliveries(record trace.Event, s subject) []Reception {
	var out []Reception
	for _, i := range c.after[record.ID] {
		switch e := c.events[i]; e.Kind {
		case trace.Filtered:
			out = append(out, Reception{Trigger: e.Actor, Ended: fmt.Sprintf("the filters of %s turn it away", e.Actor)})
		case trace.BatchFormed:
			out = append(out, c.fates(e, s)...)
		}
	}
	return out
}

// fates are the invocations of a batch and what came after them.
func (c *causes) fates(batch trace.Event, s subject) []Reception {
	var out []Reception
	for _, i := range c.after[batch.ID] {
		switch e := c.events[i]; e.Kind {
		case trace.InvokeStart:
			out = append(out, Reception{Trigger: e.Actor, Invocation: e.ID, Ended: c.ended(e.ID, s)})
		case trace.Throttled:
			out = append(out, Reception{Trigger: e.Actor, Ended: e.Note})
		case trace.DeadLetter:
			out = append(out, Reception{Trigger: e.Actor, Ended: fmt.Sprintf("%s of %s went to the on-failure destination (%s)", batch.ID, e.Actor, e.Note)})
		case trace.Dropped:
			out = append(out, Reception{Trigger: e.Actor, Ended: fmt.Sprintf("%s of %s was dropped (%s)", batch.ID, e.Actor, e.Note)})
		}
	}
	return out
}

// ended says how an invocation ended and what it did instead of writing what the
// subject shows.
func (c *causes) ended(invocation trace.ID, s subject) string {
	end, ok := c.ends[invocation]
	note, _, _ := strings.Cut(end.Note, "\n")
	if !ok {
		note = "it has not ended"
	}
	other, did := trace.ID(""), ""
	for _, i := range c.after[invocation] {
		switch e := c.events[i]; {
		case e.Kind == trace.Refused:
			return note + ", and a call was refused after its end"
		case e.Kind == trace.JobSubmitted:
			did = fmt.Sprintf("it handed on to %s", e.ID)
		case e.Kind != trace.Write:
		case e.Note != "ok":
			failed, _, _ := strings.Cut(e.Note, "\n")
			return fmt.Sprintf("%s, its %s failed: %s", note, e.ID, failed)
		case e.N == 0:
			did = fmt.Sprintf("%s changed nothing", e.ID)
		case c.wrote(e.ID, s.item):
			did = fmt.Sprintf("%s left this as it was", e.ID)
		default:
			other = e.ID
		}
	}
	if did == "" && other != "" {
		did = fmt.Sprintf("%s wrote another item", other)
	}
	if did == "" {
		did = "nothing written"
	}
	return note + ", " + did
}

// wrote reports whether a write changed the item.
func (c *causes) wrote(write trace.ID, item string) bool {
	return slices.ContainsFunc(c.after[write], func(i int) bool { return c.events[i].Key == item })
}
