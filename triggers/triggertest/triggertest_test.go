package triggertest_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"

	"github.com/stillwater-streams/stillwater/triggers/model"
	"github.com/stillwater-streams/stillwater/triggers/testevent"
	"github.com/stillwater-streams/stillwater/triggers/triggertest"
)

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

// item is a finding with other attributes, as name and value.
func item(id string, more ...string) model.Item {
	i := model.Item{"pk": text("FIN#" + id), "sk": text("GROUP#harbor")}
	for n := 0; n < len(more); n += 2 {
		i[more[n]] = text(more[n+1])
	}
	return i
}

// handler notes in every finding that it was seen, and says so.
type handler struct {
	*triggertest.Database
	always bool // also in one that was seen before
}

func (h handler) handle(ctx context.Context, e events.DynamoDBEvent) (events.DynamoDBEventResponse, error) {
	var failed []events.DynamoDBBatchItemFailure
	for i, r := range e.Records {
		after, err := model.FromEvent(r.Change.NewImage)
		if err != nil {
			return events.DynamoDBEventResponse{}, err
		}
		if _, seen := after["seen"]; seen && !h.always {
			continue
		}
		_, err = h.UpdateItem(ctx, &dynamodb.UpdateItemInput{
			TableName: aws.String(triggertest.Table), Key: model.Item{"pk": after["pk"], "sk": after["sk"]},
			UpdateExpression:          aws.String("SET seen = :times"),
			ExpressionAttributeValues: model.Item{":times": text(strings.Repeat("x", len(h.Calls)+1))},
		})
		if err != nil {
			failed = append(failed, events.DynamoDBBatchItemFailure{ItemIdentifier: e.Records[i].Change.SequenceNumber})
		}
	}
	return events.DynamoDBEventResponse{BatchItemFailures: failed}, nil
}

func TestAnInvocationShowsEverythingItDid(t *testing.T) {
	db := triggertest.New(t)
	changes := []testevent.Change{db.Put(item("f1", "title", "XSS")), db.Put(item("f2"))}
	outcome := db.Invoke(handler{Database: db}.handle, changes...)
	want := []string{
		`integrates_vms FIN#f1 GROUP#harbor: seen: nothing → "x"`,
		`integrates_vms FIN#f2 GROUP#harbor: seen: nothing → "xx"`,
	}
	if diff := cmp.Diff(want, outcome.Lines()); diff != "" || outcome.Err != nil || outcome.Failed != nil {
		t.Errorf("%+v: %s", outcome, diff)
	}
	if diff := cmp.Diff([]string{"UpdateItem FIN#f1: SET seen = :times", "UpdateItem FIN#f2: SET seen = :times"}, db.Calls); diff != "" {
		t.Error(diff)
	}
	if len(db.Written) != 2 || !model.EqualItems(db.Written[0].After, db.Item(model.Key{PK: "FIN#f1", SK: "GROUP#harbor"})) {
		t.Errorf("written %v", db.Written)
	}
	if own := db.Take()[2:]; len(own) != 2 || !model.EqualItems(own[0].Before, changes[0].After) {
		t.Errorf("a stream would tell %v of the trigger's own writes", own)
	}
}

// Before it is made a call can fail; after it only its answer is lost.
func TestCallsThatFail(t *testing.T) {
	lost := errors.New("connection reset")
	fail := func(call string) error {
		if strings.Contains(call, "f2") {
			return lost
		}
		return nil
	}
	for name, test := range map[string]struct {
		spoil func(*triggertest.Database)
		lines int
	}{
		"before": {func(db *triggertest.Database) { db.Before = fail }, 1},
		"after":  {func(db *triggertest.Database) { db.After = fail }, 2},
	} {
		t.Run(name, func(t *testing.T) {
			db := triggertest.New(t)
			changes := []testevent.Change{db.Put(item("f1")), db.Put(item("f2"))}
			test.spoil(db)
			outcome := db.Invoke(handler{Database: db}.handle, changes...)
			if diff := cmp.Diff([]string{"2"}, outcome.Failed); diff != "" || len(outcome.Changes) != test.lines {
				t.Errorf("failed %s, changed %q, want %d changes", diff, outcome.Lines(), test.lines)
			}
		})
	}
}

