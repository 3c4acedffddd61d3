package sqslocal

import (
	"maps"
	"net/url"
	"slices"
	"strings"
)

// none is the output of operations that have none.
type none struct{}

type createQueueInput struct {
	QueueName  string
	Attributes map[string]string
}

type queueURLOutput struct{ QueueUrl string }

func (e *Endpoint) createQueue(c call, in createQueueInput) (any, error) {
	if in.QueueName == "" {
		return nil, missing("QueueName")
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	there := e.queues[in.QueueName]
	if there == nil {
		s, err := defaults().with(in.Attributes)
		if err == nil {
			err = e.create(in.QueueName, s)
		}
		return queueURLOutput{e.url(c, in.QueueName)}, err
	}
	// Attributes that the request leaves out match whatever the queue has.
	s, err := there.settings.with(in.Attributes)
	if err != nil {
		return nil, err
	}
	if !maps.Equal(s, there.settings) {
		return nil, refusal{shape: "QueueNameExists", query: "QueueAlreadyExists", message: "A queue already exists with the same name and other attributes."}
	}
	return queueURLOutput{e.url(c, in.QueueName)}, nil
}

type queueInput struct{ QueueUrl string }

func (e *Endpoint) deleteQueue(_ call, in queueInput) (any, error) {
	return e.at(in.QueueUrl, func(q *queue) (any, error) {
		delete(e.queues, q.name)
		e.wake() // who waits for a message learns that the queue is gone
		return none{}, nil
	})
}

func (e *Endpoint) purgeQueue(_ call, in queueInput) (any, error) {
	return e.at(in.QueueUrl, func(q *queue) (any, error) {
		q.messages = nil
		return none{}, nil
	})
}

type getQueueURLInput struct{ QueueName, QueueOwnerAWSAccountId string }

func (e *Endpoint) getQueueURL(c call, in getQueueURLInput) (any, error) {
	if in.QueueName == "" {
		return nil, missing("QueueName")
	}
	return e.named(in.QueueName, func(q *queue) (any, error) {
		return queueURLOutput{e.url(c, q.name)}, nil
	})
}

type listQueuesInput struct {
	QueueNamePrefix, NextToken string
	MaxResults                 *int
}

type listQueuesOutput struct {
	QueueUrls []string `json:",omitempty"`
	NextToken string   `json:",omitempty"`
}

// listQueues lists by name. The token is the last name of the page before.
func (e *Endpoint) listQueues(c call, in listQueuesInput) (any, error) {
	limit := 1000
	if in.MaxResults != nil {
		limit = *in.MaxResults
	}
	if limit < 1 || limit > 1000 {
		return nil, invalid("MaxResults", limit, "Must be between 1 and 1000, if provided")
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	var out listQueuesOutput
	last := ""
	for _, name := range slices.Sorted(maps.Keys(e.queues)) {
		if !strings.HasPrefix(name, in.QueueNamePrefix) || name <= in.NextToken {
			continue
		}
		if len(out.QueueUrls) == limit {
			if in.MaxResults != nil { // without it SQS gives no token
				out.NextToken = last
			}
			break
		}
		last = name
		out.QueueUrls = append(out.QueueUrls, e.url(c, name))
	}
	return out, nil
}

type getQueueAttributesInput struct {
	QueueUrl       string
	AttributeNames []string
}

type getQueueAttributesOutput struct {
	Attributes map[string]string `json:",omitempty"`
}

func (e *Endpoint) getQueueAttributes(_ call, in getQueueAttributesInput) (any, error) {
	return e.at(in.QueueUrl, func(q *queue) (any, error) {
		attributes, err := e.attributes(q, in.AttributeNames)
		return getQueueAttributesOutput{attributes}, err
	})
}

// at does something with the queue of a URL, under the lock.
func (e *Endpoint) at(queueURL string, do func(*queue) (any, error)) (any, error) {
	if queueURL == "" {
		return nil, missing("QueueUrl")
	}
	u, err := url.Parse(queueURL)
	if err != nil {
		return nil, noQueue()
	}
	return e.named(u.Path[strings.LastIndexByte(u.Path, '/')+1:], do)
}

// named does something with the queue of a name, under the lock.
func (e *Endpoint) named(name string, do func(*queue) (any, error)) (any, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	q := e.queues[name]
	if q == nil {
		return nil, noQueue()
	}
	return do(q)
}

func (e *Endpoint) url(c call, name string) string {
	return c.base + "/" + e.options.Account + "/" + name
}
