package sqslocal_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/stillwater-streams/stillwater/consumer/destination/sqslocal"
)

// fixture is an endpoint with the queue "q", a clock that tests move, and a
// client that tries everything once.
type fixture struct {
	*testing.T
	endpoint *sqslocal.Endpoint
	now      time.Time
	client   *sqs.Client
	url      *string
}

func start(t *testing.T) *fixture {
	f := &fixture{T: t, now: time.Date(2024, 9, 19, 10, 0, 0, 0, time.UTC)}
	f.endpoint = sqslocal.New(sqslocal.Options{Now: func() time.Time { return f.now }, Seed: 7})
	cfg := f.endpoint.Config()
	cfg.Retryer = func() aws.Retryer { return aws.NopRetryer{} }
	f.client = sqs.NewFromConfig(cfg)
	f.url = f.create("q", nil)
	return f
}

func (f *fixture) create(name string, attributes map[string]string) *string {
	f.Helper()
	return must(f.client.CreateQueue(f.Context(), &sqs.CreateQueueInput{QueueName: aws.String(name), Attributes: attributes}))(f.T).QueueUrl
}

func (f *fixture) send(body string) string {
	f.Helper()
	return *must(f.client.SendMessage(f.Context(), &sqs.SendMessageInput{QueueUrl: f.url, MessageBody: aws.String(body)}))(f.T).MessageId
}

func (f *fixture) receive(in sqs.ReceiveMessageInput) []types.Message {
	f.Helper()
	in.QueueUrl = f.url
	return must(f.client.ReceiveMessage(f.Context(), &in))(f.T).Messages
}

func (f *fixture) delete(handle *string) {
	f.Helper()
	must(f.client.DeleteMessage(f.Context(), &sqs.DeleteMessageInput{QueueUrl: f.url, ReceiptHandle: handle}))(f.T)
}

func (f *fixture) attributes(names ...types.QueueAttributeName) map[string]string {
	f.Helper()
	return must(f.client.GetQueueAttributes(f.Context(), &sqs.GetQueueAttributesInput{QueueUrl: f.url, AttributeNames: names}))(f.T).Attributes
}

// must is the answer of a call that may not fail.
func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func texts(messages []types.Message) []string {
	var list []string
	for _, m := range messages {
		list = append(list, *m.Body)
	}
	return list
}

func equal[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty(), cmpopts.IgnoreTypes(middleware.Metadata{}), cmpopts.IgnoreUnexported(types.Message{}, types.MessageAttributeValue{})); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func TestQueuesAreCreatedFoundListedAndDeleted(t *testing.T) {
	f := start(t)
	equal(t, "URL", *f.url, "http://sqslocal/000000000000/q")
	equal(t, "URL of the same queue again", *f.create("q", nil), *f.url)
	found := must(f.client.GetQueueUrl(t.Context(), &sqs.GetQueueUrlInput{QueueName: aws.String("q"), QueueOwnerAWSAccountId: aws.String("123456789012")}))(t)
	equal(t, "URL by name", *found.QueueUrl, *f.url)
	for _, name := range []string{"b3", "b1", "b2"} {
		f.create(name, nil)
	}
	all := must(f.client.ListQueues(t.Context(), &sqs.ListQueuesInput{}))(t)
	equal(t, "all", all.QueueUrls, []string{"http://sqslocal/000000000000/b1", "http://sqslocal/000000000000/b2", "http://sqslocal/000000000000/b3", *f.url})
	var pages [][]string
	for p := sqs.NewListQueuesPaginator(f.client, &sqs.ListQueuesInput{QueueNamePrefix: aws.String("b"), MaxResults: aws.Int32(2)}); p.HasMorePages(); {
		pages = append(pages, must(p.NextPage(t.Context()))(t).QueueUrls)
	}
	equal(t, "pages", pages, [][]string{all.QueueUrls[:2], all.QueueUrls[2:3]})
	must(f.client.DeleteQueue(t.Context(), &sqs.DeleteQueueInput{QueueUrl: f.url}))(t)
	_, err := f.client.GetQueueUrl(t.Context(), &sqs.GetQueueUrlInput{QueueName: aws.String("q")})
	refused(t, err, "AWS.SimpleQueueService.NonExistentQueue", "The specified queue does not exist.")
}

