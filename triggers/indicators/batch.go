package indicators

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-lambda-go/events"
	"github.com/stillwater-streams/stillwater/triggers/model"
	"github.com/stillwater-streams/stillwater/triggers/record"
)

// task is what a batch says about one finding: compute it, and these are the
// newest images of its vulnerabilities that the batch knows.
type task struct {
	finding string                   // id
	images  map[model.Key]model.Item // nil image = removed
}

// keys are the keys of the images in a fixed order.
func (t task) keys() []model.Key {
	return slices.SortedFunc(maps.Keys(t.images), func(a, b model.Key) int {
		return strings.Compare(a.PK, b.PK)
	})
}

// group turns a batch into one task per finding, sorted by id. Records that say
// nothing about indicators, the trigger's own echo among them, leave no task.
// A record that cannot be read is an error beside the tasks of the others.
func group(records []events.DynamoDBEventRecord) ([]task, error) {
	byFinding := map[string]task{}
	var errs []error
	for _, r := range records {
		change, err := record.Read(r)
		if err != nil {
			errs = append(errs, fmt.Errorf("indicators: record %s: %w", r.Change.SequenceNumber, err))
			continue
		}
		finding, isVulnerability, concerned := concerns(change)
		if !concerned {
			continue
		}
		if _, known := byFinding[finding]; !known {
			byFinding[finding] = task{finding: finding, images: map[model.Key]model.Item{}}
		}
		if isVulnerability {
			// Records of one item come in order: the last one wins.
			byFinding[finding].images[change.Key] = change.After
		}
	}
	tasks := slices.SortedFunc(maps.Values(byFinding), func(a, b task) int {
		return strings.Compare(a.finding, b.finding)
	})
	return tasks, errors.Join(errs...)
}

// concerns returns the id of the finding that is to be computed because of a
// change, whether the change is one of a vulnerability, and whether there is
// anything to compute.
func concerns(c record.Change) (finding string, isVulnerability, concerned bool) {
	if _, finding, ok := model.SplitVulnerabilityKey(c.Key); ok {
		return finding, true, true
	}
	finding, _, ok := model.SplitFindingKey(c.Key)
	return finding, false, ok && c.After != nil && changesInput(c)
}

// changesInput tells whether a finding is new or changed what its indicators are
// computed from. Our own writes never do: this is what ends the loop of a trigger
// that writes the table it listens to.
func changesInput(c record.Change) bool {
	return c.Before == nil ||
		!model.Equal(c.Before["severity_score"], c.After["severity_score"]) ||
		!model.Equal(stateStatus(c.Before), stateStatus(c.After))
}
