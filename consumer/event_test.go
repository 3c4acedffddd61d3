package consumer_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/stillwater-streams/stillwater/consumer"
	"github.com/stillwater-streams/stillwater/consumer/core"
)

var written = time.Date(2024, 9, 19, 10, 0, 0, 250_999_999, time.UTC)

func origin() consumer.Origin {
	return consumer.Origin{StreamARN: arn, Region: "us-east-1", Arrived: written}
}

// s, n and m make attribute values.
func s(text string) types.AttributeValue   { return &types.AttributeValueMemberS{Value: text} }
func n(number string) types.AttributeValue { return &types.AttributeValueMemberN{Value: number} }
func m(item map[string]types.AttributeValue) types.AttributeValue {
	return &types.AttributeValueMemberM{Value: item}
}

// record is a stream record with one value, as GetRecords returns it.
func record(image map[string]types.AttributeValue) types.Record {
	return types.Record{
		AwsRegion:   aws.String("ddblocal"),
		EventID:     aws.String("9c1f6a5e"),
		EventName:   types.OperationTypeModify,
		EventSource: aws.String("aws:dynamodb"),
		Dynamodb: &types.StreamRecord{
			ApproximateCreationDateTime: aws.Time(written.Truncate(time.Minute)),
			Keys:                        map[string]types.AttributeValue{"pk": s("VULN#1")},
			NewImage:                    image,
			SequenceNumber:              aws.String("000000000000000000004"),
			SizeBytes:                   aws.Int64(26),
			StreamViewType:              types.StreamViewTypeNewAndOldImages,
		},
	}
}

// TestRecordJSON shows Lambda's JSON of section 2 of the Lambda reference.
func TestRecordJSON(t *testing.T) {
	ttl := record(nil)
	ttl.EventName = "UNKNOWN_TO_SDK_VERSION"
	expired := record(nil)
	expired.EventName = types.OperationTypeRemove
	expired.UserIdentity = &types.Identity{Type: aws.String("Service"), PrincipalId: aws.String("dynamodb.amazonaws.com")}
	old := record(nil)
	old.Dynamodb.NewImage, old.Dynamodb.OldImage = nil, map[string]types.AttributeValue{}

	const frame = `{"awsRegion":"us-east-1",` +
		`"dynamodb":{"ApproximateCreationDateTime":1726740000.25,"Keys":{"pk":{"S":"VULN#1"}}%s,` +
		`"SequenceNumber":"000000000000000000004","SizeBytes":26,"StreamViewType":"NEW_AND_OLD_IMAGES"},` +
		`"eventID":"9c1f6a5e","eventName":"%s","eventSource":"aws:dynamodb","eventSourceARN":"` + arn + `","eventVersion":"1.1"%s}`
	const service = `,"userIdentity":{"principalId":"dynamodb.amazonaws.com","type":"Service"}`
	for _, test := range []struct {
		name string
		rec  types.Record
		want string
	}{
		{"keys only", record(nil), fmt.Sprintf(frame, "", "MODIFY", "")},
		{"an empty image is there", old, fmt.Sprintf(frame, `,"OldImage":{}`, "MODIFY", "")},
		{"deleted by TTL, as AWS says it", expired, fmt.Sprintf(frame, "", "REMOVE", service)},
		{"deleted by TTL, as DynamoDB Local says it", ttl, fmt.Sprintf(frame, "", "REMOVE", service)},
		{
			"every kind of value",
			record(map[string]types.AttributeValue{
				"z": s(`<"&'>` + "\u2028"),
				"a": n("1.50"),
				"b": &types.AttributeValueMemberB{Value: []byte{0xfb, 0xff}},
				"t": &types.AttributeValueMemberBOOL{Value: false},
				"0": &types.AttributeValueMemberNULL{Value: true},
				"x": &types.AttributeValueMemberSS{Value: []string{"b", "a"}},
				"y": &types.AttributeValueMemberNS{Value: []string{"10", "9.0"}},
				"w": &types.AttributeValueMemberBS{Value: [][]byte{{}, {1}}},
				"v": &types.AttributeValueMemberL{},
				"u": m(map[string]types.AttributeValue{"k": m(nil)}),
				"n": &types.AttributeValueMemberSS{},
			}),
			fmt.Sprintf(frame, `,"NewImage":{"0":{"NULL":true},"a":{"N":"1.50"},"b":{"B":"+/8="},"n":{"SS":[]},"t":{"BOOL":false},`+
				`"u":{"M":{"k":{"M":{}}}},"v":{"L":[]},"w":{"BS":["","AQ=="]},"x":{"SS":["b","a"]},"y":{"NS":["10","9.0"]},`+
				`"z":{"S":"<\"&'>\u2028"}}`, "MODIFY", ""),
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := consumer.RecordJSON(test.rec, origin())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, string(got)); diff != "" {
				t.Errorf("RecordJSON (-want +got):\n%s", diff)
			}
		})
	}
}

