package harness

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/stillwater-streams/stillwater/harness/engine"
	"github.com/stillwater-streams/stillwater/harness/scenario"
	"github.com/stillwater-streams/stillwater/harness/trace"
)

// What an engine can be told to do, by the names of scenario.Needs. Each is an
// interface of its own: an engine may do some and not others.
type (
	splitter    interface{ SplitShard(table string) error }
	closer      interface{ CloseShard(table string) error }
	trimmer     interface{ Trim(table string) error }
	expirer     interface{ ExpireIterators(table string) error }
	staleReader interface {
		StaleReads(times int)
		StaleReadsLeft() int // of those
	}
)

// can reports whether controls do what a need names.
func can(controls any, need string) bool {
	ok := false
	switch need {
	case "split":
		_, ok = controls.(splitter)
	case "close_shard":
		_, ok = controls.(closer)
	case "trim":
		_, ok = controls.(trimmer)
	case "expire_iterators":
		_, ok = controls.(expirer)
	case "stale_reads":
		_, ok = controls.(staleReader)
	}
	return ok
}

// lacks says what the engine lacks that a scenario needs; "" is nothing.
func (h *Harness) lacks(db *engine.Database, s *scenario.Scenario) string {
	var missing []string
	for _, need := range needs(s) {
		if !can(db.Controls(), need) {
			missing = append(missing, need)
		}
	}
	if len(missing) == 0 {
		return ""
	}
	return fmt.Sprintf("the engine %s cannot do what the scenario needs: %s", h.engine.Name(), strings.Join(missing, ", "))
}

// needs are those that the scenario names and those that its steps have.
func needs(s *scenario.Scenario) []string {
	list := slices.Clone(s.Needs)
	for step := range every(s.Steps) {
		switch c := step.Control.(type) {
		case scenario.ShardChange:
			list = append(list, c.Kind)
		case scenario.StaleReads:
			list = append(list, "stale_reads")
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// every yields steps, and those of groups in place of the group.
func every(steps []scenario.Step) func(func(scenario.Step) bool) {
	return func(yield func(scenario.Step) bool) {
		for _, s := range steps {
			inner := s.Steps
			if inner == nil {
				inner = []scenario.Step{s}
			}
			for _, i := range inner {
				if !yield(i) {
					return
				}
			}
		}
	}
}

// driven says what of a scenario only the driver can do, and a live run cannot: to
// make something go wrong, to move time, to hold records back, and to show what
// depends on the chance of goroutines. "" is nothing.
func driven(s *scenario.Scenario) string {
	for _, step := range s.Steps {
		if step.Verb == verbBacklog && step.Steps != nil {
			return "backlog"
		}
		switch step.Control.(type) {
		case nil, scenario.Settle, scenario.Snapshot, scenario.Expect:
		default:
			return step.Verb
		}
	}
	for _, view := range views(s) {
		if view == "invocations" || view == "metrics" {
			return "the view " + view
		}
	}
	return ""
}

// views are those that a scenario looks at, in the snapshot or on the way.
func views(s *scenario.Scenario) []string {
	list := slices.Clone(s.Observe)
	for step := range every(s.Steps) {
		if e, ok := step.Control.(scenario.Expect); ok {
			list = append(list, e.View)
		}
	}
	return list
}

// changeShards has the engine do something to the shards of a stream.
func (a *attempt) changeShards(s scenario.Step, c scenario.ShardChange) error {
	if !can(a.controls, c.Kind) {
		return fmt.Errorf("the engine %s cannot do that", a.harness.engine.Name())
	}
	note := fmt.Sprintf("%s: the stream of %s", c.Kind, c.Table)
	if c.Kind == "trim" {
		note += a.lose(c.Table)
	}
	a.noteControl(s, note)
	var err error
	switch c.Kind {
	case "split":
		err = a.controls.(splitter).SplitShard(c.Table)
	case "close_shard":
		err = a.controls.(closer).CloseShard(c.Table)
	case "trim":
		err = a.controls.(trimmer).Trim(c.Table)
	case "expire_iterators":
		err = a.controls.(expirer).ExpireIterators(c.Table)
	}
	a.jumped = false // the shards are others by now
	return err
}

// lose writes off what the mappings of a table have not read yet, and says whose
// and how much that is.
func (a *attempt) lose(table string) string {
	text := ""
	for _, s := range a.mappings {
		n := a.gate.Records(s.streamARN) - s.read()
		if s.trigger.Mapping.Table != table || n == 0 {
			continue
		}
		s.lost += n
		text += fmt.Sprintf("; %s loses %s that it has not read", s.trigger.Mapping.Trigger, records(n))
	}
	return text
}

// staleReads has the engine answer reads from the past.
func (a *attempt) staleReads(s scenario.Step, c scenario.StaleReads) error {
	stale, ok := a.controls.(staleReader)
	if !ok {
		return errors.New("the engine " + a.harness.engine.Name() + " cannot do that")
	}
	a.countStaleReads()
	times := max(c.Times, 1)
	a.noteControl(s, fmt.Sprintf("the next %d eventually consistent reads miss the last write", times))
	stale.StaleReads(times)
	a.faults = append(a.faults, &fault{step: s, times: times})
	return nil
}

// countStaleReads notes how many of the last stale reads there were.
func (a *attempt) countStaleReads() {
	stale, ok := a.controls.(staleReader)
	if !ok {
		return
	}
	for _, f := range slices.Backward(a.faults) {
		if _, ok := f.step.Control.(scenario.StaleReads); ok {
			f.done = f.times - stale.StaleReadsLeft()
			return
		}
	}
}

func (a *attempt) noteControl(s scenario.Step, what string) {
	a.log.Append(trace.Event{Kind: trace.Fault, ID: a.log.Mint(trace.TypeFault), Ref: ref(s), Note: what})
}
