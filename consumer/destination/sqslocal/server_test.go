package sqslocal_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"go.uber.org/goleak"

	"github.com/stillwater-streams/stillwater/consumer/destination/sqslocal"
)

// TestServer: a real client over a real socket; nothing stays behind.
func TestServer(t *testing.T) {
	defer goleak.VerifyNone(t)
	s, err := sqslocal.Start(t.Context(), sqslocal.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Create("q"); err != nil {
		t.Fatal(err)
	}
	c := sqs.NewFromConfig(s.Config())
	url := must(c.GetQueueUrl(t.Context(), &sqs.GetQueueUrlInput{QueueName: aws.String("q")}))(t).QueueUrl
	equal(t, "URL", *url, s.QueueURL("q"))
	equal(t, "beginning of the URL", strings.HasPrefix(*url, s.URL()+"/"), true)
	must(c.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: url, MessageBody: aws.String("a")}))(t)
	equal(t, "message", s.Messages("q")[0].Body, "a")

	// A call that waits ends with the server.
	must(c.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: url}))(t)
	cfg := s.Config()
	cfg.Retryer = func() aws.Retryer { return aws.NopRetryer{} }
	c = sqs.NewFromConfig(cfg)
	var waiting sync.WaitGroup
	asked := make(chan struct{})
	waiting.Go(func() {
		ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{WroteRequest: func(httptrace.WroteRequestInfo) { close(asked) }})
		if _, err := c.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: url, WaitTimeSeconds: 20}); err == nil {
			t.Error("the call that waited got an answer")
		}
	})
	<-asked
	if err := errors.Join(s.Close(), s.Close()); err != nil {
		t.Error(err)
	}
	waiting.Wait()
	equal(t, "message, after Close", s.Messages("q")[0].Body, "a")
	if _, err := c.ListQueues(t.Context(), &sqs.ListQueuesInput{}); err == nil {
		t.Error("it answers after Close")
	}
}

func TestStartWithAnEndedContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := sqslocal.Start(ctx, sqslocal.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("Start: %v, want context.Canceled", err)
	}
}

// TestRequestsOfNobody: what is no call of AWS JSON is told so.
func TestRequestsOfNobody(t *testing.T) {
	s, err := sqslocal.Start(t.Context(), sqslocal.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	for _, tt := range []struct{ name, method, target, body, want string }{
		{"a browser", http.MethodGet, "", "", "This endpoint speaks AWS JSON 1.0 only"},
		{"the query protocol", http.MethodPost, "", "Action=ListQueues", "This endpoint speaks AWS JSON 1.0 only"},
		{"another service", http.MethodPost, "DynamoDB_20120810.ListTables", "{}", "This endpoint speaks AWS JSON 1.0 only"},
		{"no JSON", http.MethodPost, "AmazonSQS.ListQueues", "{", "SerializationException"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := must(http.NewRequestWithContext(t.Context(), tt.method, s.URL(), strings.NewReader(tt.body)))(t)
			r.Header.Set("X-Amz-Target", tt.target)
			response := must(http.DefaultClient.Do(r))(t)
			defer func() { _ = response.Body.Close() }()
			body := string(must(io.ReadAll(response.Body))(t))
			if response.StatusCode != http.StatusBadRequest || !strings.Contains(body, tt.want) || response.Header.Get("X-Amzn-Requestid") == "" {
				t.Errorf("%d %s %v, want 400 with %q", response.StatusCode, body, response.Header, tt.want)
			}
		})
	}
}

// waiter is an endpoint on the clock of a bubble.
func waiter(t *testing.T) (*sqs.Client, *string) {
	e := sqslocal.New(sqslocal.Options{Now: time.Now})
	cfg := e.Config()
	cfg.Retryer = func() aws.Retryer { return aws.NopRetryer{} }
	c := sqs.NewFromConfig(cfg)
	return c, must(c.CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: aws.String("q")}))(t).QueueUrl
}

