package archive_test

import (
	"context"
	"errors"
	"maps"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"

	"github.com/stillwater-streams/stillwater/triggers/archive"
	"github.com/stillwater-streams/stillwater/triggers/model"
	"github.com/stillwater-streams/stillwater/triggers/testevent"
)

// table is the archive: as much of DynamoDB as the trigger uses.
type table struct {
	items map[model.Key]model.Item
	calls int
	fail  map[string]error // by pk
	// late makes the table answer with an error after it took the item.
	late bool
}

func newTable() *table { return &table{items: map[model.Key]model.Item{}, fail: map[string]error{}} }

func (tb *table) PutItem(_ context.Context, in *dynamodb.PutItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	tb.calls++
	key, err := model.KeyOf(in.Item)
	if err != nil {
		return nil, err
	}
	if *in.TableName != "archive" || aws.ToString(in.ConditionExpression) != "attribute_not_exists(#pk)" || in.ExpressionAttributeNames["#pk"] != "pk" {
		return nil, errors.New("fake: not a put if absent into the archive")
	}
	if err := tb.fail[key.PK]; err != nil && !tb.late {
		return nil, err
	}
	if _, present := tb.items[key]; present {
		return nil, &types.ConditionalCheckFailedException{Message: aws.String("The conditional request failed")}
	}
	tb.items[key] = in.Item
	return &dynamodb.PutItemOutput{}, tb.fail[key.PK]
}

func (tb *table) trigger() *archive.Trigger {
	return archive.New(archive.Options{DynamoDB: tb, Table: "archive"})
}

func (tb *table) handle(t *testing.T, changes ...testevent.Change) (failed []string) {
	t.Helper()
	e, err := testevent.Stream{}.Event(changes...)
	if err != nil {
		t.Fatal(err)
	}
	response, err := tb.trigger().Handle(context.Background(), e)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range response.BatchItemFailures {
		failed = append(failed, strings.TrimLeft(f.ItemIdentifier, "0"))
	}
	return failed
}

// want compares the whole archive.
func (tb *table) want(t *testing.T, items ...model.Item) {
	t.Helper()
	want := map[model.Key]model.Item{}
	for _, item := range items {
		key, err := model.KeyOf(item)
		if err != nil {
			t.Fatal(err)
		}
		want[key] = item
	}
	if diff := cmp.Diff(want, tb.items, cmp.Comparer(model.Equal)); diff != "" {
		t.Errorf("archive (-want +got):\n%s", diff)
	}
}

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

// item has a key and, unless it is "", a status of its state.
func item(pk, sk, status string) model.Item {
	i := model.Item{"pk": text(pk), "sk": text(sk), "title": text("kept whole")}
	if status != "" {
		i["state"] = &types.AttributeValueMemberM{Value: model.Item{"status": text(status)}}
	}
	return i
}

