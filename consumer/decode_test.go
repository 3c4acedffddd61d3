package consumer_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
	"pgregory.net/rapid"

	"github.com/stillwater-streams/stillwater/consumer"
	"github.com/stillwater-streams/stillwater/consumer/core"
)

// TestDecodeEventEqualsItsTwin: any event, decoded as encoding/json decodes it.
func TestDecodeEventEqualsItsTwin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var page []types.Record
		for i := range rapid.IntRange(0, 3).Draw(t, "records") {
			rec := drawRecord(t, fmt.Sprint(i+1))
			if rapid.Bool().Draw(t, "by TTL") {
				rec.EventName = "UNKNOWN_TO_SDK_VERSION"
			}
			page = append(page, rec)
		}
		o := origin()
		if rapid.Bool().Draw(t, "without a time") {
			o.Arrived = written.AddDate(-2023, 0, 0)
		}
		records, err := consumer.NewRecords(page, o, nil)
		if err != nil {
			t.Fatal(err)
		}
		payload := consumer.Event(records)
		var want events.DynamoDBEvent
		if err := json.Unmarshal(payload, &want); err != nil {
			t.Fatal(err)
		}
		got, err := consumer.DecodeEvent(payload)
		if err != nil || !reflect.DeepEqual(want, got) {
			t.Fatalf("%s:\n%v\ntwin %+v\ngot  %+v", payload, err, want, got)
		}
	})
}

// TestDecodeEventNeverDiffers: of a payload that is not from Event it says so,
// or decodes it as encoding/json does.
func TestDecodeEventNeverDiffers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		record, err := consumer.NewRecord(drawRecord(t, "1"), origin())
		if err != nil {
			t.Fatal(err)
		}
		payload := consumer.Event([]core.Record{record})
		for range rapid.IntRange(1, 3).Draw(t, "edits") {
			from := rapid.IntRange(0, len(payload)).Draw(t, "from")
			to := min(len(payload), from+rapid.IntRange(0, 3).Draw(t, "cut"))
			piece := rapid.SampledFrom([]string{"", " ", "{", "}", "[", "]", ",", ":", `"`, `\`, `\u`, "0", "1", "-", ".", "e3", "null",
				"\xff", "\n", `{"S":"a"}`, `,"S":"a"`, `"Keys":{},`, `"dynamodb":{},`, `,"userIdentity":{"type":"x"}`}).Draw(t, "piece")
			payload = slices.Concat(payload[:from], []byte(piece), payload[to:])
		}
		wantSame(t, payload)
	})
}

// wantSame compares with encoding/json wherever DecodeEvent decodes.
func wantSame(t rapid.TB, payload []byte) {
	t.Helper()
	got, err := consumer.DecodeEvent(payload)
	if err != nil {
		return
	}
	var want events.DynamoDBEvent
	if err := json.Unmarshal(payload, &want); err != nil || !reflect.DeepEqual(want, got) {
		t.Fatalf("%s:\n%v\ntwin %+v\ngot  %+v", payload, err, want, got)
	}
}

// TestDecodeEventRefuses what encoding/json reads differently, or not at all.
func TestDecodeEventRefuses(t *testing.T) {
	const frame = `{"Records":[{"awsRegion":"r","dynamodb":{%s"SequenceNumber":"1"}%s}]}`
	for _, payload := range []string{
		"", "null", "{}", `{"Records":null}`, `{"Records":[]} `, ` {"Records":[]}`, `{"Records":[{}`, `{"Records":[{}]}}`, `{"records":[]}`,
		fmt.Sprintf(frame, `"Keys":{"k":{"S":"a"}},"Keys":{"l":{"S":"a"}},`, ""),
		fmt.Sprintf(frame, `"Keys":{"k":{}},`, ""),
		fmt.Sprintf(frame, `"Keys":{"k":{"S":"a","N":"1"}},`, ""),
		fmt.Sprintf(frame, `"Keys":{"k":{"X":"a"}},`, ""),
		fmt.Sprintf(frame, `"Keys":{"k":{"S":1}},`, ""),
		fmt.Sprintf(frame, `"Keys":{"k":{"B":"?"}},`, ""),
		fmt.Sprintf(frame, `"Keys":{"k":{"S":"\ud83d\ude00"}},`, ""),
		fmt.Sprintf(frame, `"Keys":{"k":{"S":"\/"}},`, ""),
		fmt.Sprintf(frame, "\"Keys\":{\"k\":{\"S\":\"\xff\"}},", ""),
		fmt.Sprintf(frame, "\"Keys\":{\"k\":{\"S\":\"\n\"}},", ""),
		fmt.Sprintf(frame, "\"Keys\":{\"k\":{\"S\":\"\\\"\n\"}},", ""),
		fmt.Sprintf(frame, `"SizeBytes":01,`, ""), fmt.Sprintf(frame, `"SizeBytes":1.5,`, ""), fmt.Sprintf(frame, `"SizeBytes":-,`, ""),
		fmt.Sprintf(frame, `"ApproximateCreationDateTime":1.,`, ""), fmt.Sprintf(frame, `"ApproximateCreationDateTime":1e9,`, ""),
		fmt.Sprintf(frame, "", `,"dynamodb":{}`), `{"Records":[{"dynamodb":{"Keys":{}},"dynamodb":{}}]}`, fmt.Sprintf(frame, "", `,"AwsRegion":"s"`), fmt.Sprintf(frame, "", `,"other":1`),
		fmt.Sprintf(frame, "", `,"userIdentity":null`), fmt.Sprintf(frame, "", `,"userIdentity":{"type":"a"},"userIdentity":{}`),
	} {
		if e, err := consumer.DecodeEvent([]byte(payload)); err == nil {
			t.Errorf("%s: %+v", payload, e)
		}
	}
	if _, err := consumer.DecodeEvent([]byte(fmt.Sprintf(frame, "", ""))); err != nil {
		t.Errorf("the frame itself: %v", err)
	}
}

// BenchmarkDecodeEvent of ten records, with its twin for comparison.
func BenchmarkDecodeEvent(b *testing.B) {
	for _, attributes := range []int{1, 20, 200} {
		one, err := consumer.NewRecord(flat(attributes), origin())
		if err != nil {
			b.Fatal(err)
		}
		batch := []core.Record{one, one, one, one, one, one, one, one, one, one}
		payload := consumer.Event(batch)
		b.Run(fmt.Sprintf("twin/attributes=%d", attributes), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				var e events.DynamoDBEvent
				if err := json.Unmarshal(payload, &e); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("event/attributes=%d", attributes), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := consumer.DecodeEvent(payload); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
