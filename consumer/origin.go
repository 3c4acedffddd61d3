package consumer

import (
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/arn"
)

// Origin is what Lambda adds to a record and the Streams API does not say.
type Origin struct {
	// StreamARN becomes eventSourceARN.
	StreamARN string
	// Region becomes awsRegion: "us-east-1".
	Region string
	// Arrived becomes ApproximateCreationDateTime, cut to milliseconds. The
	// zero time means the record's own.
	Arrived time.Time
}

// NewOrigin gives the origin of a stream's records as handlers are to see it:
// with the region and the account of the configuration, see [RewriteStreamARN],
// whatever the endpoint says.
func NewOrigin(streamARN, region, accountID string) (Origin, error) {
	rewritten, err := RewriteStreamARN(streamARN, region, accountID)
	if err != nil {
		return Origin{}, err
	}
	parsed, err := arn.Parse(rewritten)
	if err != nil {
		return Origin{}, fmt.Errorf("origin: %s: %w", rewritten, err)
	}
	return Origin{StreamARN: rewritten, Region: parsed.Region}, nil
}

// FunctionARN is the ARN of a function in the partition, region and account of the
// stream: what a handler finds as InvokedFunctionArn.
func (o Origin) FunctionARN(name string) string {
	parsed, err := arn.Parse(o.StreamARN)
	if err != nil {
		return name // an Origin that NewOrigin did not make
	}
	return fmt.Sprintf("arn:%s:lambda:%s:%s:function:%s", parsed.Partition, parsed.Region, parsed.AccountID, name)
}

// RewriteStreamARN puts a stream into another region and account; "" leaves what
// is there. DynamoDB Local says "ddblocal" and "000000000000" whatever it is
// asked for, which neither handlers nor the KCL's adapter take (K11):
//
//	arn:aws:dynamodb:ddblocal:000000000000:table/vms/stream/2024-09-19T10:00:00.000
//	arn:aws:dynamodb:eu-west-1:123456789012:table/vms/stream/2024-09-19T10:00:00.000
//
// The partition is that of the region: aws-cn for cn-…, aws-us-gov for us-gov-….
// What is not the ARN of a stream is an error.
func RewriteStreamARN(streamARN, region, accountID string) (string, error) {
	parsed, err := arn.Parse(streamARN)
	if err != nil {
		return "", fmt.Errorf("rewrite stream arn: %q: %w", streamARN, err)
	}
	if parsed.Service != "dynamodb" || !strings.HasPrefix(parsed.Resource, "table/") || !strings.Contains(parsed.Resource, "/stream/") {
		return "", fmt.Errorf("rewrite stream arn: %q is not of the form arn:aws:dynamodb:region:account:table/name/stream/label", streamARN)
	}
	if region != "" {
		parsed.Region, parsed.Partition = region, partition(region)
	}
	if accountID != "" {
		parsed.AccountID = accountID
	}
	return parsed.String(), nil
}

// partition is the part of AWS that a region belongs to.
func partition(region string) string {
	switch {
	case strings.HasPrefix(region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(region, "us-gov-"):
		return "aws-us-gov"
	default:
		return "aws"
	}
}
