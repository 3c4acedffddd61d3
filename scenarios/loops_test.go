package scenarios_test

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/engine/memory"
	"github.com/stillwater-streams/stillwater/harness/trace"
	"github.com/stillwater-streams/stillwater/triggers"
	"github.com/stillwater-streams/stillwater/triggers/deploy"
)

// edge says that records of what one trigger wrote are handed to another, or to
// itself.
type edge struct{ writer, taker string }

// echoes is what runs show of records that triggers caused: which edges there are,
// in how many batches nothing else was handed over, and in how many of those the
// taker made a call.
type echoes struct{ batches, unmixed, answered map[edge]int }

// collect adds the batches of a run. Which records a trigger gets is for its filters
// to say, as the consumer reads them.
func (e echoes) collect(log *trace.Log) {
	writers := map[trace.ID]string{}   // of writes and records: the trigger, "" = the application
	invoked := map[trace.ID][]string{} // of invocations: the writers of their records
	batches := map[trace.ID][]string{}
	actors, called := map[trace.ID]string{}, map[trace.ID]bool{}
	for _, event := range log.Events() {
		switch event.Kind {
		case trace.Write, trace.Call, trace.JobSubmitted:
			for _, cause := range event.Cause {
				if cause.Type() == trace.TypeInvocation {
					called[cause], writers[event.ID] = true, event.Actor
				}
			}
		case trace.RecordSeen:
			for _, cause := range event.Cause {
				writers[event.ID] = writers[cause]
			}
		case trace.BatchFormed:
			for _, record := range event.Cause {
				batches[event.ID] = append(batches[event.ID], writers[record])
			}
		case trace.InvokeStart:
			actors[event.ID] = event.Actor
			for _, cause := range event.Cause {
				invoked[event.ID] = append(invoked[event.ID], batches[cause]...)
			}
		}
	}
	for invocation, of := range invoked {
		for _, writer := range slices.Compact(slices.Sorted(slices.Values(of))) {
			if writer == "" {
				continue
			}
			way := edge{writer, actors[invocation]}
			e.batches[way]++
			if !slices.ContainsFunc(of, func(other string) bool { return other != writer }) {
				e.unmixed[way]++
				if called[invocation] {
					e.answered[way]++
				}
			}
		}
	}
}

// fed are the triggers that can cause themselves, over others or not, along edges.
func fed(edges map[edge]int) []string {
	var found []string
	for start := range edges {
		reached, queue := map[string]bool{}, []string{start.writer}
		for len(queue) > 0 {
			at := queue[0]
			queue = queue[1:]
			for e := range edges {
				if e.writer == at && !reached[e.taker] {
					reached[e.taker] = true
					queue = append(queue, e.taker)
				}
			}
		}
		if reached[start.writer] {
			found = append(found, start.writer)
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

func newEchoes() echoes {
	return echoes{map[edge]int{}, map[edge]int{}, map[edge]int{}}
}

// Which triggers get their own writes is seen in what they wrote and were handed in
// the scenarios. Each of them drops its echo without a call, so that nothing goes
// round; and the template of triggers/deploy watches these and no others.
func TestNoTriggerFeedsItself(t *testing.T) {
	h, all := startHarness(t, memory.New(memory.Options{}), harness.Options{})
	seen := newEchoes()
	for _, sc := range everyNth(all, 3) {
		r, err := h.Run(context.Background(), sc)
		if err != nil {
			t.Fatal(err)
		}
		if r.Log != nil { // skipped
			seen.collect(r.Log)
		}
	}
	selfMatching := fed(seen.batches)
	if diff := cmp.Diff(watched(t), selfMatching); diff != "" {
		t.Errorf("triggers that get their own writes (-writesItsTable in triggers/deploy/function.go +seen in scenarios):\n%s", diff)
	}
	for _, trigger := range selfMatching {
		if way := (edge{trigger, trigger}); seen.batches[way] > 0 && seen.unmixed[way] == 0 {
			t.Errorf("%s: no batch of its echo alone: nothing shows that it drops it", trigger)
		}
	}
	if loops := fed(seen.answered); len(loops) > 0 {
		t.Errorf("%q answer what they wrote themselves by calls (%v): they may feed themselves for ever", loops, seen.answered)
	}
	t.Logf("handed over %v, alone %v, answered by calls %v", seen.batches, seen.unmixed, seen.answered)
}

// watched are the triggers for which the template has the alarm of a loop.
func watched(t *testing.T) []string {
	t.Helper()
	text, err := deploy.Template(triggers.Config(), deploy.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var template struct{ Resources map[string]any }
	if err := json.Unmarshal(text, &template); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, resource := range slices.Sorted(maps.Keys(template.Resources)) {
		if trigger, ok := strings.CutSuffix(resource, "LoopAlarm"); ok {
			names = append(names, strings.ToLower(trigger))
		}
	}
	return names
}

// Loops over several triggers are found as well as those of one.
func TestFeedingIsFound(t *testing.T) {
	for name, test := range map[string]struct {
		edges []edge
		want  []string
	}{
		"nothing":        {nil, nil},
		"one way":        {[]edge{{"a", "b"}, {"b", "c"}}, nil},
		"itself":         {[]edge{{"a", "a"}, {"a", "b"}}, []string{"a"}},
		"over another":   {[]edge{{"a", "b"}, {"b", "a"}, {"b", "c"}}, []string{"a", "b"}},
		"over two":       {[]edge{{"a", "b"}, {"b", "c"}, {"c", "a"}}, []string{"a", "b", "c"}},
		"after a detour": {[]edge{{"x", "a"}, {"a", "b"}, {"b", "a"}}, []string{"a", "b"}},
	} {
		edges := map[edge]int{}
		for _, e := range test.edges {
			edges[e]++
		}
		if diff := cmp.Diff(test.want, fed(edges)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