func TestMessagesComeInOrderAndStayUntilDeleted(t *testing.T) {
	f := start(t)
	var ids []string
	for _, body := range []string{"a", "b", "c"} {
		ids = append(ids, f.send(body))
		f.now = f.now.Add(time.Second)
	}
	got := f.receive(sqs.ReceiveMessageInput{MaxNumberOfMessages: 2})
	equal(t, "first two", texts(got), []string{"a", "b"})
	equal(t, "ids", []string{*got[0].MessageId, *got[1].MessageId}, ids[:2])
	equal(t, "one is the default", texts(f.receive(sqs.ReceiveMessageInput{})), []string{"c"})
	equal(t, "all are hidden", texts(f.receive(sqs.ReceiveMessageInput{})), nil)
	f.delete(got[0].ReceiptHandle)
	f.delete(got[0].ReceiptHandle) // again: no mistake
	sent := time.Date(2024, 9, 19, 10, 0, 1, 0, time.UTC)
	equal(t, "seen from Go", f.endpoint.Messages("q"), []sqslocal.Message{
		{ID: ids[1], Body: "b", Sent: sent, Receives: 1}, {ID: ids[2], Body: "c", Sent: sent.Add(time.Second), Receives: 1},
	})
	equal(t, "no such queue, seen from Go", f.endpoint.Messages("nope"), nil)
	must(f.client.PurgeQueue(t.Context(), &sqs.PurgeQueueInput{QueueUrl: f.url}))(t)
	equal(t, "after a purge", f.endpoint.Messages("q"), nil)
}

func TestVisibilityTimeout(t *testing.T) {
	f := start(t)
	f.send("a")
	first := f.receive(sqs.ReceiveMessageInput{})
	f.now = f.now.Add(30*time.Second - 1)
	equal(t, "just before 30 s, the default", texts(f.receive(sqs.ReceiveMessageInput{})), nil)
	f.now = f.now.Add(1)
	second := f.receive(sqs.ReceiveMessageInput{VisibilityTimeout: 1, MessageSystemAttributeNames: []types.MessageSystemAttributeName{"All"}})
	equal(t, "after 30 s", texts(second), []string{"a"})
	equal(t, "attributes", second[0].Attributes, map[string]string{
		"ApproximateReceiveCount": "2", "SentTimestamp": "1726740000000", "ApproximateFirstReceiveTimestamp": "1726740000000",
	})
	f.delete(first[0].ReceiptHandle)
	equal(t, "a handle that is replaced deletes nothing", len(f.endpoint.Messages("q")), 1)
	f.now = f.now.Add(time.Second)
	third := f.receive(sqs.ReceiveMessageInput{AttributeNames: []types.QueueAttributeName{"ApproximateReceiveCount", "SenderId"}})
	equal(t, "after 1 s, as asked", third[0].Attributes, map[string]string{"ApproximateReceiveCount": "3"})
	f.delete(third[0].ReceiptHandle)
	equal(t, "deleted", f.endpoint.Messages("q"), nil)
}

func TestAttributesOfAQueueAreHonoured(t *testing.T) {
	f := start(t)
	f.url = f.create("slow", map[string]string{
		"DelaySeconds": "10", "VisibilityTimeout": "5", "MessageRetentionPeriod": "60", "MaximumMessageSize": "1024", "ReceiveMessageWaitTimeSeconds": "0",
	})
	f.send("delayed")
	must(f.client.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: f.url, MessageBody: aws.String("more"), DelaySeconds: 20}))(t)
	equal(t, "delayed", texts(f.receive(sqs.ReceiveMessageInput{})), nil)
	f.now = f.now.Add(10 * time.Second)
	equal(t, "10 s later", texts(f.receive(sqs.ReceiveMessageInput{MaxNumberOfMessages: 10})), []string{"delayed"})
	equal(t, "all attributes", f.attributes("All"), map[string]string{
		"ApproximateNumberOfMessages": "0", "ApproximateNumberOfMessagesDelayed": "1", "ApproximateNumberOfMessagesNotVisible": "1",
		"CreatedTimestamp": "1726740000", "LastModifiedTimestamp": "1726740000", "QueueArn": "arn:aws:sqs:us-east-1:000000000000:slow",
		"DelaySeconds": "10", "MaximumMessageSize": "1024", "MessageRetentionPeriod": "60", "ReceiveMessageWaitTimeSeconds": "0", "VisibilityTimeout": "5",
	})
	f.now = f.now.Add(10 * time.Second)
	equal(t, "both are visible", f.attributes("ApproximateNumberOfMessages"), map[string]string{"ApproximateNumberOfMessages": "2"})
	equal(t, "none asked for", f.attributes(), nil)
	_, err := f.client.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: f.url, MessageBody: aws.String(strings.Repeat("x", 1025))})
	refused(t, err, "InvalidParameterValue", "Message must be shorter than 1024 bytes")
	f.now = f.now.Add(40 * time.Second)
	equal(t, "after the retention", f.endpoint.Messages("slow"), nil)
}

