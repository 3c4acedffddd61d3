package destination

import (
	"context"
	"crypto/sha256"
	"io"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/stillwater-streams/stillwater/consumer/core"
)

// Destination takes batches that were given up. nil means that the message is
// there; an error means that it may not be, so the lane must not go on, and send
// it again. A message that was taken while its answer got lost is there twice.
// Implementations are safe for concurrent use.
type Destination interface {
	Send(ctx context.Context, f Failure) error
}

// Failure is a batch that was given up, and what the message about it says.
type Failure struct {
	// RequestID is that of the last invocation; FunctionARN that of the function.
	RequestID, FunctionARN string
	StreamARN, ShardID     string
	// MappingUUID identifies the event source mapping in the keys of S3 (F6); ""
	// means one that follows from function and stream, the same in every process.
	MappingUUID string
	// Deliver is the lane's action: records, condition, attempts.
	Deliver core.Deliver
	// Now becomes the timestamp.
	Now time.Time
}

// mapping is the UUID of the mapping.
func (f Failure) mapping() string {
	if f.MappingUUID != "" {
		return f.MappingUUID
	}
	sum := sha256.Sum256([]byte(f.FunctionARN + "\n" + f.StreamARN))
	return uuid([16]byte(sum[:16]), 8) // version 8: made from what its maker likes
}

// Options are what destinations take beside the configuration of their client.
type Options struct {
	// Random gives the UUIDs that end the keys of S3 (F6); nil means crypto/rand.
	// It need not be safe for concurrent use unless destinations share it.
	Random io.Reader
}

// Destination returns the destination that the target names. Nothing is called
// until the first Send. The region is the target's where it says one, else the
// configuration's. The endpoint is that of the configuration
// (aws.Config.BaseEndpoint, AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_SQS) even for a
// queue given by its URL, so that whoever set one is not led past it; only a URL
// of this machine is taken as it is. It panics on the zero Target.
func (t Target) Destination(cfg aws.Config, o Options) Destination {
	switch t.Kind {
	case SQS:
		return NewQueue(sqs.NewFromConfig(cfg, t.sqsOptions), t)
	case SNS:
		return NewTopic(sns.NewFromConfig(cfg, func(o *sns.Options) { o.Region = t.Region }), t)
	case S3:
		return NewBucket(s3.NewFromConfig(cfg, pathStyle), t, o)
	}
	panic("destination: Target.Destination: the zero Target: use ParseTarget")
}

func (t Target) sqsOptions(o *sqs.Options) {
	if t.Region != "" {
		o.Region = t.Region
	}
	if t.endpoint != "" && (o.BaseEndpoint == nil || t.local()) {
		o.BaseEndpoint = aws.String(t.endpoint)
	}
}

// pathStyle: an endpoint that was set is one host, with no name per bucket.
func pathStyle(o *s3.Options) {
	o.UsePathStyle = o.UsePathStyle || o.BaseEndpoint != nil
}