// TestRecordTime: seconds as a JSON number, cut to milliseconds, no exponent.
func TestRecordTime(t *testing.T) {
	for _, test := range []struct {
		arrived time.Time
		want    string
	}{
		{time.Date(2024, 9, 19, 10, 0, 0, 0, time.UTC), `:1726740000,`},
		{time.Date(2024, 9, 19, 12, 0, 0, 1_999_999, time.FixedZone("", 7200)), `:1726740000.001,`},
		{time.Date(2286, 11, 20, 17, 46, 40, 990_000_000, time.UTC), `:10000000000.99,`},
		{time.Unix(0, 0), `:0,`},
		{time.Time{}, `:1726740000,`}, // the record's own
	} {
		o := origin()
		o.Arrived = test.arrived
		got, err := consumer.RecordJSON(record(nil), o)
		if err != nil || !strings.Contains(string(got), `"ApproximateCreationDateTime"`+test.want) {
			t.Errorf("%v: %s, %v, want %s", test.arrived, got, err, test.want)
		}
	}
	rec, o := record(nil), origin()
	rec.Dynamodb.ApproximateCreationDateTime, o.Arrived = nil, time.Time{}
	got, err := consumer.NewRecord(rec, o)
	if err != nil || strings.Contains(string(got.Body), "ApproximateCreationDateTime") || !got.Arrived.IsZero() {
		t.Errorf("without any time: %s arrived %v, %v", got.Body, got.Arrived, err)
	}
}

func TestRecordJSONRefuses(t *testing.T) {
	nested := m(map[string]types.AttributeValue{"list": &types.AttributeValueMemberL{Value: []types.AttributeValue{s("a"), nil}}})
	numberless := record(nil)
	numberless.Dynamodb.SequenceNumber = nil
	for _, test := range []struct {
		name string
		rec  types.Record
		want string
	}{
		{"a record without change", types.Record{EventID: aws.String("e1")}, "record json: event e1: no sequence number"},
		{"a record without number", numberless, "record json: event 9c1f6a5e: no sequence number"},
		{"a value without kind", record(map[string]types.AttributeValue{"a": nested}),
			"record json: record 000000000000000000004: NewImage: a: list: [1]: attribute value of type <nil>"},
		{"a value of an unknown kind", record(map[string]types.AttributeValue{"a": &types.UnknownUnionMember{Tag: "X"}}),
			"a: attribute value of type *types.UnknownUnionMember"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if _, err := consumer.NewRecord(test.rec, origin()); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("NewRecord: %v, want %q", err, test.want)
			}
		})
	}
}

// TestEventDecodes: what a Go handler sees is what was in the stream.
func TestEventDecodes(t *testing.T) {
	one, err := consumer.NewRecord(record(map[string]types.AttributeValue{"a": n("1.50")}), origin())
	if err != nil {
		t.Fatal(err)
	}
	if one.Sequence != "000000000000000000004" || !one.Arrived.Equal(written) {
		t.Errorf("record %s arrived %v", one.Sequence, one.Arrived)
	}
	if got := string(consumer.Event(nil)); got != `{"Records":[]}` {
		t.Errorf("Event(nil) = %s", got)
	}
	var event events.DynamoDBEvent
	if err := json.Unmarshal(consumer.Event([]core.Record{one, one}), &event); err != nil {
		t.Fatal(err)
	}
	if len(event.Records) != 2 {
		t.Fatalf("%d records", len(event.Records))
	}
	r := event.Records[1]
	if got, want := r.Change.ApproximateCreationDateTime.UTC(), written.Truncate(time.Millisecond); !got.Equal(want) {
		t.Errorf("time %v, want %v", got, want)
	}
	r.Change.ApproximateCreationDateTime = events.SecondsEpochTime{}
	want := events.DynamoDBEventRecord{
		AWSRegion: "us-east-1", EventID: "9c1f6a5e", EventName: "MODIFY", EventSource: "aws:dynamodb",
		EventSourceArn: arn, EventVersion: "1.1",
		Change: events.DynamoDBStreamRecord{
			Keys:           map[string]events.DynamoDBAttributeValue{"pk": events.NewStringAttribute("VULN#1")},
			NewImage:       map[string]events.DynamoDBAttributeValue{"a": events.NewNumberAttribute("1.50")},
			SequenceNumber: "000000000000000000004", SizeBytes: 26, StreamViewType: "NEW_AND_OLD_IMAGES",
		},
	}
	if diff := cmp.Diff(want, r, cmp.AllowUnexported(events.DynamoDBAttributeValue{})); diff != "" {
		t.Errorf("decoded (-want +got):\n%s", diff)
	}
}

