package destination_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stillwater-streams/stillwater/consumer/destination"
)

const (
	topicARN  = "arn:aws:sns:us-east-1:123456789012:failures"
	published = `<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>5c9f3a52-0000-4000-8000-00000000000a</MessageId></PublishResult></PublishResponse>`
)

func notPublished(code string) string {
	return `<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>Sender</Type><Code>` + code +
		`</Code><Message>no</Message></Error><RequestId>r</RequestId></ErrorResponse>`
}

// TestF1F2F3F4ToSNS: the forms that a real SDK client posts.
func TestF1F2F3F4ToSNS(t *testing.T) {
	s := startService(t, 200, published, nil)
	d := parse(t, topicARN).Destination(s.config(), destination.Options{})
	for _, g := range goldens() {
		if err := d.Send(t.Context(), g.failure); err != nil {
			t.Fatal(err)
		}
	}
	got := s.arrivals()
	for i, g := range goldens() {
		form, err := url.ParseQuery(got[i].body)
		if err != nil {
			t.Fatal(err)
		}
		want := url.Values{"Action": {"Publish"}, "Version": {"2010-03-31"}, "TopicArn": {topicARN}, "Message": {g.body}}
		if diff := cmp.Diff(want, form); diff != "" {
			t.Errorf("%s (-want +got):\n%s", g.name, diff)
		}
	}
	if len(got) != len(goldens()) {
		t.Errorf("%d requests, want %d", len(got), len(goldens()))
	}
}

func TestTopicFails(t *testing.T) {
	for _, tt := range []struct {
		name   string
		status int
		answer string
		want   string
	}{
		{"no such topic", 404, notPublished("NotFound"), "create it, or correct its name, account and region"},
		{"access denied", 403, notPublished("AuthorizationError"), "the credentials need the permission sns:Publish"},
		{"credentials of nobody", 403, notPublished("InvalidClientTokenId"), "the credentials are not valid there"},
		{"throttled", 400, notPublished("Throttled"), "send it again"},
		{"not SNS", 200, `<PublishResponse><PublishResult></PublishResult></PublishResponse>`, "does not come from SNS"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := startService(t, tt.status, tt.answer, nil)
			err := parse(t, topicARN).Destination(s.config(), destination.Options{}).Send(t.Context(), unseen())
			if err == nil || !strings.HasPrefix(err.Error(), "on-failure destination: "+topicARN+": ") || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want it to contain %q", err, tt.want)
			}
			if len(s.arrivals()) != 1 {
				t.Errorf("%d requests, want 1", len(s.arrivals()))
			}
		})
	}
}
