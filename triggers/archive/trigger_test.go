package archive_test

import (
	"context"
	"errors"
	"maps"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"

	"github.com/stillwater-streams/stillwater/triggers/archive"
	"github.com/stillwater-streams/stillwater/triggers/model"
	"github.com/stillwater-streams/stillwater/triggers/testevent"
	"github.com/stillwater-streams/stillwater/triggers/triggertest"
)

// world is the tables, and what the trigger does to them.
type world struct {
	*triggertest.Database
	t *testing.T
}

func newWorld(t *testing.T) world { return world{triggertest.New(t), t} }

func (w world) trigger() *archive.Trigger {
	return archive.New(archive.Options{DynamoDB: w.Database, Table: triggertest.Archive})
}

// fail answers calls for an item by an error.
func (w world) fail(pk string, err error) {
	w.Before = func(call string) error {
		if strings.HasPrefix(call, "PutItem "+pk+" ") {
			return err
		}
		return nil
	}
}

// invoke hands changes to the trigger and returns the numbers of those that failed.
// Of all tables only the archive may change, and what is in it may not.
func (w world) invoke(changes ...testevent.Change) (failed []string) {
	w.t.Helper()
	outcome := w.Invoke(w.trigger().Handle, changes...)
	if outcome.Err != nil {
		w.t.Fatal(outcome.Err)
	}
	for _, c := range outcome.Changes {
		if c.Table != triggertest.Archive || c.Before != nil {
			w.t.Errorf("changed %q, want nothing but new items of the archive", c.Lines())
		}
	}
	return outcome.Failed
}

// want compares the whole archive.
func (w world) want(items ...model.Item) {
	w.t.Helper()
	want := map[model.Key]model.Item{}
	for _, item := range items {
		key, err := model.KeyOf(item)
		if err != nil {
			w.t.Fatal(err)
		}
		want[key] = item
	}
	if diff := cmp.Diff(want, w.Items(triggertest.Archive), cmp.Comparer(model.Equal)); diff != "" {
		w.t.Errorf("archive (-want +got):\n%s", diff)
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
			w := newWorld(t)
			if failed := w.invoke(testevent.Remove(test.item)); len(failed) != 0 {
				t.Errorf("failed: %v", failed)
			}
			if test.kept {
				w.want(test.item)
			} else if w.want(); len(w.Calls) != 0 {
				t.Errorf("calls %q for what is not kept", w.Calls)
			}
		})
	}
}

func TestOnlyRemovalsAreKept(t *testing.T) {
	w := newWorld(t)
	v := item("VULN#v1", "FIN#f1", "MASKED")
	w.invoke(testevent.Insert(v), testevent.Modify(v, v))
	if w.want(); len(w.Calls) != 0 {
		t.Errorf("calls %q", w.Calls)
	}
	w.invoke(testevent.Expire(v)) // by the service: removed all the same
	w.want(v)
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
	w := newWorld(t)
	for range 2 {
		if failed := w.invoke(changes...); len(failed) != 0 {
			t.Errorf("failed: %v", failed)
		}
		w.want(changes[0].Before, changes[1].Before, changes[3].Before, changes[4].Before)
	}
}

func TestTheFirstRemovalStands(t *testing.T) {
	first, second := item("VULN#v1", "FIN#f1", "MASKED"), item("VULN#v1", "FIN#f1", "MASKED")
	second["title"] = text("made again and removed again")
	w := newWorld(t)
	w.invoke(testevent.Remove(first))
	w.invoke(testevent.Remove(second))
	w.want(first)
}

func TestWhatFailsIsNamedAndTheRestIsKept(t *testing.T) {
	a, b, c := item("VULN#a", "FIN#f1", "MASKED"), item("VULN#b", "FIN#f1", "MASKED"), item("VULN#c", "FIN#f1", "MASKED")
	w := newWorld(t)
	w.fail("VULN#b", &types.ProvisionedThroughputExceededException{})
	changes := []testevent.Change{testevent.Remove(a), testevent.Remove(b), testevent.Remove(c)}
	if diff := cmp.Diff([]string{"2"}, w.invoke(changes...)); diff != "" {
		t.Error(diff)
	}
	w.want(a, c)

	w.Before = nil
	if failed := w.invoke(changes[1:]...); len(failed) != 0 { // as Lambda repeats it
		t.Errorf("failed: %v", failed)
	}
	w.want(a, b, c)
}

// The put took effect, only its answer was lost: the repeated one is refused, and
// that is success.
func TestALostAnswerIsMadeGoodByTheRetry(t *testing.T) {
	v := item("VULN#v1", "FIN#f1", "MASKED")
	w := newWorld(t)
	w.After = func(string) error { return errors.New("connection reset") }
	if diff := cmp.Diff([]string{"1"}, w.invoke(testevent.Remove(v))); diff != "" {
		t.Error(diff)
	}
	w.After = nil
	if failed := w.invoke(testevent.Remove(v)); len(failed) != 0 {
		t.Errorf("failed: %v", failed)
	}
	w.want(v)
}

func TestAFailureIsReported(t *testing.T) {
	w := newWorld(t)
	w.fail("VULN#v1", errors.New("no such table"))
	var reported error
	trigger := archive.New(archive.Options{DynamoDB: w.Database, Table: triggertest.Archive, Report: func(_ context.Context, err error) { reported = err }})
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
	w := newWorld(t)
	for want, o := range map[string]archive.Options{
		"set Options.DynamoDB and Options.Table": {DynamoDB: w.Database},
		"no table to keep items in":              {Table: triggertest.Archive},
		"the records come from":                  {DynamoDB: w.Database, Table: "integrates_vms"},
	} {
		if _, err := archive.New(o).Handle(context.Background(), e); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error = %v, want %q", err, want)
		}
	}
	if len(w.Calls) != 0 {
		t.Errorf("calls %q", w.Calls)
	}
}

// Handle is a legal Lambda handler: JSON in, JSON of the failures out.
func TestHandleSpeaksLambdasJSON(t *testing.T) {
	w := newWorld(t)
	w.fail("VULN#b", errors.New("no"))
	a, b := item("VULN#a", "FIN#f1", "MASKED"), item("VULN#b", "FIN#f1", "MASKED")
	payload, err := testevent.Stream{}.JSON(testevent.Remove(a), testevent.Remove(b))
	if err != nil {
		t.Fatal(err)
	}
	response, err := lambda.NewHandler(w.trigger().Handle).Invoke(context.Background(), payload)
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"batchItemFailures":[{"itemIdentifier":"000000000000000000002"}]}`; string(response) != want {
		t.Errorf("response %s, want %s", response, want)
	}
	w.want(maps.Clone(a))
	if _, err := lambda.NewHandler(w.trigger().Handle).Invoke(context.Background(), []byte(`{"Records":[]}`)); err != nil {
		t.Error(err)
	}
}

var _ func(context.Context, events.DynamoDBEvent) (events.DynamoDBEventResponse, error) = (*archive.Trigger)(nil).Handle
