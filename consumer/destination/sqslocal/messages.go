package sqslocal

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

type sendMessageInput struct {
	QueueUrl          string
	MessageBody       string
	DelaySeconds      *int
	MessageAttributes map[string]attribute
}

type sendMessageOutput struct {
	MessageId              string
	MD5OfMessageBody       string
	MD5OfMessageAttributes string `json:",omitempty"`
}

func (e *Endpoint) sendMessage(_ call, in sendMessageInput) (any, error) {
	return e.at(in.QueueUrl, func(q *queue) (any, error) {
		wait := q.settings[delay]
		if in.DelaySeconds != nil {
			wait = *in.DelaySeconds
		}
		if err := in.check(q.settings[maximumSize], wait); err != nil {
			return nil, err
		}
		now := e.options.Now()
		m := &message{id: uuid(e.ids), body: in.MessageBody, attributes: in.MessageAttributes, sent: now,
			visible: now.Add(seconds(wait))}
		q.messages = append(q.messages, m)
		e.wake()
		return sendMessageOutput{m.id, digest(m.body), digestOf(m.attributes)}, nil
	})
}

// check holds a message to the limits of SQS.
func (in sendMessageInput) check(largest, wait int) error {
	if in.MessageBody == "" {
		return missing("MessageBody")
	}
	if wait < 0 || wait > limits()[delay][1] {
		return invalid("DelaySeconds", wait, "DelaySeconds must be >= 0 and <= 900")
	}
	if !isXML(in.MessageBody) {
		return refusal{shape: "InvalidMessageContents", message: "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF"}
	}
	if err := checkAttributes(in.MessageAttributes); err != nil {
		return err
	}
	if len(in.MessageBody)+sizeOf(in.MessageAttributes) > largest {
		return refusal{shape: "InvalidParameterValueException", query: "InvalidParameterValue",
			message: "One or more parameters are invalid. Reason: Message must be shorter than " + strconv.Itoa(largest) + " bytes."}
	}
	return nil
}

// isXML tells whether a text has only characters that XML 1.0 allows.
func isXML(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, func(r rune) bool {
		return r < 0x20 && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF
	})
}

type receiveMessageInput struct {
	QueueUrl              string
	MaxNumberOfMessages   *int
	VisibilityTimeout     *int
	WaitTimeSeconds       *int
	MessageAttributeNames []string
	// Both name what SQS itself says of a message; the first is older.
	AttributeNames, MessageSystemAttributeNames []string
}

type receiveMessageOutput struct {
	Messages []receivedMessage `json:",omitempty"`
}

type receivedMessage struct {
	MessageId              string
	ReceiptHandle          string
	MD5OfBody              string
	Body                   string
	Attributes             map[string]string    `json:",omitempty"`
	MD5OfMessageAttributes string               `json:",omitempty"`
	MessageAttributes      map[string]attribute `json:",omitempty"`
}

// receiveMessage takes what is visible. With a wait time and nothing there it
// waits, in real time and at most until the caller goes, for a message to come
// or to become visible again.
func (e *Endpoint) receiveMessage(c call, in receiveMessageInput) (any, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	seen, err := e.look(in)
	ctx, cancel := context.WithTimeout(c, seen.wait)
	defer cancel()
	for err == nil && len(seen.out.Messages) == 0 && pause(ctx, seen.changed, seen.hidden) {
		seen, err = e.look(in)
	}
	return seen.out, err
}

// seen is what one look into a queue found, and how long to wait if it is nothing.
type seen struct {
	out     receiveMessageOutput
	wait    time.Duration   // the most
	hidden  time.Duration   // until a message becomes visible; 0 = there is none
	changed <-chan struct{} // closed when there may be more to see
}

