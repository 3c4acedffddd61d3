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
	"github.com/stillwater-streams/stillwater/harness/snapshot"
)

// observe reads the tables and fills the document.
func (a *attempt) observe(ctx context.Context) error {
	a.document.Scenario = a.scenario.Name
	items, err := a.scan(ctx)
	if err != nil {
		return fmt.Errorf("observe: %w", err)
	}
	for _, name := range a.scenario.Observe {
		for _, view := range a.harness.project.Views {
			if view.Name == name {
				a.show(view, items)
			}
		}
	}
	return a.showGivenUp()
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
func (a *attempt) show(view View, items []observed) {
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
	for _, s := range list {
		a.document.Sections = append(a.document.Sections, s.section)
		a.sources = append(a.sources, s.key)
		a.attributes = append(a.attributes, view.At)
	}
}

// showGivenUp adds what went to the on-failure destination and what was dropped
// for want of one, if anything was: a scenario that loses records must not look
// like one that does not.
func (a *attempt) showGivenUp() error {
	messages, err := a.letters.messages()
	if err != nil {
		return fmt.Errorf("observe: %w", err)
	}
	for i, m := range messages {
		a.showLost("on_failure", fmt.Sprintf("message %d", i+1), functionName(m.RequestContext.FunctionARN),
			m.RequestContext.Condition, m.RequestContext.ApproximateInvokeCount, m.Batch.BatchSize)
	}
	for i, lost := range a.letters.lost() {
		a.showLost("dropped", fmt.Sprintf("batch %d", i+1), lost.Trigger, lost.Condition, lost.Attempts, len(lost.Records))
	}
	return nil
}

func (a *attempt) showLost(view, label, function string, why core.Condition, attempts, records int) {
	a.document.Sections = append(a.document.Sections, snapshot.Section{
		View: view, Label: label,
		Value: &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{
			"function":  &types.AttributeValueMemberS{Value: function},
			"condition": &types.AttributeValueMemberS{Value: string(why)},
			"attempts":  &types.AttributeValueMemberN{Value: fmt.Sprint(attempts)},
			"records":   &types.AttributeValueMemberN{Value: fmt.Sprint(records)},
		}},
	})
	a.sources = append(a.sources, "")
	a.attributes = append(a.attributes, "")
}

// functionName is the last part of a function's ARN.
func functionName(arn string) string { return arn[strings.LastIndexByte(arn, ':')+1:] }