func TestMessageAttributes(t *testing.T) {
	f := start(t)
	attributes := map[string]types.MessageAttributeValue{
		"timestamp": {DataType: aws.String("Number"), StringValue: aws.String("1493147359900")},
		"trace.id":  {DataType: aws.String("String.uuid"), StringValue: aws.String("x")},
		"raw":       {DataType: aws.String("Binary"), BinaryValue: []byte{0, 1}},
	}
	must(f.client.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: f.url, MessageBody: aws.String("a"), MessageAttributes: attributes}))(t)
	for _, tt := range []struct{ asked, want []string }{
		{nil, nil},
		{[]string{"timestamp"}, []string{"timestamp"}},
		{[]string{"trace.*", "raw"}, []string{"trace.id", "raw"}},
		{[]string{"All"}, []string{"timestamp", "trace.id", "raw"}},
		{[]string{".*"}, []string{"timestamp", "trace.id", "raw"}},
	} {
		got := f.receive(sqs.ReceiveMessageInput{MessageAttributeNames: tt.asked})[0]
		want := map[string]types.MessageAttributeValue{}
		for _, name := range tt.want {
			want[name] = attributes[name]
		}
		equal(t, fmt.Sprint(tt.asked), got.MessageAttributes, want)
		f.now = f.now.Add(time.Minute)
	}
}

// TestChecksumOfMessageAttributes: Go's SDK does not look at it, others do. The
// values are those of other projects' tests: moto's, from SQS, and YDB's, from
// Amazon's samples.
func TestChecksumOfMessageAttributes(t *testing.T) {
	f := start(t)
	text := func(kind, value string) types.MessageAttributeValue {
		return types.MessageAttributeValue{DataType: &kind, StringValue: &value}
	}
	for _, tt := range []struct {
		attributes map[string]types.MessageAttributeValue
		want       string
	}{
		{map[string]types.MessageAttributeValue{"timestamp": text("Number", "1493147359900")}, "235c5c510d26fb653d073faed50ae77c"},
		{map[string]types.MessageAttributeValue{
			"test_attribute_name_2": text("String", "test_attribute_value_2"),
			"test_attribute_name_1": text("String", "test_attribute_value_1"),
		}, "d53f3b558fe951154770f25cb63dbba9"},
		{map[string]types.MessageAttributeValue{
			"test_attribute_name": {DataType: aws.String("Binary"), BinaryValue: []byte("test_attribute_value")},
		}, "23f6bd27ea87aab7dfeadcc9aebee495"},
	} {
		sent := must(f.client.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: f.url, MessageBody: aws.String("a"), MessageAttributes: tt.attributes}))(t)
		got := f.receive(sqs.ReceiveMessageInput{MessageAttributeNames: []string{"All"}})[0]
		equal(t, "when sent", *sent.MD5OfMessageAttributes, tt.want)
		equal(t, "when received", *got.MD5OfMessageAttributes, tt.want)
	}
}

// refused wants the error of a code, as the older protocol spells it.
func refused(t *testing.T, err error, code, message string) {
	t.Helper()
	var api smithy.APIError
	if !errors.As(err, &api) || api.ErrorCode() != code || !strings.Contains(api.ErrorMessage(), message) {
		t.Errorf("error %v, want %s: … %s …", err, code, message)
	}
}

