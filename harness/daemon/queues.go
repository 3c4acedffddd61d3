package daemon

import (
	"context"
	"fmt"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/stillwater-streams/stillwater/consumer/destination"
	"github.com/stillwater-streams/stillwater/consumer/destination/sqslocal"
	"github.com/stillwater-streams/stillwater/consumer/mapping"
)

// retention is how long a queue of this process keeps a message, in seconds: the
// records that it points to are no longer there.
const retention = "86400"

// queues is where batches go that are given up.
type queues struct {
	local    *sqslocal.Server // nil with an endpoint
	fence    *fence           // nil without
	config   aws.Config
	endpoint string
	sent     atomic.Int64
}

// openQueues starts queues in this process, or reaches those of an endpoint.
func openQueues(ctx context.Context, o Options, now func() time.Time) (*queues, error) {
	if o.SQSEndpoint == "" {
		server, err := sqslocal.Start(ctx, sqslocal.Options{Now: now, Region: o.Region})
		if err != nil {
			return nil, err
		}
		config := server.Endpoint.Config()
		config.Retryer = func() aws.Retryer { return aws.NopRetryer{} } // the lane sends again
		return &queues{local: server, config: config, endpoint: server.URL()}, nil
	}
	u, err := url.Parse(o.SQSEndpoint)
	if err != nil {
		return nil, err
	}
	q := &queues{fence: newFence(u), endpoint: o.SQSEndpoint}
	q.config = q.fence.config(o.SQSEndpoint, o.Region, o.AccessKey, o.SecretKey)
	q.config.Retryer = func() aws.Retryer { return aws.NopRetryer{} }
	return q, nil
}

func (q *queues) close() error {
	if q.fence != nil {
		q.fence.next.CloseIdleConnections()
		return nil
	}
	return q.local.Close()
}

// of is the destination of a mapping that names one. A queue is known by its name
// alone: whatever account or URL the mapping gives, it is the one of that name here.
func (q *queues) of(m mapping.Mapping) (destination.Destination, error) {
	target, err := destination.ParseTarget(m.OnFailure)
	if err != nil {
		return nil, err
	}
	if target.Kind != destination.SQS {
		return unsent{}, nil
	}
	if q.local != nil {
		_, err := sqs.NewFromConfig(q.config).CreateQueue(context.Background(), &sqs.CreateQueueInput{
			QueueName: aws.String(target.Name), Attributes: map[string]string{"MessageRetentionPeriod": retention},
		})
		if err != nil {
			return nil, fmt.Errorf("queue %s: %w", target.Name, err)
		}
	}
	here, err := destination.ParseTarget(target.Name)
	if err != nil {
		return nil, err
	}
	return here.Destination(q.config, destination.Options{}), nil
}

// forget drops messages that are too old from a queue of this process, once in a
// while: it does so when it is looked at, which perhaps nobody else does.
func (q *queues) forget(to string) {
	const often = 1000
	if target, err := destination.ParseTarget(to); err == nil && q.local != nil && q.sent.Add(1)%often == 0 {
		q.local.Messages(target.Name)
	}
}

// describe says where what goes to on_failure ends up.
func (q *queues) describe(m mapping.Mapping) string {
	target, err := destination.ParseTarget(m.OnFailure)
	switch {
	case m.OnFailure == "" || err != nil:
		return ""
	case target.Kind != destination.SQS:
		return "printed here and not sent"
	case q.local != nil:
		return "a queue in this process: " + q.local.QueueURL(target.Name)
	}
	return fmt.Sprintf("the queue %s at %s", target.Name, q.endpoint)
}

// unsent stands for topics and buckets, which nobody here answers for.
type unsent struct{}

// Send implements destination.Destination.
func (unsent) Send(ctx context.Context, _ destination.Failure) error { return ctx.Err() }

// shown prints what is sent.
type shown struct {
	destination.Destination
	daemon  *daemon
	trigger string
	to      string // on_failure
}

// Send implements destination.Destination.
func (s shown) Send(ctx context.Context, f destination.Failure) error {
	err := s.Destination.Send(ctx, f)
	if err == nil {
		s.daemon.queues.forget(s.to)
		message := destination.NewMessage(f)
		s.daemon.print(Line{
			Event: EventLetter, Trigger: s.trigger, RequestID: f.RequestID, Batch: newBatch(f.Deliver.Records),
			Text: lostText(f.Deliver.Lost), Message: &message,
		})
	}
	return err
}
