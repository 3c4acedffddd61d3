package faulty

import (
	"github.com/aws/aws-lambda-go/events"
	"github.com/stillwater-streams/stillwater/triggers/model"
	"github.com/stillwater-streams/stillwater/triggers/record"
)

// findings are the changes of a batch by finding, with the findings in the order of
// their first record: all records of vulnerabilities and findings.
type findings struct {
	ids     []string
	changes map[string][]record.Change
}

func read(e events.DynamoDBEvent) (findings, error) {
	f := findings{changes: map[string][]record.Change{}}
	for _, r := range e.Records {
		c, err := record.Read(r)
		if err != nil {
			return f, err
		}
		_, id, ok := model.SplitVulnerabilityKey(c.Key)
		if !ok {
			id, _, ok = model.SplitFindingKey(c.Key)
		}
		if !ok {
			continue
		}
		if f.changes[id] == nil {
			f.ids = append(f.ids, id)
		}
		f.changes[id] = append(f.changes[id], c)
	}
	return f, nil
}

// vulnerability tells whether a change is that of a vulnerability.
func vulnerability(c record.Change) bool {
	_, _, ok := model.SplitVulnerabilityKey(c.Key)
	return ok
}

// only returns the event with those records that pass.
func only(e events.DynamoDBEvent, pass func(record.Change) bool) events.DynamoDBEvent {
	var kept []events.DynamoDBEventRecord
	for _, r := range e.Records {
		if c, err := record.Read(r); err != nil || pass(c) {
			kept = append(kept, r)
		}
	}
	return events.DynamoDBEvent{Records: kept}
}

// parsed reads a vulnerability; a nil item is none.
func parsed(item model.Item) (v model.Vulnerability, there bool) {
	if item == nil {
		return v, false
	}
	v, err := model.ParseVulnerability(item)
	return v, err == nil
}

// open tells whether a vulnerability counts as open; one that is not there does not.
func open(item model.Item) bool {
	v, there := parsed(item)
	return there && v.InOpen()
}
