package indicators

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-lambda-go/events"
	"github.com/stillwater-streams/stillwater/triggers/model"
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
	for _, record := range records {
		change, err := readChange(record)
		if err != nil {
			errs = append(errs, fmt.Errorf("indicators: record %s: %w", record.Change.SequenceNumber, err))
			continue
		}
		finding, concerned := change.finding()
		if !concerned {
			continue
		}
		if _, known := byFinding[finding]; !known {
			byFinding[finding] = task{finding: finding, images: map[model.Key]model.Item{}}
		}
		if change.isVulnerability() {
			// Records of one item come in order: the last one wins.
			byFinding[finding].images[change.key] = change.after
		}
	}
	tasks := slices.SortedFunc(maps.Values(byFinding), func(a, b task) int {
		return strings.Compare(a.finding, b.finding)
	})
	return tasks, errors.Join(errs...)
}

// change is one record in the SDK's form.
type change struct {
	key           model.Key
	before, after model.Item // nil = the item did not or does not exist
}

func readChange(record events.DynamoDBEventRecord) (change, error) {
	key, err := model.FromEvent(record.Change.Keys)
	if err != nil {
		return change{}, fmt.Errorf("keys: %w", err)
	}
	var c change
	if c.key, err = model.KeyOf(key); err != nil {
		return change{}, err
	}
	if c.before, err = model.FromEvent(record.Change.OldImage); err != nil {
		return change{}, fmt.Errorf("old image: %w", err)
	}
	if c.after, err = model.FromEvent(record.Change.NewImage); err != nil {
		return change{}, fmt.Errorf("new image: %w", err)
	}
	return c, c.check(record.EventName)
}

// check rejects a record whose images do not tell what happened.
func (c change) check(event string) error {
	wantBefore, wantAfter := event != "INSERT", event != "REMOVE"
	switch {
	case event != "INSERT" && event != "MODIFY" && event != "REMOVE":
		return fmt.Errorf("%s, %s: event %q is not INSERT, MODIFY or REMOVE", c.key.PK, c.key.SK, event)
	case wantBefore && c.before == nil || wantAfter && c.after == nil:
		return fmt.Errorf("%s, %s: %s without its images: the stream needs NEW_AND_OLD_IMAGES", c.key.PK, c.key.SK, event)
	}
	return nil
}

// finding returns the id of the finding that is to be computed because of the
// change, and whether there is one.
func (c change) finding() (id string, concerned bool) {
	if _, finding, ok := model.SplitVulnerabilityKey(c.key); ok {
		return finding, true
	}
	id, _, ok := model.SplitFindingKey(c.key)
	return id, ok && c.after != nil && c.changesInput()
}

func (c change) isVulnerability() bool {
	_, _, ok := model.SplitVulnerabilityKey(c.key)
	return ok
}

// changesInput tells whether a finding is new or changed what its indicators are
// computed from. Our own writes never do: this is what ends the loop of a trigger
// that writes the table it listens to.
func (c change) changesInput() bool {
	return c.before == nil ||
		!model.Equal(c.before["severity_score"], c.after["severity_score"]) ||
		!model.Equal(stateStatus(c.before), stateStatus(c.after))
}