func (e *Endpoint) look(in receiveMessageInput) (seen, error) {
	var s seen
	_, err := e.at(in.QueueUrl, func(q *queue) (any, error) {
		now := e.options.Now()
		timeout := seconds(or(in.VisibilityTimeout, q.settings[visibility]))
		s.out = in.render(q, q.receive(now, or(in.MaxNumberOfMessages, 1), timeout))
		s.wait = seconds(or(in.WaitTimeSeconds, q.settings[waitTime]))
		s.hidden = q.nextVisible(now)
		s.changed = e.changed
		return nil, nil
	})
	return s, err
}

// pause waits until something has changed or a hidden message may be visible; it
// returns false when there is no more time.
func pause(ctx context.Context, changed <-chan struct{}, hidden time.Duration) bool {
	if ctx.Err() != nil {
		return false
	}
	soon := ctx
	if hidden > 0 {
		// At least this: a clock other than the real one may stand just before.
		const least = 10 * time.Millisecond
		var cancel context.CancelFunc
		soon, cancel = context.WithTimeout(ctx, max(hidden, least))
		defer cancel()
	}
	select {
	case <-changed:
		return true
	case <-soon.Done():
		return ctx.Err() == nil
	}
}

func (in receiveMessageInput) check() error {
	if n := or(in.MaxNumberOfMessages, 1); n < 1 || n > 10 {
		return invalid("MaxNumberOfMessages", n, "Must be between 1 and 10, if provided")
	}
	if n, most := or(in.WaitTimeSeconds, 0), limits()[waitTime][1]; n < 0 || n > most {
		return invalid("WaitTimeSeconds", n, "Must be >= 0 and <= 20, if provided")
	}
	if n, most := or(in.VisibilityTimeout, 0), limits()[visibility][1]; n < 0 || n > most {
		return invalid("VisibilityTimeout", n, "Must be between 0 and 43200, if provided")
	}
	return nil
}

// render says of messages what the request asks for.
func (in receiveMessageInput) render(q *queue, messages []*message) receiveMessageOutput {
	var out receiveMessageOutput
	for _, m := range messages {
		attributes := chosen(m.attributes, in.MessageAttributeNames)
		out.Messages = append(out.Messages, receivedMessage{
			MessageId: m.id, ReceiptHandle: q.handle(m), MD5OfBody: digest(m.body), Body: m.body,
			Attributes:             m.system(slices.Concat(in.AttributeNames, in.MessageSystemAttributeNames)),
			MD5OfMessageAttributes: digestOf(attributes),
			MessageAttributes:      attributes,
		})
	}
	return out
}

// system is what SQS says of a message, by the names asked for; times are
// milliseconds since 1970. A name that this endpoint has no value for, as SQS
// often has none, is left out.
func (m *message) system(names []string) map[string]string {
	all := map[string]string{
		"ApproximateFirstReceiveTimestamp": strconv.FormatInt(m.received.UnixMilli(), 10),
		"ApproximateReceiveCount":          strconv.Itoa(m.receives),
		"SentTimestamp":                    strconv.FormatInt(m.sent.UnixMilli(), 10),
	}
	if slices.Contains(names, "All") {
		return all
	}
	maps.DeleteFunc(all, func(name, _ string) bool { return !slices.Contains(names, name) })
	return all
}

type deleteMessageInput struct{ QueueUrl, ReceiptHandle string }

func (e *Endpoint) deleteMessage(_ call, in deleteMessageInput) (any, error) {
	if in.ReceiptHandle == "" {
		return nil, missing("ReceiptHandle")
	}
	return e.at(in.QueueUrl, func(q *queue) (any, error) {
		if !q.delete(in.ReceiptHandle) {
			return nil, refusal{shape: "ReceiptHandleIsInvalid", message: "The input receipt handle is invalid."}
		}
		return none{}, nil
	})
}

func seconds(n int) time.Duration { return time.Duration(n) * time.Second }

// or is the value of a parameter, or its default where it was not given.
func or(given *int, otherwise int) int {
	if given == nil {
		return otherwise
	}
	return *given
}
