package destination

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
)

// SQSAPI is what a [Queue] needs of SQS. A *sqs.Client has it.
type SQSAPI interface {
	GetQueueUrl(context.Context, *sqs.GetQueueUrlInput, ...func(*sqs.Options)) (*sqs.GetQueueUrlOutput, error)
	SendMessage(context.Context, *sqs.SendMessageInput, ...func(*sqs.Options)) (*sqs.SendMessageOutput, error)
}

var _ SQSAPI = (*sqs.Client)(nil)

// Queue sends the [Message] of a failure to a queue of SQS, without message
// attributes: no source tells of any that Lambda sets [?].
type Queue struct {
	api    SQSAPI
	target Target
	turn   chan struct{} // held by who reads or resolves url; a mutex would not honour contexts
	url    string        // "" until it is known
}

var _ Destination = (*Queue)(nil)

// NewQueue returns the queue that the target names. Where that is a name or an
// ARN, the first Send asks for its URL. It panics on a target that is no queue.
func NewQueue(api SQSAPI, t Target) *Queue {
	t.mustBe(SQS)
	q := &Queue{api: api, target: t, turn: make(chan struct{}, 1)}
	if t.endpoint != "" {
		q.url = t.text
	}
	return q
}

// Send implements [Destination]: nil when SQS has said under which id the
// message is in the queue.
func (q *Queue) Send(ctx context.Context, f Failure) error {
	text, err := body(NewMessage(f))
	if err != nil {
		return q.target.failed(err)
	}
	url, err := q.resolve(ctx)
	if err != nil {
		return q.target.failed(err)
	}
	out, err := q.api.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: aws.String(url), MessageBody: aws.String(text)})
	if err == nil && (aws.ToString(out.MessageId) == "" || aws.ToString(out.MD5OfMessageBody) == "") {
		err = errors.New("the answer to SendMessage holds no message id or no checksum: it does not come from SQS")
	}
	return q.target.failed(err)
}

// resolve returns the URL of the queue, asking for it once.
func (q *Queue) resolve(ctx context.Context) (string, error) {
	select {
	case q.turn <- struct{}{}:
		defer func() { <-q.turn }()
	case <-ctx.Done():
		return "", ctx.Err()
	}
	if q.url != "" {
		return q.url, nil
	}
	in := &sqs.GetQueueUrlInput{QueueName: aws.String(q.target.Name)}
	if q.target.Account != "" {
		in.QueueOwnerAWSAccountId = aws.String(q.target.Account)
	}
	out, err := q.api.GetQueueUrl(ctx, in)
	if err != nil {
		return "", err
	}
	if aws.ToString(out.QueueUrl) == "" {
		return "", errors.New("the answer to GetQueueUrl holds no URL: it does not come from SQS")
	}
	q.url = *out.QueueUrl
	return q.url, nil
}
