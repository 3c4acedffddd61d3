package destination_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/stillwater-streams/stillwater/consumer/destination"
	"github.com/stillwater-streams/stillwater/consumer/destination/sqslocal"
)

const dlq = "integrates_streams_dlq"

func parse(t *testing.T, text string) destination.Target {
	t.Helper()
	target, err := destination.ParseTarget(text)
	if err != nil {
		t.Fatal(err)
	}
	return target
}

// once is a configuration whose clients try everything one time.
func once(cfg aws.Config) aws.Config {
	cfg.Retryer = func() aws.Retryer { return aws.NopRetryer{} }
	return cfg
}

func local(t *testing.T) *sqslocal.Endpoint {
	t.Helper()
	e := sqslocal.New(sqslocal.Options{})
	if err := e.Create(dlq); err != nil {
		t.Fatal(err)
	}
	return e
}

func bodies(e *sqslocal.Endpoint) []string {
	var list []string
	for _, m := range e.Messages(dlq) {
		list = append(list, m.Body)
	}
	return list
}

// TestF1F2F3F4ToSQS: the bodies that a real SDK client brings over the loopback
// to a queue, however on_failure names it.
func TestF1F2F3F4ToSQS(t *testing.T) {
	defer goleak.VerifyNone(t)
	server, err := sqslocal.Start(t.Context(), sqslocal.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	}()
	if err := server.Create(dlq); err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, text := range []string{
		dlq,
		"arn:aws:sqs:eu-west-1:123456789012:" + dlq,
		server.QueueURL(dlq),
		"https://sqs.us-east-1.amazonaws.com/123456789012/" + dlq, // the endpoint configured comes first
	} {
		d := parse(t, text).Destination(server.Config(), destination.Options{})
		for _, g := range goldens() {
			if err := d.Send(t.Context(), g.failure); err != nil {
				t.Fatalf("%s: %v", text, err)
			}
			want = append(want, g.body)
		}
	}
	if diff := cmp.Diff(want, bodies(server.Endpoint)); diff != "" {
		t.Errorf("bodies in the queue (-want +got):\n%s", diff)
	}
}

// hosts is an HTTP client that notes where requests go and refuses all.
type hosts struct{ asked []string }

func (h *hosts) Do(r *http.Request) (*http.Response, error) {
	region := strings.Split(r.Header.Get("Authorization"), "/")
	h.asked = append(h.asked, r.URL.Scheme+"://"+r.URL.Host+" "+region[min(2, len(region)-1)])
	return nil, errors.New("refused")
}

// TestWhereRequestsGo: a configured endpoint is never gone past, but for a queue
// of this machine; the region of a target is that of its signature.
func TestWhereRequestsGo(t *testing.T) {
	for _, tt := range []struct{ text, endpoint, want string }{
		{dlq, "", "https://sqs.us-east-1.amazonaws.com us-east-1"},
		{dlq, "http://127.0.0.1:4566", "http://127.0.0.1:4566 us-east-1"},
		{"arn:aws:sqs:eu-west-1:123456789012:q", "", "https://sqs.eu-west-1.amazonaws.com eu-west-1"},
		{"https://sqs.eu-west-1.amazonaws.com/123456789012/q", "", "https://sqs.eu-west-1.amazonaws.com eu-west-1"},
		{"https://queues.example/123456789012/q", "", "https://queues.example us-east-1"},
		{"https://queues.example/123456789012/q", "http://127.0.0.1:4566", "http://127.0.0.1:4566 us-east-1"},
		{"http://127.0.0.1:9324/000000000000/q", "", "http://127.0.0.1:9324 us-east-1"},
		{"http://127.0.0.1:9324/000000000000/q", "http://127.0.0.1:8000", "http://127.0.0.1:9324 us-east-1"},
		{"arn:aws:sns:eu-west-1:123456789012:t", "", "https://sns.eu-west-1.amazonaws.com eu-west-1"},
		{"arn:aws:sns:eu-west-1:123456789012:t", "http://127.0.0.1:4566", "http://127.0.0.1:4566 eu-west-1"},
		{"arn:aws:s3:::failures", "", "https://failures.s3.us-east-1.amazonaws.com us-east-1"},
		{"arn:aws:s3:::failures", "http://localhost:4566", "http://localhost:4566 us-east-1"},
	} {
		t.Run(tt.text+" "+tt.endpoint, func(t *testing.T) {
			var h hosts
			cfg := once(sqslocal.New(sqslocal.Options{}).Config())
			cfg.BaseEndpoint, cfg.HTTPClient = nil, &h
			if tt.endpoint != "" {
				cfg.BaseEndpoint = aws.String(tt.endpoint)
			}
			if err := parse(t, tt.text).Destination(cfg, destination.Options{}).Send(t.Context(), unseen()); err == nil {
				t.Error("sent, although nobody answers")
			}
			if diff := cmp.Diff([]string{tt.want}, h.asked); diff != "" {
				t.Errorf("host and region (-want +got):\n%s", diff)
			}
		})
	}
}

