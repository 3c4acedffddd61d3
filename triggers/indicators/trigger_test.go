package indicators_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"
	"github.com/stillwater-streams/stillwater/triggers/indicators"
	"github.com/stillwater-streams/stillwater/triggers/model"
)

func TestOurOwnEchoIsDroppedWithoutACall(t *testing.T) {
	w := start(t)
	w.edit("v1", status(model.StateSafe))
	w.deliver(w.take()...)
	echo := w.take()
	if len(echo) != 1 || echo[0].EventName != "MODIFY" {
		t.Fatalf("echo = %v, want the MODIFY of the finding", echo)
	}
	w.calls = nil
	w.deliver(echo...)
	if len(w.calls) != 0 {
		t.Errorf("calls: %q, want none", w.calls)
	}
}

func TestRecordsThatSayNothingAreDroppedWithoutACall(t *testing.T) {
	w := start(t)
	f := w.items[findingKey(t, "f1")]
	titled := cloneItem(f)
	titled["title"] = &types.AttributeValueMemberS{Value: "new"}
	key := func(pk, sk string) model.Key { return model.Key{PK: pk, SK: sk} }
	item := model.Item{"content": &types.AttributeValueMemberS{Value: "x"}}
	w.calls = nil
	w.deliver(
		record("MODIFY", findingKey(t, "f1"), f, titled),
		record("REMOVE", findingKey(t, "f1"), f, nil),
		record("INSERT", key("FIN#f1", "STATE#2024-09-19T10:00:00+00:00"), nil, item),
		record("INSERT", key("VULN#v1", "TREATMENT#2024-09-19T10:00:00+00:00"), nil, item),
		record("INSERT", key("CMNT#c1", "FIN#f1"), nil, item),
		record("INSERT", key("FIN_ID", "FIN#f1"), nil, item),
		record("INSERT", key("GROUP#g1", "ORG#o1"), nil, item),
		record("INSERT", key("VULN#v1", "FIN#"), nil, item),
	)
	if len(w.calls) != 0 {
		t.Errorf("calls: %q, want none", w.calls)
	}
}

func TestAFindingIsComputedWhenItsInputChanges(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*model.Finding)
		want   string // max_open_severity_score
	}{
		{"severity_score", func(f *model.Finding) { f.SeverityScore = severity("9.5", "4") }, "9.5"},
		{"severity_score removed", func(f *model.Finding) { f.SeverityScore = nil }, "5"},
		{"state.status", func(f *model.Finding) { f.State.Status = model.FindingDeleted }, "0"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := start(t)
			w.remove(w.vulnerabilities["v1"])
			w.add("v3", "f1") // has no score of its own
			w.settled()
			f, err := model.ParseFinding(w.items[findingKey(t, "f1")])
			if err != nil {
				t.Fatal(err)
			}
			test.change(&f)
			w.put(mustItem(t, f))
			w.settled()
			w.want(test.want, "max_open_severity_score")
			w.wantComputed()
		})
	}
}

// A batch that touches a finding fifty times computes it once.
func TestAFindingIsComputedOnceForItsBatch(t *testing.T) {
	w := start(t)
	for i := range 25 {
		w.edit("v1", place(fmt.Sprintf("a%d.go", i)))
		w.edit("v2", place(fmt.Sprintf("b%d.go", i)))
	}
	batch := w.take()
	if len(batch) != 50 {
		t.Fatalf("%d records, want 50", len(batch))
	}
	w.calls = nil
	w.deliver(batch...)
	if len(w.calls) != 4 {
		t.Errorf("%d calls, want a read, a query, a write and a query that verifies it: %q", len(w.calls), w.calls)
	}
	w.want("a24.go, b24.go", "where")
}

