package destination

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"
)

// SNSAPI is what a [Topic] needs of SNS. A *sns.Client has it.
type SNSAPI interface {
	Publish(context.Context, *sns.PublishInput, ...func(*sns.Options)) (*sns.PublishOutput, error)
}

var _ SNSAPI = (*sns.Client)(nil)

// Topic publishes the [Message] of a failure to a topic of SNS, without subject
// and message attributes: no source tells of any that Lambda sets [?].
type Topic struct {
	api    SNSAPI
	target Target
}

var _ Destination = (*Topic)(nil)

// NewTopic returns the topic that the target names. It panics on a target that
// is no topic.
func NewTopic(api SNSAPI, t Target) *Topic {
	t.mustBe(SNS)
	return &Topic{api: api, target: t}
}

// Send implements [Destination]: nil when SNS has said under which id it took
// the message.
func (d *Topic) Send(ctx context.Context, f Failure) error {
	text, err := body(NewMessage(f))
	if err != nil {
		return d.target.failed(err)
	}
	out, err := d.api.Publish(ctx, &sns.PublishInput{TopicArn: aws.String(d.target.text), Message: aws.String(text)})
	if err == nil && aws.ToString(out.MessageId) == "" {
		err = errors.New("the answer to Publish holds no message id: it does not come from SNS")
	}
	return d.target.failed(err)
}
