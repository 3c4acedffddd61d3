package harness

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/consumer/core"
	"github.com/stillwater-streams/stillwater/harness/scenario"
	"github.com/stillwater-streams/stillwater/harness/snapshot"
	"github.com/stillwater-streams/stillwater/harness/trace"
)

// observe adds to the document what there is to see at a moment of that name, ""
// for the end.
func (a *attempt) observe(ctx context.Context, at string) error {
	a.document.Scenario, a.document.Scrub = a.scenario.Name, a.harness.project.Scrub
	seen, err := a.look(ctx, a.scenario.Observe)
	if err != nil {
		return fmt.Errorf("observe: %w", err)
	}
	if !slices.Contains(a.scenario.Observe, viewOnFailure) {
		// A scenario that loses records must not look like one that does not.
		if err := seen.givenUp(a); err != nil {
			return fmt.Errorf("observe: %w", err)
		}
	}
	seen.failedJobs(a.jobs.failures())
	for i := range seen.sections {
		seen.sections[i].At = at
	}
	a.log.Append(trace.Event{Kind: trace.Observed, Note: at})
	a.document.Sections = append(a.document.Sections, seen.sections...)
	a.sources = append(a.sources, seen.sources...)
	a.attributes = append(a.attributes, seen.attributes...)
	return nil
}

// sight is what views show: sections, and for each the item it shows and which of
// its attributes, as in a [Result].
type sight struct {
	sections   []snapshot.Section
	sources    []string
	attributes []string
}

func (s *sight) add(section snapshot.Section, source, attribute string) {
	s.sections = append(s.sections, section)
	s.sources = append(s.sources, source)
	s.attributes = append(s.attributes, attribute)
}

// look reads the tables and lets views pick, in their order.
func (a *attempt) look(ctx context.Context, views []string) (*sight, error) {
	items, err := a.scan(ctx)
	if err != nil {
		return nil, err
	}
	seen := &sight{}
	for _, name := range views {
		if slices.Contains(scenario.Views(), name) {
			if err := seen.builtIn(a, name, items); err != nil {
				return nil, err
			}
		}
		for _, view := range a.harness.project.Views {
			if view.Name == name {
				seen.show(view, items)
			}
		}
	}
	return seen, nil
}

type observed struct {
	table string
	key   string
	item  map[string]types.AttributeValue
}

// scan reads every item of every table, consistently, past the gate: nothing
// else runs any more.
func (a *attempt) scan(ctx context.Context) ([]observed, error) {
	var all []observed
	for _, table := range a.harness.project.Tables {
		pages := dynamodb.NewScanPaginator(a.data, &dynamodb.ScanInput{TableName: table.TableName, ConsistentRead: aws.Bool(true)})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				return nil, fmt.Errorf("scan %s: %w", aws.ToString(table.TableName), err)
			}
			for _, item := range page.Items {
				name := aws.ToString(table.TableName)
				all = append(all, observed{name, a.gate.Key(name, item), item})
			}
		}
	}
	slices.SortFunc(all, func(x, y observed) int { return strings.Compare(x.key, y.key) })
	return all, nil
}

// show adds a section for each item that the view shows, by label.
func (s *sight) show(view View, items []observed) {
	type shown struct {
		section snapshot.Section
		key     string
	}
	var list []shown
	for _, o := range items {
		if label, value, ok := view.Of(o.table, o.item); ok {
			list = append(list, shown{snapshot.Section{View: view.Name, Label: label, Value: value}, o.key})
		}
	}
	slices.SortStableFunc(list, func(x, y shown) int { return strings.Compare(x.section.Label, y.section.Label) })
	for _, l := range list {
		s.add(l.section, l.key, view.At)
	}
}

// givenUp shows what went to on-failure destinations and what was dropped for want
// of one, if anything was.
func (s *sight) givenUp(a *attempt) error {
	messages, err := a.letters.messages()
	if err != nil {
		return err
	}
	for i, m := range messages {
		s.lost(viewOnFailure, fmt.Sprintf("message %d", i+1), functionName(m.RequestContext.FunctionARN),
			m.RequestContext.Condition, m.RequestContext.ApproximateInvokeCount, m.Batch.BatchSize)
	}
	for i, lost := range a.letters.lost() {
		s.lost("dropped", fmt.Sprintf("batch %d", i+1), lost.Trigger, lost.Condition, lost.Attempts, len(lost.Records))
	}
	return nil
}

func (s *sight) lost(view, label, function string, why core.Condition, attempts, records int) {
	s.add(snapshot.Section{View: view, Label: label, Value: members(map[string]types.AttributeValue{
		"function":  word(function),
		"condition": word(string(why)),
		"attempts":  number(attempts),
		"records":   number(records),
	})}, "", "")
}

// failedJobs shows the jobs that failed, if any did: what they were to do is not done.
// Why stands in the trace, for texts of errors are not the same on every engine.
func (s *sight) failedJobs(failed []FailedJob) {
	for i, j := range failed {
		s.add(snapshot.Section{View: viewFailedJobs, Label: fmt.Sprintf("job %d", i+1), Value: members(map[string]types.AttributeValue{
			"job": word(j.Name), "trigger": word(j.Trigger),
		})}, "", "")
	}
}

// functionName is the last part of a function's ARN.
func functionName(arn string) string { return arn[strings.LastIndexByte(arn, ':')+1:] }
