package record

import (
	"fmt"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/stillwater-streams/stillwater/triggers/model"
)

// The events of a record: what happened to its item.
const (
	Insert = "INSERT"
	Modify = "MODIFY"
	Remove = "REMOVE"
)

// Change is one record in the SDK's form.
type Change struct {
	Event          string // Insert, Modify or Remove
	Key            model.Key
	Before, After  model.Item // nil = the item did not or does not exist
	SequenceNumber string     // its place in the stream, the same at every delivery
	At             time.Time  // when the item was changed, approximately
}

// Read converts a record of Lambda's event. It refuses one whose images do not
// tell what happened.
func Read(r events.DynamoDBEventRecord) (Change, error) {
	c := Change{Event: r.EventName, SequenceNumber: r.Change.SequenceNumber, At: r.Change.ApproximateCreationDateTime.UTC()}
	keys, err := model.FromEvent(r.Change.Keys)
	if err != nil {
		return c, fmt.Errorf("keys: %w", err)
	}
	if c.Key, err = model.KeyOf(keys); err != nil {
		return c, err
	}
	if c.Before, err = model.FromEvent(r.Change.OldImage); err != nil {
		return c, fmt.Errorf("old image: %w", err)
	}
	if c.After, err = model.FromEvent(r.Change.NewImage); err != nil {
		return c, fmt.Errorf("new image: %w", err)
	}
	return c, c.check()
}

func (c Change) check() error {
	wantBefore, wantAfter := c.Event != Insert, c.Event != Remove
	switch {
	case c.Event != Insert && c.Event != Modify && c.Event != Remove:
		return fmt.Errorf("%s, %s: event %q is not INSERT, MODIFY or REMOVE", c.Key.PK, c.Key.SK, c.Event)
	case wantBefore && c.Before == nil || wantAfter && c.After == nil:
		return fmt.Errorf("%s, %s: %s without its images: the stream needs NEW_AND_OLD_IMAGES", c.Key.PK, c.Key.SK, c.Event)
	}
	return nil
}