// TestQueueFails: nothing that failed is called sent, the error says what to do,
// and the next Send works.
func TestQueueFails(t *testing.T) {
	for _, tt := range []struct {
		name, operation string
		fault           sqslocal.Fault
		arrived         int
		want            string
	}{
		{"URL refused", "GetQueueUrl", sqslocal.Refuse, 0, "InternalFailure: The endpoint was told to fail.: send it again"},
		{"message refused", "SendMessage", sqslocal.Refuse, 0, "InternalFailure: The endpoint was told to fail.: send it again"},
		{"access denied", "SendMessage", sqslocal.Deny, 0, "AccessDenied: The endpoint was told to deny access.: the credentials need the permission sqs:SendMessage"},
		{"connection broken", "SendMessage", sqslocal.Cut, 0, "send it again; if that does not help, check endpoint"},
		{"answer lost: there, but nobody knows", "SendMessage", sqslocal.LoseAnswer, 1, "send it again"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := local(t)
			d := parse(t, dlq).Destination(once(e.Config()), destination.Options{})
			e.FailNext(tt.operation, 2, tt.fault)
			for range 2 {
				err := d.Send(t.Context(), unseen())
				if err == nil || !strings.HasPrefix(err.Error(), "on-failure destination: "+dlq+": ") || !strings.Contains(err.Error(), tt.want) {
					t.Errorf("error %v, want it to contain %q", err, tt.want)
				}
			}
			if got := len(e.Messages(dlq)); got != 2*tt.arrived {
				t.Errorf("%d messages after two failures, want %d", got, 2*tt.arrived)
			}
			if err := d.Send(t.Context(), unseen()); err != nil {
				t.Fatal(err)
			}
			if got := len(e.Messages(dlq)); got != 2*tt.arrived+1 {
				t.Errorf("%d messages in the end, want %d", got, 2*tt.arrived+1)
			}
		})
	}
}

// TestQueueThatIsMissing: found by the first Send after it was created.
func TestQueueThatIsMissing(t *testing.T) {
	e := sqslocal.New(sqslocal.Options{})
	for _, text := range []string{dlq, "http://127.0.0.1:1/000000000000/" + dlq} {
		cfg := once(e.Config())
		d := parse(t, text).Destination(cfg, destination.Options{})
		err := d.Send(t.Context(), unseen())
		var gone *types.QueueDoesNotExist
		if !errors.As(err, &gone) || !strings.Contains(err.Error(), "create it, or correct its name, account and region") {
			t.Errorf("%s: error %v", text, err)
		}
		if err := e.Create(dlq); err != nil {
			t.Fatal(err)
		}
		if err := d.Send(t.Context(), unseen()); err != nil {
			t.Errorf("%s: after it was created: %v", text, err)
		}
		if _, err := sqs.NewFromConfig(cfg).DeleteQueue(t.Context(), &sqs.DeleteQueueInput{QueueUrl: aws.String("http://x/" + dlq)}); err != nil {
			t.Fatal(err)
		}
	}
}

