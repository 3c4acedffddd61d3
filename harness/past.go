package harness

import (
	"fmt"

	"github.com/stillwater-streams/stillwater/consumer/core"
)

// past is what built-in views show beside the tables: what happened since the
// fixture.
type past struct {
	invocations []*shownInvocation
	counts      map[string]*eventCounts // by trigger
	before      map[string]observed     // the items when the fixture was settled; nil if nobody asks
}

// shownInvocation is one line of the view of invocations.
type shownInvocation struct {
	of      *invocation // nil: it was throttled
	trigger string
	attempt int
	records []string // what happened to which item
	ended   string
}

// eventCounts are Lambda's metrics of the group EventCount, in records (M2).
type eventCounts struct {
	polled, filtered, invoked, failed, dropped, delivered int
}

// count is where the records of a trigger are counted.
func (p *past) count(trigger string) *eventCounts {
	if p.counts == nil {
		p.counts = map[string]*eventCounts{}
	}
	c := p.counts[trigger]
	if c == nil {
		c = &eventCounts{}
		p.counts[trigger] = c
	}
	return c
}

func (p *past) invoked(i *invocation) {
	trigger := i.shard.source.trigger.Mapping.Trigger
	p.count(trigger).invoked += len(i.action.Records)
	p.invocations = append(p.invocations, &shownInvocation{
		of: i, trigger: trigger, attempt: i.action.Attempt, records: i.shard.source.words(i.action.Records), ended: "it runs",
	})
}

// ended notes how an invocation ended. failure leaves out where in the source a
// panic came from, which every edit would change.
func (p *past) ended(i *invocation, response []byte, failure string) {
	shown := p.invocations[len(p.invocations)-1]
	for n := len(p.invocations) - 1; shown.of != i; n-- {
		shown = p.invocations[n]
	}
	count := p.count(shown.trigger)
	switch done, why := i.shard.core.Judge(i.action, response); {
	case failure != "":
		shown.ended = failure
		count.failed += len(i.action.Records)
	case why != "":
		shown.ended = fmt.Sprintf("%d of %d dealt with: %s", done, len(i.action.Records), why)
		count.failed += len(i.action.Records) - done
	default:
		shown.ended = "ok"
	}
}

func (p *past) throttled(s *source, action core.Invoke, why string) {
	p.invocations = append(p.invocations, &shownInvocation{
		trigger: s.trigger.Mapping.Trigger, attempt: action.Attempt, records: s.words(action.Records), ended: why,
	})
}

// words name records: "MODIFY integrates_vms VULN#v1 FIN#f1".
func (s *source) words(records []core.Record) []string {
	var list []string
	for _, r := range records {
		seen, _ := s.attempt.gate.Seen(s.streamARN, r.Sequence)
		e, _ := s.attempt.log.Find(seen.ID)
		list = append(list, e.Op+" "+seen.Key)
	}
	return list
}
