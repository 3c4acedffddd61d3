package testevent

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-lambda-go/events"
)

// Stream is the stream that the records are said to come from. The zero value is
// that of integrates_vms.
type Stream struct {
	Table   string   // "" = integrates_vms
	Keys    []string // attributes of the primary key; nil = pk and sk
	Region  string   // "" = us-east-1
	Account string   // "" = 123456789012
	// At is when the first change was made, each further one a second later; zero
	// = 2024-09-19T10:00:00Z.
	At time.Time
	// Sequence is the sequence number of the first record; 0 = 1. Two events of one
	// test that are not the same records need numbers of their own.
	Sequence uint64
}

// Event returns the changes as the records of one batch, in their order, as a
// handler that takes events.DynamoDBEvent sees them. An error means a change that
// no stream has: without any image, without a key, or with another key after than
// before.
func (s Stream) Event(changes ...Change) (events.DynamoDBEvent, error) {
	e := events.DynamoDBEvent{Records: []events.DynamoDBEventRecord{}}
	for i, c := range changes {
		record, err := s.record(i, c)
		if err != nil {
			return events.DynamoDBEvent{}, fmt.Errorf("test event: change %d: %w", i+1, err)
		}
		e.Records = append(e.Records, record)
	}
	return e, nil
}

// JSON returns the changes as the payload that Lambda sends. Errors are those of
// [Stream.Event].
func (s Stream) JSON(changes ...Change) ([]byte, error) {
	e, err := s.Event(changes...)
	if err != nil {
		return nil, err
	}
	return json.Marshal(e)
}

// ARN is the ARN of the stream.
func (s Stream) ARN() string {
	return fmt.Sprintf("arn:aws:dynamodb:%s:%s:table/%s/stream/2024-01-01T00:00:00.000",
		s.region(), cmp.Or(s.Account, "123456789012"), cmp.Or(s.Table, "integrates_vms"))
}

func (s Stream) region() string { return cmp.Or(s.Region, "us-east-1") }

func (s Stream) record(i int, c Change) (events.DynamoDBEventRecord, error) {
	keys, err := s.keys(c)
	if err != nil {
		return events.DynamoDBEventRecord{}, err
	}
	at := s.At
	if at.IsZero() {
		at = time.Date(2024, 9, 19, 10, 0, 0, 0, time.UTC)
	}
	number := max(s.Sequence, 1) + uint64(i)
	change := events.DynamoDBStreamRecord{
		ApproximateCreationDateTime: events.SecondsEpochTime{Time: at.Add(time.Duration(i) * time.Second)},
		SequenceNumber:              fmt.Sprintf("%021d", number), // 21 to 40 digits
		StreamViewType:              string(events.DynamoDBStreamViewTypeNewAndOldImages),
	}
	for _, image := range []struct {
		of Item
		to *map[string]events.DynamoDBAttributeValue
	}{{keys, &change.Keys}, {c.Before, &change.OldImage}, {c.After, &change.NewImage}} {
		if *image.to, err = Image(image.of); err != nil {
			return events.DynamoDBEventRecord{}, err
		}
		change.SizeBytes += size(image.of)
	}
	record := events.DynamoDBEventRecord{
		AWSRegion: s.region(), Change: change, EventID: fmt.Sprintf("%032x", number), EventName: c.event(),
		EventSource: "aws:dynamodb", EventVersion: "1.1", EventSourceArn: s.ARN(),
	}
	if c.Expired {
		record.UserIdentity = &events.DynamoDBUserIdentity{Type: "Service", PrincipalID: "dynamodb.amazonaws.com"}
	}
	return record, nil
}

// keys returns the key attributes, which both images have in common.
func (s Stream) keys(c Change) (Item, error) {
	if c.event() == "" {
		return nil, errors.New("no image before and none after: nothing was changed")
	}
	if c.Expired && c.event() != "REMOVE" {
		return nil, fmt.Errorf("%s that expired: only a removal can", c.event())
	}
	names := s.Keys
	if names == nil {
		names = []string{"pk", "sk"}
	}
	keys := Item{}
	for _, image := range []Item{c.Before, c.After} {
		if image == nil {
			continue
		}
		for _, name := range names {
			v, ok := image[name]
			if !ok {
				return nil, fmt.Errorf("no key attribute %q in an image", name)
			}
			if before, known := keys[name]; known && !slices.Equal(scalar(before), scalar(v)) {
				return nil, fmt.Errorf("key attribute %q differs between the images: an item's key never changes", name)
			}
			keys[name] = v
		}
	}
	return keys, nil
}
