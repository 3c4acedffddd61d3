package sqslocal_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"pgregory.net/rapid"

	"github.com/stillwater-streams/stillwater/consumer/destination/sqslocal"
)

// held is what the law knows of a message that was sent.
type held struct {
	body    string
	hidden  time.Time // until then nobody may receive it
	handle  *string   // the latest
	deleted bool
}

// TestLaw: whatever is sent, received and deleted at whatever times, nobody gets
// a message that is hidden or deleted, an old handle deletes nothing, and in the
// end what was not deleted is there, in the order sent.
func TestLaw(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		now := time.Unix(1_726_740_000, 0)
		e := sqslocal.New(sqslocal.Options{Now: func() time.Time { return now }})
		if err := e.Create("q"); err != nil {
			r.Fatal(err)
		}
		c, url := sqs.NewFromConfig(e.Config()), aws.String("http://x/q")
		byID := map[string]*held{}
		var sent []*held
		var handles []string

		check := func(err error) {
			if err != nil {
				r.Fatal(err)
			}
		}
		receive := func(n, timeout int32) int {
			out, err := c.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: url, MaxNumberOfMessages: n, VisibilityTimeout: timeout})
			check(err)
			for _, m := range out.Messages {
				h := byID[*m.MessageId]
				if h.deleted || now.Before(h.hidden) {
					r.Fatalf("received %q: deleted %t, hidden until %v, now %v", h.body, h.deleted, h.hidden, now)
				}
				h.hidden, h.handle = now.Add(time.Duration(timeout)*time.Second), m.ReceiptHandle
				handles = append(handles, *m.ReceiptHandle)
			}
			return len(out.Messages)
		}
		r.Repeat(map[string]func(*rapid.T){
			"send": func(r *rapid.T) {
				h := &held{body: rapid.StringMatching(`[a-z]{1,3}`).Draw(r, "body")}
				delay := rapid.Int32Range(1, 60).Draw(r, "delay")
				out, err := c.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: url, MessageBody: &h.body, DelaySeconds: delay})
				check(err)
				h.hidden = now.Add(time.Duration(delay) * time.Second)
				byID[*out.MessageId] = h
				sent = append(sent, h)
			},
			"receive": func(r *rapid.T) {
				receive(rapid.Int32Range(1, 10).Draw(r, "n"), rapid.Int32Range(1, 60).Draw(r, "timeout"))
			},
			"delete": func(r *rapid.T) {
				if len(handles) == 0 {
					r.Skip("nothing received")
				}
				handle := rapid.SampledFrom(handles).Draw(r, "handle")
				_, err := c.DeleteMessage(t.Context(), &sqs.DeleteMessageInput{QueueUrl: url, ReceiptHandle: &handle})
				check(err)
				for _, h := range sent {
					h.deleted = h.deleted || h.handle != nil && *h.handle == handle
				}
			},
			"wait": func(r *rapid.T) {
				now = now.Add(time.Duration(rapid.IntRange(1, 90).Draw(r, "seconds")) * time.Second)
			},
		})
		now = now.Add(time.Minute)
		var want, got []string
		for _, h := range sent {
			if !h.deleted {
				want = append(want, h.body)
			}
		}
		for _, m := range e.Messages("q") {
			got = append(got, m.Body)
		}
		equal(t, "left in the end", got, want)
		n := 0
		for more := receive(10, 60); more > 0; more = receive(10, 60) {
			n += more
		}
		if n != len(want) {
			r.Fatalf("%d messages can be received in the end, want %d", n, len(want))
		}
	})
}
