package consumer

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

	"github.com/stillwater-streams/stillwater/consumer/core"
)

// Origin is what Lambda adds to a record and the Streams API does not say.
type Origin struct {
	// StreamARN becomes eventSourceARN.
	StreamARN string
	// Region becomes awsRegion: "us-east-1".
	Region string
	// Arrived becomes ApproximateCreationDateTime, cut to milliseconds. The
	// zero time means the record's own.
	Arrived time.Time
}

// unknownEvent is the eventName that DynamoDB Local 3.3.1 gives to the record
// of an item that its TTL sweeper deleted; it leaves out the userIdentity, too.
const unknownEvent = "UNKNOWN_TO_SDK_VERSION"

// NewRecord makes of a stream record what a lane takes: its sequence number,
// its arrival and its [RecordJSON].
func NewRecord(rec types.Record, o Origin) (core.Record, error) {
	body, err := RecordJSON(rec, o)
	if err != nil {
		return core.Record{}, err
	}
	return core.Record{
		Sequence: *rec.Dynamodb.SequenceNumber,
		Arrived:  arrived(rec, o),
		Body:     body,
	}, nil
}

// RecordJSON gives the record as Lambda sends it to a function, keys sorted. It
// is not the JSON of the Streams API (E4): values are DynamoDB JSON, the time
// is a number of seconds, the members of userIdentity are lower case. A TTL
// deletion that DynamoDB Local reports as unknown becomes the REMOVE by the
// service that it is on AWS. An error means a record that no stream has: one
// without sequence number or with an unknown kind of value.
func RecordJSON(rec types.Record, o Origin) (json.RawMessage, error) {
	if rec.Dynamodb == nil || aws.ToString(rec.Dynamodb.SequenceNumber) == "" {
		return nil, fmt.Errorf("record json: event %s: %w", aws.ToString(rec.EventID),
			errors.New("no sequence number: not a record of DynamoDB Streams"))
	}
	change, err := changeJSON(rec, o)
	if err != nil {
		return nil, fmt.Errorf("record json: record %s: %w", *rec.Dynamodb.SequenceNumber, err)
	}
	name, user := string(rec.EventName), rec.UserIdentity
	if name == unknownEvent {
		name = string(types.OperationTypeRemove)
		if user == nil {
			user = &types.Identity{Type: aws.String("Service"), PrincipalId: aws.String("dynamodb.amazonaws.com")}
		}
	}
	event := map[string]any{
		"awsRegion":      o.Region,
		"dynamodb":       change,
		"eventID":        aws.ToString(rec.EventID),
		"eventName":      name,
		"eventSource":    "aws:dynamodb",
		"eventSourceARN": o.StreamARN,
		"eventVersion":   "1.1",
	}
	if user != nil {
		event["userIdentity"] = map[string]any{
			"principalId": aws.ToString(user.PrincipalId),
			"type":        aws.ToString(user.Type),
		}
	}
	return marshal(event)
}

// changeJSON gives the "dynamodb" member. Images are there as the view type of
// the stream has them; a time is left out where none is known.
func changeJSON(rec types.Record, o Origin) (map[string]any, error) {
	d := rec.Dynamodb
	change := map[string]any{
		"SequenceNumber": aws.ToString(d.SequenceNumber),
		"SizeBytes":      aws.ToInt64(d.SizeBytes),
		"StreamViewType": string(d.StreamViewType),
	}
	if t := arrived(rec, o); !t.IsZero() {
		change["ApproximateCreationDateTime"] = seconds(t)
	}
	for _, image := range []struct {
		name string
		item map[string]types.AttributeValue
	}{{"Keys", d.Keys}, {"NewImage", d.NewImage}, {"OldImage", d.OldImage}} {
		if image.item == nil {
			continue
		}
		m, err := attributeMap(image.item)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", image.name, err)
		}
		change[image.name] = m
	}
	return change, nil
}

func arrived(rec types.Record, o Origin) time.Time {
	if o.Arrived.IsZero() {
		return aws.ToTime(rec.Dynamodb.ApproximateCreationDateTime)
	}
	return o.Arrived
}

// seconds writes a time as JSON number of seconds since 1970, with as many of
// three decimals as it needs, and without an exponent: 1726740000.25.
func seconds(t time.Time) json.RawMessage {
	return strconv.AppendFloat(nil, float64(t.UnixMilli())/1000, 'f', -1, 64)
}

// marshal writes JSON as Lambda does: compact, and without the escapes for HTML
// that json.Marshal puts in for "<", ">" and "&".
func marshal(v any) (json.RawMessage, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// Event gives the payload of one invocation: {"Records":[…]}.
func Event(records []core.Record) []byte {
	const head, tail = `{"Records":[`, `]}`
	size := len(head) + len(tail) + len(records)
	for _, r := range records {
		size += len(r.Body)
	}
	b := append(make([]byte, 0, size), head...)
	for i, r := range records {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, r.Body...)
	}
	return append(b, tail...)
}
