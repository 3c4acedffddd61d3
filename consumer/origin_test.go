package consumer_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stillwater-streams/stillwater/consumer"
)

func TestRewriteStreamARN(t *testing.T) {
	const label = "table/vms/stream/2024-09-19T10:00:00.000"
	for _, test := range []struct{ name, arn, region, account, want string }{
		{"DynamoDB Local's", arn, "eu-west-1", "123456789012", "arn:aws:dynamodb:eu-west-1:123456789012:" + label},
		{"nothing to change", arn, "", "", arn},
		{"the account only", arn, "", "123456789012", "arn:aws:dynamodb:ddblocal:123456789012:" + label},
		{"to China", arn, "cn-north-1", "", "arn:aws-cn:dynamodb:cn-north-1:000000000000:" + label},
		{"to GovCloud", arn, "us-gov-west-1", "", "arn:aws-us-gov:dynamodb:us-gov-west-1:000000000000:" + label},
		{"back from China", "arn:aws-cn:dynamodb:cn-north-1:1:" + label, "us-east-1", "", "arn:aws:dynamodb:us-east-1:1:" + label},
		{"a table that is called stream", "arn:aws:dynamodb:ddblocal:1:table/stream/stream/1", "us-east-1", "", "arn:aws:dynamodb:us-east-1:1:table/stream/stream/1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := consumer.RewriteStreamARN(test.arn, test.region, test.account)
			if got != test.want || err != nil {
				t.Errorf("RewriteStreamARN(%s): %s, %v, want %s", test.arn, got, err, test.want)
			}
		})
	}
	for _, wrong := range []string{"", "vms", "arn:aws:dynamodb:us-east-1:1:table/vms", "arn:aws:kinesis:us-east-1:1:stream/vms",
		"arn:aws:dynamodb:us-east-1:1:table/vms/index/i"} {
		if got, err := consumer.RewriteStreamARN(wrong, "us-east-1", ""); err == nil || !strings.Contains(err.Error(), "rewrite stream arn: ") {
			t.Errorf("RewriteStreamARN(%q): %q, %v", wrong, got, err)
		}
	}
}

// TestNewOrigin: a handler sees the configured region and account, wherever
// its records come from.
func TestNewOrigin(t *testing.T) {
	got, err := consumer.NewOrigin(arn, "eu-west-1", "123456789012")
	want := consumer.Origin{
		StreamARN: "arn:aws:dynamodb:eu-west-1:123456789012:table/vms/stream/2024-09-19T10:00:00.000",
		Region:    "eu-west-1",
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("NewOrigin: %v (-want +got):\n%s", err, diff)
	}
	body, err := consumer.RecordJSON(record(nil), got)
	if err != nil || strings.Contains(string(body), "ddblocal") || !strings.Contains(string(body), `"awsRegion":"eu-west-1"`) {
		t.Errorf("RecordJSON: %s, %v", body, err)
	}
	if got, err := consumer.NewOrigin(arn, "", ""); err != nil || got.Region != "ddblocal" || got.StreamARN != arn {
		t.Errorf("NewOrigin without configuration: %+v, %v", got, err)
	}
	if _, err := consumer.NewOrigin("vms", "eu-west-1", ""); err == nil {
		t.Error("NewOrigin of no ARN: no error")
	}
}
