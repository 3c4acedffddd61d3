package testevent_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	streams "github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
	"github.com/google/go-cmp/cmp"

	"github.com/stillwater-streams/stillwater/consumer"
	"github.com/stillwater-streams/stillwater/triggers/model"
	"github.com/stillwater-streams/stillwater/triggers/testevent"
)

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

func item(pk, sk string, more ...string) testevent.Item {
	i := testevent.Item{"pk": text(pk), "sk": text(sk)}
	for n := 0; n < len(more); n += 2 {
		i[more[n]] = text(more[n+1])
	}
	return i
}

// The consumer writes what Lambda sends; a test event has to be the same JSON.
func TestTheJSONIsTheConsumers(t *testing.T) {
	before, after := item("VULN#v1", "FIN#f1", "status", "SAFE"), item("VULN#v1", "FIN#f1", "status", "VULNERABLE")
	for name, test := range map[string]struct {
		change testevent.Change
		event  streams.OperationType
		user   *streams.Identity
	}{
		"insert": {testevent.Insert(after), streams.OperationTypeInsert, nil},
		"modify": {testevent.Modify(before, after), streams.OperationTypeModify, nil},
		"remove": {testevent.Remove(before), streams.OperationTypeRemove, nil},
		"expire": {testevent.Expire(before), streams.OperationTypeRemove,
			&streams.Identity{Type: aws.String("Service"), PrincipalId: aws.String("dynamodb.amazonaws.com")}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := testevent.Stream{}.JSON(test.change)
			if err != nil {
				t.Fatal(err)
			}
			event, err := testevent.Stream{}.Event(test.change)
			if err != nil {
				t.Fatal(err)
			}
			change := event.Records[0].Change
			record := streams.Record{
				EventID: &event.Records[0].EventID, EventName: test.event, UserIdentity: test.user,
				Dynamodb: &streams.StreamRecord{
					Keys:     map[string]streams.AttributeValue{"pk": streamText("VULN#v1"), "sk": streamText("FIN#f1")},
					OldImage: streamImage(test.change.Before), NewImage: streamImage(test.change.After),
					SequenceNumber: &change.SequenceNumber, SizeBytes: &change.SizeBytes, StreamViewType: streams.StreamViewTypeNewAndOldImages,
				},
			}
			want, err := consumer.RecordJSON(record, consumer.Origin{
				StreamARN: testevent.Stream{}.ARN(), Region: "us-east-1", Arrived: time.Date(2024, 9, 19, 10, 0, 0, 0, time.UTC)})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(decoded(t, fmt.Appendf(nil, `{"Records":[%s]}`, want)), decoded(t, got)); diff != "" {
				t.Errorf("the event (-consumer +testevent):\n%s", diff)
			}
		})
	}
}

// Every kind of value survives the way to a handler, which reads the payload as
// aws-lambda-go decodes it.
func TestEveryKindOfValueReachesTheHandler(t *testing.T) {
	want := item("a", "b")
	for name, v := range map[string]types.AttributeValue{
		"n": &types.AttributeValueMemberN{Value: "1.50"}, "bool": &types.AttributeValueMemberBOOL{Value: true},
		"null": &types.AttributeValueMemberNULL{Value: true}, "bin": &types.AttributeValueMemberB{Value: []byte{1, 2}},
		"ss": &types.AttributeValueMemberSS{Value: []string{"x", "y"}}, "ns": &types.AttributeValueMemberNS{Value: []string{"1"}},
		"bs": &types.AttributeValueMemberBS{Value: [][]byte{{1}}},
		"m":  &types.AttributeValueMemberM{Value: testevent.Item{"k": text("v")}},
		"l":  &types.AttributeValueMemberL{Value: []types.AttributeValue{text("x"), &types.AttributeValueMemberM{}}},
	} {
		want[name] = v
	}
	payload, err := testevent.Stream{}.JSON(testevent.Insert(want))
	if err != nil {
		t.Fatal(err)
	}
	var got testevent.Item
	handler := lambda.NewHandler(func(e events.DynamoDBEvent) (err error) {
		got, err = model.FromEvent(e.Records[0].Change.NewImage)
		return err
	})
	if _, err := handler.Invoke(context.Background(), payload); err != nil {
		t.Fatal(err)
	}
	if !model.EqualItems(want, got) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestRecordsOfOneEventAreDistinctAndInOrder(t *testing.T) {
	s := testevent.Stream{Table: "orders", Keys: []string{"id"}, Region: "eu-west-1", Account: "210987654321",
		At: time.Unix(100, 0), Sequence: 7}
	e, err := s.Event(testevent.Insert(testevent.Item{"id": text("o1")}), testevent.Insert(testevent.Item{"id": text("o2")}))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range e.Records {
		got = append(got, fmt.Sprint(r.Change.SequenceNumber, " ", r.Change.ApproximateCreationDateTime.Unix(), " ", r.AWSRegion, " ", r.EventSourceArn))
	}
	want := []string{
		"000000000000000000007 100 eu-west-1 arn:aws:dynamodb:eu-west-1:210987654321:table/orders/stream/2024-01-01T00:00:00.000",
		"000000000000000000008 101 eu-west-1 arn:aws:dynamodb:eu-west-1:210987654321:table/orders/stream/2024-01-01T00:00:00.000",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if e.Records[0].EventID == e.Records[1].EventID {
		t.Error("two records share an event id")
	}
}

func TestWhatNoStreamHasIsRefused(t *testing.T) {
	for want, change := range map[string]testevent.Change{
		"nothing was changed":         {},
		`no key attribute "sk"`:       testevent.Insert(testevent.Item{"pk": text("a")}),
		`"sk" differs`:                testevent.Modify(item("a", "b"), item("a", "c")),
		"INSERT that expired":         {After: item("a", "b"), Expired: true},
		"x: <nil>: no attribute":      testevent.Insert(testevent.Item{"pk": text("a"), "sk": text("b"), "x": nil}),
		"x: element 0: <nil>: no att": testevent.Insert(testevent.Item{"pk": text("a"), "sk": text("b"), "x": &types.AttributeValueMemberL{Value: []types.AttributeValue{nil}}}),
	} {
		if _, err := (testevent.Stream{}).JSON(testevent.Insert(item("a", "b")), change); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "change 2") {
			t.Errorf("error = %v, want one of change 2 with %q", err, want)
		}
	}
}

func decoded(t *testing.T, b []byte) (v any) {
	t.Helper()
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatalf("%v: %s", err, b)
	}
	return v
}

func streamText(s string) streams.AttributeValue { return &streams.AttributeValueMemberS{Value: s} }

func streamImage(i testevent.Item) map[string]streams.AttributeValue {
	if i == nil {
		return nil
	}
	image := map[string]streams.AttributeValue{}
	for name, v := range i {
		image[name] = streamText(v.(*types.AttributeValueMemberS).Value)
	}
	return image
}
