package faulty

import (
	"maps"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stillwater-streams/stillwater/triggers/indicators"
	"github.com/stillwater-streams/stillwater/triggers/model"
	"github.com/stillwater-streams/stillwater/triggers/record"
)

// counted are the indicators that a counter keeps by ±1.
func counted() []string {
	return []string{"treatment_summary", "vulnerabilities_summary", "verification_summary"}
}

// counting is the shipped trigger with summaries that are counted by ±1, record by
// record: what a vulnerability was is taken off, what it is is added. sees changes
// what the counter sees of a change, which is the bug; nil changes nothing, and then
// the counts are right. It counts on from what would be right, so that a batch that
// comes again adds no second error: that would be another bug.
func counting(e Environment, sees func(*record.Change)) handler {
	return keeping(e, func(right, _ model.Item, changes []record.Change) {
		for _, name := range counted() {
			for _, c := range changes {
				undone := record.Change{Before: c.After, After: c.Before}
				if sees != nil {
					sees(&c)
				}
				right[name] = tally(right[name], name, []record.Change{undone, c})
			}
		}
	})
}

// tally takes off what vulnerabilities were and adds what they are.
func tally(sum types.AttributeValue, indicator string, changes []record.Change) types.AttributeValue {
	for _, c := range changes {
		sum = add(sum, contribution(nil, c.Before, indicator), -1)
		sum = add(sum, contribution(nil, c.After, indicator), +1)
	}
	return sum
}

// contribution is what one vulnerability adds to an indicator of its finding.
func contribution(finding, vulnerability model.Item, indicator string) types.AttributeValue {
	v, there := parsed(vulnerability)
	f, err := model.ParseFinding(finding)
	if !there || err != nil {
		return nil
	}
	return indicators.Compute(indicators.Snapshot{Finding: f, Vulnerabilities: []model.Vulnerability{v}})[indicator]
}

// add adds a map of numbers, or takes it off.
func add(sum, more types.AttributeValue, times int) types.AttributeValue {
	s, ok := sum.(*types.AttributeValueMemberM)
	m, has := more.(*types.AttributeValueMemberM)
	if !ok || !has {
		return sum
	}
	total := maps.Clone(s.Value)
	for key, n := range m.Value {
		total[key] = number(decimal(total[key]).Add(decimal(n).Times(times)).String())
	}
	return &types.AttributeValueMemberM{Value: total}
}
