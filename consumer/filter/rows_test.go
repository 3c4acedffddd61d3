package filter_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stillwater-streams/stillwater/consumer/filter"
)

// record1 is a record as Lambda delivers it (section 2 of the Lambda reference).
const record1 = `{
	"awsRegion": "eu-west-1",
	"dynamodb": {
		"ApproximateCreationDateTime": 1726740000.25,
		"Keys": {"pk": {"S": "VULN#1"}, "sk": {"S": "FIN#1"}},
		"NewImage": {
			"pk": {"S": "VULN#1"}, "sk": {"S": "FIN#1"},
			"state": {"S": "open"},
			"score": {"N": "101"},
			"zero_risk": {"BOOL": false},
			"gone": {"NULL": true},
			"tags": {"SS": ["internal", "web"]},
			"ports": {"NS": ["80", "443"]},
			"where": {"M": {"file": {"S": "a.go"}, "line": {"N": "42"}}},
			"history": {"L": [
				{"M": {"by": {"S": "ana"}, "to": {"S": "open"}}},
				{"M": {"by": {"S": "bob"}, "to": {"S": "closed"}}}
			]},
			"nothing": {"L": []},
			"empty": {"S": ""}
		},
		"SequenceNumber": "111000000000000000000001",
		"SizeBytes": 126,
		"StreamViewType": "NEW_AND_OLD_IMAGES"
	},
	"eventID": "c4ca4238a0b923820dcc509a6f75849b",
	"eventName": "INSERT",
	"eventSource": "aws:dynamodb",
	"eventSourceARN": "arn:aws:dynamodb:eu-west-1:123456789012:table/integrates_vms/stream/2026-11-01T00:00:00.000",
	"eventVersion": "1.1"
}`

// deletion is what TTL deletes, with the old image only.
const deletion = `{
	"dynamodb": {"Keys": {"pk": {"S": "VULN#1"}}, "OldImage": {"score": {"N": "42"}}},
	"eventName": "REMOVE",
	"userIdentity": {"type": "Service", "principalId": "dynamodb.amazonaws.com"}
}`

// row is a pattern and whether it matches record1.
type row struct {
	pattern string
	want    bool
}

func check(t *testing.T, record string, rows []row) {
	t.Helper()
	for _, r := range rows {
		if got := match(t, record, r.pattern); got != r.want {
			t.Errorf("%s matches: %v, want %v", r.pattern, got, r.want)
		}
	}
}

// image puts a pattern for an attribute into the new image.
func image(attribute string) string {
	return `{"dynamodb": {"NewImage": {` + attribute + `}}}`
}

func TestL1_AnyPatternAndEveryKey(t *testing.T) {
	insert, modify, open := `{"eventName": ["INSERT"]}`, `{"eventName": ["MODIFY"]}`, image(`"state": {"S": ["open"]}`)
	for _, test := range []struct {
		patterns []string
		want     bool
	}{
		{nil, true},
		{[]string{}, true},
		{[]string{insert}, true},
		{[]string{modify}, false},
		{[]string{modify, insert}, true},
		{[]string{modify, open}, true},
		{[]string{modify, modify, modify, modify, modify}, false},
		{[]string{`{"eventName": ["INSERT"], "awsRegion": ["eu-west-1"]}`}, true},
		{[]string{`{"eventName": ["INSERT"], "awsRegion": ["us-east-1"]}`}, false},
		{[]string{`{"eventName": ["MODIFY"], "awsRegion": ["eu-west-1"]}`, `{"eventName": ["INSERT"], "awsRegion": ["us-east-1"]}`}, false},
	} {
		if got := match(t, record1, test.patterns...); got != test.want {
			t.Errorf("%q match: %v, want %v", test.patterns, got, test.want)
		}
	}
}

func TestNoFilterMatchesEverything(t *testing.T) {
	var none *filter.Filter
	if ok, err := none.Match([]byte(`what this is, is not looked at`)); !ok || err != nil {
		t.Errorf("nil filter: %v, %v", ok, err)
	}
	if got := none.Patterns(); got != nil {
		t.Errorf("nil filter has patterns %q", got)
	}
	if got := none.Advise("KEYS_ONLY"); got != nil {
		t.Errorf("nil filter has advice %v", got)
	}
}

func TestL3_TheLastOfADuplicateWins(t *testing.T) {
	check(t, record1, []row{
		{`{"eventName": ["MODIFY"], "eventName": ["INSERT"]}`, true},
		{`{"eventName": ["INSERT"], "eventName": ["MODIFY"]}`, false},
		{image(`"state": {"S": ["closed"], "S": ["open"]}`), true},
		// Objects are merged, so the first still counts.
		{`{"dynamodb": {"Keys": {"pk": {"S": ["x"]}}}, "dynamodb": {"Keys": {"sk": {"S": ["FIN#1"]}}}}`, false},
		{`{"dynamodb": {"Keys": {"pk": {"S": ["x"]}}}, "dynamodb": {"Keys": {"pk": {"S": ["VULN#1"]}}}}`, true},
	})
}