// TestLongPoll: it ends when a message comes or becomes visible, when the time
// is over, when the caller goes, and when the queue does.
func TestLongPoll(t *testing.T) {
	send := func(ctx context.Context, c *sqs.Client, url *string, delay int32) error {
		return second(c.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: url, MessageBody: aws.String("a"), DelaySeconds: delay}))
	}
	for _, tt := range []struct {
		name   string
		before func(context.Context, *sqs.Client, *string) error
		during func(context.Context, *sqs.Client, *string) error // two seconds later
		goes   bool                                              // the caller, two seconds later
		took   time.Duration
		want   int
		fails  bool
	}{
		{name: "nothing comes", took: 20 * time.Second},
		{name: "a message comes", took: 2 * time.Second, want: 1,
			during: func(ctx context.Context, c *sqs.Client, url *string) error { return send(ctx, c, url, 0) }},
		{name: "a message comes with a delay", took: 7 * time.Second, want: 1,
			during: func(ctx context.Context, c *sqs.Client, url *string) error { return send(ctx, c, url, 5) }},
		{name: "a message becomes visible again", took: 3 * time.Second, want: 1,
			before: func(ctx context.Context, c *sqs.Client, url *string) error {
				return errors.Join(send(ctx, c, url, 0),
					second(c.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: url, VisibilityTimeout: 3})))
			}},
		{name: "one is there at once", want: 1,
			before: func(ctx context.Context, c *sqs.Client, url *string) error { return send(ctx, c, url, 0) }},
		{name: "the caller goes", took: 2 * time.Second, fails: true, goes: true},
		{name: "the queue goes", took: 2 * time.Second, fails: true,
			during: func(ctx context.Context, c *sqs.Client, url *string) error {
				return second(c.DeleteQueue(ctx, &sqs.DeleteQueueInput{QueueUrl: url}))
			}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, url := waiter(t)
				if tt.before != nil {
					if err := tt.before(t.Context(), c, url); err != nil {
						t.Fatal(err)
					}
				}
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				var others sync.WaitGroup
				defer others.Wait()
				if tt.during != nil || tt.goes {
					others.Go(func() {
						<-time.NewTimer(2 * time.Second).C
						if tt.goes {
							cancel()
						} else if err := tt.during(t.Context(), c, url); err != nil {
							t.Error(err)
						}
					})
				}
				from := time.Now()
				out, err := c.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: url, WaitTimeSeconds: 20})
				if (err != nil) != tt.fails || err == nil && len(out.Messages) != tt.want || time.Since(from) != tt.took {
					t.Errorf("%v after %v, %v; want %d messages after %v", out, time.Since(from), err, tt.want, tt.took)
				}
			})
		})
	}
}

// TestLongPollOnAClockThatStandsStill: it ends in real time.
func TestLongPollOnAClockThatStandsStill(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := sqslocal.New(sqslocal.Options{})
		if err := e.Create("q"); err != nil {
			t.Fatal(err)
		}
		c, url := sqs.NewFromConfig(e.Config()), aws.String("http://x/q")
		must(c.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: url, MessageBody: aws.String("a")}))(t)
		must(c.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: url, VisibilityTimeout: 1}))(t)
		from := time.Now()
		out := must(c.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: url, WaitTimeSeconds: 5}))(t)
		if len(out.Messages) != 0 || time.Since(from) != 5*time.Second {
			t.Errorf("%d messages after %v, want none after 5 s", len(out.Messages), time.Since(from))
		}
	})
}