func TestLinesTellItemsWhole(t *testing.T) {
	m := func(pairs model.Item) types.AttributeValue { return &types.AttributeValueMemberM{Value: pairs} }
	one := &types.AttributeValueMemberN{Value: "1"}
	for want, change := range map[string]testevent.Change{
		`T FIN#f1 GROUP#harbor: nothing → {pk "FIN#f1", sk "GROUP#harbor"}`: testevent.Insert(item("f1")),
		`T FIN#f1 GROUP#harbor: {pk "FIN#f1", sk "GROUP#harbor"} → nothing`: testevent.Remove(item("f1")),
		`T FIN#f1 GROUP#harbor: m.b: nothing → [1, true, NULL, {c 1}]`: testevent.Modify(
			model.Item{"pk": text("FIN#f1"), "sk": text("GROUP#harbor"), "m": m(model.Item{"a": one})},
			model.Item{"pk": text("FIN#f1"), "sk": text("GROUP#harbor"), "m": m(model.Item{"a": one, "b": &types.AttributeValueMemberL{Value: []types.AttributeValue{
				one, &types.AttributeValueMemberBOOL{Value: true}, &types.AttributeValueMemberNULL{Value: true}, m(model.Item{"c": one})}}})}),
		`T FIN#f1 GROUP#harbor: m: {a 1} → 1`: testevent.Modify(
			model.Item{"pk": text("FIN#f1"), "sk": text("GROUP#harbor"), "m": m(model.Item{"a": one})},
			model.Item{"pk": text("FIN#f1"), "sk": text("GROUP#harbor"), "m": one}),
	} {
		if diff := cmp.Diff([]string{want}, triggertest.Write{Table: "T", Change: change}.Lines()); diff != "" {
			t.Error(diff)
		}
	}
}

func TestReadsAreMadeOnTheTables(t *testing.T) {
	db := triggertest.New(t)
	db.Put(model.Item{"pk": text("VULN#v1"), "sk": text("FIN#f1")})
	db.Index = db.Clone()
	db.Put(model.Item{"pk": text("VULN#v2"), "sk": text("FIN#f1")})
	index := &dynamodb.QueryInput{TableName: aws.String(triggertest.Table), IndexName: aws.String("inverted_index"),
		KeyConditionExpression: aws.String("sk = :sk AND begins_with(pk, :p)"), ExpressionAttributeValues: model.Item{":sk": text("FIN#f1"), ":p": text("VULN#")}}
	found := func() int {
		n := 0
		for pages := dynamodb.NewQueryPaginator(db, index); pages.HasMorePages(); {
			page, err := pages.NextPage(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			n += len(page.Items)
		}
		return n
	}
	if n := found(); n != 1 {
		t.Errorf("%d items in an index that lags behind, want 1", n)
	}
	db.Index, db.PageSize = nil, 1
	if n := found(); n != 2 {
		t.Errorf("%d items in the index, want 2", n)
	}
	if _, err := db.GetItem(context.Background(), &dynamodb.GetItemInput{TableName: aws.String(triggertest.Table), Key: item("f1")}); err != nil {
		t.Error(err)
	}
	want := []string{"Query inverted_index FIN#f1", "Query inverted_index FIN#f1", "Query inverted_index FIN#f1", "Query inverted_index FIN#f1", "GetItem FIN#f1, eventually"}
	if diff := cmp.Diff(want, db.Calls); diff != "" {
		t.Error(diff)
	}
}

// What changes nothing is no change, as in a stream.
func TestTakeTellsWhatChanged(t *testing.T) {
	db := triggertest.New(t)
	db.Seed(model.Finding{ID: "f1", GroupName: "harbor"})
	db.Put(item("f2"))
	if again := db.Put(item("f2")); again.Before != nil || again.After != nil {
		t.Errorf("the same item again: %v", again)
	}
	db.Remove(model.Key{PK: "FIN#f2", SK: "GROUP#harbor"})
	db.Remove(model.Key{PK: "FIN#f9", SK: "GROUP#harbor"})
	want := []testevent.Change{testevent.Insert(item("f2")), testevent.Remove(item("f2"))}
	if diff := cmp.Diff(want, db.Take(), cmp.Comparer(model.Equal)); diff != "" {
		t.Error(diff)
	}
	if left := db.Take(); len(left) != 0 {
		t.Errorf("taken twice: %v", left)
	}
}

// fatal is a test that a Database may fail.
type fatal struct{ said string }

func (*fatal) Helper() {}

func (f *fatal) Fatalf(format string, arguments ...any) {
	f.said = fmt.Sprintf(format, arguments...)
	panic(f)
}

func TestATriggerThatFeedsItselfIsSeen(t *testing.T) {
	for always, want := range map[bool]string{false: "", true: "the trigger feeds itself"} {
		f := &fatal{}
		func() {
			defer func() {
				if value := recover(); value != nil && value != any(f) {
					panic(value)
				}
			}()
			db := triggertest.New(f)
			db.Put(item("f1"))
			db.Settle(handler{Database: db, always: always}.handle)
		}()
		if want == "" && f.said != "" || !strings.Contains(f.said, want) {
			t.Errorf("always %t: said %q, want %q", always, f.said, want)
		}
	}
}