// The price of a finding of 1,000 vulnerabilities that all came in one batch: one
// reading of the finding, one write, and the pages of two queries.
func TestCallsForAThousandVulnerabilities(t *testing.T) {
	w := world{table: newTable(t), vulnerabilities: map[string]model.Key{}}
	w.finding("f1")
	for i := range 1000 {
		w.add(fmt.Sprintf("v%04d", i), "f1")
	}
	const pages = 8
	w.pageSize = 1000 / pages
	w.deliver(w.take()...)
	for prefix, want := range map[string]int{
		"Query FIN#f1": 1, "Query inverted_index FIN#f1": 2 * pages, "UpdateItem FIN#f1": 1, "": 1 + 2*pages + 1,
	} {
		if got := w.called(prefix); got != want {
			t.Errorf("%d calls %q, want %d", got, prefix, want)
		}
	}
	w.want("1000", "vulnerabilities_summary", "open")
}

func TestNothingChangedIsNotWritten(t *testing.T) {
	w := start(t)
	w.edit("v1", func(v *model.Vulnerability) { v.Hash = "h" })
	w.calls = nil
	w.settled()
	want := []string{"Query FIN#f1", "Query inverted_index FIN#f1"}
	if diff := cmp.Diff(want, w.calls); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

// The exact calls of one change: the same every time, for a trace shows them.
func TestOnlyWhatChangedIsWritten(t *testing.T) {
	w := start(t)
	w.edit("v2", place("a.go"), root(model.CriticalityHigh))
	w.settled()
	w.calls = nil
	w.edit("v2", status(model.StateSafe))
	w.settled()
	const condition = " IF attribute_exists(#pk) AND #unreliable_indicators = :read AND #severity_score = :severity_score AND #state.#status = :state_status"
	want := []string{
		"Query FIN#f1",
		"Query inverted_index FIN#f1",
		"UpdateItem FIN#f1: SET #unreliable_indicators.#total_open_cvssf = :total_open_cvssf" +
			", #unreliable_indicators.#total_open_cvssf_v4 = :total_open_cvssf_v4" +
			", #unreliable_indicators.#treatment_summary = :treatment_summary" +
			", #unreliable_indicators.#vulnerabilities_summary = :vulnerabilities_summary" +
			" REMOVE #unreliable_indicators.#max_open_root_criticality, #unreliable_indicators.#where" + condition,
		"Query inverted_index FIN#f1", // verifies; the write returned the finding
	}
	if diff := cmp.Diff(want, w.calls); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
	w.wantComputed()
}

func TestForeignAttributesAreLeftAlone(t *testing.T) {
	w := start(t)
	item := cloneItem(w.items[findingKey(t, "f1")])
	m := item["unreliable_indicators"].(*types.AttributeValueMemberM).Value
	m["unreliable_rejections"] = &types.AttributeValueMemberN{Value: "3"}
	m["where"] = &types.AttributeValueMemberNULL{Value: true} // ours: absent is absent
	m["status"] = &types.AttributeValueMemberS{Value: ""}
	w.put(item)
	w.edit("v1", status(model.StateSafe))
	w.settled()
	w.want("3", "unreliable_rejections")
	w.want("", "where")
	w.want("VULNERABLE", "status")
}

func TestAMapThatIsNullIsCreatedWhole(t *testing.T) {
	for name, value := range map[string]types.AttributeValue{
		"NULL":         &types.AttributeValueMemberNULL{Value: true},
		"empty string": &types.AttributeValueMemberS{Value: ""},
		"empty map":    &types.AttributeValueMemberM{Value: model.Item{}},
		"absent":       nil,
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t)
			item := cloneItem(w.items[findingKey(t, "f1")])
			delete(item, "unreliable_indicators")
			if value != nil {
				item["unreliable_indicators"] = value
			}
			w.put(item)
			w.edit("v1", status(model.StateSafe))
			w.settled()
			w.wantComputed()
		})
	}
}

func TestAFindingRemovedMeanwhileLeavesNoGhost(t *testing.T) {
	for name, finding := range map[string]func(w world) model.Item{
		"with indicators": func(w world) model.Item { return w.items[findingKey(t, "f1")] },
		// Nothing but existence tells this one from none.
		"of keys only": func(world) model.Item { return findingKey(t, "f1").Item() },
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t)
			w.put(finding(w))
			w.edit("v1", status(model.StateSafe))
			batch := w.take()
			w.once("UpdateItem", func() { w.remove(findingKey(t, "f1")) })
			w.deliver(batch...)
			if item := w.items[findingKey(t, "f1")]; item != nil {
				t.Errorf("the write brought back %v", item)
			}
		})
	}
}

