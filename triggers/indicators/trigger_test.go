package indicators_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/triggers/indicators"
	"github.com/stillwater-streams/stillwater/triggers/model"
	"github.com/stillwater-streams/stillwater/triggers/testevent"
	"github.com/stillwater-streams/stillwater/triggers/triggertest"
)

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
			f, v := w.f1(), w.vulnerability("v1")
			test.spoil(f, v)
			w.Put(f)
			w.Put(v)
			w.edit("v2", status(model.StateSafe))
			err := w.fails()
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
	w.Put(triggertest.Item(t, double))
	err := w.fails()
	if err == nil || !strings.Contains(err.Error(), "in 2 groups at once") {
		t.Errorf("error = %v", err)
	}
}

func TestARecordThatCannotBeReadDoesNotKeepTheOthers(t *testing.T) {
	spoiled := func(spoil func(*events.DynamoDBEventRecord)) events.DynamoDBEventRecord {
		v9 := model.Item{"pk": text("VULN#v9"), "sk": text("FIN#f9")}
		e := event(t, testevent.Modify(v9, with(v9, model.Item{"hash": text("h")})))
		spoil(&e.Records[0])
		return e.Records[0]
	}
	for want, bad := range map[string]events.DynamoDBEventRecord{
		"MODIFY without its images: the stream needs NEW_AND_OLD_IMAGES": spoiled(func(r *events.DynamoDBEventRecord) { r.Change.NewImage = nil }),
		"MODIFY without its images":                                      spoiled(func(r *events.DynamoDBEventRecord) { r.Change.OldImage = nil }),
		`event "" is not INSERT, MODIFY or REMOVE`:                       spoiled(func(r *events.DynamoDBEventRecord) { r.EventName = "" }),
		"no strings pk and sk":                                           spoiled(func(r *events.DynamoDBEventRecord) { r.Change.Keys = nil }),
	} {
		t.Run(want, func(t *testing.T) {
			w := start(t)
			w.edit("v1", status(model.StateSafe))
			e := event(t, w.Take()...)
			e.Records = append([]events.DynamoDBEventRecord{bad}, e.Records...)
			if err := w.trigger().Handle(context.Background(), e); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("error = %v, want one with %q", err, want)
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
	w.Calls = nil
	err := w.trigger().Handle(ctx, event(t, w.Take()...))
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "2 of 2 findings not computed") {
		t.Errorf("error = %v", err)
	}
	if len(w.Calls) != 0 {
		t.Errorf("calls: %q, want none", w.Calls)
	}
}

func event(t *testing.T, changes ...testevent.Change) events.DynamoDBEvent {
	t.Helper()
	e, err := testevent.Stream{}.Event(changes...)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestMissingOptionsAreAnErrorOfTheInvocation(t *testing.T) {
	for _, o := range []indicators.Options{{}, {DynamoDB: triggertest.New(t)}, {Table: "integrates_vms"}} {
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
		DynamoDB: w.Database, Table: triggertest.Table,
		Now: func() time.Time { at = at.Add(time.Second); return at },
		Log: slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	w.Settle(trigger.Handle)
	if want := `msg="indicators computed" finding=f1 writes=1 took=1s`; !strings.Contains(out.String(), want) {
		t.Errorf("log %q, want %q", out.String(), want)
	}
}

// Handle is a legal Lambda handler and reads the JSON that Lambda sends.
func TestHandleTakesLambdasJSON(t *testing.T) {
	w := start(t)
	w.add("v3", "f1", scored("10", "10"))
	w.Take()
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