// answers is an SQS API that answers what a test wants.
type answers struct {
	url   *sqs.GetQueueUrlOutput
	sent  *sqs.SendMessageOutput
	asked chan struct{} // when not nil it gets something whenever the URL is asked for,
	reply chan struct{} // and the answer waits until this is closed
}

func (a *answers) GetQueueUrl(ctx context.Context, _ *sqs.GetQueueUrlInput, _ ...func(*sqs.Options)) (*sqs.GetQueueUrlOutput, error) {
	if a.asked != nil {
		a.asked <- struct{}{}
		<-a.reply
	}
	return a.url, ctx.Err()
}

func (a *answers) SendMessage(ctx context.Context, _ *sqs.SendMessageInput, _ ...func(*sqs.Options)) (*sqs.SendMessageOutput, error) {
	return a.sent, ctx.Err()
}

var (
	goodURL  = &sqs.GetQueueUrlOutput{QueueUrl: aws.String("http://x/" + dlq)}
	goodSent = &sqs.SendMessageOutput{MessageId: aws.String("1"), MD5OfMessageBody: aws.String("0")}
)

// TestQueueWantsConfirmation: an answer that says nothing confirms nothing.
func TestQueueWantsConfirmation(t *testing.T) {
	for name, api := range map[string]*answers{
		"no URL":        {url: &sqs.GetQueueUrlOutput{}, sent: goodSent},
		"no message id": {url: goodURL, sent: &sqs.SendMessageOutput{MD5OfMessageBody: aws.String("0")}},
		"no checksum":   {url: goodURL, sent: &sqs.SendMessageOutput{MessageId: aws.String("1")}},
	} {
		t.Run(name, func(t *testing.T) {
			err := destination.NewQueue(api, parse(t, dlq)).Send(t.Context(), unseen())
			if err == nil || !strings.Contains(err.Error(), "does not come from SQS") {
				t.Errorf("error %v", err)
			}
		})
	}
}

// TestQueueConcurrently: one question for the URL whoever comes first, and a
// context that ends lets its Send go while another one asks.
func TestQueueConcurrently(t *testing.T) {
	api := &answers{url: goodURL, sent: goodSent, asked: make(chan struct{}, 8), reply: make(chan struct{})}
	q := destination.NewQueue(api, parse(t, dlq))
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	var senders sync.WaitGroup
	for range 8 {
		senders.Go(func() {
			if err := q.Send(t.Context(), unseen()); err != nil {
				t.Error(err)
			}
		})
	}
	close(api.reply)
	senders.Wait()
	if n := len(api.asked); n != 1 {
		t.Errorf("asked %d times for the URL, want once", n)
	}
	if err := q.Send(ended, unseen()); !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "whether it arrived is not known") {
		t.Errorf("Send with an ended context: %v", err)
	}
}

func TestQueueWaitsForItsTurnNoLongerThanItsContext(t *testing.T) {
	api := &answers{url: goodURL, sent: goodSent, asked: make(chan struct{}, 8), reply: make(chan struct{})}
	q := destination.NewQueue(api, parse(t, dlq))
	var first sync.WaitGroup
	first.Go(func() {
		if err := q.Send(t.Context(), unseen()); err != nil {
			t.Error(err)
		}
	})
	<-api.asked
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := q.Send(ended, unseen()); !errors.Is(err, context.Canceled) {
		t.Errorf("Send with an ended context, behind one that asks: %v", err)
	}
	close(api.reply)
	first.Wait()
}

func TestConstructorsPanicOnOtherTargets(t *testing.T) {
	queue, topic := parse(t, dlq), parse(t, "arn:aws:sns:us-east-1:123456789012:t")
	for name, do := range map[string]func(){
		"queue":       func() { destination.NewQueue(nil, topic) },
		"topic":       func() { destination.NewTopic(nil, queue) },
		"bucket":      func() { destination.NewBucket(nil, queue, destination.Options{}) },
		"zero target": func() { destination.Target{}.Destination(aws.Config{}, destination.Options{}) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if text, _ := recover().(string); !strings.Contains(text, "use ") {
					t.Errorf("panic %q, want one with a hint", text)
				}
			}()
			do()
		})
	}
}