func TestL3_ThePatternMustBeJSON(t *testing.T) {
	_, err := filter.Parse([]string{`[{"eventName": ["INSERT"=123}]`})
	var mistake *filter.Mistake
	if !errors.As(err, &mistake) || mistake.Offset != 24 || !strings.Contains(err.Error(), "Invalid filter pattern definition.") {
		t.Errorf("Parse: %v", err)
	}
}

func TestL4_NumericNeverMatchesN(t *testing.T) {
	check(t, record1, []row{
		{image(`"score": {"N": [{"numeric": [">", 100]}]}`), false},
		{image(`"score": {"N": [{"numeric": ["=", 101]}]}`), false},
		{image(`"score": {"N": [101]}`), false},
		{image(`"score": {"N": ["101"]}`), true},
		{image(`"score": {"N": ["101.0"]}`), false}, // a text
		{image(`"score": {"N": [{"prefix": "1"}]}`), true},
		{image(`"score": {"N": [{"anything-but": 101}]}`), true}, // a text is anything but a number
		{image(`"ports": {"NS": [{"numeric": ["=", 80]}]}`), false},
	})
	// The recording: 42 was delivered, 101 was not.
	recorded := image(`"n": {"N": [{"numeric": [">", 100]}, {"anything-but": "101"}]}`)
	check(t, `{"dynamodb": {"NewImage": {"n": {"N": "42"}}}}`, []row{{recorded, true}})
	check(t, `{"dynamodb": {"NewImage": {"n": {"N": "101"}}}}`, []row{{recorded, false}})
}

func TestL5_WithoutTypeDescriptorNothingMatches(t *testing.T) {
	check(t, record1, []row{
		{image(`"state": ["open"]`), false},
		{image(`"state": {"S": ["open"]}`), true},
		{image(`"where": {"file": {"S": ["a.go"]}}`), false},
		{image(`"where": {"M": {"file": ["a.go"]}}`), false},
		{image(`"where": {"M": {"file": {"S": ["a.go"]}}}`), true},
		{image(`"tags": ["web"]`), false},
		{image(`"state": {"s": ["open"]}`), false},
	})
}

func TestL6_TheTimeIsANumber(t *testing.T) {
	at := func(tests string) string { return `{"dynamodb": {"ApproximateCreationDateTime": [` + tests + `]}}` }
	check(t, record1, []row{
		{at(`{"numeric": [">", 0]}`), true},
		{at(`{"numeric": [">=", 1726740000.25, "<", 1726740001]}`), true},
		{at(`{"numeric": ["<", 1726740000]}`), false},
		{at(`1726740000.25`), true},
		{at(`1.72674000025e9`), true},
		{at(`"1726740000.25"`), false},
		{`{"dynamodb": {"SizeBytes": [{"numeric": ["=", 126]}]}}`, true},
	})
}

func TestL7_EveryKeyCanBeFilteredOn(t *testing.T) {
	check(t, record1, []row{
		{`{"eventName": ["INSERT"], "eventSource": ["aws:dynamodb"]}`, true},
		{`{"eventName": ["REMOVE"]}`, false},
		{`{"awsRegion": [{"prefix": "eu-"}]}`, true},
		{`{"eventID": [{"exists": true}]}`, true},
		{`{"eventVersion": ["1.1"]}`, true},
		{`{"eventSourceARN": [{"suffix": ".000"}]}`, true},
		{`{"dynamodb": {"StreamViewType": ["NEW_AND_OLD_IMAGES"], "SequenceNumber": [{"prefix": "111"}]}}`, true},
		{`{"userIdentity": {"type": ["Service"]}}`, false},
		{`{"userIdentity": {"type": [{"exists": false}]}}`, true},
	})
	check(t, deletion, []row{
		{`{"userIdentity": {"type": ["Service"], "principalId": ["dynamodb.amazonaws.com"]}}`, true},
		{`{"userIdentity": {"type": [{"exists": false}]}}`, false},
	})
}

func TestL8_ExistsLooksAtLeaves(t *testing.T) {
	check(t, record1, []row{
		{image(`"state": {"S": [{"exists": true}]}`), true},
		{image(`"state": {"S": [{"exists": false}]}`), false},
		{image(`"state": {"N": [{"exists": true}]}`), false},
		{image(`"state": {"N": [{"exists": false}]}`), true},
		{image(`"absent": {"S": [{"exists": true}]}`), false},
		{image(`"absent": {"S": [{"exists": false}]}`), true},
		// On an intermediate node: false always, true never.
		{image(`"state": [{"exists": false}]`), true},
		{image(`"absent": [{"exists": false}]`), true},
		{image(`"state": [{"exists": true}]`), false},
		{image(`"absent": [{"exists": true}]`), false},
		{`{"dynamodb": {"NewImage": [{"exists": false}]}}`, true},
		{`{"dynamodb": [{"exists": true}]}`, false},
		// An array is its elements, so an empty one is nothing.
		{image(`"tags": {"SS": [{"exists": true}]}`), true},
		{image(`"nothing": {"L": [{"exists": true}]}`), false},
		{image(`"nothing": {"L": [{"exists": false}]}`), true},
		{image(`"history": {"L": [{"exists": true}]}`), false},
	})
}
