package incident

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// item is an image or a key.
type item map[string]types.AttributeValue

// record is what the event says of one change.
type record struct {
	table    string
	kind     string // INSERT, MODIFY, REMOVE
	expired  bool   // removed by the service's time to live
	at       time.Time
	keys     item
	old, new item // nil: not in the event
}

// read reads the records of a Lambda event, each once.
func read(r io.Reader) ([]record, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	var event events.DynamoDBEvent
	if err := json.Unmarshal(data, &event); err != nil {
		return nil, fmt.Errorf("not the JSON of a Lambda event: %w", err)
	}
	if len(event.Records) == 0 {
		if strings.Contains(string(data), `"DDBStreamBatchInfo"`) {
			return nil, errors.New("a message of an on-failure destination: it names shard and sequence numbers, and holds no records; import the event that the function got")
		}
		return nil, errors.New(`no "Records": want the event that Lambda hands to a function of a DynamoDB stream`)
	}
	var records []record
	var seen []string
	for i, raw := range event.Records {
		if raw.EventID != "" && slices.Contains(seen, raw.EventID) {
			continue // delivered again
		}
		seen = append(seen, raw.EventID)
		r, err := convert(raw)
		if err != nil {
			return nil, fmt.Errorf("record %d: %w", i+1, err)
		}
		records = append(records, r)
	}
	return records, nil
}

func convert(raw events.DynamoDBEventRecord) (r record, err error) {
	r = record{table: tableOf(raw.EventSourceArn), kind: raw.EventName, at: raw.Change.ApproximateCreationDateTime.UTC()}
	if raw.UserIdentity != nil {
		r.expired = raw.UserIdentity.Type == "Service" && raw.UserIdentity.PrincipalID == "dynamodb.amazonaws.com"
	}
	for _, image := range []struct {
		from map[string]events.DynamoDBAttributeValue
		to   *item
	}{{raw.Change.Keys, &r.keys}, {raw.Change.OldImage, &r.old}, {raw.Change.NewImage, &r.new}} {
		if len(image.from) == 0 {
			continue
		}
		if *image.to, err = itemOf(image.from); err != nil {
			return r, err
		}
	}
	return r, r.check()
}

// check refuses what does not say what was written.
func (r record) check() error {
	switch {
	case r.table == "":
		return errors.New("eventSourceARN names no table of DynamoDB: want arn:aws:dynamodb:REGION:ACCOUNT:table/NAME/stream/…")
	case len(r.keys) == 0:
		return errors.New("dynamodb.Keys is missing")
	case !slices.Contains([]string{"INSERT", "MODIFY", "REMOVE"}, r.kind):
		return fmt.Errorf("eventName %q: want INSERT, MODIFY or REMOVE", r.kind)
	case r.kind != "REMOVE" && r.new == nil:
		return fmt.Errorf("%s without a new image: the stream's view type leaves out what was written, so that it cannot be written again", r.kind)
	}
	return nil
}

// tableOf is the name of the table in the ARN of a stream.
func tableOf(arn string) string {
	_, rest, ok := strings.Cut(arn, ":table/")
	if !ok {
		return ""
	}
	name, _, _ := strings.Cut(rest, "/")
	return name
}

func itemOf(image map[string]events.DynamoDBAttributeValue) (item, error) {
	converted := item{}
	for name, v := range image {
		value, err := valueOf(v)
		if err != nil {
			return nil, fmt.Errorf("attribute %s: %w", name, err)
		}
		converted[name] = value
	}
	return converted, nil
}

func valueOf(v events.DynamoDBAttributeValue) (types.AttributeValue, error) {
	switch v.DataType() {
	case events.DataTypeString:
		return &types.AttributeValueMemberS{Value: v.String()}, nil
	case events.DataTypeNumber:
		return &types.AttributeValueMemberN{Value: v.Number()}, nil
	case events.DataTypeBinary:
		return &types.AttributeValueMemberB{Value: v.Binary()}, nil
	case events.DataTypeBoolean:
		return &types.AttributeValueMemberBOOL{Value: v.Boolean()}, nil
	case events.DataTypeNull:
		return &types.AttributeValueMemberNULL{Value: true}, nil
	case events.DataTypeStringSet:
		return &types.AttributeValueMemberSS{Value: v.StringSet()}, nil
	case events.DataTypeNumberSet:
		return &types.AttributeValueMemberNS{Value: v.NumberSet()}, nil
	case events.DataTypeBinarySet:
		return &types.AttributeValueMemberBS{Value: v.BinarySet()}, nil
	case events.DataTypeMap:
		m, err := itemOf(v.Map())
		return &types.AttributeValueMemberM{Value: m}, err
	case events.DataTypeList:
		list := &types.AttributeValueMemberL{}
		for _, element := range v.List() {
			value, err := valueOf(element)
			if err != nil {
				return nil, err
			}
			list.Value = append(list.Value, value)
		}
		return list, nil
	}
	return nil, fmt.Errorf("data type %v is not known", v.DataType())
}