// A write computed from a severity or a state that is no more is refused, not
// left to verification.
func TestChangedInputRefusesTheWrite(t *testing.T) {
	for name, change := range map[string]func(*model.Finding){
		"severity_score": func(f *model.Finding) { f.SeverityScore = severity("8", "8") },
		"state.status":   func(f *model.Finding) { f.State.Status = model.FindingMasked },
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t)
			w.add("v3", "f1")
			batch := w.take()
			w.once("UpdateItem", func() {
				f, err := model.ParseFinding(w.items[findingKey(t, "f1")])
				if err != nil {
					t.Fatal(err)
				}
				change(&f)
				w.put(mustItem(t, f))
				w.take()
			})
			w.deliver(batch...)
			if n := len(w.take()); n != 1 {
				t.Errorf("%d writes took effect, want 1", n)
			}
			w.wantComputed()
		})
	}
}

func TestEndlessConflictIsAnErrorNotALoop(t *testing.T) {
	for name, refusal := range map[string]error{
		"refused":           &types.ConditionalCheckFailedException{},
		"changed meanwhile": nil,
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t)
			w.edit("v1", status(model.StateSafe))
			batch := w.take()
			w.before = func(call string) error {
				if !strings.HasPrefix(call, "UpdateItem") {
					return nil
				}
				if refusal == nil { // what was computed is wrong by the time it is written
					w.edit("v1", func(v *model.Vulnerability) {
						v.State.Status = map[model.StateStatus]model.StateStatus{
							model.StateSafe: model.StateVulnerable, model.StateVulnerable: model.StateSafe,
						}[v.State.Status]
					})
				}
				return refusal
			}
			w.calls = nil
			err := w.trigger().Handle(context.Background(), events.DynamoDBEvent{Records: batch})
			if !errors.Is(err, indicators.ErrUnsettled) || !strings.Contains(err.Error(), "finding f1") {
				t.Errorf("error = %v, want ErrUnsettled of finding f1", err)
			}
			if n := w.called("UpdateItem"); n != 500 {
				t.Errorf("%d writes, want 500", n)
			}
		})
	}
}

func TestAnItemThatCannotBeReadIsAnErrorOfItsFinding(t *testing.T) {
	for name, test := range map[string]struct {
		spoil func(finding, vulnerability model.Item)
		want  string
	}{
		"unknown state": {
			func(_, v model.Item) {
				v["state"].(*types.AttributeValueMemberM).Value["status"] = &types.AttributeValueMemberS{Value: "ODD"}
			},
			`VULN#v1, FIN#f1: state.status: "ODD" is not one of`,
		},
		"indicators that are no map": {
			func(f, _ model.Item) { f["unreliable_indicators"] = &types.AttributeValueMemberN{Value: "1"} },
			"FIN#f1, GROUP#g1: unreliable_indicators: N instead of a map",
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t)
			f, v := cloneItem(w.items[findingKey(t, "f1")]), cloneItem(w.items[w.vulnerabilities["v1"]])
			test.spoil(f, v)
			w.put(f)
			w.put(v)
			w.edit("v2", status(model.StateSafe))
			err := w.trigger().Handle(context.Background(), events.DynamoDBEvent{Records: w.take()})
			if err == nil || !strings.Contains(err.Error(), "finding f1") || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error = %v, want one with %q", err, test.want)
			}
		})
	}
}

func TestAFindingInTwoGroupsIsAnError(t *testing.T) {
	w := start(t)
	double := finding(model.FindingApproved, "", "")
	double.ID, double.GroupName = "f1", "g2"
	w.put(mustItem(t, double))
	err := w.trigger().Handle(context.Background(), events.DynamoDBEvent{Records: w.take()})
	if err == nil || !strings.Contains(err.Error(), "in 2 groups at once") {
		t.Errorf("error = %v", err)
	}
}