// TestFailNext: each fault, in the process and over a socket, and what is in the
// queue after it.
func TestFailNext(t *testing.T) {
	defer goleak.VerifyNone(t)
	s, err := sqslocal.Start(t.Context(), sqslocal.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	for _, tt := range []struct {
		name  string
		fault sqslocal.Fault
		done  int
		want  string
	}{
		{"refuse", sqslocal.Refuse, 0, "StatusCode: 500"},
		{"deny", sqslocal.Deny, 0, "StatusCode: 403"},
		{"cut", sqslocal.Cut, 0, "EOF"},
		{"lose answer", sqslocal.LoseAnswer, 1, "EOF"},
	} {
		for how, cfg := range map[string]aws.Config{"in process": s.Endpoint.Config(), "socket": s.Config()} {
			t.Run(tt.name+" "+how, func(t *testing.T) {
				cfg.Retryer = func() aws.Retryer { return aws.NopRetryer{} }
				c := sqs.NewFromConfig(cfg)
				url := must(c.CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: aws.String("q")}))(t).QueueUrl
				defer func() {
					must(c.DeleteQueue(t.Context(), &sqs.DeleteQueueInput{QueueUrl: url}))(t)
				}()
				send := func() error {
					return second(c.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: url, MessageBody: aws.String("a")}))
				}
				s.FailNext("SendMessage", 2, tt.fault)
				must(c.GetQueueUrl(t.Context(), &sqs.GetQueueUrlInput{QueueName: aws.String("q")}))(t) // another operation is well
				for range 2 {
					if err := send(); err == nil || !strings.Contains(err.Error(), tt.want) {
						t.Errorf("error %v, want %q", err, tt.want)
					}
				}
				if err := send(); err != nil {
					t.Errorf("third call: %v", err)
				}
				equal(t, "messages", len(s.Messages("q")), 2*tt.done+1)
			})
		}
	}
}

// TestFailNextAnyUntilToldOtherwise: the empty name is every operation.
func TestFailNextAnyUntilToldOtherwise(t *testing.T) {
	f := start(t)
	f.endpoint.FailNext("", 100, sqslocal.Deny)
	for range 3 {
		refused(t, second(f.client.ListQueues(t.Context(), &sqs.ListQueuesInput{})), "AccessDenied", "told to deny")
	}
	f.endpoint.FailNext("", 0, sqslocal.Deny)
	f.send("a")
}

// TestTheSDKTriesAgain: a plain client gets over two faults that pass.
func TestTheSDKTriesAgain(t *testing.T) {
	for _, fault := range []sqslocal.Fault{sqslocal.Refuse, sqslocal.Cut} {
		synctest.Test(t, func(t *testing.T) {
			e := sqslocal.New(sqslocal.Options{})
			if err := e.Create("q"); err != nil {
				t.Fatal(err)
			}
			e.FailNext("SendMessage", 2, fault)
			must(sqs.NewFromConfig(e.Config()).SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: aws.String("http://x/q"), MessageBody: aws.String("a")}))(t)
			equal(t, "messages", len(e.Messages("q")), 1)
		})
	}
}

// TestConcurrentSendersAndReceivers: each message goes to exactly one receiver.
func TestConcurrentSendersAndReceivers(t *testing.T) {
	f := start(t)
	const senders, each = 4, 25
	var all sync.WaitGroup
	var mu sync.Mutex
	seen := map[string]int{}
	for range senders {
		all.Go(func() {
			for range each {
				if err := second(f.client.SendMessage(f.Context(), &sqs.SendMessageInput{QueueUrl: f.url, MessageBody: aws.String("a")})); err != nil {
					t.Error(err)
				}
			}
		})
		all.Go(func() {
			for n := 0; n < each; {
				out, err := f.client.ReceiveMessage(f.Context(), &sqs.ReceiveMessageInput{QueueUrl: f.url, WaitTimeSeconds: 20})
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				for _, m := range out.Messages {
					seen[*m.MessageId]++
					n++
				}
				mu.Unlock()
			}
		})
	}
	all.Wait()
	for id, n := range seen {
		if n != 1 {
			t.Errorf("message %s was received %d times", id, n)
		}
	}
	equal(t, "messages", len(seen), senders*each)
}