func TestErrorsAreThoseOfSQS(t *testing.T) {
	f := start(t)
	nowhere := aws.String("http://sqslocal/000000000000/nope")
	create := func(name string, attributes map[string]string) error {
		_, err := f.client.CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: aws.String(name), Attributes: attributes})
		return err
	}
	send := func(in sqs.SendMessageInput) error {
		in.QueueUrl = f.url
		_, err := f.client.SendMessage(t.Context(), &in)
		return err
	}
	receive := func(in sqs.ReceiveMessageInput) error {
		in.QueueUrl = f.url
		_, err := f.client.ReceiveMessage(t.Context(), &in)
		return err
	}
	attribute := func(name string, a types.MessageAttributeValue) error {
		return send(sqs.SendMessageInput{MessageBody: aws.String("a"), MessageAttributes: map[string]types.MessageAttributeValue{name: a}})
	}
	text := types.MessageAttributeValue{DataType: aws.String("String"), StringValue: aws.String("x")}
	for _, tt := range []struct {
		name, code, message string
		err                 error
	}{
		{"no queue to send to", "AWS.SimpleQueueService.NonExistentQueue", "does not exist", second(f.client.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: nowhere, MessageBody: aws.String("a")}))},
		{"no queue to receive from", "AWS.SimpleQueueService.NonExistentQueue", "does not exist", second(f.client.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: nowhere}))},
		{"no queue of that name", "AWS.SimpleQueueService.NonExistentQueue", "does not exist", second(f.client.GetQueueUrl(t.Context(), &sqs.GetQueueUrlInput{QueueName: aws.String("x/q")}))},
		{"no URL of a queue", "AWS.SimpleQueueService.NonExistentQueue", "does not exist", second(f.client.PurgeQueue(t.Context(), &sqs.PurgeQueueInput{QueueUrl: aws.String("%")}))},
		{"an empty URL", "MissingParameter", "QueueUrl", second(f.client.PurgeQueue(t.Context(), &sqs.PurgeQueueInput{QueueUrl: aws.String("")}))},
		{"an empty name", "MissingParameter", "QueueName", create("", nil)},
		{"an empty name to look for", "MissingParameter", "QueueName", second(f.client.GetQueueUrl(t.Context(), &sqs.GetQueueUrlInput{QueueName: aws.String("")}))},
		{"a name SQS refuses", "InvalidParameterValue", "1 to 80 in length", create("a b", nil)},
		{"FIFO", "AWS.SimpleQueueService.UnsupportedOperation", "FIFO", create("a.fifo", nil)},
		{"there with other attributes", "QueueAlreadyExists", "other attributes", create("q", map[string]string{"DelaySeconds": "1"})},
		{"there, and an attribute unknown", "InvalidAttributeName", "Unknown Attribute Policy", create("q", map[string]string{"Policy": "{}"})},
		{"an attribute unknown here", "InvalidAttributeName", "Unknown Attribute RedrivePolicy: this endpoint has DelaySeconds, ", create("r", map[string]string{"RedrivePolicy": "{}"})},
		{"an attribute out of range", "InvalidAttributeValue", `VisibilityTimeout: "43201", must be 0 to 43200`, create("r", map[string]string{"VisibilityTimeout": "43201"})},
		{"an attribute that is no number", "InvalidAttributeValue", "DelaySeconds", create("r", map[string]string{"DelaySeconds": "soon"})},
		{"an attribute to read that is unknown", "InvalidAttributeName", "Unknown Attribute Policy", second(f.client.GetQueueAttributes(t.Context(), &sqs.GetQueueAttributesInput{QueueUrl: f.url, AttributeNames: []types.QueueAttributeName{"Policy"}}))},
		{"too many results", "InvalidParameterValue", "MaxResults", second(f.client.ListQueues(t.Context(), &sqs.ListQueuesInput{MaxResults: aws.Int32(1001)}))},
		{"an empty body", "MissingParameter", "MessageBody", send(sqs.SendMessageInput{MessageBody: aws.String("")})},
		{"a character that XML lacks", "InvalidMessageContents", "Invalid characters", send(sqs.SendMessageInput{MessageBody: aws.String("a\x00")})},
		{"a long delay", "InvalidParameterValue", "DelaySeconds", send(sqs.SendMessageInput{MessageBody: aws.String("a"), DelaySeconds: 901})},
		{"more than 1 MiB with its attributes", "InvalidParameterValue", "shorter than 1048576 bytes", send(sqs.SendMessageInput{
			MessageBody: aws.String(strings.Repeat("x", 1<<20-7)), MessageAttributes: map[string]types.MessageAttributeValue{"n": text}})},
		{"more than anybody reads", "RequestEntityTooLargeException", "too large", send(sqs.SendMessageInput{MessageBody: aws.String(strings.Repeat("x", 9<<20))})},
		{"a parameter not supported", "AWS.SimpleQueueService.UnsupportedOperation", `"MessageGroupId" is not supported`, send(sqs.SendMessageInput{MessageBody: aws.String("a"), MessageGroupId: aws.String("g")})},
		{"an attribute without a value", "InvalidParameterValue", "one non-empty value", attribute("n", types.MessageAttributeValue{DataType: aws.String("String")})},
		{"an attribute of no type", "InvalidParameterValue", "The type must begin with", attribute("n", types.MessageAttributeValue{DataType: aws.String("Strange"), StringValue: aws.String("x")})},
		{"an attribute with a bad name", "InvalidParameterValue", "The name of a message attribute", attribute("a b", text)},
		{"eleven messages", "InvalidParameterValue", "MaxNumberOfMessages", receive(sqs.ReceiveMessageInput{MaxNumberOfMessages: 11})},
		{"a long wait", "InvalidParameterValue", "WaitTimeSeconds", receive(sqs.ReceiveMessageInput{WaitTimeSeconds: 21})},
		{"a long timeout", "InvalidParameterValue", "VisibilityTimeout", receive(sqs.ReceiveMessageInput{VisibilityTimeout: 43201})},
		{"a handle of nothing", "ReceiptHandleIsInvalid", "receipt handle", second(f.client.DeleteMessage(t.Context(), &sqs.DeleteMessageInput{QueueUrl: f.url, ReceiptHandle: aws.String("AAAA")}))},
		{"no handle", "MissingParameter", "ReceiptHandle", second(f.client.DeleteMessage(t.Context(), &sqs.DeleteMessageInput{QueueUrl: f.url, ReceiptHandle: aws.String("")}))},
		{"an operation unknown here", "InvalidAction", "SendMessageBatch is not valid", second(f.client.SendMessageBatch(t.Context(), &sqs.SendMessageBatchInput{QueueUrl: f.url, Entries: []types.SendMessageBatchRequestEntry{{Id: aws.String("1"), MessageBody: aws.String("a")}}}))},
	} {
		t.Run(tt.name, func(t *testing.T) { refused(t, tt.err, tt.code, tt.message) })
	}
	if got := f.endpoint.Messages("q"); len(got) != 0 {
		t.Errorf("refused messages are there: %v", got)
	}
	if err := f.endpoint.Create("a b"); err == nil || !strings.Contains(err.Error(), `sqslocal: create: queue "a b": `) {
		t.Errorf("Create with a bad name: %v", err)
	}
}