func TestWhatIsKept(t *testing.T) {
	for _, test := range []struct {
		name string
		item model.Item
		kept bool
	}{
		{"a finding that was released", item("FIN#f1", "GROUP#g", "MASKED"), true},
		{"a finding that never was", item("FIN#f1", "GROUP#g", "DELETED"), false},
		{"a vulnerability that was released", item("VULN#v1", "FIN#f1", "MASKED"), true},
		{"a vulnerability that never was", item("VULN#v1", "FIN#f1", "DELETED"), false},
		{"a vulnerability deleted by hand while open", item("VULN#v1", "FIN#f1", "VULNERABLE"), true},
		{"a draft deleted by hand", item("VULN#v1", "FIN#f1", "SUBMITTED"), true},
		{"a status nobody knows", item("VULN#v1", "FIN#f1", "ODD"), true},
		{"no state at all", item("VULN#v1", "FIN#f1", ""), true},
		{"a state that is no map", model.Item{"pk": text("VULN#v1"), "sk": text("FIN#f1"), "state": text("DELETED")}, true},
		{"history of a finding", item("FIN#f1", "STATE#2024-09-19T10:00:00+00:00", ""), true},
		{"verification of a finding", item("FIN#f1", "VERIFICATION#2024-09-19T10:00:00+00:00", ""), true},
		{"history of a vulnerability", item("VULN#v1", "STATE#2024-09-19T10:00:00+00:00", ""), true},
		{"treatment", item("VULN#v1", "TREATMENT#2024-09-19T10:00:00+00:00", ""), true},
		{"verification", item("VULN#v1", "VERIFICATION#2024-09-19T10:00:00+00:00", ""), true},
		{"zero risk", item("VULN#v1", "ZERORISK#2024-09-19T10:00:00+00:00", ""), true},
		{"history whose entry is DELETED", item("VULN#v1", "STATE#2024-09-19T10:00:00+00:00", "DELETED"), true},
		{"a comment", item("CMNT#c1", "FIN#f1", ""), false},
		{"the marker of a finding", item("FIN_ID", "FIN#f1", ""), false},
		{"a group", item("GROUP#g", "ORG#o1", ""), false},
		{"a root", item("ROOT#r1", "GROUP#g", ""), false},
		{"history of something else", item("ROOT#r1", "STATE#2024-09-19T10:00:00+00:00", ""), false},
		{"history without a date", item("VULN#v1", "STATE#", ""), false},
	} {
		t.Run(test.name, func(t *testing.T) {
			tb := newTable()
			if failed := tb.handle(t, testevent.Remove(test.item)); len(failed) != 0 {
				t.Errorf("failed: %v", failed)
			}
			if test.kept {
				tb.want(t, test.item)
			} else if tb.want(t); tb.calls != 0 {
				t.Errorf("%d calls for what is not kept", tb.calls)
			}
		})
	}
}

func TestOnlyRemovalsAreKept(t *testing.T) {
	tb := newTable()
	v := item("VULN#v1", "FIN#f1", "MASKED")
	tb.handle(t, testevent.Insert(v), testevent.Modify(v, v))
	if tb.want(t); tb.calls != 0 {
		t.Errorf("%d calls", tb.calls)
	}
	tb.handle(t, testevent.Expire(v)) // by the service: removed all the same
	tb.want(t, v)
}

// The whole removal of a finding: everything in one batch, twice.
func TestDeliveredTwiceIsKeptOnce(t *testing.T) {
	changes := []testevent.Change{
		testevent.Remove(item("VULN#v1", "FIN#f1", "MASKED")),
		testevent.Remove(item("VULN#v1", "STATE#2024-09-19T10:00:00+00:00", "")),
		testevent.Remove(item("VULN#v2", "FIN#f1", "DELETED")),
		testevent.Remove(item("VULN#v2", "STATE#2024-09-19T10:00:00+00:00", "")),
		testevent.Remove(item("FIN#f1", "GROUP#g", "MASKED")),
		testevent.Remove(item("FIN_ID", "FIN#f1", "")),
	}
	tb := newTable()
	for range 2 {
		if failed := tb.handle(t, changes...); len(failed) != 0 {
			t.Errorf("failed: %v", failed)
		}
		tb.want(t, changes[0].Before, changes[1].Before, changes[3].Before, changes[4].Before)
	}
}

func TestTheFirstRemovalStands(t *testing.T) {
	first, second := item("VULN#v1", "FIN#f1", "MASKED"), item("VULN#v1", "FIN#f1", "MASKED")
	second["title"] = text("made again and removed again")
	tb := newTable()
	tb.handle(t, testevent.Remove(first))
	tb.handle(t, testevent.Remove(second))
	tb.want(t, first)
}

