package filter_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/stillwater-streams/stillwater/consumer/filter"
)

// TestAdviceIsTrue: what is said never to match matches no record of DynamoDB,
// what is said always to match matches all, and what excludes nothing matches
// wherever something is. Patterns have one test, so that the advice is about it.
func TestAdviceIsTrue(t *testing.T) {
	said := map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		for range 20 { // some of what may be said is rarely said
			adviceIsTrue(t, said)
		}
	})
	for _, kind := range []string{"never", "always", "excludes"} {
		if said[kind] == 0 {
			t.Errorf("nothing was said to be %q: the law tests nothing", kind)
		}
	}
}

// adviceIsTrue draws a pattern and a record, and counts what is said.
func adviceIsTrue(t *rapid.T, said map[string]int) {
	view := rapid.SampledFrom([]string{"KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES"}).Draw(t, "view")
	wrap, test := places().Draw(t, "place"), dynamoTests().Draw(t, "test")
	record := dynamoRecords(view).Draw(t, "record")
	f, err := filter.Parse([]string{fmt.Sprintf(wrap, test)})
	if err != nil {
		t.Fatal(err)
	}
	matches := match(t, record, f.Patterns()...)
	for _, a := range f.Advise(view) {
		switch {
		case strings.Contains(a.Message, "never matches"):
			said["never"]++
			if matches {
				t.Errorf("%s of %s matches %s", a.Message, f.Patterns(), record)
			}
		case strings.Contains(a.Message, "always matches"):
			said["always"]++
			if !matches {
				t.Errorf("%s of %s does not match %s", a.Message, f.Patterns(), record)
			}
		case strings.Contains(a.Message, "excludes nothing"):
			said["excludes"]++
			if there := match(t, record, fmt.Sprintf(wrap, `{"exists":true}`)); matches != there {
				t.Errorf("%s of %s: %v on %s", a.Message, f.Patterns(), matches, record)
			}
		}
	}
}

// places are patterns around one test.
func places() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		inner := `[%s]`
		path := rapid.SampledFrom([]string{
			"eventName", "eventname", "eventSource", "userIdentity.type", "userIdentity.Type", "dynamodb", "dynamodb.eventName",
			"dynamodb.SizeBytes", "dynamodb.SequenceNumber", "dynamodb.StreamViewType", "dynamodb.ApproximateCreationDateTime",
			"dynamodb.Keys.pk.S", "dynamodb.Keys.pk", "dynamodb.NewImage.a", "dynamodb.NewImage.a.?", "dynamodb.OldImage.a.?",
			"dynamodb.NewImage.a.M.a.?", "dynamodb.NewImage.a.L.?", "dynamodb.NewImage.a.M.a", "dynamodb.NewImage.a.a", "dynamodb.newImage.a.S",
		}).Draw(t, "path")
		types := rapid.SampledFrom([]string{"S", "N", "B", "BOOL", "NULL", "SS", "NS", "M", "L", "s"})
		for _, key := range slices.Backward(strings.Split(path, ".")) {
			if key == "?" {
				key = types.Draw(t, "type")
			}
			inner = fmt.Sprintf(`{%q:`, key) + inner + "}"
		}
		return inner
	})
}

func dynamoTests() *rapid.Generator[string] {
	return rapid.OneOf(tests(), rapid.SampledFrom([]string{
		`"INSERT"`, `"REMOVE"`, `"insert"`, `"Service"`, `"aws:dynamodb"`, `"1.0"`, `"eA=="`, `{"exists":true}`, `{"exists":false}`,
		`{"anything-but":"INSERT"}`, `{"anything-but":"DELETE"}`, `{"anything-but":["1.0"]}`, `{"anything-but":10}`, `{"prefix":"IN"}`,
		`{"suffix":"E"}`, `{"equals-ignore-case":"remove"}`, `{"anything-but":"KEYS_ONLY"}`, `1726740000000`, `1726740000`,
	}))
}

// dynamoValues are attribute values as DynamoDB delivers them.
func dynamoValues(depth int) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		kind := rapid.IntRange(0, 11).Draw(t, "kind")
		switch {
		case depth > 0 && kind < 2:
			return `{"M":{"a":` + dynamoValues(depth-1).Draw(t, "a") + `}}`
		case depth > 0 && kind < 4:
			return `{"L":[` + strings.Join(rapid.SliceOfN(dynamoValues(depth-1), 0, 2).Draw(t, "l"), ",") + `]}`
		default:
			return rapid.SampledFrom([]string{
				`{"S":"x"}`, `{"S":""}`, `{"S":"1.0"}`, `{"N":"1"}`, `{"N":"10"}`, `{"N":"0.5"}`, `{"N":"0"}`, `{"B":"eA=="}`,
				`{"BOOL":true}`, `{"BOOL":false}`, `{"NULL":true}`, `{"SS":["x","true"]}`, `{"NS":["1","-1"]}`,
			}).Draw(t, "value")
		}
	})
}

// dynamoRecords are records of a stream of the view type.
func dynamoRecords(view string) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		name := rapid.SampledFrom([]string{"INSERT", "MODIFY", "REMOVE"}).Draw(t, "name")
		image := func(key string) string { return `,"` + key + `":{"a":` + dynamoValues(2).Draw(t, key) + `}` }
		var images, user string
		if name != "REMOVE" && strings.Contains(view, "NEW") {
			images += image("NewImage")
		}
		if name != "INSERT" && strings.Contains(view, "OLD") {
			images += image("OldImage")
		}
		if name == "REMOVE" && rapid.Bool().Draw(t, "ttl") {
			user = `,"userIdentity":{"type":"Service","principalId":"dynamodb.amazonaws.com"}`
		}
		return `{"eventName":"` + name + `","eventSource":"aws:dynamodb"` + user + `,"dynamodb":{"Keys":{"pk":{"S":"x"}}` + images +
			`,"ApproximateCreationDateTime":1726740000,"SizeBytes":10,"SequenceNumber":"1","StreamViewType":"` + view + `"}}`
	})
}

func TestAdviceSaysWhere(t *testing.T) {
	f, err := filter.Parse([]string{`{"eventName": ["INSERT"]}`, `{"eventname": ["INSERT"], "dynamodb": {"Keys": {"pk": ["x"]}}}`})
	if err != nil {
		t.Fatal(err)
	}
	want := []filter.Advice{
		{Pattern: 1, Offset: 1, Path: "eventname", Message: `this never matches: no record has the key eventname: write "eventName"`},
		{Pattern: 1, Offset: 55, Path: "dynamodb.Keys.pk", Message: `this never matches: the type descriptor is missing (L5): write {"pk": {"S": ["x"]}}`},
	}
	if diff := cmp.Diff(want, f.Advise("")); diff != "" {
		t.Errorf("Advise (-want +got):\n%s", diff)
	}
}