// TestImagesSurvive: any image, nested up to four deep, decodes to what it was.
func TestImagesSurvive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		image := drawImage(t, 4)
		body, err := consumer.RecordJSON(record(image), origin())
		if err != nil {
			t.Fatal(err)
		}
		var decoded events.DynamoDBEventRecord
		if err := json.Unmarshal(body, &decoded); err != nil {
			t.Fatalf("%s: %v", body, err)
		}
		got := map[string]types.AttributeValue{}
		for name, value := range decoded.Change.NewImage {
			got[name] = fromEvent(t, value)
		}
		if diff := cmp.Diff(image, got, cmpopts.EquateEmpty(), unexported); diff != "" {
			t.Errorf("%s (-want +got):\n%s", body, diff)
		}
	})
}

// unexported passes over the empty marker struct inside the types of the SDK.
var unexported = cmp.FilterPath(func(p cmp.Path) bool {
	field, ok := p.Last().(cmp.StructField)
	return ok && !slices.Contains([]string{"Value"}, field.Name())
}, cmp.Ignore())

func drawImage(t *rapid.T, depth int) map[string]types.AttributeValue {
	image := map[string]types.AttributeValue{}
	for _, name := range rapid.SliceOfNDistinct(rapid.String(), 0, 3, rapid.ID).Draw(t, "names") {
		image[name] = drawValue(t, depth)
	}
	return image
}

func drawValue(t *rapid.T, depth int) types.AttributeValue {
	numbers := rapid.StringMatching(`-?[0-9]{1,20}(\.[0-9]{1,17}0?)?`)
	bytes := rapid.SliceOf(rapid.Byte())
	kinds := 8
	if depth > 1 {
		kinds = 10
	}
	switch rapid.IntRange(1, kinds).Draw(t, "kind") {
	case 1:
		return s(rapid.String().Draw(t, "S"))
	case 2:
		return n(numbers.Draw(t, "N"))
	case 3:
		return &types.AttributeValueMemberB{Value: bytes.Draw(t, "B")}
	case 4:
		return &types.AttributeValueMemberBOOL{Value: rapid.Bool().Draw(t, "BOOL")}
	case 5:
		return &types.AttributeValueMemberNULL{Value: true}
	case 6:
		return &types.AttributeValueMemberSS{Value: rapid.SliceOf(rapid.String()).Draw(t, "SS")}
	case 7:
		return &types.AttributeValueMemberNS{Value: rapid.SliceOf(numbers).Draw(t, "NS")}
	case 8:
		return &types.AttributeValueMemberBS{Value: rapid.SliceOf(bytes).Draw(t, "BS")}
	case 9:
		var list []types.AttributeValue
		for range rapid.IntRange(0, 3).Draw(t, "L") {
			list = append(list, drawValue(t, depth-1))
		}
		return &types.AttributeValueMemberL{Value: list}
	default:
		return m(drawImage(t, depth-1))
	}
}

// fromEvent is the way back, by the accessors that a handler uses.
func fromEvent(t *rapid.T, v events.DynamoDBAttributeValue) types.AttributeValue {
	switch v.DataType() {
	case events.DataTypeString:
		return s(v.String())
	case events.DataTypeNumber:
		return n(v.Number())
	case events.DataTypeBinary:
		return &types.AttributeValueMemberB{Value: v.Binary()}
	case events.DataTypeBoolean:
		return &types.AttributeValueMemberBOOL{Value: v.Boolean()}
	case events.DataTypeNull:
		return &types.AttributeValueMemberNULL{Value: v.IsNull()}
	case events.DataTypeStringSet:
		return &types.AttributeValueMemberSS{Value: v.StringSet()}
	case events.DataTypeNumberSet:
		return &types.AttributeValueMemberNS{Value: v.NumberSet()}
	case events.DataTypeBinarySet:
		return &types.AttributeValueMemberBS{Value: v.BinarySet()}
	case events.DataTypeList:
		var list []types.AttributeValue
		for _, element := range v.List() {
			list = append(list, fromEvent(t, element))
		}
		return &types.AttributeValueMemberL{Value: list}
	case events.DataTypeMap:
		item := map[string]types.AttributeValue{}
		for _, name := range slices.Sorted(maps.Keys(v.Map())) {
			item[name] = fromEvent(t, v.Map()[name])
		}
		return m(item)
	}
	t.Fatalf("decoded to data type %v", v.DataType())
	return nil
}

