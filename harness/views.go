package harness

import (
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/harness/snapshot"
)

// The views that every project has: scenario.Views.
const (
	viewItems       = "items"
	viewChanged     = "changed_items"
	viewChanges     = "changes"
	viewOnFailure   = "on_failure"
	viewInvocations = "invocations"
	viewMetrics     = "metrics"
	viewRequests    = "requests"
)

// builtIn shows a view that every project has. One that has nothing to show says
// so: it was asked for.
func (s *sight) builtIn(a *attempt, name string, items []observed) error {
	before := len(s.sections)
	switch name {
	case viewItems:
		for _, o := range items {
			s.add(snapshot.Section{View: name, Label: a.label(o), Value: members(o.item)}, o.key, "")
		}
	case viewChanged:
		s.changed(a, items)
	case viewChanges:
		s.changes(a, items)
	case viewOnFailure:
		if err := s.givenUp(a); err != nil {
			return err
		}
	case viewInvocations:
		s.invocations(a)
	case viewMetrics:
		s.metrics(a)
	case viewRequests:
		s.requests(a)
	}
	if len(s.sections) == before {
		s.add(snapshot.Section{View: name, Value: &types.AttributeValueMemberL{}}, "", "")
	}
	return nil
}

// invocations shows them in their order, throttled ones among them.
func (s *sight) invocations(a *attempt) {
	var list []types.AttributeValue
	for _, i := range a.past.invocations {
		var records []types.AttributeValue
		for _, r := range i.records {
			records = append(records, word(r))
		}
		list = append(list, members(map[string]types.AttributeValue{
			"trigger": word(i.trigger), "attempt": number(i.attempt), "ended": word(i.ended),
			"records": &types.AttributeValueMemberL{Value: records},
		}))
	}
	if list != nil {
		s.add(snapshot.Section{View: viewInvocations, Value: &types.AttributeValueMemberL{Value: list}}, "", "")
	}
}

// metrics shows Lambda's metrics of the group EventCount, of each trigger that
// runs, whether its mapping asks for them or not.
func (s *sight) metrics(a *attempt) {
	for _, m := range a.mappings {
		name := m.trigger.Mapping.Trigger
		c := a.past.count(name)
		s.add(snapshot.Section{View: viewMetrics, Label: name, Value: members(map[string]types.AttributeValue{
			"PolledEventCount": number(c.polled), "FilteredOutEventCount": number(c.filtered),
			"InvokedEventCount": number(c.invoked), "FailedInvokeEventCount": number(c.failed),
			"DroppedEventCount": number(c.dropped), "OnFailureDestinationDeliveredEventCount": number(c.delivered),
		})}, "", "")
	}
}

// render is the canonical text of a value: equal values have the same.
func render(v types.AttributeValue) string {
	lines := snapshot.Document{Sections: []snapshot.Section{{Value: v}}}.Render().Lines
	var text []string
	for _, l := range lines {
		if l.Section == 0 {
			text = append(text, strings.TrimPrefix(l.Text, "  "))
		}
	}
	return strings.Join(text[1:], "\n") // without the heading
}

func members(m map[string]types.AttributeValue) types.AttributeValue {
	return &types.AttributeValueMemberM{Value: m}
}

func word(text string) types.AttributeValue { return &types.AttributeValueMemberS{Value: text} }

func number(n int) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.Itoa(n)}
}
