package destination_test

import (
	"strings"
	"testing"

	"github.com/stillwater-streams/stillwater/consumer/destination"
)

// TestP12ParseTarget: what a stream's mapping can give its failures to.
func TestP12ParseTarget(t *testing.T) {
	for _, tt := range []struct {
		text, name, region, account string
		kind                        destination.Kind
	}{
		{text: "integrates_streams_dlq", kind: destination.SQS, name: "integrates_streams_dlq"},
		{text: strings.Repeat("q", 80), kind: destination.SQS, name: strings.Repeat("q", 80)},
		{text: "arn:aws:sqs:eu-west-1:123456789012:dlq", kind: destination.SQS, name: "dlq", region: "eu-west-1", account: "123456789012"},
		{text: "arn:aws-cn:sqs:cn-north-1:123456789012:dlq", kind: destination.SQS, name: "dlq", region: "cn-north-1", account: "123456789012"},
		{text: "https://sqs.us-east-1.amazonaws.com/123456789012/dlq", kind: destination.SQS, name: "dlq", region: "us-east-1", account: "123456789012"},
		{text: "https://sqs-fips.us-gov-west-1.amazonaws.com/123456789012/dlq", kind: destination.SQS, name: "dlq", region: "us-gov-west-1", account: "123456789012"},
		{text: "https://vpce-0a.sqs.us-east-1.vpce.amazonaws.com/123456789012/dlq", kind: destination.SQS, name: "dlq", region: "us-east-1", account: "123456789012"},
		{text: "https://sqs.us-east-1.api.aws/123456789012/dlq", kind: destination.SQS, name: "dlq", region: "us-east-1", account: "123456789012"},
		{text: "https://queues.example/123456789012/dlq", kind: destination.SQS, name: "dlq", account: "123456789012"},
		{text: "http://127.0.0.1:9324/000000000000/dlq", kind: destination.SQS, name: "dlq", account: "000000000000"},
		{text: "http://[::1]:9324/000000000000/dlq", kind: destination.SQS, name: "dlq", account: "000000000000"},
		{text: "http://localhost:9324/000000000000/dlq", kind: destination.SQS, name: "dlq", account: "000000000000"},
		{text: "arn:aws:sns:us-east-1:123456789012:failures", kind: destination.SNS, name: "failures", region: "us-east-1", account: "123456789012"},
		{text: "arn:aws:s3:::failures.example", kind: destination.S3, name: "failures.example"},
	} {
		t.Run(tt.text, func(t *testing.T) {
			got, err := destination.ParseTarget(tt.text)
			if err != nil {
				t.Fatal(err)
			}
			if got.Kind != tt.kind || got.Name != tt.name || got.Region != tt.region || got.Account != tt.account || got.String() != tt.text {
				t.Errorf("ParseTarget(%q) = %+v, want %+v", tt.text, got, tt)
			}
		})
	}
}

// TestP12ParseTargetRefuses: by name what Lambda or this consumer does not take.
func TestP12ParseTargetRefuses(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"", "empty: on_failure takes"},
		{"two words", `name "two words": a queue's name has 1 to 80`},
		{strings.Repeat("q", 81), "a queue's name has 1 to 80"},
		{"dlq.fifo", "a FIFO queue or topic: Lambda takes standard ones only"},
		{"dlq\n", "a queue's name has"},
		{"arn:aws:sqs:us-east-1", "not a whole ARN"},
		{"arn:aws:sqs::123456789012:dlq", "needs a region and an account of 12 digits"},
		{"arn:aws:sqs:us-east-1:1234:dlq", "needs a region and an account of 12 digits"},
		{"arn:aws:sqs:us-east-1:123456789012:", "a queue's name has 1 to 80"},
		{"arn:aws:sqs:us-east-1:123456789012:a:b", "a queue's name has 1 to 80"},
		{"arn:aws:sqs:us-east-1:123456789012:dlq.fifo", "standard ones only"},
		{"arn:aws:sns:us-east-1:123456789012:t.fifo", "standard ones only"},
		{"arn:aws:sns:us-east-1:123456789012:t:5c9f3a52-0000-4000-8000-000000000001", "a topic's name has 1 to 256"},
		{"arn:aws:s3:us-east-1::bucket", "no region and no account"},
		{"arn:aws:s3:::bucket/prefix", "no path follows it"},
		{"arn:aws:s3:::Bucket", "lower-case"},
		{"arn:aws:lambda:us-east-1:123456789012:function:f", "a Lambda function, which Lambda takes for asynchronous"},
		{"arn:aws:events:us-east-1:123456789012:event-bus/b", "an EventBridge bus, which Lambda takes for asynchronous"},
		{"arn:aws:kafka:us-east-1:123456789012:cluster/c/1", "a Kafka topic, which Lambda takes but this consumer does not"},
		{"kafka://failures", "a Kafka topic"},
		{"arn:aws:kinesis:us-east-1:123456789012:stream/s", `service "kinesis"`},
		{"ftp://127.0.0.1/000000000000/dlq", `scheme "ftp"`},
		{"http://sqs.us-east-1.amazonaws.com/123456789012/dlq", "http is for a queue on this machine"},
		{"http://127.0.0.1.example/000000000000/dlq", "http is for a queue on this machine"},
		{"https://sqs.us-east-1.amazonaws.com/dlq", "not the URL of a queue"},
		{"https://sqs.us-east-1.amazonaws.com/123456789012/dlq?x=1", "not the URL of a queue"},
		{"https://key:secret@sqs.us-east-1.amazonaws.com/123456789012/dlq", "not the URL of a queue"},
		{"https:///123456789012/dlq", "not the URL of a queue"},
		{"https://sqs.us-east-1.amazonaws.com/123456789012/dlq/", "a queue's name has"},
		{"https://%zz/", "not a URL"},
	} {
		t.Run(tt.text, func(t *testing.T) {
			got, err := destination.ParseTarget(tt.text)
			if err == nil {
				t.Fatalf("accepted as %+v", got)
			}
			if got != (destination.Target{}) {
				t.Errorf("target %+v beside an error", got)
			}
			if !strings.HasPrefix(err.Error(), "on-failure destination: ") || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %q, want it to contain %q", err, tt.want)
			}
		})
	}
}
