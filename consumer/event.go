package consumer

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

	"github.com/stillwater-streams/stillwater/consumer/core"
)

// unknownEvent is the eventName that DynamoDB Local 3.3.1 gives to the record
// of an item that its TTL sweeper deleted; it leaves out the userIdentity, too.
const unknownEvent = "UNKNOWN_TO_SDK_VERSION"

// NewRecord makes of a stream record what a lane takes: its sequence number,
// its item, its arrival and its [RecordJSON]. It is not Filtered.
func NewRecord(rec types.Record, o Origin) (core.Record, error) {
	var e encoder
	b, keys, err := e.record(make([]byte, 0, sizeHint(rec)), rec, o)
	if err != nil {
		return core.Record{}, err
	}
	return newRecord(rec, o, string(keys.of(b)), b), nil
}

// NewRecords is [NewRecord] for the records of one page, faster. A record that
// match turns down is Filtered and has no Body; the Match of a *filter.Filter
// fits, nil matches all. match must not keep the bytes that it is given.
func NewRecords(page []types.Record, o Origin, match func(body []byte) (bool, error)) ([]core.Record, error) {
	records := make([]core.Record, 0, len(page))
	var e encoder
	for _, rec := range page {
		b, keys, err := e.record(e.bytes[:0], rec, o)
		if err != nil {
			return nil, err
		}
		e.bytes = b
		matched := true
		if match != nil {
			if matched, err = match(b); err != nil {
				return nil, fmt.Errorf("new records: record %s: filter: %w", *rec.Dynamodb.SequenceNumber, err)
			}
		}
		record := newRecord(rec, o, string(keys.of(b)), nil)
		if record.Filtered = !matched; matched {
			record.Body = slices.Clone(b)
		}
		records = append(records, record)
	}
	return records, nil
}

func newRecord(rec types.Record, o Origin, key string, body json.RawMessage) core.Record {
	return core.Record{
		Sequence: *rec.Dynamodb.SequenceNumber,
		Key:      key,
		Arrived:  arrived(rec, o),
		Body:     body,
	}
}

// RecordJSON gives the record as Lambda sends it to a function, keys sorted. It
// is not the JSON of the Streams API (E4): values are DynamoDB JSON, the time
// is a number of seconds, the members of userIdentity are lower case. A TTL
// deletion that DynamoDB Local reports as unknown becomes the REMOVE by the
// service that it is on AWS. An error means a record that no stream has: one
// without sequence number or with an unknown kind of value.
func RecordJSON(rec types.Record, o Origin) (json.RawMessage, error) {
	var e encoder
	b, _, err := e.record(make([]byte, 0, sizeHint(rec)), rec, o)
	if err != nil {
		return nil, err
	}
	return b, nil
}

// sizeHint is about as many bytes as the JSON of a record has: its attributes
// take twice their size, the frame around them 500.
func sizeHint(rec types.Record) int {
	if rec.Dynamodb == nil {
		return 0
	}
	return 500 + 2*int(max(0, min(aws.ToInt64(rec.Dynamodb.SizeBytes), 1<<20)))
}

// span is a part of the bytes of a record.
type span struct{ from, to int }

func (s span) of(b []byte) []byte { return b[s.from:s.to] }

// record appends the JSON of a record, and tells where in it the Keys are.
func (e *encoder) record(b []byte, rec types.Record, o Origin) (record []byte, keys span, err error) {
	if rec.Dynamodb == nil || aws.ToString(rec.Dynamodb.SequenceNumber) == "" {
		return b, span{}, fmt.Errorf("record json: event %s: %w", aws.ToString(rec.EventID),
			errors.New("no sequence number: not a record of DynamoDB Streams"))
	}
	name, user := string(rec.EventName), rec.UserIdentity
	if name == unknownEvent {
		name = string(types.OperationTypeRemove)
		if user == nil {
			user = &types.Identity{Type: aws.String("Service"), PrincipalId: aws.String("dynamodb.amazonaws.com")}
		}
	}
	b = appendString(append(b, `{"awsRegion":`...), o.Region)
	b, keys, err = e.change(append(b, `,"dynamodb":`...), rec, o)
	if err != nil {
		return b, span{}, fmt.Errorf("record json: record %s: %w", *rec.Dynamodb.SequenceNumber, err)
	}
	b = appendString(append(b, `,"eventID":`...), aws.ToString(rec.EventID))
	b = appendString(append(b, `,"eventName":`...), name)
	b = appendString(append(b, `,"eventSource":"aws:dynamodb","eventSourceARN":`...), o.StreamARN)
	b = append(b, `,"eventVersion":"1.1"`...)
	if user != nil {
		b = appendString(append(b, `,"userIdentity":{"principalId":`...), aws.ToString(user.PrincipalId))
		b = appendString(append(b, `,"type":`...), aws.ToString(user.Type))
		b = append(b, '}')
	}
	return append(b, '}'), keys, nil
}

// change appends the "dynamodb" member. Images are there as the view type of
// the stream has them; a time is left out where none is known.
func (e *encoder) change(b []byte, rec types.Record, o Origin) (change []byte, keys span, err error) {
	d := rec.Dynamodb
	b = append(b, '{')
	if t := arrived(rec, o); !t.IsZero() {
		b = appendSeconds(append(b, `"ApproximateCreationDateTime":`...), t)
		b = append(b, ',')
	}
	if b, keys, err = e.image(b, "Keys", d.Keys); err != nil {
		return b, keys, err
	}
	if b, _, err = e.image(b, "NewImage", d.NewImage); err != nil {
		return b, keys, err
	}
	if b, _, err = e.image(b, "OldImage", d.OldImage); err != nil {
		return b, keys, err
	}
	b = appendString(append(b, `"SequenceNumber":`...), aws.ToString(d.SequenceNumber))
	b = strconv.AppendInt(append(b, `,"SizeBytes":`...), aws.ToInt64(d.SizeBytes), 10)
	b = appendString(append(b, `,"StreamViewType":`...), string(d.StreamViewType))
	return append(b, '}'), keys, nil
}

// image appends one image and a comma, and tells where it is; nothing if there
// is none.
func (e *encoder) image(b []byte, name string, item map[string]types.AttributeValue) (image []byte, at span, err error) {
	if item == nil {
		return b, span{}, nil
	}
	b = append(appendString(b, name), ':')
	at.from = len(b)
	if b, err = e.item(b, item); err != nil {
		return b, span{}, fmt.Errorf("%s: %w", name, err)
	}
	at.to = len(b)
	return append(b, ','), at, nil
}

func arrived(rec types.Record, o Origin) time.Time {
	if o.Arrived.IsZero() {
		return aws.ToTime(rec.Dynamodb.ApproximateCreationDateTime)
	}
	return o.Arrived
}

// appendSeconds writes a time as JSON number of seconds since 1970, with as many
// of three decimals as it needs, and without an exponent: 1726740000.25.
func appendSeconds(b []byte, t time.Time) []byte {
	return strconv.AppendFloat(b, float64(t.UnixMilli())/1000, 'f', -1, 64)
}
