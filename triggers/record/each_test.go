package record_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"

	"github.com/stillwater-streams/stillwater/triggers/model"
	"github.com/stillwater-streams/stillwater/triggers/record"
	"github.com/stillwater-streams/stillwater/triggers/testevent"
)

func item(pk string) model.Item {
	return model.Item{"pk": &types.AttributeValueMemberS{Value: pk}, "sk": &types.AttributeValueMemberS{Value: "x"}}
}

func event(t *testing.T, changes ...testevent.Change) events.DynamoDBEvent {
	t.Helper()
	e, err := testevent.Stream{}.Event(changes...)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func three(t *testing.T) events.DynamoDBEvent {
	return event(t, testevent.Insert(item("a")), testevent.Modify(item("b"), item("b")), testevent.Remove(item("c")))
}

// number is the sequence number that testevent gives to the nth record.
func number(n string) string { return strings.Repeat("0", 21-len(n)) + n }

func failed(r events.DynamoDBEventResponse) (numbers []string) {
	for _, f := range r.BatchItemFailures {
		numbers = append(numbers, f.ItemIdentifier)
	}
	return numbers
}

func TestEachHandsOverEveryRecordInOrder(t *testing.T) {
	var got []record.Change
	response := record.Each(context.Background(), three(t), record.Options{}, func(_ context.Context, c record.Change) error {
		got = append(got, c)
		return nil
	})
	at := time.Date(2024, 9, 19, 10, 0, 0, 0, time.UTC)
	want := []record.Change{
		{Event: record.Insert, Key: model.Key{PK: "a", SK: "x"}, After: item("a"), SequenceNumber: number("1"), At: at},
		{Event: record.Modify, Key: model.Key{PK: "b", SK: "x"}, Before: item("b"), After: item("b"), SequenceNumber: number("2"), At: at.Add(time.Second)},
		{Event: record.Remove, Key: model.Key{PK: "c", SK: "x"}, Before: item("c"), SequenceNumber: number("3"), At: at.Add(2 * time.Second)},
	}
	if diff := cmp.Diff(want, got, cmp.Comparer(model.Equal)); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
	if response.BatchItemFailures == nil || len(response.BatchItemFailures) != 0 {
		t.Errorf("failures = %v, want an empty list", response.BatchItemFailures)
	}
}

func TestAFailureKeepsNobodyElseFromBeingHandled(t *testing.T) {
	broken := errors.New("broken")
	var log bytes.Buffer
	var reported error
	var handled []string
	response := record.Each(context.Background(), three(t), record.Options{
		Trigger: "audit", Log: slog.New(slog.NewTextHandler(&log, nil)), Report: func(_ context.Context, err error) { reported = err },
	}, func(_ context.Context, c record.Change) error {
		handled = append(handled, c.Key.PK)
		if c.Key.PK == "b" {
			return broken
		}
		return nil
	})
	if diff := cmp.Diff([]string{"a", "b", "c"}, handled); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{number("2")}, failed(response)); diff != "" {
		t.Error(diff)
	}
	want := "audit: record " + number("2") + ": broken"
	if !errors.Is(reported, broken) || reported.Error() != want || !strings.Contains(log.String(), want) {
		t.Errorf("reported %v, logged %q, want %q", reported, log.String(), want)
	}
}

func TestARecordThatCannotBeReadFailsAlone(t *testing.T) {
	for want, spoil := range map[string]func(*events.DynamoDBEventRecord){
		"MODIFY without its images":           func(r *events.DynamoDBEventRecord) { r.Change.OldImage = nil },
		`event "" is not INSERT`:              func(r *events.DynamoDBEventRecord) { r.EventName = "" },
		"no strings pk and sk":                func(r *events.DynamoDBEventRecord) { r.Change.Keys = nil },
		"the stream needs NEW_AND_OLD_IMAGES": func(r *events.DynamoDBEventRecord) { r.Change.NewImage = nil },
	} {
		e := three(t)
		spoil(&e.Records[1])
		var reported error
		handled := 0
		response := record.Each(context.Background(), e, record.Options{Report: func(_ context.Context, err error) { reported = err }},
			func(context.Context, record.Change) error { handled++; return nil })
		if diff := cmp.Diff([]string{number("2")}, failed(response)); diff != "" || handled != 2 {
			t.Errorf("%s: handled %d: %s", want, handled, diff)
		}
		if reported == nil || !strings.Contains(reported.Error(), want) {
			t.Errorf("reported %v, want %q", reported, want)
		}
	}
}

// A record without a number cannot be named: the empty name fails the batch.
func TestARecordWithoutANumberFailsTheBatch(t *testing.T) {
	e := three(t)
	e.Records[0].Change.SequenceNumber, e.Records[0].EventName = "", ""
	response := record.Each(context.Background(), e, record.Options{}, func(context.Context, record.Change) error { return nil })
	if diff := cmp.Diff([]string{""}, failed(response)); diff != "" {
		t.Error(diff)
	}
}

// Half a second before the end of the invocation the rest is given back.
func TestWhatTheTimeDoesNotSufficeForIsAFailure(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 550*time.Millisecond)
	defer cancel()
	var reported error
	handled := 0
	response := record.Each(ctx, three(t), record.Options{Report: func(_ context.Context, err error) { reported = err }},
		func(budget context.Context, _ record.Change) error {
			handled++
			<-budget.Done()
			return nil
		})
	if ctx.Err() != nil {
		t.Error("the handler returns when its own time is over: nobody takes what it returns")
	}
	if diff := cmp.Diff([]string{number("2"), number("3")}, failed(response)); diff != "" || handled != 1 {
		t.Errorf("handled %d: %s", handled, diff)
	}
	if reported == nil || !errors.Is(reported, context.DeadlineExceeded) || !strings.Contains(reported.Error(), "2 of 3 records not handled in time") {
		t.Errorf("reported %v", reported)
	}
}
