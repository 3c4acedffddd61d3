package incident

import (
	"fmt"
	"reflect"
	"strings"
	"time"
)

// stepTime is how far the virtual clock moves after a write of a scenario.
const stepTime = time.Minute

// plan is what a scenario will hold.
type plan struct {
	start time.Time
	clock time.Time // the virtual time of the next step
	seeds []write
	steps []step
	notes []string
	state map[string]item // what each item is by now; absent: not known yet, nil: not there
}

// write is one raw write.
type write struct {
	op, table string // op is put, delete or expire
	item      item   // of put; else the key
}

// step is a write, or the time to wait for.
type step struct {
	write
	at      time.Time // the zero time for a write
	comment string
}

func newPlan(records []record) *plan {
	p := &plan{start: records[0].at, clock: records[0].at, state: map[string]item{}}
	for _, r := range records {
		p.join(r)
		p.wait(r.at)
		switch {
		case r.kind != "REMOVE":
			p.add(write{"put", r.table, r.new}, "")
		case r.expired:
			p.add(write{"expire", r.table, r.keys}, "")
		default:
			p.add(write{"delete", r.table, r.keys}, "")
		}
		p.state[r.id()] = r.new
	}
	return p
}

// join sees to it that the item is what the record's old image says.
func (p *plan) join(r record) {
	before, known := p.state[r.id()]
	if !known {
		p.begin(r)
		return
	}
	const gap = "not in the event: the records before and after it do not join"
	switch {
	case r.kind == "INSERT" && before != nil:
		p.add(write{"delete", r.table, r.keys}, gap)
	case r.old != nil && !reflect.DeepEqual(before, r.old):
		p.add(write{"put", r.table, r.old}, gap)
	}
}

// begin puts the old image of an item's first record into the fixture.
func (p *plan) begin(r record) {
	switch {
	case r.old != nil:
		p.seeds = append(p.seeds, write{"put", r.table, r.old})
	case r.kind == "REMOVE":
		p.seeds = append(p.seeds, write{"put", r.table, r.keys})
		p.note(r, "has no old image: the fixture has its key alone")
	case r.kind == "MODIFY":
		p.note(r, "has no old image: here it is an INSERT; put the item as it was into the fixture")
	}
}

func (p *plan) note(r record, what string) {
	var key []string
	for _, name := range sorted(r.keys) {
		key = append(key, strings.Trim(inline(r.keys[name]), `"`))
	}
	p.notes = append(p.notes, fmt.Sprintf("%s of %s %s", r.kind, r.table, strings.Join(key, " "))+" "+what)
}

// wait moves the clock to the time of a record, if that is later.
func (p *plan) wait(t time.Time) {
	if t.After(p.clock) {
		p.steps = append(p.steps, step{at: t})
		p.clock = t
	}
}

func (p *plan) add(w write, comment string) {
	p.steps = append(p.steps, step{write: w, comment: comment})
	p.clock = p.clock.Add(stepTime)
}

// id is the table and the key of a record's item.
func (r record) id() string {
	text := r.table
	for _, name := range sorted(r.keys) {
		text += " " + inline(r.keys[name])
	}
	return text
}
