package consumer_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/stillwater-streams/stillwater/consumer"
)

// twin writes a record as RecordJSON does, slowly: as a tree of maps that
// encoding/json sorts and escapes. The frame of TTL deletions and of errors is
// not its subject.
func twin(rec types.Record, o consumer.Origin) []byte {
	change := map[string]any{
		"ApproximateCreationDateTime": json.Number(strings.TrimRight(strings.TrimRight(fmt.Sprintf("%.3f",
			float64(o.Arrived.UnixMilli())/1000), "0"), ".")),
		"SequenceNumber": *rec.Dynamodb.SequenceNumber,
		"SizeBytes":      *rec.Dynamodb.SizeBytes,
		"StreamViewType": string(rec.Dynamodb.StreamViewType),
	}
	for name, item := range map[string]map[string]types.AttributeValue{
		"Keys": rec.Dynamodb.Keys, "NewImage": rec.Dynamodb.NewImage, "OldImage": rec.Dynamodb.OldImage,
	} {
		if item != nil {
			change[name] = twinItem(item)
		}
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(map[string]any{
		"awsRegion": o.Region, "dynamodb": change, "eventID": *rec.EventID, "eventName": string(rec.EventName),
		"eventSource": "aws:dynamodb", "eventSourceARN": o.StreamARN, "eventVersion": "1.1",
	}); err != nil {
		panic(err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

func twinItem(item map[string]types.AttributeValue) map[string]any {
	tree := map[string]any{}
	for name, value := range item {
		tree[name] = twinValue(value)
	}
	return tree
}

// twinValue leaves base64 to encoding/json, which writes it for []byte.
func twinValue(value types.AttributeValue) map[string]any {
	switch v := value.(type) {
	case *types.AttributeValueMemberS:
		return map[string]any{"S": v.Value}
	case *types.AttributeValueMemberN:
		return map[string]any{"N": v.Value}
	case *types.AttributeValueMemberB:
		return map[string]any{"B": append([]byte{}, v.Value...)}
	case *types.AttributeValueMemberBOOL:
		return map[string]any{"BOOL": v.Value}
	case *types.AttributeValueMemberNULL:
		return map[string]any{"NULL": true}
	case *types.AttributeValueMemberSS:
		return map[string]any{"SS": append([]string{}, v.Value...)}
	case *types.AttributeValueMemberNS:
		return map[string]any{"NS": append([]string{}, v.Value...)}
	case *types.AttributeValueMemberBS:
		set := [][]byte{}
		for _, b := range v.Value {
			set = append(set, append([]byte{}, b...))
		}
		return map[string]any{"BS": set}
	case *types.AttributeValueMemberL:
		list := []any{}
		for _, element := range v.Value {
			list = append(list, twinValue(element))
		}
		return map[string]any{"L": list}
	case *types.AttributeValueMemberM:
		return map[string]any{"M": twinItem(v.Value)}
	default:
		panic(fmt.Sprintf("%T", value))
	}
}

// TestRecordJSONEqualsItsTwin: any record, byte for byte what encoding/json
// makes of it, whether alone or in a page.
func TestRecordJSONEqualsItsTwin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var page []types.Record
		var want []string
		for i := range rapid.IntRange(1, 3).Draw(t, "records") {
			rec := drawRecord(t, fmt.Sprint(i+1))
			page = append(page, rec)
			want = append(want, string(twin(rec, origin())))
			one, err := consumer.RecordJSON(rec, origin())
			if err != nil || string(one) != want[i] {
				t.Fatalf("%v, -twin +RecordJSON:\n%s", err, cmp.Diff(want[i], string(one)))
			}
		}
		records, err := consumer.NewRecords(page, origin(), nil)
		if err != nil {
			t.Fatal(err)
		}
		for i, r := range records {
			if string(r.Body) != want[i] || r.Filtered || r.Sequence != fmt.Sprint(i+1) {
				t.Errorf("record %d: %+v, want body %s", i, r, want[i])
			}
		}
	})
}

// drawRecord draws a record whose texts may hold any bytes.
func drawRecord(t *rapid.T, sequence string) types.Record {
	texts := drawText()
	rec := record(nil)
	rec.EventID = aws.String(texts.Draw(t, "event id"))
	rec.EventName = types.OperationType(texts.Draw(t, "event name"))
	rec.Dynamodb.SequenceNumber = &sequence
	rec.Dynamodb.SizeBytes = aws.Int64(rapid.Int64().Draw(t, "size"))
	for _, image := range []*map[string]types.AttributeValue{&rec.Dynamodb.Keys, &rec.Dynamodb.NewImage, &rec.Dynamodb.OldImage} {
		if *image = nil; rapid.Bool().Draw(t, "image") {
			*image = drawWildImage(t, 3)
		}
	}
	return rec
}

// drawText draws texts with what JSON escapes, and with what is not UTF-8.
func drawText() *rapid.Generator[string] {
	awkward := rapid.SampledFrom([]string{`"`, `\`, "\x00", "\b\f\n\r\t\v", "\x1f", "\x7f", "<>&'/", "é", "\u2028", "\u2029", "\u2027",
		"\ufffd", "\ufeff", "😀", "\xff", "\xed\xa0\x80", "\xc0\x80", "\xf0\x9f\x98", "\xe2\x80"})
	return rapid.OneOf(
		rapid.String(),
		rapid.Custom(func(t *rapid.T) string { return string(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes")) }),
		rapid.Custom(func(t *rapid.T) string { return strings.Join(rapid.SliceOf(awkward).Draw(t, "awkward"), "") }),
	)
}

// drawWildImage is drawImage with names and texts of any bytes.
func drawWildImage(t *rapid.T, depth int) map[string]types.AttributeValue {
	image := map[string]types.AttributeValue{}
	for _, name := range rapid.SliceOfN(drawText(), 0, 4).Draw(t, "names") {
		switch rapid.IntRange(0, 3).Draw(t, "kind") {
		case 0:
			image[name] = s(drawText().Draw(t, "S"))
		case 1:
			image[name] = &types.AttributeValueMemberSS{Value: rapid.SliceOf(drawText()).Draw(t, "SS")}
		case 2:
			if depth > 1 {
				image[name] = m(drawWildImage(t, depth-1))
			}
		default:
			image[name] = drawValue(t, depth)
		}
	}
	return image
}

// TestRecordJSONEscapes every character of one and two bytes, and the borders
// of the longer ones, as encoding/json does.
func TestRecordJSONEscapes(t *testing.T) {
	var texts []string
	for c := range 0x900 {
		texts = append(texts, string(rune(c)), "a"+string([]byte{byte(c), byte(c >> 4)})+"z")
	}
	texts = append(texts, "\u2027\u2028\u2029\u202a", "\ud7ff\ue000\uffff", "\U00010000\U0010ffff", "\xf4\x90\x80\x80", "")
	for _, text := range texts {
		rec := record(map[string]types.AttributeValue{text: s(text)})
		got, err := consumer.RecordJSON(rec, origin())
		if want := twin(rec, origin()); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%q: %v, -twin +RecordJSON:\n%s", text, err, cmp.Diff(string(want), string(got)))
		}
	}
}

// flat is a record with n attributes in both images, as a table of the worked
// domain has them: texts, numbers, a boolean, a small map, a list.
func flat(n int) types.Record {
	item := func(version string) map[string]types.AttributeValue {
		image := map[string]types.AttributeValue{}
		for i := range n {
			name := fmt.Sprintf("attribute_%03d", i)
			switch i % 5 {
			case 0, 1:
				image[name] = s("a text of about the usual length, version " + version)
			case 2:
				image[name] = &types.AttributeValueMemberN{Value: "1234.5"}
			case 3:
				image[name] = &types.AttributeValueMemberBOOL{Value: true}
			default:
				image[name] = m(map[string]types.AttributeValue{"modified_by": s("someone@example.com"), "modified_date": s("2024-09-19T10:00:00Z")})
			}
		}
		return image
	}
	rec := record(item("2"))
	rec.Dynamodb.Keys = map[string]types.AttributeValue{"pk": s("VULN#0b4a1c5e"), "sk": s("FIN#9c1f6a5e")}
	rec.Dynamodb.OldImage = item("1")
	rec.Dynamodb.SizeBytes = aws.Int64(int64(2*n*55 + 30))
	return rec
}

// BenchmarkRecordJSON, with its twin for comparison.
func BenchmarkRecordJSON(b *testing.B) {
	for _, attributes := range []int{1, 20, 200} {
		rec := flat(attributes)
		page := []types.Record{rec, rec, rec, rec, rec, rec, rec, rec, rec, rec}
		b.Run(fmt.Sprintf("twin/attributes=%d", attributes), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				twin(rec, origin())
			}
		})
		b.Run(fmt.Sprintf("one/attributes=%d", attributes), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := consumer.RecordJSON(rec, origin()); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("page/attributes=%d", attributes), func(b *testing.B) {
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				if _, err := consumer.NewRecords(page, origin(), nil); err != nil {
					b.Fatal(err)
				}
				n += len(page)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n), "ns/record")
		})
	}
}
