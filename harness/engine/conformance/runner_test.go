package conformance_test

import (
	"strings"
	"testing"

	"github.com/stillwater-streams/stillwater/harness/engine"
	"github.com/stillwater-streams/stillwater/harness/engine/conformance"
	"github.com/stillwater-streams/stillwater/harness/engine/memory"
)

// A mistake in a case is none of the engine's answers: it stops the case.
func TestMistakesInCases(t *testing.T) {
	r := runner(t, memory.New(memory.Options{}), conformance.Options{})
	for request, want := range map[string]string{
		`FlyItem {TableName: single}`:                                  "no operation FlyItem",
		`GetItem {TableNam: single}`:                                   "has no member TableNam",
		`GetItem {TableName: single`:                                   "neither a comma nor }",
		`GetItem {TableName: single} and more`:                         `after the request: "and more"`,
		`GetItem {TableName: single, Key: {pk: a}}`:                    "text goes into quotes",
		`GetItem {TableName: single, Key: {pk: "a}}`:                   "no string",
		`GetItem {TableName: single, Key: {pk: 0xg1}}`:                 "invalid byte",
		`GetItem {TableName: [single]}`:                                "want text",
		`Scan {TableName: single, Limit: many}`:                        "invalid syntax",
		`GetRecords {ShardIterator: <iterator:1>}`:                     "no answer has named <iterator:1>",
		`SplitShard {TableName: nowhere}`:                              "there is none: create it first",
		`SplitShard {StreamArn: nowhere}`:                              "has no member StreamArn",
		`Advance {By: soon}`:                                           "invalid duration",
		`ListTables {} -> Tables`:                                      "has no member Tables",
		`PutItem {TableName: single, Item: {pk: "a", l: deep:x}}`:      "invalid syntax",
		`PutItem {TableName: single, Item: {pk: "a", l: <shard:1>}}`:   "want an attribute value",
		`PutItem {TableName: single, Item: {pk: "a", l: [1, two, 3]}}`: "want an attribute value, found two",
	} {
		if got, err := r.Do(t.Context(), request); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %q, %v; want an error with %q", request, got, err, want)
		}
	}
}

// An engine that answers otherwise is found out, and DynamoDB Local may only say
// what it is known to say.
func TestWrongAnswersAreFound(t *testing.T) {
	r := runner(t, memory.New(memory.Options{}), conformance.Options{})
	c := conformance.Case{File: "none", Operation: "GetItem", Feature: "made up", Steps: []conformance.Step{
		{Line: 1, Request: `PutItem {TableName: single, Item: {pk: "a", n: 1}}`, Want: "{}"},
		{Line: 2, Request: `GetItem {TableName: single, Key: {pk: "a"}}`, Want: `{Item: {n: 2, pk: "a"}}`, Local: `{Item: {n: 1, pk: "a"}}`, Because: "this test"},
	}}
	answers, err := r.Run(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	if !answers[0].Right(conformance.Options{}) || answers[1].Right(conformance.Options{}) {
		t.Errorf("answers = %+v, want the second one to be wrong", answers)
	}
	if !answers[1].Right(conformance.Options{DynamoDBLocal: true}) {
		t.Error("DynamoDB Local may not answer what the case says of it")
	}
}

// A control is for engines that have it: another one cannot play the case, which is
// no wrong answer of its.
func TestControlsNeedTheMemoryEngine(t *testing.T) {
	r, err := conformance.NewRunner(engine.NewDatabase("http://127.0.0.1:1", "us-east-1", "KEY", nil), conformance.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := r.Do(t.Context(), `Advance {By: 1h}`); err == nil || !strings.Contains(err.Error(), "the engine has no controls") {
		t.Errorf("%q, %v", got, err)
	}
}