func TestWhatFailsIsNamedAndTheRestIsKept(t *testing.T) {
	a, b, c := item("VULN#a", "FIN#f1", "MASKED"), item("VULN#b", "FIN#f1", "MASKED"), item("VULN#c", "FIN#f1", "MASKED")
	tb := newTable()
	tb.fail["VULN#b"] = &types.ProvisionedThroughputExceededException{}
	changes := []testevent.Change{testevent.Remove(a), testevent.Remove(b), testevent.Remove(c)}
	if diff := cmp.Diff([]string{"2"}, tb.handle(t, changes...)); diff != "" {
		t.Error(diff)
	}
	tb.want(t, a, c)

	clear(tb.fail)
	if failed := tb.handle(t, changes[1:]...); len(failed) != 0 { // as Lambda repeats it
		t.Errorf("failed: %v", failed)
	}
	tb.want(t, a, b, c)
}

// The put took effect, only its answer was lost: the repeated one is refused, and
// that is success.
func TestALostAnswerIsMadeGoodByTheRetry(t *testing.T) {
	v := item("VULN#v1", "FIN#f1", "MASKED")
	tb := newTable()
	tb.fail["VULN#v1"], tb.late = errors.New("connection reset"), true
	if diff := cmp.Diff([]string{"1"}, tb.handle(t, testevent.Remove(v))); diff != "" {
		t.Error(diff)
	}
	clear(tb.fail)
	if failed := tb.handle(t, testevent.Remove(v)); len(failed) != 0 {
		t.Errorf("failed: %v", failed)
	}
	tb.want(t, v)
}

func TestAFailureIsReported(t *testing.T) {
	tb := newTable()
	tb.fail["VULN#v1"] = errors.New("no such table")
	var reported error
	trigger := archive.New(archive.Options{DynamoDB: tb, Table: "archive", Report: func(_ context.Context, err error) { reported = err }})
	e, err := testevent.Stream{}.Event(testevent.Remove(item("VULN#v1", "FIN#f1", "MASKED")))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := trigger.Handle(context.Background(), e); err != nil {
		t.Fatal(err)
	}
	if want := "archive: record 000000000000000000001: put VULN#v1, FIN#f1: no such table"; reported == nil || reported.Error() != want {
		t.Errorf("reported %v, want %s", reported, want)
	}
}

func TestAnArchiveThatCannotBeRightIsAnError(t *testing.T) {
	e, err := testevent.Stream{}.Event(testevent.Remove(item("VULN#v1", "FIN#f1", "MASKED")))
	if err != nil {
		t.Fatal(err)
	}
	tb := newTable()
	for want, o := range map[string]archive.Options{
		"set Options.DynamoDB and Options.Table": {DynamoDB: tb},
		"no table to keep items in":              {Table: "archive"},
		"the records come from":                  {DynamoDB: tb, Table: "integrates_vms"},
	} {
		if _, err := archive.New(o).Handle(context.Background(), e); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error = %v, want %q", err, want)
		}
	}
	if tb.calls != 0 {
		t.Errorf("%d calls", tb.calls)
	}
}

// Handle is a legal Lambda handler: JSON in, JSON of the failures out.
func TestHandleSpeaksLambdasJSON(t *testing.T) {
	tb := newTable()
	tb.fail["VULN#b"] = errors.New("no")
	a, b := item("VULN#a", "FIN#f1", "MASKED"), item("VULN#b", "FIN#f1", "MASKED")
	payload, err := testevent.Stream{}.JSON(testevent.Remove(a), testevent.Remove(b))
	if err != nil {
		t.Fatal(err)
	}
	response, err := lambda.NewHandler(tb.trigger().Handle).Invoke(context.Background(), payload)
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"batchItemFailures":[{"itemIdentifier":"000000000000000000002"}]}`; string(response) != want {
		t.Errorf("response %s, want %s", response, want)
	}
	tb.want(t, maps.Clone(a))
	if _, err := lambda.NewHandler(tb.trigger().Handle).Invoke(context.Background(), []byte(`{"Records":[]}`)); err != nil {
		t.Error(err)
	}
}

var _ func(context.Context, events.DynamoDBEvent) (events.DynamoDBEventResponse, error) = (*archive.Trigger)(nil).Handle
