package filter_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stillwater-streams/stillwater/consumer/filter"
)

// twenty is a record with two images of 20 attributes each, 2.9 kB.
func twenty() []byte {
	var image strings.Builder
	for i := range 20 {
		fmt.Fprintf(&image, `,"attribute_%d":{"S":"the value of attribute number %d"}`, i, i)
	}
	attributes := image.String()[1:]
	return []byte(`{"awsRegion":"us-east-1","dynamodb":{"ApproximateCreationDateTime":1726740000.25,"Keys":{"pk":{"S":"VULN#1"},"sk":{"S":"FIN#1"}},` +
		`"NewImage":{` + attributes + `},"OldImage":{` + attributes + `},"SequenceNumber":"111000000000000000000001","SizeBytes":126,` +
		`"StreamViewType":"NEW_AND_OLD_IMAGES"},"eventID":"c4ca4238a0b923820dcc509a6f75849b","eventName":"MODIFY","eventSource":"aws:dynamodb",` +
		`"eventSourceARN":"arn:aws:dynamodb:us-east-1:123456789012:table/t/stream/2026-11-01T00:00:00.000","eventVersion":"1.1"}`)
}

func three(b *testing.B) *filter.Filter {
	f, err := filter.Parse([]string{
		`{"eventName":["INSERT"],"dynamodb":{"NewImage":{"attribute_3":{"S":["x"]}}}}`,
		`{"dynamodb":{"OldImage":{"attribute_15":{"S":[{"prefix":"other"}]}}}}`,
		`{"eventName":["MODIFY"],"dynamodb":{"Keys":{"pk":{"S":[{"prefix":"VULN#"}]}},"NewImage":{"attribute_19":{"S":[{"anything-but":["a","b"]}]}}}}`,
	})
	if err != nil {
		b.Fatal(err)
	}
	return f
}

// BenchmarkMatch is three patterns, of which the last matches.
func BenchmarkMatch(b *testing.B) {
	f, record := three(b), twenty()
	b.SetBytes(int64(len(record)))
	b.ReportAllocs()
	for b.Loop() {
		if ok, err := f.Match(record); !ok || err != nil {
			b.Fatal(ok, err)
		}
	}
}

// BenchmarkMatchList reaches into a list of 20 maps, of which the last matches.
func BenchmarkMatchList(b *testing.B) {
	f, err := filter.Parse([]string{`{"dynamodb":{"NewImage":{"log":{"L":{"M":{"by":{"S":["19"]},"to":{"S":["open"]}}}}}}}`})
	if err != nil {
		b.Fatal(err)
	}
	var list []string
	for i := range 20 {
		list = append(list, fmt.Sprintf(`{"M":{"by":{"S":"%d"},"to":{"S":"open"}}}`, i))
	}
	record := []byte(`{"dynamodb":{"NewImage":{"log":{"L":[` + strings.Join(list, ",") + `]}}}}`)
	b.ReportAllocs()
	for b.Loop() {
		if ok, err := f.Match(record); !ok || err != nil {
			b.Fatal(ok, err)
		}
	}
}

// TestMatchAllocatesOnce keeps a record with two images from costing more than
// the room for what is looked at.
func TestMatchAllocatesOnce(t *testing.T) {
	record := twenty()
	f, err := filter.Parse([]string{`{"eventName":["MODIFY"],"dynamodb":{"NewImage":{"attribute_19":{"S":[{"suffix":"19"}]}}}}`})
	if err != nil {
		t.Fatal(err)
	}
	allocs := testing.AllocsPerRun(100, func() {
		if ok, err := f.Match(record); !ok || err != nil {
			t.Fatal(ok, err)
		}
	})
	if allocs > 1 {
		t.Errorf("%v allocations, want 1", allocs)
	}
}