func second[T any](_ T, err error) error { return err }

// TestErrorTypes: the SDK finds its own types behind the codes.
func TestErrorTypes(t *testing.T) {
	f := start(t)
	err := second(f.client.GetQueueUrl(t.Context(), &sqs.GetQueueUrlInput{QueueName: aws.String("nope")}))
	var gone *types.QueueDoesNotExist
	if !errors.As(err, &gone) || gone.ErrorFault() != smithy.FaultClient {
		t.Errorf("%T is no QueueDoesNotExist", err)
	}
	for fault, want := range map[sqslocal.Fault]smithy.ErrorFault{sqslocal.Deny: smithy.FaultClient, sqslocal.Refuse: smithy.FaultServer} {
		f.endpoint.FailNext("ListQueues", 1, fault)
		var api smithy.APIError
		if err := second(f.client.ListQueues(t.Context(), &sqs.ListQueuesInput{})); !errors.As(err, &api) || api.ErrorFault() != want {
			t.Errorf("%v: want the fault of the %v", err, want)
		}
	}
	var handle *types.ReceiptHandleIsInvalid
	if err := second(f.client.DeleteMessage(t.Context(), &sqs.DeleteMessageInput{QueueUrl: f.url, ReceiptHandle: aws.String("!")})); !errors.As(err, &handle) {
		t.Errorf("%T is no ReceiptHandleIsInvalid", err)
	}
}

// TestSeed: the same seed and calls give the same ids and handles.
func TestSeed(t *testing.T) {
	run := func(seed uint64) []string {
		e := sqslocal.New(sqslocal.Options{Seed: seed})
		if err := e.Create("q"); err != nil {
			t.Fatal(err)
		}
		c := sqs.NewFromConfig(e.Config())
		url := aws.String("http://x/q")
		var all []string
		for range 3 {
			sent := must(c.SendMessage(context.Background(), &sqs.SendMessageInput{QueueUrl: url, MessageBody: aws.String("a")}))(t)
			got := must(c.ReceiveMessage(context.Background(), &sqs.ReceiveMessageInput{QueueUrl: url}))(t)
			all = append(all, *sent.MessageId, *got.Messages[0].ReceiptHandle)
		}
		return all
	}
	equal(t, "a second run", run(1), run(1))
	if cmp.Equal(run(1), run(2)) {
		t.Error("two seeds, one run")
	}
}