func TestARecordThatCannotBeReadDoesNotKeepTheOthers(t *testing.T) {
	key := model.Key{PK: "VULN#v9", SK: "FIN#f9"}
	image := model.Item{"id": &types.AttributeValueMemberS{Value: "v9"}}
	for name, test := range map[string]struct {
		bad  events.DynamoDBEventRecord
		want string
	}{
		"no new image": {record("INSERT", key, nil, nil), "INSERT without its images: the stream needs NEW_AND_OLD_IMAGES"},
		"no old image": {record("MODIFY", key, nil, image), "MODIFY without its images"},
		"no event":     {record("", key, image, image), `event "" is not INSERT, MODIFY or REMOVE`},
		"no keys":      {events.DynamoDBEventRecord{EventName: "INSERT"}, "no strings pk and sk"},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t)
			w.edit("v1", status(model.StateSafe))
			records := append([]events.DynamoDBEventRecord{test.bad}, w.take()...)
			err := w.trigger().Handle(context.Background(), events.DynamoDBEvent{Records: records})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error = %v, want one with %q", err, test.want)
			}
			w.want("1", "vulnerabilities_summary", "closed")
		})
	}
}

func TestACancelledContextIsSaidOnce(t *testing.T) {
	w := start(t)
	w.finding("f2")
	w.finding("f3")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	w.calls = nil
	err := w.trigger().Handle(ctx, events.DynamoDBEvent{Records: w.take()})
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "2 of 2 findings not computed") {
		t.Errorf("error = %v", err)
	}
	if len(w.calls) != 0 {
		t.Errorf("calls: %q, want none", w.calls)
	}
}

func TestMissingOptionsAreAnErrorOfTheInvocation(t *testing.T) {
	for _, o := range []indicators.Options{{}, {DynamoDB: newTable(t)}, {Table: "integrates_vms"}} {
		if err := indicators.New(o).Handle(context.Background(), events.DynamoDBEvent{}); err == nil {
			t.Errorf("Options %+v: no error", o)
		}
	}
}

func TestTheLogSaysHowOftenAndHowLong(t *testing.T) {
	w := start(t)
	w.edit("v1", status(model.StateSafe))
	var out bytes.Buffer
	at := day("2024-09-19T10:00:00+00:00")
	trigger := indicators.New(indicators.Options{
		DynamoDB: w.table, Table: "integrates_vms",
		Now: func() time.Time { at = at.Add(time.Second); return at },
		Log: slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	w.settle(trigger)
	if want := `msg="indicators computed" finding=f1 writes=1 took=1s`; !strings.Contains(out.String(), want) {
		t.Errorf("log %q, want %q", out.String(), want)
	}
}

// Handle is a legal Lambda handler and reads the JSON that Lambda sends.
func TestHandleTakesLambdasJSON(t *testing.T) {
	w := start(t)
	w.add("v3", "f1", scored("10", "10"))
	w.take()
	payload := `{"Records":[{"eventID":"1","eventName":"INSERT","eventSource":"aws:dynamodb","awsRegion":"us-east-1","dynamodb":{
		"ApproximateCreationDateTime":1726740000,"SequenceNumber":"1","SizeBytes":9,"StreamViewType":"NEW_AND_OLD_IMAGES",
		"Keys":{"pk":{"S":"VULN#v3"},"sk":{"S":"FIN#f1"}},"NewImage":{"pk":{"S":"VULN#v3"},"sk":{"S":"FIN#f1"}}}}]}`
	if _, err := lambda.NewHandler(w.trigger().Handle).Invoke(context.Background(), []byte(payload)); err != nil {
		t.Fatal(err)
	}
	w.want("10", "max_open_severity_score")
	if n := w.called("GetItem VULN#v3"); n == 0 {
		t.Error("the image differs from the item, which was not read by its key")
	}
}