// TestNewRecords: a page keeps its order; what the filter turns down moves the
// position only, and costs no bytes.
func TestNewRecords(t *testing.T) {
	page := []types.Record{record(nil), record(map[string]types.AttributeValue{"a": s("wanted")}), record(nil)}
	for i := range page {
		page[i].Dynamodb.SequenceNumber = aws.String(fmt.Sprint(i + 1))
	}
	wanted := func(body []byte) (bool, error) { return strings.Contains(string(body), "wanted"), nil }
	got, err := consumer.NewRecords(page, origin(), wanted)
	if err != nil {
		t.Fatal(err)
	}
	const key = `{"pk":{"S":"VULN#1"}}`
	second, err := consumer.NewRecord(page[1], origin())
	if err != nil {
		t.Fatal(err)
	}
	want := []core.Record{
		{Sequence: "1", Key: key, Arrived: written, Filtered: true},
		{Sequence: "2", Key: key, Arrived: written, Body: second.Body},
		{Sequence: "3", Key: key, Arrived: written, Filtered: true},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("NewRecords (-want +got):\n%s", diff)
	}
	broken := func([]byte) (bool, error) { return false, errors.New("not JSON") }
	if _, err := consumer.NewRecords(page, origin(), broken); err == nil || err.Error() != "new records: record 1: filter: not JSON" {
		t.Errorf("a filter that fails: %v", err)
	}
	page[2].Dynamodb.SequenceNumber = nil
	if got, err := consumer.NewRecords(page, origin(), nil); err == nil || got != nil {
		t.Errorf("a page with a broken record: %v, %v", got, err)
	}
	page[0].Dynamodb.Keys = nil
	if keyless, err := consumer.NewRecord(page[0], origin()); err != nil || keyless.Key != "" {
		t.Errorf("without keys: %q, %v", keyless.Key, err)
	}
}

// TestKeyIsTheItem: records have the same Key exactly if they have the same
// Keys, whatever the types and texts.
func TestKeyIsTheItem(t *testing.T) {
	kinds := map[string]func(string) types.AttributeValue{
		"S": s, "N": n, "B": func(text string) types.AttributeValue {
			return &types.AttributeValueMemberB{Value: []byte(text)}
		},
	}
	texts := rapid.OneOf(rapid.SampledFrom([]string{"", "1", `"`, `\`, `"},"sk":{"S":"`, "\u2028"}), rapid.String())
	draw := func(t *rapid.T) (types.Record, string) {
		rec, identity := record(nil), ""
		rec.Dynamodb.Keys = map[string]types.AttributeValue{}
		for _, name := range rapid.SampledFrom([][]string{{"pk"}, {"pk", "sk"}, {`p"k`}, {"a", "b"}}).Draw(t, "names") {
			kind := rapid.SampledFrom([]string{"S", "N", "B"}).Draw(t, "kind")
			text := texts.Draw(t, "text")
			rec.Dynamodb.Keys[name] = kinds[kind](text)
			identity += fmt.Sprintf("%q %s %q;", name, kind, text)
		}
		return rec, identity
	}
	rapid.Check(t, func(t *rapid.T) {
		a, identityA := draw(t)
		b, identityB := draw(t)
		b.Dynamodb.NewImage = map[string]types.AttributeValue{"other": s("image")}
		first, err := consumer.NewRecord(a, origin())
		if err != nil {
			t.Fatal(err)
		}
		second, err := consumer.NewRecord(b, origin())
		if err != nil {
			t.Fatal(err)
		}
		if (first.Key == second.Key) != (identityA == identityB) {
			t.Errorf("%s and %s: keys %s and %s", identityA, identityB, first.Key, second.Key)
		}
	})
}
